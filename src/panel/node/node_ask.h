/*
 * What a node says of a container when it is asked.
 */

#ifndef VZ_NODE_ASK_H
#define VZ_NODE_ASK_H

#include "runtime/relay.h"


/* A container, and where it is. */
typedef struct {
    uint64_t    node;               /* the id of its row */
    uint32_t    ctid;
    ngx_str_t   tag;                /* empty: it has none */
} vz_node_ask_t;


/*
 * vz_node_ask: on a fiber, send a verb that only reads, and takes a number and
 * nothing else, to a container's node, and wait for the answer, which lives as
 * long as the pool.  VZ_OK; VZ_DOWN also where the configuration has no such
 * node; or the node's code.
 */
vz_code_e vz_node_ask(ngx_pool_t *pool, vz_verb_e verb,
    const vz_node_ask_t *ct, vz_answer_t *answer);


#endif /* VZ_NODE_ASK_H */
