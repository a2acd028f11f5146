/*
 * The health of each node, as the zone keeps it: when it answered the collector
 * last, how often it has not since, and how its containers differ from ours.
 */

#ifndef VZ_NODE_HEALTH_H
#define VZ_NODE_HEALTH_H

#include "runtime/zone.h"


#define VZ_NODE_HEALTH_STALE  15000 /* ms after which it says nothing */


typedef struct {
    uint64_t      node;             /* id of the node's row */
    uint64_t      asked;            /* vz_zone_now() when a round began last */
    uint64_t      version;          /* vz_zone_version() then */
    uint64_t      answered_at;      /* ms since the epoch; 0: not yet */
    ngx_uint_t    failures;         /* rounds without an answer since then */
    ngx_uint_t    compared;         /* the last round filled the two below */
    ngx_uint_t    strangers;        /* containers there that are not ours */
    ngx_uint_t    missing;          /* ours that the node has not got */
} vz_node_health_t;


/* vz_node_health_table: the table of them in the zone. */
extern const vz_table_def_t  vz_node_health_table;

/* vz_node_health_put: store what the round over health->node found. */
void vz_node_health_put(const vz_node_health_t *health);

/*
 * vz_node_health_get: of a node, by the id of its row.  NGX_OK; NGX_DECLINED,
 * and all of health is 0, where there was no round yet.
 */
ngx_int_t vz_node_health_get(uint64_t node, vz_node_health_t *health);

/*
 * vz_node_health_differs: how many containers a node has that are none of ours
 * and not left alone, and how many of ours it has not, as of its last round.
 * NGX_DECLINED where that is not known.
 */
ngx_int_t vz_node_health_differs(uint64_t node, ngx_uint_t *strangers,
    ngx_uint_t *missing);


#endif /* VZ_NODE_HEALTH_H */
