/*
 * A resource: rows of one table that administrators list, create, change and
 * delete.  What it is made of stands in its columns; the statements are
 * composed of them once, at worker start, and "openapi --sql" prints them.
 */

#ifndef VZ_RESOURCE_H
#define VZ_RESOURCE_H

#include "panel/api/body.h"
#include "panel/api/column.h"
#include "panel/api/query.h"


/* Adds members that no column has to the JSON object of a row. */
typedef void (*vz_resource_more_pt)(vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row);

/* Replies with the resource of this id as it is now. */
typedef void (*vz_resource_reply_pt)(vz_call_t *call, uint64_t id,
    ngx_uint_t status);

/* Composed; a text is NULL where the resource has no such statement. */
typedef struct {
    vz_sql_t                 rows;      /* binds: what the caller has, then the
                                           arguments of the query string */
    vz_sql_t                 one;       /* binds: the id */
    vz_sql_t                 insert;    /* binds: CREATE columns */
    vz_sql_t                 update;    /* binds: CHANGE columns, and the id; a
                                           CLEAR column takes two */
    vz_sql_t                 remove;    /* binds: the id */
} vz_resource_sql_t;

typedef struct vz_resource_s {
    const char              *kind;      /* "plan": in audit and messages */
    const char              *schema;    /* "Plan": of an item of a list */
    const char              *schema_one;    /* of one row; NULL: the same */
    const char              *table;
    const char              *alias;     /* of the table, in expressions */
    const char              *joins;     /* after the table, or NULL */
    const vz_column_t       *columns;   /* the first is the id; the first that
                                           is CREATE is the unique name */
    ngx_uint_t               count;
    const char              *rest;      /* of the list: WHERE and what follows;
                                           NULL: there is no list */
    const char              *rest_one;  /* of one row: what follows its WHERE,
                                           or NULL */
    const vz_query_args_t   *args;      /* of the list, or NULL */
    ngx_uint_t               most;      /* rows that may exist; 0: any */
    const char              *most_of;   /* as many rows of one value of this
                                           column, which insert binds once more
                                           behind the others; NULL: in all */
    const char              *open;      /* of the update statement: what else
                                           holds of a row that is changed, or
                                           NULL */
    const char              *needed;    /* the reply if a row that is referred
                                           to is to be deleted; NULL: no row
                                           is ever deleted by it */
    vz_resource_more_pt      more;      /* or NULL */
    vz_resource_reply_pt     reply;     /* NULL: vz_resource_one() */
    vz_body_t                create;    /* its forms, vz_resource_forms() */
    vz_body_t                change;
    vz_resource_sql_t        sql;
} vz_resource_t;

/* vz_resource("plan", "Plan", "plan", "p", vz_plan_columns): what all have */
#define vz_resource(kind_, schema_, table_, alias_, columns_)                 \
    .kind = kind_, .schema = schema_, .table = table_, .alias = alias_,       \
    .columns = columns_, .count = sizeof(columns_) / sizeof(vz_column_t)

/* vz_resource_forms(vz_plan_admin_resource, "Plan"): both forms, the second
   one is "PlanChange" */
#define vz_resource_forms(resource, name)                                     \
    .create = vz_body_columns(name, &resource, VZ_COLUMN_CREATE),             \
    .change = vz_body_columns(name "Change", &resource, VZ_COLUMN_CHANGE)

/* What a body had: one value for each column, at its place. */
typedef struct {
    vz_bind_t                columns[VZ_COLUMN_MAX];
    u_char                   cleared[VZ_COLUMN_MAX];    /* it takes the value
                                                           away */
} vz_resource_values_t;


/*
 * vz_resource_list: reply to GET with a page of rows; binds are what the list's
 * statement takes before the arguments.  vz_resource_page: only read them: one
 * more than *limit, if there is a next page; VZ_OK, or another code with the
 * reply already set.  vz_resource_items: write them as "items" and "next".
 */
