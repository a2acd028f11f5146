/*
 * Rows of the database as JSON by table: the name and the type of each cell.
 */

#ifndef VZ_ROW_JSON_H
#define VZ_ROW_JSON_H

#include "runtime/db.h"
#include "runtime/json.h"


typedef enum {
    VZ_ROW_JSON_INT = 0,    /* a number, null for NULL */
    VZ_ROW_JSON_TEXT,       /* text, "" for NULL */
    VZ_ROW_JSON_OPT,        /* text, null for NULL and "" */
    VZ_ROW_JSON_BOOL,
    VZ_ROW_JSON_LIMIT,      /* a number, "unlimited" for NULL */
    VZ_ROW_JSON_WORDS,      /* "a b" as the array of its words */
    VZ_ROW_JSON_HIDDEN,     /* a cell that is not shown */

    /* these two have no cell */
    VZ_ROW_JSON_OBJECT,     /* begins an object of the members up to END; null
                               if the first of them is NULL */
    VZ_ROW_JSON_END
} vz_row_json_e;

typedef struct {
    const char                *name;
    vz_row_json_e              type;
} vz_row_json_member_t;

/* one for each cell of a row, in the order of the statement's columns */
typedef struct {
    ngx_uint_t                   count;
    const vz_row_json_member_t  *members;
} vz_row_json_t;

#define vz_row_json(members)                                                  \
    { sizeof(members) / sizeof(vz_row_json_member_t), members }

/* a column as RFC 3339, to the second */
#define vz_row_json_time(column)  "DATE_FORMAT(" column ", '%Y-%m-%dT%TZ')"


/* vz_row_json_members: write the members of a row, into the open object. */
void vz_row_json_members(vz_json_t *out, const vz_row_json_t *shape,
    const vz_rows_t *rows, ngx_uint_t row);

/* vz_row_json_rows: write all rows as an array with the name key. */
void vz_row_json_rows(vz_json_t *out, const char *key,
    const vz_row_json_t *shape, const vz_rows_t *rows);

/* vz_row_json_words: an array of texts from one that has a space between. */
void vz_row_json_words(vz_json_t *out, const char *name, ngx_str_t text);


#endif /* VZ_ROW_JSON_H */
