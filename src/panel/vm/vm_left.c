#include "panel/vm/vm_left.h"
#include "runtime/db.h"
#include "runtime/row.h"
#include "runtime/settings.h"


static const vz_sql_t  vz_vm_left_select = vz_sql("orders left",
    "SELECT IF(u.role = 'admin', NULL, COALESCE(u.vm_limit, ?)) AS most,"
    " (SELECT COUNT(*) FROM vm v WHERE v.user_id = u.id) AS has"
    " FROM user u WHERE u.id = ?");


void
vz_vm_left(vz_call_t *call)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_json_t  *out;

    rc = vz_db_query(NULL, call->pool, &vz_vm_left_select,
                     vz_binds(vz_int(vz_settings()->vm_limit),
                              vz_int(call->who.user)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        vz_call_fault(call, "database", rc != VZ_OK ? rc : VZ_NOENT);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_uint(out, "servers", vz_row_int(&rows, 0, "has"));

    if (vz_row_null(&rows, 0, "most")) {
        vz_json_null(out, "limit");

    } else {
        vz_json_uint(out, "limit", vz_row_int(&rows, 0, "most"));
    }

    vz_json_close(out);
}
