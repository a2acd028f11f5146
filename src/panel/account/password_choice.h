/*
 * A password that somebody chooses, before it is hashed.
 */

#ifndef VZ_PASSWORD_CHOICE_H
#define VZ_PASSWORD_CHOICE_H

#include "runtime/call.h"


/* of common_passwords.txt, by the build */
extern const char           vz_password_choice_text[];
extern const unsigned long  vz_password_choice_size;


/*
 * vz_password_choice: check that a password of the user is none that is
 * guessed first: a common one (field error "common"), of few characters
 * ("simple"), or little more than a word of the user or of the site ("own").
 * Drawn passwords need no check.
 *
 *   VZ_OK
 *   VZ_DENIED  422 that names the field is the reply
 *   other      the database's code, with the reply set
 */
vz_code_e vz_password_choice(vz_call_t *call, const char *field,
    uint64_t user, const ngx_str_t *password);


#endif /* VZ_PASSWORD_CHOICE_H */
