/*
 * A new user: what is known of the person, and the row.
 */

#ifndef VZ_USER_NEW_H
#define VZ_USER_NEW_H

#include "panel/api/resource.h"


typedef struct {
    vz_resource_values_t  values;   /* of vz_user_list_resource: all that its
                                       form said, which begins with them */

    /* of them, what a handler looks at */
    ngx_str_t       wished;         /* account; empty: one of the name */
    ngx_str_t       role;
    ngx_str_t       first_name;
    ngx_str_t       last_name;
    ngx_str_t       dni;            /* as it is compared, or empty */
    ngx_str_t       email;
    ngx_str_t       language;

    ngx_str_t       password;       /* whoever drew it wipes it */
    ngx_str_t       hash;

    /* of the row */
    uint64_t        id;
    ngx_str_t       account;
    ngx_uint_t      proven;         /* its address of mail is */
    const char     *taken;          /* after VZ_EXISTS: the field, "dni" */
} vz_user_new_t;


/*
 * vz_user_new_read: take what a handler looks at out of user->values.  The
 * document is kept as it was typed, and beside it as it is compared:
 * "12.345.678-z" and "12345678Z" are one person.
 */
void vz_user_new_read(vz_call_t *call, vz_user_new_t *user);

/*
 * vz_user_new_insert: insert the row of a user who has to change the password
 * that was drawn, inside the caller's transaction: user->values, and the hash
 * and the language beside them, where one is set.  Without an account it takes
 * the first free one of VZ_ACCOUNT_NAME_TRIES names.
 *
 *   VZ_OK        with user->id and user->account
 *   VZ_EXISTS    another user has user->taken
 *   VZ_CONFLICT  all names are taken, or another transaction was faster: roll
 *                back and try again
 *   or the database's code
 */
vz_code_e vz_user_new_insert(vz_tx_t *tx, vz_call_t *call,
    vz_user_new_t *user);


#endif /* VZ_USER_NEW_H */
