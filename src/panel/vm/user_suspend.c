/*
 * POST /api/admin/users/{id}/suspend and /unsuspend: all containers of a user.
 */

#include "panel/api/edit.h"
#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "panel/api/strlist.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/vm/user_suspend.h"
#include "panel/vm/vm_suspend.h"
#include "runtime/call.h"
#include "runtime/row.h"


#define VZ_SUSPEND_TRIES  5


typedef struct {
    ngx_str_t       reason;
} vz_suspend_all_t;


static void vz_suspend_all(vz_call_t *call, uint64_t id, ngx_uint_t suspend,
    const ngx_str_t *reason);
static vz_code_e vz_suspend_one(vz_call_t *call, uint64_t vm,
    ngx_uint_t suspend, const ngx_str_t *reason, uint64_t *task);
static vz_code_e vz_suspend_try(vz_call_t *call, uint64_t vm,
    ngx_uint_t suspend, const ngx_str_t *reason, uint64_t *task);
static const char *vz_suspend_code(vz_code_e rc, const ngx_str_t *lifecycle,
    ngx_uint_t suspend);


static const vz_body_member_t  vz_suspend_members[] = {
    { "reason", VZ_BODY_TEXT, 0, 0, 0, VZ_SUSPEND_REASON,
      offsetof(vz_suspend_all_t, reason) }
};

const vz_body_t  vz_user_suspend_form =
    vz_body("SuspendAll", vz_suspend_members);


static const vz_sql_t  vz_suspend_user = vz_sql("suspend user",
    "SELECT 1 FROM user WHERE id = ?");

static const vz_sql_t  vz_suspend_vms = vz_sql("suspend vms",
    "SELECT id, lifecycle FROM vm WHERE user_id = ?"
    " AND lifecycle <> 'trashed' ORDER BY id LIMIT 1000");


void
vz_user_suspend(vz_call_t *call)
{
    uint64_t          id;
    vz_suspend_all_t  body;

    ngx_memzero(&body, sizeof(vz_suspend_all_t));
    ngx_str_set(&body.reason, "");

    if (vz_route_id(call, 0, &id) == VZ_OK
        && vz_body_read(call, &vz_user_suspend_form, &body) == VZ_OK)
    {
        vz_suspend_all(call, id, 1, &body.reason);
    }
}


void
vz_user_suspend_undo(vz_call_t *call)
{
    uint64_t   id;
    ngx_str_t  none = ngx_string("");

    if (vz_route_id(call, 0, &id) == VZ_OK) {
        vz_suspend_all(call, id, 0, &none);
    }
}


/* each container in its own transaction: a busy one stops no other */

static void
vz_suspend_all(vz_call_t *call, uint64_t id, ngx_uint_t suspend,
    const ngx_str_t *reason)
{
    uint64_t     vm, task;
    vz_code_e    rc;
    vz_rows_t    rows;
    vz_json_t   *out;
    ngx_str_t    lifecycle;
    ngx_uint_t   i;

    rc = vz_db_query(NULL, call->pool, &vz_suspend_user,
                     vz_binds(vz_int(id)), &rows);
    if (rc == VZ_OK && rows.rows == 0) {
        vz_route_absent(call);
        return;
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, call->pool, &vz_suspend_vms,
                         vz_binds(vz_int(id)), &rows);
    }

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    out = vz_call_reply(call, NGX_HTTP_ACCEPTED);

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < rows.rows; i++) {
        vm = vz_row_int(&rows, i, "id");
        lifecycle = vz_row_text(&rows, i, "lifecycle");
        task = 0;

        rc = vz_suspend_one(call, vm, suspend, reason, &task);

        if (rc == VZ_NOENT) {
            continue;
        }

        if (rc == VZ_DENIED) {
            return;
        }

        vz_json_object(out, NULL);
        vz_json_uint(out, "vm", vm);

        if (task) {
            vz_json_uint(out, "task", task);
        }

        if (rc != VZ_OK) {
            vz_json_cstr(out, "code", vz_suspend_code(rc, &lifecycle, suspend));
        }

        vz_json_close(out);
    }

    vz_listing_next(out, 0);
    vz_json_close(out);
}


static vz_code_e
vz_suspend_one(vz_call_t *call, uint64_t vm, ngx_uint_t suspend,
    const ngx_str_t *reason, uint64_t *task)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    rc = VZ_CONFLICT;

    for (i = 0; i < VZ_SUSPEND_TRIES && rc == VZ_CONFLICT; i++) {
        rc = vz_suspend_try(call, vm, suspend, reason, task);
    }

    if (rc == VZ_OK) {
        vz_runner_kick();
    }

    return rc;
}


static vz_code_e
vz_suspend_try(vz_call_t *call, uint64_t vm, ngx_uint_t suspend,
    const ngx_str_t *reason, uint64_t *task)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = suspend ? vz_vm_suspend_one(tx, call, vm, reason, task)
                 : vz_vm_suspend_undo_one(tx, call, vm, task);

    return vz_db_end(tx, rc);
}


static const char *
vz_suspend_code(vz_code_e rc, const ngx_str_t *lifecycle, ngx_uint_t suspend)
{
    ngx_uint_t  suspended;

    suspended = vz_vm_lifecycle_parse(lifecycle) == VZ_VM_LIFECYCLE_SUSPENDED;

    switch (rc) {

    case VZ_BUSY:
        return "vm_busy";

    case VZ_STATE:
        return suspend ? (suspended ? "suspended" : "not_ready")
                       : "not_suspended";

    default:
        return "overloaded";
    }
}
