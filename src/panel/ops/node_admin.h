/*
 * /api/admin/nodes: the hosts of containers, as the database, the
 * configuration and they themselves say.
 */

#ifndef VZ_NODE_ADMIN_H
#define VZ_NODE_ADMIN_H

#include "panel/api/resource.h"


extern vz_resource_t    vz_node_admin_resource;
extern const vz_body_t  vz_node_admin_form;
extern const vz_body_t  vz_node_admin_change_form;

/* GET, POST, PATCH and DELETE of /api/admin/nodes; they reply to the call */
void vz_node_admin_list(vz_call_t *call);
void vz_node_admin_create(vz_call_t *call);
void vz_node_admin_change(vz_call_t *call);
void vz_node_admin_delete(vz_call_t *call);


#endif /* VZ_NODE_ADMIN_H */
