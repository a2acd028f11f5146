/*
 * The meaning of the server's and the library's errors.
 */

#include "runtime/db_error.h"
#include "runtime/db_pool.h"


/* the server's errors by number; any other is an error of ours */

static const vz_db_error_t  vz_db_errors[] = {
    { 1020, VZ_CONFLICT,   0, 1 },      /* record changed since last read */
    { 1205, VZ_CONFLICT,   0, 1 },      /* lock wait timeout */
    { 1213, VZ_CONFLICT,   0, 1 },      /* deadlock */
    { 3572, VZ_CONFLICT,   0, 1 },      /* lock not available, NOWAIT */
    { 1615, VZ_CONFLICT,   1, 1 },      /* statement has to be prepared anew */

    { 1062, VZ_DUPLICATE,  0, 0 },
    { 1586, VZ_DUPLICATE,  0, 0 },

    { 1040, VZ_OVERLOADED, 1, 1 },      /* too many connections */
    { 1203, VZ_OVERLOADED, 1, 1 },      /* of this user */
    { 1226, VZ_OVERLOADED, 1, 1 },      /* a limit of this user */
    { 1461, VZ_OVERLOADED, 0, 1 },      /* too many prepared statements */

    { 1047, VZ_DOWN,       1, 1 },      /* a cluster's node is not ready */
    { 1053, VZ_DOWN,       1, 1 },      /* shutdown in progress */
    { 1290, VZ_DOWN,       1, 1 },      /* read only */
    { 1317, VZ_DOWN,       1, 1 },      /* interrupted */
    { 1836, VZ_DOWN,       1, 1 },      /* read only */
    { 1927, VZ_DOWN,       1, 1 },      /* connection was killed */
    { 1969, VZ_DOWN,       0, 1 },      /* max_statement_time */
    { 3024, VZ_DOWN,       0, 1 },      /* max_execution_time */

    { 1264, VZ_UNFIT,      0, 1 },      /* out of range for column */
    { 1265, VZ_UNFIT,      0, 1 },      /* truncated */
    { 1267, VZ_UNFIT,      0, 1 },      /* characters that it can't compare */
    { 1292, VZ_UNFIT,      0, 0 },      /* no such date or number */
    { 1300, VZ_UNFIT,      0, 0 },      /* not of its character set */
    { 1366, VZ_UNFIT,      0, 0 },      /* nor this one */
    { 1406, VZ_UNFIT,      0, 1 },      /* too long for column */
    { 1690, VZ_UNFIT,      0, 0 },      /* out of range */
    { 3854, VZ_UNFIT,      0, 0 },      /* MySQL's own: can't be converted */
    { 3988, VZ_UNFIT,      0, 1 },      /* to the column's characters */

    { 1048, VZ_INTERNAL,   0, 1 },      /* column can't be null */
    { 1142, VZ_INTERNAL,   0, 1 },      /* denied */
    { 1143, VZ_INTERNAL,   0, 1 },
    { 1210, VZ_INTERNAL,   0, 1 },      /* wrong arguments */
    { 1364, VZ_INTERNAL,   0, 1 },      /* no default value */
    { 1451, VZ_INTERNAL,   0, 1 },      /* foreign keys */
    { 1452, VZ_INTERNAL,   0, 1 },
    { 4025, VZ_INTERNAL,   0, 1 },      /* CHECK */

    { 0,    VZ_INTERNAL,   0, 0 }
};

static const vz_db_error_t  vz_db_lost = { VZ_DB_LOST, VZ_DOWN, 1, 1 };


const vz_db_error_t *
vz_db_error_find(ngx_uint_t err)
{
    const vz_db_error_t  *meaning;

    /* the client library's own */

    if (err >= 2000 && err < 3000) {
        return &vz_db_lost;
    }

    for (meaning = vz_db_errors; meaning->err; meaning++) {
        if (meaning->err == err) {
            break;
        }
    }

    return meaning;
}


/* "Duplicate entry '...' for key 'user.dni'" or "... for key 'dni'" */

ngx_str_t
vz_db_error_key(ngx_pool_t *pool, const char *words)
{
    ngx_str_t    key = ngx_null_string;
    const char  *start, *end;

    end = strrchr(words, '\'');

    if (end == NULL) {
        return key;
    }

    for (start = end; start > words; start--) {
        if (start[-1] == '\'' || start[-1] == '.') {
            break;
        }
    }

    key.data = ngx_pnalloc(pool, end - start + 1);
    if (key.data == NULL) {
        return key;
    }

    key.len = end - start;
    *ngx_cpymem(key.data, start, key.len) = '\0';

    return key;
}
