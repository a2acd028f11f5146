/*
 * Places at a node, by class.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include "runtime/relay_pool.h"


#define VZ_RELAY_POOL_WAITERS  512


static ngx_uint_t vz_relay_pool_free(const vz_relay_pool_t *pool,
    vz_relay_pool_class_e class);
static ngx_uint_t vz_relay_pool_taken(const vz_relay_pool_t *pool,
    vz_relay_pool_class_e class);


vz_relay_pool_t *
vz_relay_pool_create(ngx_uint_t connections, ngx_log_t *log)
{
    ngx_uint_t        i;
    vz_relay_pool_t  *pool;

    pool = ngx_calloc(sizeof(vz_relay_pool_t), log);
    if (pool == NULL) {
        return NULL;
    }

    ngx_queue_init(&pool->idle);
    pool->connections = connections;

    for (i = 0; i < VZ_RELAY_POOL_CLASSES; i++) {
        vz_waitq_init(&pool->shares[i].line);
    }

    return pool;
}


void
vz_relay_pool_destroy(vz_relay_pool_t *pool)
{
    vz_relay_conn_t  *conn;

    if (pool == NULL) {
        return;
    }

    for ( ;; ) {
        conn = vz_relay_conn_take(&pool->idle);
        if (conn == NULL) {
            break;
        }

        vz_relay_conn_close(conn);
    }

    ngx_free(pool);
}


vz_relay_pool_class_e
vz_relay_pool_class(const vz_verb_t *def)
{
    if (def->stream) {
        return VZ_RELAY_POOL_STREAM;
    }

    if (def->beat) {
        return VZ_RELAY_POOL_LONG;
    }

    return def->lock ? VZ_RELAY_POOL_CHANGE : VZ_RELAY_POOL_READ;
}


ngx_int_t
vz_relay_pool_enter(vz_relay_pool_t *pool, vz_relay_pool_class_e class,
    ngx_msec_t wait)
{
    ngx_int_t               rc;
    vz_relay_pool_share_t  *share;

    share = &pool->shares[class];

    if (ngx_queue_empty(&share->line.waiters)
        && vz_relay_pool_free(pool, class))
    {
        share->busy++;
        return NGX_OK;
    }

    if (share->waiting >= VZ_RELAY_POOL_WAITERS) {
        return NGX_DECLINED;
    }

    share->waiting++;
    rc = vz_waitq_wait(&share->line, wait);
    share->waiting--;

    if (rc != NGX_OK) {
        return NGX_DECLINED;
    }

    share->granted--;
    share->busy++;

    return NGX_OK;
}


void
vz_relay_pool_leave(vz_relay_pool_t *pool, vz_relay_pool_class_e class)
{
    ngx_uint_t              i;
    vz_relay_pool_share_t  *share;

    pool->shares[class].busy--;

    for (i = 0; i < VZ_RELAY_POOL_CLASSES; i++) {
        share = &pool->shares[i];

        while (vz_relay_pool_free(pool, i) && vz_waitq_wake(&share->line, 0)) {
            share->granted++;
        }
    }
}


static ngx_uint_t
vz_relay_pool_free(const vz_relay_pool_t *pool, vz_relay_pool_class_e class)
{
    ngx_uint_t  own, most;

    own = vz_relay_pool_taken(pool, class);

    switch (class) {

    case VZ_RELAY_POOL_STREAM:
        return own < VZ_RELAY_POOL_STREAMS;

    case VZ_RELAY_POOL_LONG:
        return own < pool->connections;

    default:
        most = pool->connections > 1 ? pool->connections - 1 : 1;

        return own < most
               && vz_relay_pool_taken(pool, VZ_RELAY_POOL_READ)
                  + vz_relay_pool_taken(pool, VZ_RELAY_POOL_CHANGE)
                  < pool->connections;
    }
}


static ngx_uint_t
vz_relay_pool_taken(const vz_relay_pool_t *pool, vz_relay_pool_class_e class)
{
    return pool->shares[class].busy + pool->shares[class].granted;
}
