/*
 * Keys that all workers of all hosts have to know and nobody else: rows of the
 * table secret.  Each has one use.
 */

#ifndef VZ_SECRET_H
#define VZ_SECRET_H

#include "runtime/db.h"
#include "wire/handshake.h"


typedef enum {
    VZ_SECRET_BOUNCE = 0,           /* envelope senders */
    VZ_SECRET_DEVICE,               /* cookies of browsers that are known */
    VZ_SECRET_ORDER,                /* links of orders under a key */
    VZ_SECRETS
} vz_secret_e;


/*
 * vz_secret_key: read once per worker; who is first draws it for all.  It
 * outlives restarts; without its row a reload of nginx makes another.  VZ_OK,
 * or the database's.
 */
vz_code_e vz_secret_key(ngx_pool_t *pool, vz_secret_e secret,
    const vz_key_t **key);


#endif /* VZ_SECRET_H */
