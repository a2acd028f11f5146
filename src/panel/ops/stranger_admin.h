/*
 * /api/admin/nodes/{id}/containers and /leave: the strangers of a node, and
 * what the requests about them have in common.
 */

#ifndef VZ_STRANGER_ADMIN_H
#define VZ_STRANGER_ADMIN_H

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/node/stranger.h"
#include "runtime/call.h"


#define VZ_ON_NODE_CTIDS  101, 2147483644   /* VZ_FIELD_CTID's */


typedef struct {
    uint64_t         id;            /* of the node's row */
    ngx_str_t        name;
    vz_node_t       *relay;
    vz_answer_t      list;          /* the node's answer to "list" */
    vz_strangers_t   all;           /* the strangers in it */
} vz_stranger_admin_node_t;


/*
 * vz_stranger_admin_node: ask the node of the path for its list, find the
 * strangers in it, and keep their numbers and addresses from being allocated.
 * VZ_OK, or the reason with the reply already set.
 */
vz_code_e vz_stranger_admin_node(vz_call_t *call,
    vz_stranger_admin_node_t *node);

/*
 * vz_stranger_admin_fault: the reply where the node did not answer, or refused.
 */
void vz_stranger_admin_fault(vz_call_t *call, vz_code_e rc);

/* vz_stranger_admin_absent: 404 for a container that is no stranger there. */
void vz_stranger_admin_absent(vz_call_t *call, uint32_t ctid);

/* The query of the list and the body of leaving one alone. */
extern const vz_query_args_t  vz_stranger_admin_args;
extern const vz_body_t  vz_stranger_admin_leave_form;

/* vz_stranger_admin_list: GET: the strangers and the missing containers. */
void vz_stranger_admin_list(vz_call_t *call);

/* vz_stranger_admin_leave: POST: leave a stranger alone, or stop doing so. */
void vz_stranger_admin_leave(vz_call_t *call);


#endif /* VZ_STRANGER_ADMIN_H */
