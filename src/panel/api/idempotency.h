/*
 * Idempotency-Key: a key creates one task, however often the same caller sends
 * it to the same path within 24 hours.
 */

#ifndef VZ_IDEMPOTENCY_H
#define VZ_IDEMPOTENCY_H

#include "runtime/db.h"
#include "runtime/http.h"


typedef struct {
    ngx_uint_t    used;             /* the call carries a key */
    u_char        hash[32];         /* SHA-256 of caller, path and key */
    u_char        request[32];      /* SHA-256 of the body */
} vz_idempotency_t;


/*
 * vz_idempotency_init: read the call's key into *idem.  visitor identifies a
 * caller who is not signed in; it must not depend on the network or the
 * browser.  VZ_OK, or VZ_RANGE with 422 as the reply if the key is not 1 to 128
 * printable characters.
 */
vz_code_e vz_idempotency_init(vz_call_t *call, const ngx_str_t *visitor,
    vz_idempotency_t *idem);

/*
 * vz_idempotency_find: look up the task that the key created before; *task is 0
 * if there is none.  VZ_OK; VZ_RANGE if the key came with another body before
 * (422); or the database's code.  Both have the reply already set.
 */
vz_code_e vz_idempotency_find(vz_call_t *call, const vz_idempotency_t *idem,
    uint64_t *task);

/*
 * vz_idempotency_claim: claim the key, as the first statement of the
 * transaction.  VZ_OK; VZ_DUPLICATE if another call claimed it first: roll back
 * and call vz_idempotency_find(); or the database's code.
 * vz_idempotency_done: record in the same transaction which task was created.
 */
vz_code_e vz_idempotency_claim(vz_tx_t *tx, vz_call_t *call,
    const vz_idempotency_t *idem);
vz_code_e vz_idempotency_done(vz_tx_t *tx, vz_call_t *call,
    const vz_idempotency_t *idem, uint64_t task);


#endif /* VZ_IDEMPOTENCY_H */
