/*
 * Resources: lists, forms and changes by a table of columns.
 */

#include "panel/api/edit.h"
#include "panel/api/limit.h"
#include "panel/api/listing.h"
#include "panel/api/resource.h"
#include "panel/api/resource_sql.h"
#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "panel/api/strlist.h"
#include "panel/api/zone_ids.h"
#include "runtime/call.h"


static void vz_resource_item(vz_json_t *out, const vz_resource_t *resource,
    const vz_rows_t *rows, ngx_uint_t row);
static void vz_resource_member(vz_json_t *out, const vz_column_t *column,
    const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t cell);
static void vz_resource_done(vz_call_t *call, const vz_resource_t *resource,
    vz_code_e rc, uint64_t id, ngx_uint_t status);
static const char *vz_resource_action(vz_call_t *call,
    const vz_resource_t *resource, const char *verb);
static const vz_column_t *vz_resource_name(const vz_resource_t *resource);
static ngx_uint_t vz_resource_place(const vz_resource_t *resource,
    const char *name);
static ngx_uint_t vz_resource_cell(const vz_resource_t *resource,
    const char *name);


void
vz_resource_list(vz_call_t *call, const vz_resource_t *resource,
    const vz_bind_t *binds, ngx_uint_t n)
{
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_uint_t   limit;

    if (vz_resource_page(call, resource, binds, n, &rows, &limit) != VZ_OK) {
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_resource_items(out, resource, &rows, limit);
    vz_json_close(out);
}


vz_code_e
vz_resource_page(vz_call_t *call, const vz_resource_t *resource,
    const vz_bind_t *binds, ngx_uint_t n, vz_rows_t *rows, ngx_uint_t *limit)
{
    return vz_listing_query(call, &resource->sql.rows, resource->args, binds,
                            n, rows, limit);
}


void
vz_resource_items(vz_json_t *out, const vz_resource_t *resource,
    const vz_rows_t *rows, ngx_uint_t limit)
{
    ngx_uint_t  i;

    vz_json_array(out, "items");

    for (i = 0; i < rows->rows && i < limit; i++) {
        vz_resource_item(out, resource, rows, i);
    }

    vz_listing_next(out, rows->rows > limit
                         ? vz_resource_int(resource, rows, i - 1,
                                           resource->columns[0].name)
                         : 0);
}


static void
vz_resource_item(vz_json_t *out, const vz_resource_t *resource,
    const vz_rows_t *rows, ngx_uint_t row)
{
    vz_json_object(out, NULL);
    vz_resource_members(out, resource, rows, row);

    if (resource->more != NULL) {
        resource->more(out, rows, row);
    }

    vz_json_close(out);
}


vz_code_e
vz_resource_find(vz_call_t *call, const vz_resource_t *resource, uint64_t id,
    vz_rows_t *rows)
{
    return vz_route_row(call, &resource->sql.one, vz_binds(vz_int(id)), rows);
}


void
vz_resource_one(vz_call_t *call, const vz_resource_t *resource, uint64_t id,
    ngx_uint_t status)
{
    vz_rows_t  rows;

    if (vz_resource_find(call, resource, id, &rows) == VZ_OK) {
        vz_resource_item(vz_call_reply(call, status), resource, &rows, 0);
    }
}


void
vz_resource_members(vz_json_t *out, const vz_resource_t *resource,
    const vz_rows_t *rows, ngx_uint_t row)
{
    ngx_uint_t          i, cell;
    const vz_column_t  *column;

    cell = 0;

    for (i = 0; i < resource->count && cell < rows->columns; i++) {
        column = &resource->columns[i];

        if (!vz_resource_sql_read(column)) {
            continue;
        }

        if (!(column->flags & VZ_COLUMN_HIDDEN)) {
            vz_resource_member(out, column, rows, row, cell);
        }

        cell++;
    }
}


static void
vz_resource_member(vz_json_t *out, const vz_column_t *column,
    const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t cell)
{
    int64_t    number;
    ngx_str_t  text;

    number = vz_cell_int(rows, row, cell);
    text = vz_cell_text(rows, row, cell);

    switch (column->type) {

    case VZ_COLUMN_TEXT:
    case VZ_COLUMN_TIME:
        if (column->flags & VZ_COLUMN_NULL) {
            vz_json_opt(out, column->name, text);
        } else {
            vz_json_text(out, column->name, &text);
        }

        return;

    case VZ_COLUMN_LIST:
        vz_row_json_words(out, column->name, text);
        return;

    case VZ_COLUMN_BOOL:
        vz_json_bool(out, column->name, number != 0);
        return;

    case VZ_COLUMN_LIMIT:
        vz_limit_json(out, column->name, number);
        return;

    default:
        break;
    }

    if (vz_cell_null(rows, row, cell)) {
        vz_json_null(out, column->name);
    } else {
        vz_json_int(out, column->name, number);
    }
}


vz_code_e
vz_resource_read(vz_call_t *call, const vz_body_t *form,
    vz_resource_values_t *values)
{
    vz_code_e           rc;
    vz_bind_t          *value;
    ngx_uint_t          i;
    const vz_column_t  *column;

    ngx_memzero(values, sizeof(vz_resource_values_t));

    for (i = 0;
         form->use == VZ_COLUMN_CREATE && i < form->resource->count;
         i++)
    {
        column = &form->resource->columns[i];
        value = &values->columns[i];

        value->number = column->preset;
        value->text.data = (u_char *) column->text;
        value->text.len = column->text ? ngx_strlen(column->text) : 0;
    }

    rc = vz_body_read(call, form, values);

    if (rc == VZ_OK) {
        vz_resource_typed(call, form, values);
    }

    return rc;
}


void
vz_resource_typed(vz_call_t *call, const vz_body_t *form,
    vz_resource_values_t *values)
{
    vz_bind_t          *value;
    ngx_uint_t          i;
    const vz_column_t  *column;

    for (i = 0; i < form->resource->count; i++) {
        column = &form->resource->columns[i];
        value = &values->columns[i];

        if (!(column->flags & form->use)
            || (column->flags & VZ_COLUMN_STORED))
        {
            continue;
        }

        /* null, or no limit any more */

        values->cleared[i] = column->type == VZ_COLUMN_LIMIT
                             ? vz_body_given(call, column->name)
                             : vz_body_cleared(call, column->name);

        if (column->type == VZ_COLUMN_TEXT || column->type == VZ_COLUMN_LIST) {
            value->type = value->text.len ? VZ_BIND_TEXT : VZ_BIND_NULL;

        } else if ((form->use == VZ_COLUMN_CREATE
                    && !(column->flags & VZ_COLUMN_NULL))
                   || vz_body_given(call, column->name))
        {
            value->type = VZ_BIND_INT;
        }
    }
}


void
vz_resource_create(vz_call_t *call, const vz_resource_t *resource,
    const vz_resource_values_t *values)
{
    vz_code_e           rc;
    vz_rows_t           rows;
    vz_bind_t           binds[VZ_COLUMN_MAX * 2];
    ngx_uint_t          n;
    const vz_column_t  *name;

    n = vz_resource_bind(resource, values, VZ_COLUMN_CREATE, binds);
    name = vz_resource_name(resource);

    rc = vz_edit_write(call, &resource->sql.insert, binds, n,
                       vz_resource_action(call, resource, "make"),
                       vz_call_printf(call, "%s %V", resource->kind,
                                      &values->columns[name
                                                       - resource->columns]
                                           .text),
                       &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_possible",
                        "There are already %ui of %ui possible %ss.",
                        resource->most, resource->most, resource->kind);
        return;
    }

    vz_resource_done(call, resource, rc, rows.insert_id, NGX_HTTP_CREATED);
}


