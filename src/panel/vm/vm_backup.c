/*
 * The backups of a container, as its owner sees them.  Which container they are
 * of, and whose, is part of each statement; where a backup lies is read from
 * its row alone.
 */

#include "panel/api/audit.h"
#include "panel/api/auth.h"
#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "panel/node/repository.h"
#include "panel/vm/backup_due.h"
#include "panel/vm/vm_action.h"
#include "panel/vm/vm_backup.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_VM_BACKUP_MOST   "200"           /* of a list */
#define VZ_VM_BACKUP_SAME   INT64_MIN       /* of a number: not given */


typedef struct {
    int64_t    kept[3];             /* daily, weekly, monthly */
} vz_vm_backup_ask_t;

/* Where one is to be made. */
typedef struct {
    uint64_t   node;
    ngx_str_t  repository;
} vz_vm_backup_place_t;


static vz_code_e vz_vm_backup_prepare(vz_vm_action_t *change, vz_tx_t *tx);
static vz_code_e vz_vm_backup_refused(vz_call_t *call, const char *code,
    const char *why);
static vz_code_e vz_vm_backup_place(vz_call_t *call, uint64_t node,
    ngx_str_t *repository);
static ngx_str_t vz_vm_backup_window(vz_call_t *call);


const char *const  vz_vm_backup_states[] = {
    "queued", "running", "done", "failed", "leaving", NULL
};


static const vz_body_member_t  vz_vm_backup_members[] = {
    { "daily", VZ_BODY_INT, 0, 0, 0, 366,
      offsetof(vz_vm_backup_ask_t, kept[0]) },
    { "weekly", VZ_BODY_INT, 0, 0, 0, 520,
      offsetof(vz_vm_backup_ask_t, kept[1]) },
    { "monthly", VZ_BODY_INT, 0, 0, 0, 120,
      offsetof(vz_vm_backup_ask_t, kept[2]) }
};

const vz_body_t  vz_vm_backup_policy_form = vz_body("BackupPolicy",
                                                    vz_vm_backup_members);


static const vz_vm_action_def_t  vz_vm_backup_change = {
    "backup", "backup.make", VZ_VM_LIFECYCLE_IS_READY, vz_vm_backup_prepare,
    NULL
};


static const vz_sql_t  vz_vm_backup_vm = vz_sql("backup vm",
    "SELECT v.node_id, v.backup_daily, v.backup_weekly, v.backup_monthly,"
    " " VZ_BACKUP_DUE_PROMISED " AS offered, " VZ_BACKUP_DUE_OVER
    "  AS overdue FROM vm v WHERE v.id = ? AND " vz_auth_owned("v.user_id"));

static const vz_sql_t  vz_vm_backup_select = vz_sql("backup list",
    "SELECT b.id, b.kind, b.state, " vz_row_json_time("b.taken") ","
    " " vz_row_json_time("b.created") ", " vz_row_json_time("b.finished") ","
    " b.files, b.bytes, b.added,"
    " TIMESTAMPDIFF(SECOND, b.taken, b.finished),"
    " (SELECT MAX(t.id) FROM task t WHERE t.vm_id = b.vm_id"
    "  AND t.kind = 'backup' AND JSON_VALUE(t.data, '$.backup') = b.id),"
    " IF(b.state = 'failed', COALESCE(b.error_code, 'internal'), NULL),"
    " IF(?, b.error_detail, NULL)"
    " FROM backup b JOIN vm v ON v.id = b.vm_id"
    " WHERE b.vm_id = ? AND " vz_auth_owned("v.user_id")
    " AND b.state <> 'leaving' ORDER BY b.id DESC LIMIT " VZ_VM_BACKUP_MOST);

static const vz_row_json_member_t  vz_vm_backup_row[] = {
    { "id", VZ_ROW_JSON_INT },
    { "kind", VZ_ROW_JSON_TEXT },
    { "state", VZ_ROW_JSON_TEXT },
    { "taken", VZ_ROW_JSON_OPT },
    { "created", VZ_ROW_JSON_TEXT },
    { "finished", VZ_ROW_JSON_OPT },
    { "files", VZ_ROW_JSON_INT },
    { "bytes", VZ_ROW_JSON_INT },
    { "added_bytes", VZ_ROW_JSON_INT },
    { "seconds", VZ_ROW_JSON_INT },
    { "task", VZ_ROW_JSON_INT },
    { "error", VZ_ROW_JSON_OPT },
    { "error_detail", VZ_ROW_JSON_OPT }
};

static const vz_row_json_t  vz_vm_backup_shape = vz_row_json(vz_vm_backup_row);