void vz_resource_list(vz_call_t *call, const vz_resource_t *resource,
    const vz_bind_t *binds, ngx_uint_t n);
vz_code_e vz_resource_page(vz_call_t *call, const vz_resource_t *resource,
    const vz_bind_t *binds, ngx_uint_t n, vz_rows_t *rows, ngx_uint_t *limit);
void vz_resource_items(vz_json_t *out, const vz_resource_t *resource,
    const vz_rows_t *rows, ngx_uint_t limit);

/*
 * vz_resource_find: look up the row of an id.  VZ_OK, or another code with the
 * reply already set.  vz_resource_one: reply with it, or 404.
 */
vz_code_e vz_resource_find(vz_call_t *call, const vz_resource_t *resource,
    uint64_t id, vz_rows_t *rows);
void vz_resource_one(vz_call_t *call, const vz_resource_t *resource,
    uint64_t id, ngx_uint_t status);

/*
 * vz_resource_members: the members of a row, into the open object; those of
 * `more` are not among them.
 */
void vz_resource_members(vz_json_t *out, const vz_resource_t *resource,
    const vz_rows_t *rows, ngx_uint_t row);

/*
 * vz_resource_read: read the body of the form, which has columns alone, into
 * values, over the presets if it is the form that creates a row.  VZ_OK, or
 * another code with the reply already set.  vz_resource_typed: give the values
 * of a form their types, after a vz_body_read() by the caller.
 */
vz_code_e vz_resource_read(vz_call_t *call, const vz_body_t *form,
    vz_resource_values_t *values);
void vz_resource_typed(vz_call_t *call, const vz_body_t *form,
    vz_resource_values_t *values);

/*
 * vz_resource_create: insert a row of values, audit it, reply 201.
 * vz_resource_change: read the form, update the row whose id is the path's
 * first parameter, audit it, reply 200.  vz_resource_store: the same with
 * values that were read already.  vz_resource_delete: delete that row, audit
 * it, reply 204, 404, or 409 if other rows refer to it.
 */
void vz_resource_create(vz_call_t *call, const vz_resource_t *resource,
    const vz_resource_values_t *values);
void vz_resource_change(vz_call_t *call, const vz_resource_t *resource);
void vz_resource_store(vz_call_t *call, const vz_resource_t *resource,
    const vz_resource_values_t *values, uint64_t id);
void vz_resource_delete(vz_call_t *call, const vz_resource_t *resource);

/*
 * vz_resource_bind: values as those of the insert statement, or of the update
 * statement without its id (use: VZ_COLUMN_CREATE or VZ_COLUMN_CHANGE); how
 * many.
 */
ngx_uint_t vz_resource_bind(const vz_resource_t *resource,
    const vz_resource_values_t *values, ngx_uint_t use,
    vz_bind_t binds[VZ_COLUMN_MAX * 2]);

/*
 * vz_resource_value: the value of a column, by name; never NULL.
 * vz_resource_set: make a text that value; an empty one is NULL.
 * vz_resource_clear: whether the body takes the value away; setting it is
 * telling so of a column that the handler sets.
 */
vz_bind_t *vz_resource_value(const vz_resource_t *resource,
    vz_resource_values_t *values, const char *name);
void vz_resource_set(const vz_resource_t *resource,
    vz_resource_values_t *values, const char *name, ngx_str_t text);
u_char *vz_resource_clear(const vz_resource_t *resource,
    vz_resource_values_t *values, const char *name);

/*
 * vz_resource_int, vz_resource_text: a cell of a row that the resource's own
 * statements read, by the column's name; NULL is 0 or an empty text.
 */
int64_t vz_resource_int(const vz_resource_t *resource, const vz_rows_t *rows,
    ngx_uint_t row, const char *name);
ngx_str_t vz_resource_text(const vz_resource_t *resource,
    const vz_rows_t *rows, ngx_uint_t row, const char *name);


#endif /* VZ_RESOURCE_H */