void
vz_resource_change(vz_call_t *call, const vz_resource_t *resource)
{
    uint64_t              id;
    vz_resource_values_t  values;

    if (vz_route_id(call, 0, &id) == VZ_OK
        && vz_resource_read(call, &resource->change, &values) == VZ_OK)
    {
        vz_resource_store(call, resource, &values, id);
    }
}


void
vz_resource_store(vz_call_t *call, const vz_resource_t *resource,
    const vz_resource_values_t *values, uint64_t id)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_bind_t   binds[VZ_COLUMN_MAX * 2 + 1];
    ngx_uint_t  n;

    n = vz_resource_bind(resource, values, VZ_COLUMN_CHANGE, binds);
    binds[n++] = vz_int(id);

    rc = vz_edit_write(call, &resource->sql.update, binds, n,
                       vz_resource_action(call, resource, "change"),
                       vz_call_printf(call, "%s %uL", resource->kind, id),
                       &rows);

    vz_resource_done(call, resource, rc, id, NGX_HTTP_OK);
}


static void
vz_resource_done(vz_call_t *call, const vz_resource_t *resource, vz_code_e rc,
    uint64_t id, ngx_uint_t status)
{
    if (rc == VZ_DUPLICATE) {
        vz_edit_exists(call, vz_resource_name(resource)->name);
        return;
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    vz_zone_bump(VZ_GENERATION_CATALOG);

    if (resource->reply != NULL) {
        resource->reply(call, id, status);
        return;
    }

    vz_resource_one(call, resource, id, status);
}


void
vz_resource_delete(vz_call_t *call, const vz_resource_t *resource)
{
    uint64_t   id;
    vz_code_e  rc;
    vz_rows_t  rows;

    if (vz_route_id(call, 0, &id) != VZ_OK) {
        return;
    }

    rc = vz_edit_write(call, &resource->sql.remove, vz_binds(vz_int(id)),
                       vz_resource_action(call, resource, "end"),
                       vz_call_printf(call, "%s %uL", resource->kind, id),
                       &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (rows.affected) {
        vz_zone_bump(VZ_GENERATION_CATALOG);
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
        return;
    }

    if (vz_resource_find(call, resource, id, &rows) == VZ_OK) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "in_use", "%s",
                        resource->needed);
    }
}


