/*
 * What requests on /api/admin/nodes/{id}/... have in common: the node, and
 * which of its containers are strangers at this moment.
 */

#ifndef VZ_ADMIN_STRANGER_H
#define VZ_ADMIN_STRANGER_H

#include "stranger.h"
#include "../runtime/http.h"


#define VZ_ON_NODE_CTIDS  101, 2147483644   /* VZ_FIELD_CTID's */


typedef struct {
    uint64_t         id;
    ngx_str_t        name;
    vz_node_t       *relay;
    vz_answer_t      list;
    vz_strangers_t   all;
} vz_on_node_t;


/*
 * vz_on_node: the node of the path is asked for its list, and its strangers
 * are found and learned.  VZ_OK, or why not with the reply already set.
 */
vz_code_e vz_on_node(vz_call_t *call, vz_on_node_t *node);

/* vz_on_node_fault: the reply where the node does not say what was asked. */
void vz_on_node_fault(vz_call_t *call, vz_code_e rc);

/* vz_on_node_absent: 404 for a container that is no stranger there. */
void vz_on_node_absent(vz_call_t *call, uint32_t ctid);


#endif /* VZ_ADMIN_STRANGER_H */
