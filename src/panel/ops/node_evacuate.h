/*
 * POST /api/admin/nodes/{id}/evacuate: all containers of a dead node go on on
 * another one, each out of its last backup.
 */

#ifndef VZ_NODE_EVACUATE_H
#define VZ_NODE_EVACUATE_H

#include "panel/api/body.h"


/*
 * vz_node_evacuate: a task for each, of which a node works on a few at once;
 * the reply names them, and why a container has none.  Asked again, it goes on
 * with those that are left.
 */
void vz_node_evacuate(vz_call_t *call);

extern const vz_body_t  vz_node_evacuate_form;


#endif /* VZ_NODE_EVACUATE_H */
