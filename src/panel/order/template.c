/*
 * GET /api/templates: the templates that can be installed.
 */

#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/order/template.h"
#include "runtime/call.h"
#include "runtime/row.h"


static const vz_sql_t  vz_template_select = vz_sql("templates",
    "SELECT name, label FROM template WHERE enabled"
    " ORDER BY position, label, name LIMIT 256");


void
vz_template_list(vz_call_t *call)
{
    vz_code_e    rc;
    ngx_str_t    name, label;
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_uint_t   i;

    rc = vz_db_query(NULL, call->pool, &vz_template_select, vz_no_binds,
                     &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    rc = vz_template_ask(call->pool);
    if (rc != VZ_OK) {
        vz_call_fault(call, "node", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows; i++) {
        name = vz_row_text(&rows, i, "name");
        label = vz_row_text(&rows, i, "label");

        if (!vz_template_offered(&name)) {
            continue;
        }

        vz_json_object(out, NULL);
        vz_json_text(out, "name", &name);
        vz_json_text(out, "label", &label);
        vz_json_close(out);
    }

    vz_json_close(out);
    vz_json_null(out, "next");
    vz_json_close(out);
}


vz_code_e
vz_template_ask(ngx_pool_t *pool)
{
    vz_code_e       rc, trouble;
    ngx_uint_t      i, n, known;
    vz_node_row_t  *rows[VZ_NODES_MAX];

    rc = vz_node_load(pool);
    if (rc != VZ_OK) {
        return rc;
    }

    n = vz_node_places(rows);
    known = 0;

    /* where no node takes containers there is nothing to be asked */

    trouble = n ? VZ_DOWN : VZ_OK;

    for (i = 0; i < n; i++) {
        vz_node_begin(rows[i]);
    }

    for (i = 0; i < n; i++) {
        rc = vz_node_templates(rows[i]);
        known += rows[i]->known;

        if (rc == VZ_TIMEOUT) {
            trouble = rc;
        }
    }

    return known ? VZ_OK : trouble;
}


ngx_uint_t
vz_template_offered(const ngx_str_t *name)
{
    ngx_uint_t      i, n;
    vz_node_row_t  *rows[VZ_NODES_MAX];

    n = vz_node_places(rows);

    for (i = 0; i < n; i++) {
        if (vz_node_has(rows[i], name)) {
            return 1;
        }
    }

    return 0;
}
