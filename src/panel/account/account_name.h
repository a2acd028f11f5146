/*
 * Account names, derived from people's names.
 */

#ifndef VZ_ACCOUNT_NAME_H
#define VZ_ACCOUNT_NAME_H

#include <ngx_config.h>
#include <ngx_core.h>


#define VZ_ACCOUNT_NAME_MAX  24     /* with room for a number behind it */

/*
 * vz_account_name_account: derive an account from a name: the first letter of
 * the first name and the last name, in lower case without accents, so that
 * "Ana Pérez" is aperez.  Letters without an ASCII equivalent are left out, and
 * a result that is too short is padded.  Writes at most VZ_ACCOUNT_NAME_MAX
 * bytes to name and returns how many; the result is a VZ_FIELD_ACCOUNT.
 */
size_t vz_account_name_account(u_char *name, const ngx_str_t *first,
    const ngx_str_t *last);

/*
 * vz_account_name_try: the account to try n-th (from 0) while those before it
 * are in use: aperez, aperez2 ... aperez5, then with a random number.  It is
 * from pool, and empty when there is no memory.
 */
ngx_str_t vz_account_name_try(ngx_pool_t *pool, const ngx_str_t *first,
    const ngx_str_t *last, ngx_uint_t n);

#define VZ_ACCOUNT_NAME_TRIES  12


#endif /* VZ_ACCOUNT_NAME_H */
