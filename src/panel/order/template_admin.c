/*
 * /api/admin/templates: which of the systems that the nodes have installed
 * are offered, and under which name.
 */

#include "panel/api/resource.h"
#include "panel/api/zone_ids.h"
#include "panel/order/template.h"
#include "panel/order/template_admin.h"
#include "runtime/call.h"


static void vz_template_where(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);
static void vz_template_nodes(vz_json_t *out);
static void vz_template_installed(vz_json_t *out, const vz_rows_t *rows);
static vz_code_e vz_template_there(vz_call_t *call, const ngx_str_t *name);


static const vz_column_t  vz_template_columns[] = {
    vz_column("id", INT, 0),
    vz_column("name", TEXT, VZ_COLUMN_CREATE | VZ_COLUMN_NEEDED,
              .field = VZ_FIELD_TEMPLATE),
    vz_column("label", TEXT, VZ_COLUMN_REQUIRED, .field = VZ_FIELD_LABEL),
    vz_column("enabled", BOOL, VZ_COLUMN_WRITE, .preset = 1),
    vz_column("position", INT, VZ_COLUMN_WRITE, .min = -1000000,
              .max = 1000000),
    vz_column("vms", COUNT, 0, .sql = "vm", .key = "template_id")
};

vz_resource_t  vz_template_admin_resource = {
    vz_resource("template", "Template", "template", "t", vz_template_columns),
    vz_resource_forms(vz_template_admin_resource, "Template"),
    .rest = "ORDER BY t.position, t.label, t.name LIMIT 256",
    .needed = "Containers were made of this template: switch it off instead.",
    .more = vz_template_where
};


void
vz_template_admin_list(vz_call_t *call)
{
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_uint_t   limit;

    if (vz_resource_page(call, &vz_template_admin_resource, vz_no_binds, &rows,
                         &limit)
        != VZ_OK)
    {
        return;
    }

    /* without a node there is nothing installed, but the rows can be seen */

    (void) vz_template_ask(call->pool);

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_template_nodes(out);
    vz_template_installed(out, &rows);
    vz_resource_items(out, &vz_template_admin_resource, &rows, limit);
    vz_json_close(out);
}


static void
vz_template_where(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    ngx_str_t       name;
    ngx_uint_t      i, n;
    vz_node_row_t  *nodes[VZ_NODES_MAX];

    name = vz_resource_text(&vz_template_admin_resource, rows, row, "name");
    n = vz_node_places(nodes);

    vz_json_array(out, "nodes");

    for (i = 0; i < n; i++) {
        if (vz_node_has(nodes[i], &name)) {
            vz_json_text(out, NULL, &nodes[i]->name);
        }
    }

    vz_json_close(out);
}


static void
vz_template_nodes(vz_json_t *out)
{
    ngx_uint_t      i, n;
    vz_node_row_t  *nodes[VZ_NODES_MAX];

    n = vz_node_places(nodes);

    vz_json_array(out, "nodes");

    for (i = 0; i < n; i++) {
        vz_json_object(out, NULL);
        vz_json_text(out, "name", &nodes[i]->name);
        vz_json_bool(out, "answers", nodes[i]->known
                                     && nodes[i]->answer == VZ_OK);
        vz_json_close(out);
    }

    vz_json_close(out);
}


static void
vz_template_installed(vz_json_t *out, const vz_rows_t *rows)
{
    ngx_str_t            name;
    ngx_uint_t           i, j, k, n, registered;
    vz_node_row_t       *nodes[VZ_NODES_MAX];
    vz_node_template_t  *template;

    n = vz_node_places(nodes);

    vz_json_array(out, "installed");

    for (i = 0; i < n; i++) {
        for (j = 0; j < nodes[i]->ntemplates; j++) {
            template = &nodes[i]->templates[j];
            registered = 0;

            for (k = 0; k < rows->rows && !registered; k++) {
                name = vz_resource_text(&vz_template_admin_resource, rows, k,
                                        "name");
                registered = (name.len == template->name.len
                              && ngx_memcmp(name.data, template->name.data,
                                            name.len) == 0);
            }

            vz_json_object(out, NULL);
            vz_json_text(out, "node", &nodes[i]->name);
            vz_json_text(out, "name", &template->name);
            vz_json_uint(out, "size_bytes", template->size);
            vz_json_opt(out, "date", template->date);
            vz_json_bool(out, "registered", registered);
            vz_json_close(out);
        }
    }

    vz_json_close(out);
}


void
vz_template_admin_create(vz_call_t *call)
{
    ngx_str_t            *name;
    vz_resource_values_t  values;

    name = &vz_resource_value(&vz_template_admin_resource, &values,
                              "name")->text;

    if (vz_resource_read(call, &vz_template_admin_resource.create, &values)
        == VZ_OK
        && vz_template_there(call, name) == VZ_OK)
    {
        vz_resource_create(call, &vz_template_admin_resource, &values);
    }
}


/* ask the nodes again: it may have been installed a moment ago */

static vz_code_e
vz_template_there(vz_call_t *call, const ngx_str_t *name)
{
    vz_code_e  rc;

    rc = vz_template_ask(call->pool);

    if (rc == VZ_OK && !vz_template_offered(name)) {
        vz_zone_bump(VZ_GENERATION_CATALOG);
        rc = vz_template_ask(call->pool);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "node", rc);
        return rc;
    }

    if (!vz_template_offered(name)) {
        vz_call_invalid(call, "name", "absent", "is not installed on any node");
        vz_call_refuse(call);
        return VZ_NOTEMPLATE;
    }

    return VZ_OK;
}


void
vz_template_admin_change(vz_call_t *call)
{
    (void) vz_template_ask(call->pool);
    vz_resource_change(call, &vz_template_admin_resource);
}
