/*
 * Values that are bound, in the library's form, and rows from the library,
 * copied into the caller's pool.
 */

#include "runtime/db_conn.h"
#include "runtime/db_rows.h"
#include "runtime/utf8.h"


/* a double has up to 300 digits as text, dates have less */
#define VZ_DB_SCALAR    320

typedef struct {
    vz_bind_e        type;
    unsigned         bits:1;            /* BIT(n): bytes, the highest first */
    unsigned         decimal:1;         /* a whole number sent as text */
    unsigned long    length;
    my_bool          null;
    int64_t          number;
    u_char          *buffer;
} vz_db_column_t;


static const char **vz_db_rows_names(const MYSQL_FIELD *fields,
    ngx_uint_t columns, ngx_pool_t *pool);
static void vz_db_column_init(vz_db_column_t *column, const MYSQL_FIELD *field,
    MYSQL_BIND *bind);
static ngx_int_t vz_db_column_read(vz_db_column_t *column, ngx_pool_t *pool,
    vz_bind_t *cell);
static ngx_int_t vz_db_column_whole(const vz_db_column_t *column,
    int64_t *number);


ngx_int_t
vz_db_rows_bind(MYSQL_STMT *stmt, ngx_pool_t *pool, const vz_bind_t *binds,
    ngx_uint_t nbinds)
{
    ngx_uint_t   i;
    MYSQL_BIND  *params;

    if (nbinds == 0) {
        return NGX_OK;
    }

    params = ngx_pcalloc(pool, nbinds * sizeof(MYSQL_BIND));
    if (params == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < nbinds; i++) {

        switch (binds[i].type) {

        case VZ_BIND_INT:
            params[i].buffer_type = MYSQL_TYPE_LONGLONG;
            params[i].buffer = (void *) &binds[i].number;
            break;

        case VZ_BIND_TEXT:
        case VZ_BIND_BYTES:
            /*
             * text compares by the column's collation, so it has to go as
             * text; what can't be text goes as bytes
             */
            params[i].buffer_type = binds[i].type == VZ_BIND_TEXT
                                    && vz_utf8(&binds[i].text)
                                    ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
            params[i].buffer = binds[i].text.len ? (void *) binds[i].text.data
                                                 : (void *) "";
            params[i].buffer_length = binds[i].text.len;
            params[i].length_value = binds[i].text.len;
            break;

        default:
            params[i].buffer_type = MYSQL_TYPE_NULL;
            break;
        }
    }

    return mysql_stmt_bind_param(stmt, params) ? NGX_ERROR : NGX_OK;
}


