/*
 * The health of each node.
 */

#include "panel/live/node_health.h"


#define VZ_NODE_HEALTH_MAX  32      /* of them there are; the oldest goes */


typedef struct {
    vz_entry_t          entry;      /* key: id of the row; order: asked */
    vz_node_health_t    health;
} vz_node_health_entry_t;


const vz_table_def_t  vz_node_health_table = {
    .size = sizeof(vz_node_health_entry_t),
    .max = VZ_NODE_HEALTH_MAX
};


void
vz_node_health_put(const vz_node_health_t *health)
{
    vz_table_t              *table;
    vz_node_health_entry_t  *entry;

    table = vz_zone_lock(&vz_node_health_table);
    entry = vz_table_find(table, health->node, NULL, NULL);

    if (entry == NULL) {
        entry = vz_table_add(table, health->node, health->asked, NULL);

    } else {
        vz_table_move(table, entry, health->asked);
    }

    if (entry != NULL) {
        entry->health = *health;
    }

    vz_zone_unlock();
}


ngx_int_t
vz_node_health_get(uint64_t node, vz_node_health_t *health)
{
    ngx_memzero(health, sizeof(vz_node_health_t));

    return vz_zone_get(&vz_node_health_table, node, health,
                       offsetof(vz_node_health_entry_t, health),
                       sizeof(*health));
}


ngx_int_t
vz_node_health_differs(uint64_t node, ngx_uint_t *strangers,
    ngx_uint_t *missing)
{
    vz_node_health_t  health;

    if (vz_node_health_get(node, &health) != NGX_OK
        || !health.compared
        || vz_zone_now() > health.asked + VZ_NODE_HEALTH_STALE)
    {
        return NGX_DECLINED;
    }

    *strangers = health.strangers;
    *missing = health.missing;

    return NGX_OK;
}
