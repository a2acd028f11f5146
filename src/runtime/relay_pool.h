/*
 * The places of a node in this worker: how many verbs of each class may be on
 * their way at once, and the connections that are kept for the next one.
 *
 * Reads take moments and changes seconds; each of the two may have all
 * connections but one, so neither ever waits for the other alone.  Long verbs
 * and streams have places of their own, so that they never take those.
 */

#ifndef VZ_RELAY_POOL_H
#define VZ_RELAY_POOL_H

#include "runtime/relay_conn.h"
#include "runtime/waitq.h"


#define VZ_RELAY_POOL_STREAMS  64   /* of a node and worker, at once */

typedef enum {
    VZ_RELAY_POOL_READ = 0,
    VZ_RELAY_POOL_CHANGE,
    VZ_RELAY_POOL_LONG,
    VZ_RELAY_POOL_STREAM,
    VZ_RELAY_POOL_CLASSES
} vz_relay_pool_class_e;

typedef struct {
    vz_waitq_t             line;
    ngx_uint_t             waiting;
    ngx_uint_t             granted; /* woken, on their way */
    ngx_uint_t             busy;
} vz_relay_pool_share_t;

typedef struct {
    ngx_queue_t            idle;    /* of vz_relay_conn_t; never of streams */
    ngx_uint_t             connections;
    vz_relay_pool_share_t  shares[VZ_RELAY_POOL_CLASSES];
    uint32_t               logged;  /* hash of the words; 0: all is well */
    time_t                 logged_at;
} vz_relay_pool_t;


/*
 * vz_relay_pool_create: for that many connections at once, and as many of long
 * verbs; NULL where there is no memory.  vz_relay_pool_destroy: close what is
 * idle; NULL is nothing.
 */
vz_relay_pool_t *vz_relay_pool_create(ngx_uint_t connections, ngx_log_t *log);
void vz_relay_pool_destroy(vz_relay_pool_t *pool);

/* vz_relay_pool_class: of a verb. */
vz_relay_pool_class_e vz_relay_pool_class(const vz_verb_t *def);

/*
 * vz_relay_pool_enter: on a fiber, wait at most so many milliseconds for a
 * place.  NGX_OK, or NGX_DECLINED where none came, or too many wait already.
 * vz_relay_pool_leave: give it back.
 */
ngx_int_t vz_relay_pool_enter(vz_relay_pool_t *pool,
    vz_relay_pool_class_e class, ngx_msec_t wait);
void vz_relay_pool_leave(vz_relay_pool_t *pool, vz_relay_pool_class_e class);


#endif /* VZ_RELAY_POOL_H */
