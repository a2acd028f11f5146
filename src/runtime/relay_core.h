/*
 * What relay.c has for relay_stream.c alone.
 */

#ifndef VZ_RELAY_CORE_H
#define VZ_RELAY_CORE_H

#include "runtime/relay_conn.h"


/*
 * vz_relay_take: as vz_relay_act(), of a verb that ends in a stream.  Where it
 * was answered "ok stream", *conn is its connection, for the caller to close,
 * and its place in the pool is taken until vz_relay_pool_leave(); else NULL.
 */
vz_code_e vz_relay_take(vz_node_t *node, ngx_pool_t *pool,
    const vz_relay_act_t *act, vz_answer_t *answer, vz_relay_conn_t **conn);


#endif /* VZ_RELAY_CORE_H */
