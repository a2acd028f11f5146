/*
 * Cells of a row by name, and rows as structs.
 */

#include "runtime/row.h"


static void vz_row_store(const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t column, const vz_row_member_t *member, u_char *to);
static void vz_row_store_int(u_char *to, size_t size, int64_t number);
static void vz_row_store_chars(u_char *to, size_t size, ngx_str_t text);
static int64_t vz_row_named(const ngx_str_t *text, const char *const *names);


int64_t
vz_row_int(const vz_rows_t *rows, ngx_uint_t row, const char *column)
{
    return vz_cell_int(rows, row, vz_row_find(rows, column));
}


ngx_str_t
vz_row_text(const vz_rows_t *rows, ngx_uint_t row, const char *column)
{
    return vz_cell_text(rows, row, vz_row_find(rows, column));
}


ngx_uint_t
vz_row_null(const vz_rows_t *rows, ngx_uint_t row, const char *column)
{
    return vz_cell_null(rows, row, vz_row_find(rows, column));
}


ngx_uint_t
vz_row_find(const vz_rows_t *rows, const char *column)
{
    ngx_uint_t  i;

    if (rows->rows == 0) {
        return NGX_MAX_INT_T_VALUE;
    }

    for (i = 0; i < rows->columns; i++) {
        if (ngx_strcmp(rows->names[i], column) == 0) {
            return i;
        }
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "vzpanel: a statement has no column \"%s\"", column);

    return NGX_MAX_INT_T_VALUE;
}


void
vz_row_read(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t first,
    const vz_row_member_t *members, void *to)
{
    const vz_row_member_t  *member;

    for (member = members; member->type != VZ_ROW_END; member++) {
        vz_row_store(rows, row, first++, member,
                     (u_char *) to + member->offset);
    }

    if (rows->rows && first > rows->columns) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "vzpanel: a statement has %ui columns, not %ui",
                      rows->columns, first);
    }
}


static void
vz_row_store(const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column,
    const vz_row_member_t *member, u_char *to)
{
    int64_t    number;
    ngx_str_t  text;

    switch (member->type) {

    case VZ_ROW_TEXT:
        text = vz_cell_text(rows, row, column);
        ngx_memcpy(to, &text, sizeof(ngx_str_t));
        return;

    case VZ_ROW_CHARS:
        vz_row_store_chars(to, member->size, vz_cell_text(rows, row, column));
        return;

    case VZ_ROW_WORD:
        text = vz_cell_text(rows, row, column);
        number = vz_row_named(&text, member->names);
        break;

    case VZ_ROW_FLAG:
        number = vz_cell_int(rows, row, column) != 0;
        break;

    case VZ_ROW_GIVEN:
        number = !vz_cell_null(rows, row, column);
        break;

    default:
        number = vz_cell_int(rows, row, column);
        break;
    }

    vz_row_store_int(to, member->size, number);
}


static void
vz_row_store_int(u_char *to, size_t size, int64_t number)
{
    int32_t  narrow;

    if (size == sizeof(int32_t)) {
        narrow = (int32_t) number;
        ngx_memcpy(to, &narrow, sizeof(int32_t));
        return;
    }

    ngx_memcpy(to, &number, sizeof(int64_t));
}


static void
vz_row_store_chars(u_char *to, size_t size, ngx_str_t text)
{
    size_t  len;

    len = text.len;

    if (len >= size) {
        len = size - 1;

        while (len && (text.data[len] & 0xc0) == 0x80) {
            len--;
        }
    }

    ngx_memcpy(to, text.data, len);
    to[len] = '\0';
}


static int64_t
vz_row_named(const ngx_str_t *text, const char *const *names)
{
    ngx_uint_t  i;

    for (i = 0; names[i] != NULL; i++) {
        if (ngx_strlen(names[i]) == text->len
            && ngx_strncmp(names[i], text->data, text->len) == 0)
        {
            return i + 1;
        }
    }

    return 0;
}
