/*
 * Containers that are lost, and what is left of them in backups: deleted ones,
 * and those of nodes that are dead.
 */

#ifndef VZ_LOST_ADMIN_H
#define VZ_LOST_ADMIN_H

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/vm/vm_evacuate.h"


/*
 * vz_lost_admin_list: GET /api/admin/backups/lost: each with its last backup,
 * and how old that is; those of one node with "node".
 */
void vz_lost_admin_list(vz_call_t *call);

/*
 * vz_lost_admin_restore: POST /api/admin/backups/{backup}/restore: a deleted
 * one as a new container, one of a dead node as itself, on the node that the
 * body names.
 */
void vz_lost_admin_restore(vz_call_t *call);

/*
 * vz_lost_admin_to: the node of that name, as a place to restore on, with what
 * it told last of its templates and repositories.  NULL with the reply set.
 */
vz_node_row_t *vz_lost_admin_to(vz_call_t *call, const ngx_str_t *name);

/*
 * vz_lost_admin_silent: whether a node may be taken for dead: an administrator
 * says so, and it does not answer.  VZ_OK, or another code with the reply set.
 */
vz_code_e vz_lost_admin_silent(vz_call_t *call, uint64_t id);

/* vz_lost_admin_why: the reply for what vz_vm_evacuate() returned. */
void vz_lost_admin_why(vz_call_t *call, const vz_vm_evacuate_t *move,
    vz_code_e rc);

extern const vz_query_args_t  vz_lost_admin_args;
extern const vz_body_t  vz_lost_admin_form;


#endif /* VZ_LOST_ADMIN_H */
