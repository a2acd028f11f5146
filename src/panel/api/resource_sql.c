/*
 * The statements of a resource.
 */

#include "panel/api/resource_sql.h"


typedef void (*vz_resource_sql_pt)(FILE *out, const vz_resource_t *resource);


static vz_code_e vz_resource_sql_one(const vz_resource_t *resource,
    const char *what, vz_resource_sql_pt write, vz_sql_t *sql);
static void vz_resource_sql_rows(FILE *out, const vz_resource_t *resource);
static void vz_resource_sql_row(FILE *out, const vz_resource_t *resource);
static void vz_resource_sql_select(FILE *out, const vz_resource_t *resource,
    ngx_uint_t one);
static void vz_resource_sql_column(FILE *out, const vz_resource_t *resource,
    const vz_column_t *column);
static void vz_resource_sql_insert(FILE *out, const vz_resource_t *resource);
static void vz_resource_sql_update(FILE *out, const vz_resource_t *resource);
static void vz_resource_sql_remove(FILE *out, const vz_resource_t *resource);
static ngx_uint_t vz_resource_sql_writes(const vz_resource_t *resource,
    ngx_uint_t use);


vz_code_e
vz_resource_sql_compose(vz_resource_t *resource)
{
    vz_code_e           rc;
    vz_resource_sql_t  *sql;

    if (resource->count > VZ_COLUMN_MAX) {
        return VZ_INTERNAL;
    }

    sql = &resource->sql;

    rc = vz_resource_sql_one(resource, "one", vz_resource_sql_row, &sql->one);

    if (rc == VZ_OK && resource->rest != NULL) {
        rc = vz_resource_sql_one(resource, "rows", vz_resource_sql_rows,
                                 &sql->rows);
    }

    if (rc == VZ_OK && vz_resource_sql_writes(resource, VZ_COLUMN_CREATE)) {
        rc = vz_resource_sql_one(resource, "insert", vz_resource_sql_insert,
                                 &sql->insert);
    }

    if (rc == VZ_OK && vz_resource_sql_writes(resource, VZ_COLUMN_CHANGE)) {
        rc = vz_resource_sql_one(resource, "update", vz_resource_sql_update,
                                 &sql->update);
    }

    if (rc == VZ_OK && resource->needed != NULL) {
        rc = vz_resource_sql_one(resource, "delete", vz_resource_sql_remove,
                                 &sql->remove);
    }

    return rc;
}


static vz_code_e
vz_resource_sql_one(const vz_resource_t *resource, const char *what,
    vz_resource_sql_pt write, vz_sql_t *sql)
{
    char    *name, *text;
    FILE    *out;
    size_t   size;

    if (asprintf(&name, "%s %s", resource->kind, what) < 0) {
        return VZ_INTERNAL;
    }

    out = open_memstream(&text, &size);

    if (out == NULL) {
        free(name);
        return VZ_INTERNAL;
    }

    write(out, resource);

    if (fclose(out) != 0) {
        free(name);
        return VZ_INTERNAL;
    }

    sql->name = name;
    sql->text = text;

    return VZ_OK;
}


static void
vz_resource_sql_rows(FILE *out, const vz_resource_t *resource)
{
    vz_resource_sql_select(out, resource, 0);
    fprintf(out, " %s", resource->rest);
}


static void
vz_resource_sql_row(FILE *out, const vz_resource_t *resource)
{
    vz_resource_sql_select(out, resource, 1);
    fprintf(out, " WHERE %s.%s = ?", resource->alias,
            resource->columns[0].name);

    if (resource->rest_one != NULL) {
        fprintf(out, " %s", resource->rest_one);
    }
}


static void
vz_resource_sql_select(FILE *out, const vz_resource_t *resource,
    ngx_uint_t one)
{
    ngx_uint_t          i;
    const char         *comma;
    const vz_column_t  *column;

    comma = "SELECT ";

    for (i = 0; i < resource->count; i++) {
        column = &resource->columns[i];

        if (!vz_resource_sql_read(column)
            || (!one && (column->flags & VZ_COLUMN_ONE)))
        {
            continue;
        }

        fputs(comma, out);
        vz_resource_sql_column(out, resource, column);
        comma = ", ";
    }

    fprintf(out, " FROM %s %s", resource->table, resource->alias);

    if (resource->joins != NULL) {
        fprintf(out, " %s", resource->joins);
    }
}