/* nothing where nothing is promised, or one is being made */
static const vz_sql_t  vz_vm_backup_insert = vz_sql("backup make",
    "INSERT INTO backup (vm_id, vm_name, user_id, node_id, tag, repository,"
    " kind) SELECT v.id, v.name, v.user_id, v.node_id, v.tag, ?, 'manual'"
    " FROM vm v WHERE v.id = ? AND v.node_id = ? AND v.tag <> ''"
    " AND NOT v.adopting AND " VZ_BACKUP_DUE_PROMISED
    " AND NOT " VZ_BACKUP_DUE_RUNS);

static const vz_sql_t  vz_vm_backup_why = vz_sql("backup why not",
    "SELECT " VZ_BACKUP_DUE_PROMISED " AS offered,"
    " " VZ_BACKUP_DUE_RUNS " AS runs FROM vm v WHERE v.id = ?");

static const vz_sql_t  vz_vm_backup_leave = vz_sql("backup end",
    "UPDATE backup b JOIN vm v ON v.id = b.vm_id"
    " SET b.state = 'leaving', b.next_look = NOW(3)"
    " WHERE b.id = ? AND b.vm_id = ? AND " vz_auth_owned("v.user_id")
    " AND b.state IN ('done', 'failed')");

static const vz_sql_t  vz_vm_backup_there = vz_sql("backup there",
    "SELECT b.id FROM backup b JOIN vm v ON v.id = b.vm_id"
    " WHERE b.id = ? AND b.vm_id = ? AND " vz_auth_owned("v.user_id")
    " AND b.state <> 'leaving'");

static const vz_sql_t  vz_vm_backup_set = vz_sql("backup policy set",
    "UPDATE vm v SET v.backup_since ="
    "  IF(" VZ_BACKUP_DUE_PROMISED ", v.backup_since, NOW(3)),"
    " v.backup_daily = COALESCE(?, v.backup_daily),"
    " v.backup_weekly = COALESCE(?, v.backup_weekly),"
    " v.backup_monthly = COALESCE(?, v.backup_monthly),"
    " v.version = v.version + 1 WHERE v.id = ?");


void
vz_vm_backup_list(vz_call_t *call)
{
    uint64_t    id;
    ngx_str_t   repository;
    vz_bind_t   owner;
    vz_code_e   rc;
    vz_rows_t   vm, list;
    vz_json_t  *out;
    ngx_uint_t  there;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_route_row(call, &vz_vm_backup_vm,
                        vz_binds(vz_int(id), owner, owner), &vm)
           != VZ_OK)
    {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_vm_backup_select,
                     vz_binds(vz_int(call->who.admin), vz_int(id), owner,
                              owner),
                     &list);

    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    there = vz_vm_backup_place(call, vz_row_int(&vm, 0, "node_id"),
                               &repository)
            == VZ_OK;

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_bool(out, "offered", vz_row_int(&vm, 0, "offered") != 0);
    vz_json_bool(out, "available", there);
    vz_json_bool(out, "overdue", vz_row_int(&vm, 0, "overdue") != 0);
    vz_json_int(out, "daily", vz_row_int(&vm, 0, "backup_daily"));
    vz_json_int(out, "weekly", vz_row_int(&vm, 0, "backup_weekly"));
    vz_json_int(out, "monthly", vz_row_int(&vm, 0, "backup_monthly"));
    vz_json_opt(out, "window", vz_vm_backup_window(call));
    vz_row_json_rows(out, "items", &vz_vm_backup_shape, &list);
    vz_json_null(out, "next");
    vz_json_close(out);
}


/* in UTC, as "01:00-05:00" */

static ngx_str_t
vz_vm_backup_window(vz_call_t *call)
{
    ngx_uint_t              until;
    const vz_settings_t    *settings = vz_settings();

    until = (settings->backup_begin + settings->backup_minutes) % 1440;

    return vz_call_printf(call, "%02ui:%02ui-%02ui:%02ui",
                          settings->backup_begin / 60,
                          settings->backup_begin % 60, until / 60, until % 60);
}


/* VZ_OK with where containers of that node are backed up to, or
   VZ_UNSUPPORTED */

static vz_code_e
vz_vm_backup_place(vz_call_t *call, uint64_t node, ngx_str_t *repository)
{
    vz_node_row_t  *row;

    (void) vz_node_load(call->pool);
    row = vz_node_find(node);

    if (row == NULL || row->relay == NULL) {
        return VZ_UNSUPPORTED;
    }

    *repository = vz_repository_first(vz_node_limit_known(row));
    *repository = vz_call_printf(call, "%V", repository);

    return repository->len ? VZ_OK : VZ_UNSUPPORTED;
}


