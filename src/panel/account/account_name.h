/*
 * Names made from what people are called.
 */

#ifndef VZ_ACCOUNT_NAME_H
#define VZ_ACCOUNT_NAME_H

#include <ngx_config.h>
#include <ngx_core.h>


#define VZ_ACCOUNT_NAME_MAX  24     /* with room for a number behind it */

/*
 * vz_account_name_account: the first letter of the first name and the last
 * name, without accents, in small letters: "Ana Pérez" is aperez.  Letters
 * without a likeness in ASCII are left out; what stays too short is filled.
 * Writes at most VZ_ACCOUNT_NAME_MAX bytes to name and returns how many; the
 * result is an account by VZ_FIELD_ACCOUNT.
 */
size_t vz_account_name_account(u_char *name, const ngx_str_t *first,
    const ngx_str_t *last);

/*
 * vz_account_name_try: the same for the n-th try (from 0), when those before
 * it are taken: aperez, aperez2 ... aperez5, then with a number drawn.  From
 * pool, empty when there is no memory.
 */
ngx_str_t vz_account_name_try(ngx_pool_t *pool, const ngx_str_t *first,
    const ngx_str_t *last, ngx_uint_t n);

#define VZ_ACCOUNT_NAME_TRIES  12


#endif /* VZ_ACCOUNT_NAME_H */
