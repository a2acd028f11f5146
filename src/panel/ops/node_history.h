/* GET /api/admin/nodes/{id}/history. */

#ifndef VZ_NODE_HISTORY_H
#define VZ_NODE_HISTORY_H

#include "runtime/call.h"


/* vz_node_history: what the node itself used, by its recorder. */
void vz_node_history(vz_call_t *call);


#endif /* VZ_NODE_HISTORY_H */
