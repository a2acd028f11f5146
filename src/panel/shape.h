/*
 * Rows of the database as JSON by table: what each cell is called and is.
 */

#ifndef VZ_SHAPE_H
#define VZ_SHAPE_H

#include "../runtime/db.h"
#include "../runtime/json.h"


typedef enum {
    VZ_SHAPE_INT = 0,       /* a number, null for NULL */
    VZ_SHAPE_TEXT,          /* text, "" for NULL */
    VZ_SHAPE_OPT,           /* text, null for NULL and "" */
    VZ_SHAPE_BOOL,
    VZ_SHAPE_LIMIT,         /* a number, "unlimited" for 0 */
    VZ_SHAPE_WORDS,         /* "a b" as the array of its words */
    VZ_SHAPE_HIDDEN,        /* a cell that is not shown */

    /* these two take no cell */
    VZ_SHAPE_OBJECT,        /* the object of what follows up to its END; null
                               where its first cell is NULL */
    VZ_SHAPE_END
} vz_shape_e;

typedef struct {
    const char                *name;
    vz_shape_e                 type;
} vz_shape_member_t;

/* one for each cell of a row, in the order of the statement's columns */
typedef struct {
    ngx_uint_t                 count;
    const vz_shape_member_t   *members;
} vz_shape_t;

#define vz_shape(members)                                                     \
    { sizeof(members) / sizeof(vz_shape_member_t), members }

/* a column as RFC 3339, to the second */
#define vz_shape_time(column)  "DATE_FORMAT(" column ", '%Y-%m-%dT%TZ')"


/* vz_shape_members: the members of a row, into the object that is open. */
void vz_shape_members(vz_json_t *out, const vz_shape_t *shape,
    const vz_rows_t *rows, ngx_uint_t row);

/* vz_shape_rows: all rows as the array key. */
void vz_shape_rows(vz_json_t *out, const char *key, const vz_shape_t *shape,
    const vz_rows_t *rows);


#endif /* VZ_SHAPE_H */
