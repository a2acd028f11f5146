/*
 * /api/admin/templates: which of the systems that the nodes have installed
 * are offered, and under which name.
 */

#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/zone_ids.h"
#include "panel/order/template.h"
#include "panel/order/template_admin.h"
#include "runtime/call.h"
#include "runtime/db_rows.h"


typedef struct {
    ngx_str_t       name;
    ngx_str_t       label;
    int64_t         enabled;
    int64_t         position;
} vz_template_body_t;


static void vz_template_where(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);
static void vz_template_nodes(vz_json_t *out);
static void vz_template_installed(vz_json_t *out, const vz_rows_t *rows);
static vz_code_e vz_template_there(vz_call_t *call, const ngx_str_t *name);


static const vz_body_member_t  vz_template_members[] = {
    { "name", VZ_BODY_FIELD, VZ_FIELD_TEMPLATE, 1, 0, 0,
      offsetof(vz_template_body_t, name) },
    { "label", VZ_BODY_FIELD, VZ_FIELD_LABEL, 1, 0, 0,
      offsetof(vz_template_body_t, label) },
    { "enabled", VZ_BODY_BOOL, 0, 0, 0, 1,
      offsetof(vz_template_body_t, enabled) },
    { "position", VZ_BODY_INT, 0, 0, -1000000, 1000000,
      offsetof(vz_template_body_t, position) }
};

static const vz_body_member_t  vz_template_changes[] = {
    { "label", VZ_BODY_FIELD, VZ_FIELD_LABEL, 0, 0, 0,
      offsetof(vz_template_body_t, label) },
    { "enabled", VZ_BODY_BOOL, 0, 0, 0, 1,
      offsetof(vz_template_body_t, enabled) },
    { "position", VZ_BODY_INT, 0, 0, -1000000, 1000000,
      offsetof(vz_template_body_t, position) }
};

const vz_body_t  vz_template_admin_form = vz_body("Template",
                                                  vz_template_members);
const vz_body_t  vz_template_admin_change_form =
    vz_body("TemplateChange", vz_template_changes);


#define VZ_TEMPLATE_SELECT                                                    \
    "SELECT t.id, t.name, t.label, t.enabled, t.position,"                    \
    " (SELECT COUNT(*) FROM vm v WHERE v.template_id = t.id) FROM template t"

static const vz_sql_t  vz_template_rows = vz_sql("admin templates",
    VZ_TEMPLATE_SELECT " ORDER BY t.position, t.label, t.name LIMIT 256");

static const vz_sql_t  vz_template_one = vz_sql("admin template",
    VZ_TEMPLATE_SELECT " WHERE t.id = ?");

static const vz_sql_t  vz_template_insert = vz_sql("template insert",
    "INSERT INTO template (name, label, enabled, position)"
    " VALUES (?, ?, ?, ?)");

static const vz_sql_t  vz_template_update = vz_sql("template update",
    "UPDATE template SET label = COALESCE(?, label),"
    " enabled = COALESCE(?, enabled), position = COALESCE(?, position)"
    " WHERE id = ?");

static const vz_sql_t  vz_template_delete = vz_sql("template delete",
    "DELETE FROM template WHERE id = ?"
    " AND NOT EXISTS (SELECT 1 FROM vm v WHERE v.template_id = template.id)");


static const vz_row_json_member_t  vz_template_cells[] = {
    { "id", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "label", VZ_ROW_JSON_TEXT },
    { "enabled", VZ_ROW_JSON_BOOL },
    { "position", VZ_ROW_JSON_INT },
    { "vms", VZ_ROW_JSON_INT }
};

static const vz_row_json_t  vz_template_shape = vz_row_json(vz_template_cells);

static const vz_listing_t  vz_template_listing = {
    &vz_template_rows, &vz_template_one, NULL, &vz_template_shape,
    vz_template_where
};

static const vz_edit_t  vz_template_edit = {
    "template", &vz_template_admin_form, &vz_template_admin_change_form,
    &vz_template_insert, &vz_template_update, &vz_template_delete,
    "Containers were made of this template: switch it off instead.",
    &vz_template_listing, NULL
};


void
vz_template_admin_list(vz_call_t *call)
{
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_uint_t   limit;

    if (vz_listing_read(call, &vz_template_listing, vz_no_binds, &rows,
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
    vz_listing_items(out, &vz_template_listing, &rows, limit);
    vz_json_close(out);
}


static void
vz_template_where(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    ngx_str_t       name;
    ngx_uint_t      i, n;
    vz_node_row_t  *nodes[VZ_NODES_MAX];

    name = vz_cell_text(rows, row, 1);
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
                name = vz_cell_text(rows, k, 1);
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
    vz_template_body_t  body;

    ngx_memzero(&body, sizeof(vz_template_body_t));
    body.enabled = 1;

    if (vz_body_read(call, &vz_template_admin_form, &body) == VZ_OK
        && vz_template_there(call, &body.name) == VZ_OK)
    {
        vz_edit_make(call, &vz_template_edit, &body);
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
        vz_call_invalid(call, "name", "absent", "not installed on any node");
        vz_call_refuse(call);
        return VZ_NOTEMPLATE;
    }

    return VZ_OK;
}


void
vz_template_admin_change(vz_call_t *call)
{
    vz_template_body_t  body;

    ngx_memzero(&body, sizeof(vz_template_body_t));

    (void) vz_template_ask(call->pool);
    vz_edit_change(call, &vz_template_edit, &body);
}


void
vz_template_admin_delete(vz_call_t *call)
{
    vz_edit_end(call, &vz_template_edit);
}
