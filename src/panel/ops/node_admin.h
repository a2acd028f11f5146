/*
 * /api/admin/nodes: the hosts of containers, as the database, the configuration
 * and their own answers describe them.
 */

#ifndef VZ_NODE_ADMIN_H
#define VZ_NODE_ADMIN_H

#include "panel/api/resource.h"


/* The table of nodes. */
extern vz_resource_t  vz_node_admin_resource;

/* vz_node_admin_list: GET: all nodes, each asked for its state now. */
void vz_node_admin_list(vz_call_t *call);

/* vz_node_admin_create: POST: add one that the configuration has. */
void vz_node_admin_create(vz_call_t *call);

/* vz_node_admin_change: PATCH: change one by its id. */
void vz_node_admin_change(vz_call_t *call);

/* vz_node_admin_delete: DELETE: one that has no containers. */
void vz_node_admin_delete(vz_call_t *call);


#endif /* VZ_NODE_ADMIN_H */