ngx_int_t
vz_db_rows_read(MYSQL_STMT *stmt, ngx_pool_t *pool, vz_rows_t *rows)
{
    int              rc;
    vz_bind_t       *cell;
    ngx_uint_t       i, n, nrows, columns;
    MYSQL_BIND      *binds;
    MYSQL_FIELD     *fields;
    vz_db_column_t  *column;

    columns = mysql_stmt_field_count(stmt);
    nrows = columns ? (ngx_uint_t) mysql_stmt_num_rows(stmt) : 0;

    if (nrows == 0) {
        rows->columns = columns;
        return NGX_OK;
    }

    fields = mariadb_stmt_fetch_fields(stmt);
    binds = ngx_pcalloc(pool, columns * sizeof(MYSQL_BIND));
    column = ngx_pcalloc(pool, columns * sizeof(vz_db_column_t));
    cell = ngx_pcalloc(pool, nrows * columns * sizeof(vz_bind_t));

    if (fields == NULL || binds == NULL || column == NULL || cell == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < columns; i++) {
        vz_db_column_init(&column[i], &fields[i], &binds[i]);

        if (binds[i].buffer_length) {
            column[i].buffer = ngx_pnalloc(pool, binds[i].buffer_length);
            if (column[i].buffer == NULL) {
                return NGX_ERROR;
            }

            binds[i].buffer = column[i].buffer;
        }
    }

    if (mysql_stmt_bind_result(stmt, binds)) {
        return NGX_ERROR;
    }

    rows->cells = cell;
    rows->names = vz_db_rows_names(fields, columns, pool);

    if (rows->names == NULL) {
        return NGX_ERROR;
    }

    for (n = 0; n < nrows; n++) {

        rc = mysql_stmt_fetch(stmt);
        if (rc != 0 && rc != MYSQL_DATA_TRUNCATED) {
            return NGX_ERROR;
        }

        for (i = 0; i < columns; i++) {
            if (vz_db_column_read(&column[i], pool, cell++) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    rows->rows = nrows;
    rows->columns = columns;

    return NGX_OK;
}


/* copied: the statement may be closed while its rows are read */

static const char **
vz_db_rows_names(const MYSQL_FIELD *fields, ngx_uint_t columns,
    ngx_pool_t *pool)
{
    u_char       *name;
    size_t        size;
    ngx_uint_t    i;
    const char  **names;

    names = ngx_palloc(pool, columns * sizeof(char *));

    for (i = 0; names != NULL && i < columns; i++) {
        size = ngx_strlen(fields[i].name) + 1;
        name = ngx_pnalloc(pool, size);

        if (name == NULL) {
            return NULL;
        }

        names[i] = (const char *) name;
        ngx_memcpy(name, fields[i].name, size);
    }

    return names;
}


static void
vz_db_column_init(vz_db_column_t *column, const MYSQL_FIELD *field,
    MYSQL_BIND *bind)
{
    bind->length = &column->length;
    bind->is_null = &column->null;

    column->type = VZ_BIND_TEXT;

    switch (field->type) {

    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
        column->type = VZ_BIND_INT;
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &column->number;
        bind->is_unsigned = (field->flags & UNSIGNED_FLAG) ? 1 : 0;
        return;

    case MYSQL_TYPE_BIT:
        column->bits = 1;
        bind->buffer_type = MYSQL_TYPE_BLOB;
        bind->buffer_length = sizeof(int64_t);
        return;

    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
        column->decimal = (field->decimals == 0);
        /* fall through */

    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_TIME:
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        bind->buffer_type = MYSQL_TYPE_STRING;
        bind->buffer_length = VZ_DB_SCALAR;
        return;

    default:
        bind->buffer_type = MYSQL_TYPE_BLOB;
        bind->buffer_length = field->max_length + 1;
        return;
    }
}


static ngx_int_t
vz_db_column_read(vz_db_column_t *column, ngx_pool_t *pool, vz_bind_t *cell)
{
    size_t  i;

    if (column->null) {
        return NGX_OK;
    }

    cell->type = column->type;

    if (column->type == VZ_BIND_INT) {
        cell->number = column->number;
        return NGX_OK;
    }

    if (column->bits) {
        cell->type = VZ_BIND_INT;

        for (i = 0; i < column->length && i < sizeof(int64_t); i++) {
            cell->number = (int64_t) ((uint64_t) cell->number << 8
                                      | column->buffer[i]);
        }

        return NGX_OK;
    }

    if (column->decimal && vz_db_column_whole(column, &cell->number) == NGX_OK)
    {
        cell->type = VZ_BIND_INT;
        return NGX_OK;
    }

    cell->text.data = ngx_pnalloc(pool, column->length + 1);
    if (cell->text.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(cell->text.data, column->buffer, column->length);
    cell->text.data[column->length] = '\0';
    cell->text.len = column->length;

    return NGX_OK;
}


/* a DECIMAL without a fraction, as SUM() makes them, that fits in 64 bits */

static ngx_int_t
vz_db_column_whole(const vz_db_column_t *column, int64_t *number)
{
    char  text[32], *end;

    if (column->length == 0 || column->length >= sizeof(text)) {
        return NGX_DECLINED;
    }

    ngx_memcpy(text, column->buffer, column->length);
    text[column->length] = '\0';

    errno = 0;
    *number = strtoll(text, &end, 10);

    if (errno != 0 || end != text + column->length) {
        *number = 0;
        return NGX_DECLINED;
    }

    return NGX_OK;
}
