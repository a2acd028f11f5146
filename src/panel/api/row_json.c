/*
 * Rows of the database as JSON by table.
 */

#include "panel/api/limit.h"
#include "panel/api/row_json.h"
#include "panel/api/strlist.h"


static void vz_row_json_value(vz_json_t *out,
    const vz_row_json_member_t *member, const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t column);
static ngx_uint_t vz_row_json_none(vz_json_t *out, const vz_row_json_t *shape,
    ngx_uint_t i, ngx_uint_t *column);


void
vz_row_json_members(vz_json_t *out, const vz_row_json_t *shape,
    const vz_rows_t *rows, ngx_uint_t row)
{
    ngx_uint_t                   i, column;
    const vz_row_json_member_t  *member;

    column = 0;

    for (i = 0; i < shape->count; i++) {
        member = &shape->members[i];

        switch (member->type) {

        case VZ_ROW_JSON_OBJECT:
            if (vz_cell_null(rows, row, column)) {
                i = vz_row_json_none(out, shape, i, &column);
            } else {
                vz_json_object(out, member->name);
            }

            break;

        case VZ_ROW_JSON_END:
            vz_json_close(out);
            break;

        default:
            vz_row_json_value(out, member, rows, row, column++);
        }
    }
}


/* skip the members of an object that is NULL; returns the place of its END */

static ngx_uint_t
vz_row_json_none(vz_json_t *out, const vz_row_json_t *shape, ngx_uint_t i,
    ngx_uint_t *column)
{
    vz_json_null(out, shape->members[i].name);

    while (shape->members[++i].type != VZ_ROW_JSON_END) {
        (*column)++;
    }

    return i;
}


static void
vz_row_json_value(vz_json_t *out, const vz_row_json_member_t *member,
    const vz_rows_t *rows, ngx_uint_t row, ngx_uint_t column)
{
    int64_t    number;
    ngx_str_t  text;

    number = vz_cell_int(rows, row, column);
    text = vz_cell_text(rows, row, column);

    switch (member->type) {

    case VZ_ROW_JSON_INT:
        if (vz_cell_null(rows, row, column)) {
            vz_json_null(out, member->name);
        } else {
            vz_json_int(out, member->name, number);
        }

        break;

    case VZ_ROW_JSON_TEXT:
        vz_json_text(out, member->name, &text);
        break;

    case VZ_ROW_JSON_OPT:
        vz_json_opt(out, member->name, text);
        break;

    case VZ_ROW_JSON_BOOL:
        vz_json_bool(out, member->name, number != 0);
        break;

    case VZ_ROW_JSON_LIMIT:
        vz_limit_json(out, member->name, number);
        break;

    case VZ_ROW_JSON_WORDS:
        vz_row_json_words(out, member->name, text);
        break;

    default:
        break;
    }
}


void
vz_row_json_words(vz_json_t *out, const char *name, ngx_str_t text)
{
    ngx_str_t  word;

    vz_json_array(out, name);

    while (vz_strlist_next(&text, ' ', &word)) {
        vz_json_text(out, NULL, &word);
    }

    vz_json_close(out);
}


void
vz_row_json_rows(vz_json_t *out, const char *key, const vz_row_json_t *shape,
    const vz_rows_t *rows)
{
    ngx_uint_t  i;

    vz_json_array(out, key);

    for (i = 0; i < rows->rows; i++) {
        vz_json_object(out, NULL);
        vz_row_json_members(out, shape, rows, i);
        vz_json_close(out);
    }

    vz_json_close(out);
}
