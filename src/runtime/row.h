/*
 * Cells of a row by the names of the statement's columns ("SELECT v.id AS vm"),
 * so that a column can be added anywhere; or all cells of a row into a struct,
 * by one list that makes the statement's columns, too.
 */

#ifndef VZ_ROW_H
#define VZ_ROW_H

#include <stddef.h>
#include "runtime/cell.h"


/*
 * vz_row_int: a whole number; vz_row_text: text, terminated, which lives as
 * long as rows; vz_row_null: whether it is NULL.  NULL, a cell of another type
 * and a row that is not there read as 0, an empty text, and NULL.  So does a
 * column that the statement does not have, which is logged as a bug.
 */
int64_t vz_row_int(const vz_rows_t *rows, ngx_uint_t row, const char *column);
ngx_str_t vz_row_text(const vz_rows_t *rows, ngx_uint_t row,
    const char *column);
ngx_uint_t vz_row_null(const vz_rows_t *rows, ngx_uint_t row,
    const char *column);

/*
 * vz_row_find: the place of a column, for vz_cell_int() and the like in a loop
 * over many rows; a place that no row has where the statement has no such
 * column, or no rows.
 */
ngx_uint_t vz_row_find(const vz_rows_t *rows, const char *column);


/* How a cell is stored in a member of a struct. */
typedef enum {
    VZ_ROW_END = 0,
    VZ_ROW_INT,             /* in an integer of 4 or 8 bytes */
    VZ_ROW_FLAG,            /* the same: 1 where the number is not 0, else 0 */
    VZ_ROW_GIVEN,           /* the same: 1 where it is not NULL, else 0 */
    VZ_ROW_TEXT,            /* in an ngx_str_t, as vz_row_text() */
    VZ_ROW_CHARS,           /* in an array: terminated, as many whole characters
                               of UTF-8 as fit */
    VZ_ROW_WORD             /* NAMED(names) below */
} vz_row_e;

typedef struct {
    vz_row_e                 type;
    size_t                   offset;
    size_t                   size;
    const char *const       *names;
} vz_row_member_t;

/*
 * The columns of a row are a macro, one line each; the struct is `of`:
 *
 *     #define VZ_USER_ROW(first, next, of)                                   \
 *         first(of, id, INT, "u.id")                                         \
 *         next(of, name, TEXT, "CONCAT(u.first_name, ' ', u.last_name)")
 *
 *     "SELECT " vz_row_sql(VZ_USER_ROW) " FROM user u"
 *     static const vz_row_member_t  vz_user_row[] =
 *         vz_row_members(VZ_USER_ROW, vz_user_t);
 *     vz_row_read(&rows, 0, 0, vz_user_row, &user);
 *
 * INT is a type of the enum; NAMED(names) in its place stores in an enum which
 * of these names the text is, counted from 1; 0: none of them.
 */

#define vz_row_sql(columns)  columns(vz_row_sql_first, vz_row_sql_next, 0)
#define vz_row_sql_first(of, member, type, sql)  sql
#define vz_row_sql_next(of, member, type, sql)  ", " sql

/* as many columns, all NULL, and how many that is */
#define vz_row_nulls(columns)  columns(vz_row_null_first, vz_row_null_next, 0)
#define vz_row_null_first(of, member, type, sql)  "NULL"
#define vz_row_null_next(of, member, type, sql)  ", NULL"

#define vz_row_count(columns)                                                 \
    sizeof((const char[]) { columns(vz_row_one, vz_row_one, 0) })
#define vz_row_one(of, member, type, sql)  1,

#define vz_row_members(columns, of)                                           \
    { columns(vz_row_member, vz_row_member, of) { .type = VZ_ROW_END } }
#define vz_row_member(of, member, type_, sql)                                 \
    { .offset = offsetof(of, member),                                         \
      .size = vz_row_size(((of *) NULL)->member,                              \
                          vz_row_kind(VZ_ROW_##type_)),                       \
      .type = VZ_ROW_##type_ },

/* what does not compile: TEXT that is no ngx_str_t, or the other way round */
#define vz_row_size(member, type)                                             \
    (sizeof(member) / (vz_row_is_text(member) == ((type) == VZ_ROW_TEXT)))
#define vz_row_is_text(member)                                                \
    __builtin_types_compatible_p(__typeof__(member), ngx_str_t)
#define vz_row_kind(...)  vz_row_kind_first(__VA_ARGS__, 0)
#define vz_row_kind_first(kind, ...)  kind
#define VZ_ROW_NAMED(names_)  VZ_ROW_WORD, .names = names_


/*
 * vz_row_read: store the cells of a row, from the column first on, in the
 * members of the struct; NULL and a row that is not there as above.  A
 * statement with fewer columns is logged as a bug.
 */
void vz_row_read(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t first,
    const vz_row_member_t *members, void *to);


#endif /* VZ_ROW_H */
