/*
 * /api/account/keys: one's own public SSH keys.
 */

#ifndef VZ_SSH_KEYS_H
#define VZ_SSH_KEYS_H

#include "panel/api/body.h"
#include "panel/api/resource.h"
#include "wire/ssh_key.h"


/*
 * vz_ssh_keys_take: take a key that somebody pasted apart, which is the member
 * of that name of a body.  VZ_OK; or VZ_RANGE with the reply 422.
 */
vz_code_e vz_ssh_keys_take(vz_call_t *call, const char *member,
    const ngx_str_t *text, vz_ssh_key_t *key);

/*
 * vz_ssh_keys_store: keep a key of that user inside the caller's transaction,
 * which holds the user's row, or made it; name is the key's own where it is
 * empty, and the name that it got then.  print becomes its fingerprint.  VZ_OK
 * with *id; VZ_NOSPACE where the user has VZ_SSH_KEY_MOST; VZ_DUPLICATE where
 * it is one of his already; or the database's code.
 */
vz_code_e vz_ssh_keys_store(vz_tx_t *tx, vz_call_t *call, uint64_t user,
    const vz_ssh_key_t *key, ngx_str_t *name, ngx_str_t *print, uint64_t *id);

/* GET, POST and DELETE /api/account/keys, GET /api/admin/users/{id}/keys */
void vz_ssh_keys_list(vz_call_t *call);
void vz_ssh_keys_add(vz_call_t *call);
void vz_ssh_keys_end(vz_call_t *call);
void vz_ssh_keys_of(vz_call_t *call);

extern const vz_body_t  vz_ssh_keys_form;
extern vz_resource_t    vz_ssh_keys_resource;


#endif /* VZ_SSH_KEYS_H */