void
vz_vm_backup_make(vz_call_t *call)
{
    uint64_t               id;
    vz_bind_t              owner;
    vz_rows_t              rows;
    vz_vm_backup_place_t  *place;

    owner = vz_auth_owner(call);
    place = ngx_pcalloc(call->pool, sizeof(vz_vm_backup_place_t));

    if (place == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_route_row(call, &vz_vm_backup_vm,
                        vz_binds(vz_int(id), owner, owner), &rows)
           != VZ_OK)
    {
        return;
    }

    place->node = vz_row_int(&rows, 0, "node_id");
    (void) vz_vm_backup_place(call, place->node, &place->repository);

    vz_vm_action_call(call, &vz_vm_backup_change, place);
}


/* the container's row is locked: no other backup begins meanwhile */

static vz_code_e
vz_vm_backup_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e              rc;
    vz_rows_t              rows;
    vz_call_t             *call = change->call;
    vz_vm_backup_place_t  *place = change->data;

    rc = vz_db_query(tx, call->pool, &vz_vm_backup_why,
                     vz_binds(vz_int(change->id)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_row_int(&rows, 0, "offered") == 0) {
        return vz_vm_backup_refused(call, "not_offered", "This container has "
                                    "no backups: its plan keeps none.");
    }

    if (vz_row_int(&rows, 0, "runs")) {
        return vz_vm_backup_refused(call, "backup_running", "A backup of this "
                                    "container is being made: wait until it "
                                    "is done.");
    }

    if (place->repository.len == 0) {
        return vz_vm_backup_refused(call, "no_repository", "The container's "
                                    "node has no place for backups.");
    }

    rc = vz_db_query(tx, call->pool, &vz_vm_backup_insert,
                     vz_binds(vz_text(place->repository),
                              vz_int(change->id), vz_int(place->node)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.affected == 0) {
        return VZ_CONFLICT;
    }

    change->task_data = vz_call_printf(call, "{\"backup\":%uL}",
                                       rows.insert_id);
    change->detail = vz_call_printf(call, "backup %uL", rows.insert_id);

    return change->task_data.len ? VZ_OK : VZ_INTERNAL;
}


static vz_code_e
vz_vm_backup_refused(vz_call_t *call, const char *code, const char *why)
{
    vz_call_problem(call, NGX_HTTP_CONFLICT, code, "%s", why);

    return VZ_STATE;
}


void
vz_vm_backup_end(vz_call_t *call)
{
    uint64_t   vm, id;
    vz_bind_t  owner;
    vz_code_e  rc;
    vz_rows_t  rows;

    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &vm) != VZ_OK
        || vz_route_id(call, 1, &id) != VZ_OK
        || vz_body_none(call) != VZ_OK)
    {
        return;
    }

    rc = vz_edit_write(call, &vz_vm_backup_leave,
                       vz_binds(vz_int(id), vz_int(vm), owner, owner),
                       "backup.delete",
                       vz_call_printf(call, "vm %uL backup %uL", vm, id),
                       &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = vz_route_row(call, &vz_vm_backup_there,
                          vz_binds(vz_int(id), vz_int(vm), owner, owner),
                          &rows);

        if (rc == VZ_OK) {
            (void) vz_vm_backup_refused(call, "backup_running", "This backup "
                                        "is being made: wait until it is "
                                        "done.");
        }

        return;
    }

    if (vz_route_failed(call, rc) == VZ_OK) {
        (void) vz_call_reply(call, NGX_HTTP_NO_CONTENT);
    }
}


void
vz_vm_backup_policy(vz_call_t *call)
{
    uint64_t             id;
    vz_code_e            rc;
    vz_rows_t            rows;
    vz_bind_t            kept[3];
    ngx_uint_t           i, given;
    vz_vm_backup_ask_t   ask;

    for (i = 0; i < 3; i++) {
        ask.kept[i] = VZ_VM_BACKUP_SAME;
    }

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_body_read(call, &vz_vm_backup_policy_form, &ask) != VZ_OK)
    {
        return;
    }

    for (i = 0, given = 0; i < 3; i++) {
        given |= (ask.kept[i] != VZ_VM_BACKUP_SAME);
        kept[i] = ask.kept[i] != VZ_VM_BACKUP_SAME ? vz_int(ask.kept[i])
                                                   : vz_none();
    }

    if (!given) {
        vz_call_problem(call, 422, "invalid", "The body names nothing to "
                                              "change.");
        return;
    }

    rc = vz_edit_write(call, &vz_vm_backup_set,
                       vz_binds(kept[0], kept[1], kept[2], vz_int(id)),
                       "backup.policy", vz_call_printf(call, "vm %uL", id),
                       &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        rc = VZ_NOENT;
    }

    if (vz_route_failed(call, rc) == VZ_OK) {
        vz_vm_backup_list(call);
    }
}
