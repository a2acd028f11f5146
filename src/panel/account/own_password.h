/*
 * Showing one's own password once more, while one is signed in.
 */

#ifndef VZ_OWN_PASSWORD_H
#define VZ_OWN_PASSWORD_H

#include "panel/account/guess.h"
#include "runtime/call.h"


/*
 * vz_own_password_check: check that a text is the password of the caller, who
 * is signed in by a session.  *hash becomes the hash that it fits, for the
 * statement that acts on it.  field names the text in a refusal.
 *
 *   VZ_OK
 *   VZ_DENIED  it is not; 422 is the reply, and the try is counted
 *   other      too many tries (429), no place for hashing (503), or the
 *              database's code; the reply is set
 */
vz_code_e vz_own_password_check(vz_call_t *call, const char *field,
    const ngx_str_t *password, ngx_str_t *hash);

/*
 * vz_own_password_try: begin a try of the caller's session to prove again who
 * it is, one of those that vz_own_password_check() counts; vz_guess_end() ends
 * it.  Returns as vz_guess_known().
 */
vz_code_e vz_own_password_try(vz_call_t *call, vz_guess_t *guess);

/* vz_own_password_wrong: reply 422, that it is not the caller's password. */
void vz_own_password_wrong(vz_call_t *call, const char *field);


#endif /* VZ_OWN_PASSWORD_H */
