/*
 * /api/admin/nodes: the hosts of containers, as the database, the
 * configuration and they themselves say.
 */

#ifndef VZ_NODE_ADMIN_H
#define VZ_NODE_ADMIN_H

#include "panel/api/body.h"
#include "runtime/http.h"


extern const vz_verb_body_t  vz_node_admin_form;
extern const vz_verb_body_t  vz_node_admin_change_form;
void vz_node_admin_list(vz_call_t *call);
void vz_node_admin_create(vz_call_t *call);
void vz_node_admin_change(vz_call_t *call);
void vz_node_admin_delete(vz_call_t *call);


#endif /* VZ_NODE_ADMIN_H */