static const char *
vz_resource_action(vz_call_t *call, const vz_resource_t *resource,
    const char *verb)
{
    return (char *) vz_call_printf(call, "%s.%s", resource->kind, verb).data;
}


ngx_uint_t
vz_resource_bind(const vz_resource_t *resource,
    const vz_resource_values_t *values, ngx_uint_t use,
    vz_bind_t binds[VZ_COLUMN_MAX * 2])
{
    vz_bind_t           value;
    ngx_uint_t          i, n;
    const vz_column_t  *column;

    n = 0;

    for (i = 0; i < resource->count; i++) {
        column = &resource->columns[i];
        value = values->columns[i];

        if (!vz_resource_sql_write(column, use)
            || (use == VZ_COLUMN_CREATE && column->fresh != NULL
                && ngx_strchr(column->fresh, '?') == NULL))
        {
            continue;
        }

        if (column->type == VZ_COLUMN_LIMIT && value.type == VZ_BIND_INT) {
            value = vz_limit_bind(value.number);
        }

        if (use == VZ_COLUMN_CHANGE && vz_resource_sql_clears(column)) {
            binds[n++] = vz_int(value.type == VZ_BIND_NULL
                                && values->cleared[i]);
        }

        /* a new row has empty text where it may not have NULL */

        if (use == VZ_COLUMN_CREATE && value.type == VZ_BIND_NULL
            && !vz_resource_sql_null(column)
            && (column->type == VZ_COLUMN_TEXT
                || column->type == VZ_COLUMN_LIST))
        {
            value = vz_bind_cstr("");
        }

        binds[n++] = value;
    }

    return n;
}


/* the column that tells rows apart for people: no two have the same */

static const vz_column_t *
vz_resource_name(const vz_resource_t *resource)
{
    ngx_uint_t  i;

    for (i = 0; i < resource->count - 1; i++) {
        if (resource->columns[i].flags & VZ_COLUMN_CREATE) {
            break;
        }
    }

    return &resource->columns[i];
}


vz_bind_t *
vz_resource_value(const vz_resource_t *resource, vz_resource_values_t *values,
    const char *name)
{
    return &values->columns[vz_resource_place(resource, name)];
}


void
vz_resource_set(const vz_resource_t *resource, vz_resource_values_t *values,
    const char *name, ngx_str_t text)
{
    *vz_resource_value(resource, values, name) = vz_bind_opt(text);
}


u_char *
vz_resource_clear(const vz_resource_t *resource, vz_resource_values_t *values,
    const char *name)
{
    return &values->cleared[vz_resource_place(resource, name)];
}


static ngx_uint_t
vz_resource_place(const vz_resource_t *resource, const char *name)
{
    ngx_uint_t  i;

    for (i = 0; i < resource->count - 1; i++) {
        if (ngx_strcmp(resource->columns[i].name, name) == 0) {
            break;
        }
    }

    return i;
}


int64_t
vz_resource_int(const vz_resource_t *resource, const vz_rows_t *rows,
    ngx_uint_t row, const char *name)
{
    return vz_cell_int(rows, row, vz_resource_cell(resource, name));
}


ngx_str_t
vz_resource_text(const vz_resource_t *resource, const vz_rows_t *rows,
    ngx_uint_t row, const char *name)
{
    return vz_cell_text(rows, row, vz_resource_cell(resource, name));
}


static ngx_uint_t
vz_resource_cell(const vz_resource_t *resource, const char *name)
{
    ngx_uint_t          i, cell;
    const vz_column_t  *column;

    cell = 0;

    for (i = 0; i < resource->count; i++) {
        column = &resource->columns[i];

        if (!vz_resource_sql_read(column)) {
            continue;
        }

        if (ngx_strcmp(column->name, name) == 0) {
            return cell;
        }

        cell++;
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "vzpanel: %s has no column \"%s\"", resource->kind, name);

    return cell;
}
