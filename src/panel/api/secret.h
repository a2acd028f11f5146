/*
 * Secret keys that the workers of all hosts share: rows of the table secret.
 * Each key has one use.
 */

#ifndef VZ_SECRET_H
#define VZ_SECRET_H

#include "runtime/db.h"
#include "wire/handshake.h"


typedef enum {
    VZ_SECRET_BOUNCE = 0,           /* signs envelope senders */
    VZ_SECRET_DEVICE,               /* signs cookies of known browsers */
    VZ_SECRET_ORDER,                /* derives the links of orders that came
                                       with an idempotency key */
    VZ_SECRETS
} vz_secret_e;


/*
 * vz_secret_key: look up a key; *key lives as long as the worker, which reads
 * it once.  The first worker that asks generates it for all.  A key survives
 * restarts; if its row is deleted, a reload of nginx generates another.  VZ_OK,
 * or the database's code.
 */
vz_code_e vz_secret_key(ngx_pool_t *pool, vz_secret_e secret,
    const vz_key_t **key);


#endif /* VZ_SECRET_H */