static void
vz_resource_sql_column(FILE *out, const vz_resource_t *resource,
    const vz_column_t *column)
{
    const char  *alias;

    alias = resource->alias;

    if (column->type == VZ_COLUMN_COUNT) {
        fprintf(out, "(SELECT COUNT(*) FROM %s WHERE %s.%s = %s.%s)",
                column->sql, column->sql, column->key, alias,
                resource->columns[0].name);

    } else if (column->sql != NULL) {
        fprintf(out, "%s", column->sql);

    } else if (column->type == VZ_COLUMN_TIME) {
        fprintf(out, "DATE_FORMAT(%s.%s, '%%Y-%%m-%%dT%%TZ')", alias,
                column->name);

    } else {
        fprintf(out, "%s.%s", alias, column->name);
    }
}


static void
vz_resource_sql_insert(FILE *out, const vz_resource_t *resource)
{
    ngx_uint_t          i;
    const char         *comma;
    const vz_column_t  *column;

    fprintf(out, "INSERT INTO %s", resource->table);
    comma = " (";

    for (i = 0; i < resource->count; i++) {
        column = &resource->columns[i];

        if (vz_resource_sql_write(column, VZ_COLUMN_CREATE)) {
            fprintf(out, "%s%s", comma, column->name);
            comma = ", ";
        }
    }

    comma = resource->most ? ") SELECT " : ") VALUES (";

    for (i = 0; i < resource->count; i++) {
        column = &resource->columns[i];

        if (vz_resource_sql_write(column, VZ_COLUMN_CREATE)) {
            fprintf(out, "%s%s", comma,
                    column->fresh != NULL ? column->fresh : "?");
            comma = ", ";
        }
    }

    if (resource->most) {
        fprintf(out, " FROM DUAL WHERE (SELECT COUNT(*) FROM %s%s%s%s) < %u",
                resource->table, resource->most_of ? " WHERE " : "",
                resource->most_of ? resource->most_of : "",
                resource->most_of ? " = ?" : "", (unsigned) resource->most);
    } else {
        fputs(")", out);
    }
}


/* NULL leaves a column as it is; what may be cleared is told so first */

static void
vz_resource_sql_update(FILE *out, const vz_resource_t *resource)
{
    ngx_uint_t          i;
    const char         *comma;
    const vz_column_t  *column;

    fprintf(out, "UPDATE %s SET ", resource->table);
    comma = "";

    for (i = 0; i < resource->count; i++) {
        column = &resource->columns[i];

        if (!vz_resource_sql_write(column, VZ_COLUMN_CHANGE)) {
            continue;
        }

        if (vz_resource_sql_clears(column)) {
            fprintf(out, "%s%s = IF(?, %s, COALESCE(?, %s))", comma,
                    column->name,
                    vz_resource_sql_null(column) ? "NULL" : "''",
                    column->name);
        } else {
            fprintf(out, "%s%s = COALESCE(?, %s)", comma, column->name,
                    column->name);
        }

        comma = ", ";
    }

    fprintf(out, " WHERE %s = ?", resource->columns[0].name);

    if (resource->open != NULL) {
        fprintf(out, " AND %s", resource->open);
    }
}


static void
vz_resource_sql_remove(FILE *out, const vz_resource_t *resource)
{
    ngx_uint_t          i;
    const char         *id;
    const vz_column_t  *column;

    id = resource->columns[0].name;
    fprintf(out, "DELETE FROM %s WHERE %s = ?", resource->table, id);

    for (i = 0; i < resource->count; i++) {
        column = &resource->columns[i];

        if (column->type == VZ_COLUMN_COUNT) {
            fprintf(out, " AND NOT EXISTS (SELECT 1 FROM %s"
                    " WHERE %s.%s = %s.%s)", column->sql, column->sql,
                    column->key, resource->table, id);
        }
    }
}


ngx_uint_t
vz_resource_sql_read(const vz_column_t *column)
{
    return !(column->flags & (VZ_COLUMN_FORM | VZ_COLUMN_STORED));
}


ngx_uint_t
vz_resource_sql_write(const vz_column_t *column, ngx_uint_t use)
{
    return ((column->flags & use)
            && !(column->flags & (VZ_COLUMN_FORM | VZ_COLUMN_MEANT)))
           || (use == VZ_COLUMN_CREATE && column->fresh != NULL);
}


ngx_uint_t
vz_resource_sql_null(const vz_column_t *column)
{
    return (column->flags & VZ_COLUMN_NULL) || column->type == VZ_COLUMN_LIMIT;
}


ngx_uint_t
vz_resource_sql_clears(const vz_column_t *column)
{
    return (column->flags & VZ_COLUMN_CLEAR)
           || column->type == VZ_COLUMN_LIMIT;
}


/* how many columns the statement of that use writes */

static ngx_uint_t
vz_resource_sql_writes(const vz_resource_t *resource, ngx_uint_t use)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < resource->count; i++) {
        n += vz_resource_sql_write(&resource->columns[i], use);
    }

    return n;
}
