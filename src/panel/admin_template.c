/*
 * /api/admin/templates: which of the systems that the nodes have installed
 * are offered, and under which name.
 */

#include "admin.h"
#include "template.h"


typedef struct {
    ngx_str_t       name;
    ngx_str_t       label;
    int64_t         enabled;
    int64_t         position;
} vz_template_body_t;


static void vz_template_one(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);
static void vz_template_nodes(vz_json_t *out);
static void vz_template_installed(vz_json_t *out, const vz_rows_t *rows);
static void vz_template_reply(vz_call_t *call, uint64_t id,
    ngx_uint_t status);
static vz_code_e vz_template_there(vz_call_t *call, const ngx_str_t *name);


static const vz_form_member_t  vz_template_members[] = {
    { "name", VZ_FORM_FIELD, VZ_FIELD_TEMPLATE, 1, 0, 0,
      offsetof(vz_template_body_t, name) },
    { "label", VZ_FORM_FIELD, VZ_FIELD_LABEL, 1, 0, 0,
      offsetof(vz_template_body_t, label) },
    { "enabled", VZ_FORM_BOOL, 0, 0, 0, 1,
      offsetof(vz_template_body_t, enabled) },
    { "position", VZ_FORM_INT, 0, 0, -1000000, 1000000,
      offsetof(vz_template_body_t, position) }
};

static const vz_form_member_t  vz_template_changes[] = {
    { "label", VZ_FORM_FIELD, VZ_FIELD_LABEL, 0, 0, 0,
      offsetof(vz_template_body_t, label) },
    { "enabled", VZ_FORM_BOOL, 0, 0, 0, 1,
      offsetof(vz_template_body_t, enabled) },
    { "position", VZ_FORM_INT, 0, 0, -1000000, 1000000,
      offsetof(vz_template_body_t, position) }
};

const vz_form_t  vz_template_form = vz_form("Template", vz_template_members);
const vz_form_t  vz_template_change_form =
    vz_form("TemplateChange", vz_template_changes);


static const vz_sql_t  vz_template_rows = vz_sql("admin templates",
    "SELECT t.id, t.name, t.label, t.enabled, t.position,"
    " (SELECT COUNT(*) FROM vm v WHERE v.template_id = t.id)"
    " FROM template t WHERE (? = 0 OR t.id = ?)"
    " ORDER BY t.position, t.label, t.name LIMIT 256");

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

static const vz_sql_t  vz_template_exists = vz_sql("template exists",
    "SELECT 1 FROM template WHERE id = ?");


void
vz_admin_templates(vz_call_t *call)
{
    vz_code_e    rc;
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_uint_t   i;

    rc = vz_db_query(NULL, call->pool, &vz_template_rows,
                     vz_binds(vz_int(0), vz_int(0)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    /* without a node there is nothing installed, but the rows can be seen */

    (void) vz_template_ask(call->pool);

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_template_nodes(out);
    vz_template_installed(out, &rows);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows; i++) {
        vz_template_one(out, &rows, i);
    }

    vz_admin_page(out, 0);
}


static void
vz_template_one(vz_json_t *out, const vz_rows_t *rows, ngx_uint_t row)
{
    ngx_str_t       name, label;
    ngx_uint_t      i, n;
    vz_node_row_t  *nodes[VZ_NODES_MAX];

    name = vz_cell_text(rows, row, 1);
    label = vz_cell_text(rows, row, 2);

    vz_json_object(out, NULL);
    vz_json_int(out, "id", vz_cell_int(rows, row, 0));
    vz_json_text(out, "name", &name);
    vz_json_text(out, "label", &label);
    vz_json_bool(out, "enabled", vz_cell_int(rows, row, 3) != 0);
    vz_json_int(out, "position", vz_cell_int(rows, row, 4));
    vz_json_int(out, "vms", vz_cell_int(rows, row, 5));
    vz_json_array(out, "nodes");

    n = vz_node_rows(nodes);

    for (i = 0; i < n; i++) {
        if (vz_node_has(nodes[i], &name)) {
            vz_json_text(out, NULL, &nodes[i]->name);
        }
    }

    vz_json_close(out);
    vz_json_close(out);
}


static void
vz_template_nodes(vz_json_t *out)
{
    ngx_uint_t      i, n;
    vz_node_row_t  *nodes[VZ_NODES_MAX];

    n = vz_node_rows(nodes);

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

    n = vz_node_rows(nodes);

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


static void
vz_template_reply(vz_call_t *call, uint64_t id, ngx_uint_t status)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, call->pool, &vz_template_rows,
                     vz_binds(vz_int(id), vz_int(id)), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.rows == 0) {
        vz_route_absent(call);
        return;
    }

    (void) vz_template_ask(call->pool);
    vz_template_one(vz_call_reply(call, status), &rows, 0);
}


void
vz_admin_template_make(vz_call_t *call)
{
    vz_code_e           rc;
    vz_rows_t           rows;
    vz_template_body_t  body;

    ngx_memzero(&body, sizeof(vz_template_body_t));
    body.enabled = 1;

    if (vz_form_read(call, &vz_template_form, &body) != VZ_OK
        || vz_template_there(call, &body.name) != VZ_OK)
    {
        return;
    }

    rc = vz_admin_write(call, &vz_template_insert,
                        vz_binds(vz_text(body.name), vz_text(body.label),
                                 vz_int(body.enabled),
                                 vz_int(body.position)),
                        "template.make",
                        vz_call_printf(call, "template %V", &body.name),
                        &rows);

    if (rc == VZ_DUPLICATE) {
        vz_admin_exists(call, "name");
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_change();
    vz_template_reply(call, rows.insert_id, NGX_HTTP_CREATED);
}


/* it may have been installed a moment ago: what is kept of it is asked anew */

static vz_code_e
vz_template_there(vz_call_t *call, const ngx_str_t *name)
{
    vz_code_e  rc;

    rc = vz_template_ask(call->pool);

    if (rc == VZ_OK && !vz_template_offered(name)) {
        vz_zone_change();
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
vz_admin_template_change(vz_call_t *call)
{
    uint64_t            id;
    vz_code_e           rc;
    vz_rows_t           rows;
    vz_template_body_t  body;

    ngx_memzero(&body, sizeof(vz_template_body_t));

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_form_read(call, &vz_template_change_form, &body) != VZ_OK)
    {
        return;
    }

    rc = vz_admin_write(call, &vz_template_update,
                        vz_binds(vz_opt(body.label),
                                 vz_admin_int(call, "enabled", body.enabled),
                                 vz_admin_int(call, "position",
                                              body.position),
                                 vz_int(id)),
                        "template.change",
                        vz_call_printf(call, "template %uL", id), &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_change();
    vz_template_reply(call, id, NGX_HTTP_OK);
}


void
vz_admin_template_end(vz_call_t *call)
{
    if (vz_admin_remove(call, &vz_template_delete, &vz_template_exists,
                        "template.end", "template",
                        "Containers were made of this template: switch it "
                        "off instead.")
        == VZ_OK)
    {
        vz_zone_change();
    }
}
