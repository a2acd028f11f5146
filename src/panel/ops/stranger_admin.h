/*
 * What requests on /api/admin/nodes/{id}/... have in common: the node, and
 * which of its containers are strangers at this moment.
 */

#ifndef VZ_STRANGER_ADMIN_H
#define VZ_STRANGER_ADMIN_H

#include "panel/api/query.h"
#include "panel/api/body.h"
#include "panel/node/stranger.h"
#include "runtime/http.h"


#define VZ_ON_NODE_CTIDS  101, 2147483644   /* VZ_FIELD_CTID's */


typedef struct {
    uint64_t         id;
    ngx_str_t        name;
    vz_node_t       *relay;
    vz_answer_t      list;
    vz_strangers_t   all;
} vz_stranger_admin_node_t;


/*
 * vz_stranger_admin_node: the node of the path is asked for its list, and its
 * strangers are found and learned.  VZ_OK, or why not with the reply already
 * set.
 */
vz_code_e vz_stranger_admin_node(vz_call_t *call,
    vz_stranger_admin_node_t *node);

/*
 * vz_stranger_admin_fault: the reply where the node does not say what was
 * asked.
 */
void vz_stranger_admin_fault(vz_call_t *call, vz_code_e rc);

/* vz_stranger_admin_absent: 404 for a container that is no stranger there. */
void vz_stranger_admin_absent(vz_call_t *call, uint32_t ctid);

extern const vz_query_args_t  vz_stranger_admin_args;
extern const vz_verb_body_t  vz_stranger_admin_leave_form;
void vz_stranger_admin_list(vz_call_t *call);
void vz_stranger_admin_leave(vz_call_t *call);


#endif /* VZ_STRANGER_ADMIN_H */
