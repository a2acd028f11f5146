/*
 * All containers of a dead node go on on another one.
 */

#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "panel/ops/lost_admin.h"
#include "panel/ops/node_evacuate.h"
#include "runtime/row.h"


#define VZ_NODE_EVACUATE_MOST  "1000"       /* of one request */


typedef struct {
    ngx_str_t   node;
} vz_node_evacuate_body_t;


static vz_code_e vz_node_evacuate_one(vz_call_t *call, vz_vm_evacuate_t *move);
static void vz_node_evacuate_tell(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row, const vz_vm_evacuate_t *move);


static const vz_body_member_t  vz_node_evacuate_members[] = {
    { "node", VZ_BODY_FIELD, VZ_FIELD_NODE, 1, 0, 0,
      offsetof(vz_node_evacuate_body_t, node) }
};

const vz_body_t  vz_node_evacuate_form = vz_body("Evacuate",
                                                 vz_node_evacuate_members);


/* those that have a backup first, so that asking again comes to an end */
static const vz_sql_t  vz_node_evacuate_vms = vz_sql("evacuate vms",
    "SELECT s.id, s.name, s.backup, " vz_row_json_time("b.taken") " AS taken,"
    " TIMESTAMPDIFF(SECOND, b.taken, NOW(3)) AS lost"
    " FROM (SELECT v.id, v.name, (SELECT MAX(d.id) FROM backup d"
    "   WHERE d.vm_id = v.id AND d.state = 'done') AS backup"
    "  FROM vm v WHERE v.node_id = ?) s LEFT JOIN backup b ON b.id = s.backup"
    " ORDER BY s.backup IS NULL, s.id LIMIT " VZ_NODE_EVACUATE_MOST);


void
vz_node_evacuate(vz_call_t *call)
{
    uint64_t                  id;
    vz_code_e                 rc;
    vz_rows_t                 rows;
    ngx_uint_t                i, begun;
    vz_json_t                *out;
    vz_node_row_t            *to;
    vz_vm_evacuate_t         *moves;
    vz_node_evacuate_body_t   body;

    ngx_memzero(&body, sizeof(vz_node_evacuate_body_t));

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_body_read(call, &vz_node_evacuate_form, &body) != VZ_OK
        || vz_lost_admin_silent(call, id) != VZ_OK)
    {
        return;
    }

    to = vz_lost_admin_to(call, &body.node);

    if (to == NULL) {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_node_evacuate_vms,
                     vz_binds(vz_int(id)), &rows);

    moves = rc == VZ_OK
            ? ngx_pcalloc(call->pool, (rows.rows + 1)
                                      * sizeof(vz_vm_evacuate_t))
            : NULL;

    if (moves == NULL) {
        vz_call_fault(call, "database", rc != VZ_OK ? rc : VZ_INTERNAL);
        return;
    }

    for (i = 0, begun = 0; i < rows.rows && rc != VZ_DENIED; i++) {
        moves[i].vm = vz_row_int(&rows, i, "id");
        moves[i].backup = vz_row_int(&rows, i, "backup");
        moves[i].to = to;
        moves[i].many = 1;

        rc = vz_node_evacuate_one(call, &moves[i]);
        begun += rc == VZ_OK;
    }

    if (rc == VZ_DENIED) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_ACCEPTED);

    vz_json_object(out, NULL);
    vz_json_uint(out, "begun", begun);
    vz_json_uint(out, "left", rows.rows - begun);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows; i++) {
        vz_node_evacuate_tell(out, &rows, i, &moves[i]);
    }

    vz_json_close(out);
    vz_json_close(out);
}


/* a transaction each, whose memory is given back */

static vz_code_e
vz_node_evacuate_one(vz_call_t *call, vz_vm_evacuate_t *move)
{
    vz_code_e   rc;
    vz_call_t   one;

    one = *call;
    one.pool = ngx_create_pool(4096, call->log);

    if (one.pool == NULL) {
        return VZ_INTERNAL;
    }

    rc = vz_vm_evacuate(&one, move);

    if (rc != VZ_OK && move->reason == NULL) {
        move->reason = "failed";
    }

    ngx_destroy_pool(one.pool);

    return rc;
}


static void
vz_node_evacuate_tell(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row,
    const vz_vm_evacuate_t *move)
{
    ngx_str_t  name;

    name = vz_row_text(rows, row, "name");

    vz_json_object(out, NULL);
    vz_json_uint(out, "vm", move->vm);
    vz_json_text(out, "name", &name);
    vz_json_opt(out, "taken", vz_row_text(rows, row, "taken"));

    if (move->backup) {
        vz_json_int(out, "lost_seconds", vz_row_int(rows, row, "lost"));
    } else {
        vz_json_null(out, "lost_seconds");
    }

    if (move->reason == NULL) {
        vz_json_uint(out, "task", move->task);
        vz_json_null(out, "reason");

    } else {
        vz_json_null(out, "task");
        vz_json_cstr(out, "reason", move->reason);
    }

    vz_json_close(out);
}
