/*
 * Choosing the node of a new container.
 */

#include "panel/vm/vm_place.h"
#include "runtime/call.h"
#include "runtime/row.h"


/* the node with the fewest containers first */

static const vz_sql_t  vz_vm_place_nodes = vz_sql("order nodes",
    "SELECT n.id FROM node n WHERE n.enabled AND NOT n.dead"
    " ORDER BY (SELECT COUNT(*) FROM vm v WHERE v.node_id = n.id), n.id"
    " LIMIT 16");


vz_code_e
vz_vm_place(vz_call_t *call, const ngx_str_t *template, vz_node_row_t **node)
{
    vz_code_e       rc, trouble;
    vz_rows_t       rows;
    ngx_uint_t      i, known;
    vz_node_row_t  *row;

    *node = NULL;

    rc = vz_node_load(call->pool);

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, &vz_vm_place_nodes, vz_no_binds,
                         &rows);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return rc;
    }

    known = 0;
    trouble = VZ_DOWN;

    for (i = 0; i < rows.rows; i++) {
        row = vz_node_find(vz_row_int(&rows, i, "id"));

        if (row == NULL || row->relay == NULL) {
            continue;
        }

        rc = vz_node_templates(row);
        known += row->known;

        if (rc == VZ_TIMEOUT) {
            trouble = rc;
        }

        if (!vz_node_has(row, template)) {
            continue;
        }

        if (rc == VZ_OK) {
            *node = row;
            return VZ_OK;
        }

        if (*node == NULL) {
            *node = row;
        }
    }

    if (*node != NULL) {
        return VZ_OK;
    }

    if (known) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_template",
                        "This system is not installed on any node: choose "
                        "another one.");
        return VZ_NOTEMPLATE;
    }

    vz_call_fault(call, "node", trouble);

    return trouble;
}
