/*
 * Idempotency-Key: the same key from the same caller on the same path makes
 * one task, for 24 hours, however often it is sent.
 */

#ifndef VZ_IDEMPOTENCY_H
#define VZ_IDEMPOTENCY_H

#include "runtime/db.h"
#include "runtime/http.h"


typedef struct {
    ngx_uint_t    used;             /* the call carries a key */
    u_char        hash[32];         /* who, where, key */
    u_char        request[32];      /* the body */
} vz_idempotency_t;


/*
 * vz_idempotency_init: reads the key; visitor says whose it is where nobody is
 * signed in, and is what a network or a browser can't change.  VZ_OK, or
 * VZ_RANGE with 422 as the reply for a key that is not 1 to 128 printable
 * characters.
 */
vz_code_e vz_idempotency_init(vz_call_t *call, const ngx_str_t *visitor,
    vz_idempotency_t *idem);

/*
 * vz_idempotency_find: the task that the key made before.  VZ_OK with *task
 * (0: none), or with the reply already set VZ_RANGE (the key came with another
 * body, 422) or the database's code.
 */
vz_code_e vz_idempotency_find(vz_call_t *call, const vz_idempotency_t *idem,
    uint64_t *task);

/*
 * vz_idempotency_claim: in the transaction, before anything else of it:
 * VZ_DUPLICATE when another call with this key was first; roll back and
 * vz_idempotency_find().
 * vz_idempotency_done: in the same transaction, which task it made.
 */
vz_code_e vz_idempotency_claim(vz_tx_t *tx, vz_call_t *call,
    const vz_idempotency_t *idem);
vz_code_e vz_idempotency_done(vz_tx_t *tx, vz_call_t *call,
    const vz_idempotency_t *idem, uint64_t task);


#endif /* VZ_IDEMPOTENCY_H */
