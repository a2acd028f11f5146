/*
 * Some SSH keys of a user, by their fingerprints with spaces between them:
 * those that a container is to have, or has.
 */

#ifndef VZ_KEY_SET_H
#define VZ_KEY_SET_H

#include "runtime/call.h"
#include "runtime/db.h"
#include "wire/ssh_key.h"


/*
 * vz_key_set_check: that all those fingerprints, with spaces between them, are
 * of keys of that user.  VZ_OK; VZ_RANGE with the reply 422; or the database's
 * code.
 */
vz_code_e vz_key_set_check(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const ngx_str_t *keys);

/*
 * vz_key_set_lines: the lines of these keys for the verb "keys", from pool:
 * VZ_SSH_KEY_MOST at most.  Keys that are gone are left out.
 * vz_key_set_store: note that the container has these, and no others.
 * vz_key_set_names: the keys that it has, for people: "NAME (FINGERPRINT)", a
 * line for each, as a mail shows them.
 * VZ_OK, VZ_INTERNAL, or the database's code.
 */
vz_code_e vz_key_set_lines(ngx_pool_t *pool, uint64_t user,
    const ngx_str_t *keys, ngx_str_t lines[VZ_SSH_KEY_MOST], ngx_uint_t *n);
vz_code_e vz_key_set_store(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    uint64_t user, const ngx_str_t *keys);
vz_code_e vz_key_set_names(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    ngx_str_t *names);


#endif /* VZ_KEY_SET_H */
