/*
 * Columns of a resource.  One table of them feeds the forms that create and
 * change a row, its SQL, its JSON, and its schemas in the OpenAPI document.
 */

#ifndef VZ_COLUMN_H
#define VZ_COLUMN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "panel/api/fields.h"


typedef enum {
    VZ_COLUMN_TEXT = 0,     /* text of a field's grammar */
    VZ_COLUMN_LIST,         /* texts of the grammar, at most max; the column
                               has one space between them */
    VZ_COLUMN_INT,          /* min to max; with VZ_COLUMN_NULL a new row may be
                               without, and has no preset */
    VZ_COLUMN_LIMIT,        /* the same, or "unlimited", which is NULL */
    VZ_COLUMN_BOOL,
    VZ_COLUMN_TIME,         /* read as RFC 3339, to the second; never written */
    VZ_COLUMN_COUNT         /* how many rows of another table refer to this
                               one: never written, and such a row is not
                               deleted */
} vz_column_e;

/* who sets it; without any of these a column is only read */
#define VZ_COLUMN_CREATE    1       /* the form that creates a row has it */
#define VZ_COLUMN_CHANGE    2       /* the form that changes a row has it */
#define VZ_COLUMN_NEEDED    4       /* a row is not created without it */
#define VZ_COLUMN_WRITE     (VZ_COLUMN_CREATE | VZ_COLUMN_CHANGE)
#define VZ_COLUMN_REQUIRED  (VZ_COLUMN_WRITE | VZ_COLUMN_NEEDED)

#define VZ_COLUMN_NULL      8       /* the database and the reply have NULL for
                                       what is empty */
#define VZ_COLUMN_CLEAR     16      /* null in a change takes the value away */
#define VZ_COLUMN_HIDDEN    32      /* it is read, but the reply has none */
#define VZ_COLUMN_ONE       64      /* lists do not have it; these are the last
                                       of the table */
#define VZ_COLUMN_FORM      128     /* only the forms have it: the handler
                                       stores what it means */
#define VZ_COLUMN_STORED    256     /* only the statements that write have it:
                                       the handler sets it */
#define VZ_COLUMN_MEANT     512     /* no statement writes it: the handler
                                       stores what it means */
#define VZ_COLUMN_VISITOR   1024    /* the form of a visitor has it, too, */
#define VZ_COLUMN_ASKED     2048    /* and is not taken without it */

#define VZ_COLUMN_MAX       32      /* of a resource */

typedef struct {
    const char          *name;      /* in JSON; of the column, unless sql */
    vz_column_e          type;
    ngx_uint_t           flags;     /* of VZ_COLUMN_ */
    vz_field_e           field;     /* of TEXT and LIST, if it is written */
    int64_t              min;
    int64_t              max;
    int64_t              preset;    /* what a new row has if the body has no
                                       number, */
    const char          *text;      /* or no text; NULL: it is empty then */
    const char          *fresh;     /* the expression that a new row gets; or
                                       NULL: the value.  One without a ? takes
                                       no value */
    const char          *sql;       /* the expression that reads it, or NULL;
                                       of a COUNT the other table */
    const char          *key;       /* of a COUNT: its column that refers to
                                       the id of this one */
    const char *const   *words;     /* the only values a reply has, up to NULL;
                                       or NULL: any */
} vz_column_t;

/* vz_column(name, TYPE, flags, .min = 8, .max = 16): a row of a table */
#define vz_column(name_, type_, flags_, ...)                                  \
    { .name = name_, .type = VZ_COLUMN_##type_, .flags = flags_,              \
      __VA_ARGS__ }


#endif /* VZ_COLUMN_H */
