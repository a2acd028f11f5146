#include "panel/api/audit.h"
#include "panel/live/notification.h"
#include "panel/mail/mail.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/vm/traffic_act.h"
#include "panel/vm/traffic_month.h"
#include "runtime/row.h"


#define VZ_TRAFFIC_ACT_MOST  "200"      /* containers of one run */
#define VZ_TRAFFIC_ACT_WAIT  "1 HOUR"      /* until what failed is tried
                                               again */
#define VZ_TRAFFIC_ACT_GIB   1073741824


/* A container, under its row's lock. */
typedef struct {
    uint64_t     id;
    ngx_str_t    name;
    uint64_t     owner;
    ngx_str_t    first_name;
    ngx_str_t    email;
    ngx_str_t    language;
    ngx_str_t    month;
    ngx_str_t    next;              /* when it begins */
    ngx_str_t    action;
    uint64_t     used;              /* bytes */
    uint64_t     quota;             /* GiB */
    uint64_t     throttle;          /* Mbit/s */
    uint64_t     told;              /* per cent */
    ngx_uint_t   over;
    ngx_uint_t   near;
    ngx_uint_t   slow;              /* what it is to be, */
    ngx_uint_t   throttled;         /* and what it is */
    ngx_uint_t   stop;              /* it is to be suspended now, */
    ngx_uint_t   lift;              /* or that is to end */
    ngx_uint_t   busy;              /* or has failed a moment ago */

    ngx_pool_t  *pool;
    vz_call_t    call;              /* nobody's: what is audited came by it */
    vz_notice_e  notice;            /* to be told once it is committed */
    ngx_uint_t   kick;              /* a task was made */
} vz_traffic_act_t;

typedef vz_code_e (*vz_traffic_act_pt)(vz_tx_t *tx, vz_traffic_act_t *vm);


static vz_code_e vz_traffic_act_one(ngx_pool_t *pool, uint64_t id);
static vz_code_e vz_traffic_act_load(vz_tx_t *tx, vz_traffic_act_t *vm);
static vz_code_e vz_traffic_act_tell(vz_tx_t *tx, vz_traffic_act_t *vm);
static vz_code_e vz_traffic_act_mail(vz_tx_t *tx, vz_traffic_act_t *vm,
    ngx_uint_t level);
static ngx_str_t vz_traffic_act_gib(vz_traffic_act_t *vm);
static vz_code_e vz_traffic_act_state(vz_tx_t *tx, vz_traffic_act_t *vm);
static vz_code_e vz_traffic_act_stop(vz_tx_t *tx, vz_traffic_act_t *vm);
static vz_code_e vz_traffic_act_task(vz_tx_t *tx, vz_traffic_act_t *vm,
    const char *kind, ngx_str_t data);


/* what is due of a container that nothing is at work on */

#define VZ_TRAFFIC_ACT_SLOW                                                   \
    "(v.throttled <> " VZ_TRAFFIC_MONTH_SLOW                                  \
    " AND v.lifecycle IN ('ready', 'suspended'))"
#define VZ_TRAFFIC_ACT_STOP                                                   \
    "(" VZ_TRAFFIC_MONTH_STOP " AND v.lifecycle = 'ready'"                    \
    " AND x.suspended = 0)"
#define VZ_TRAFFIC_ACT_LIFT                                                   \
    "(v.lifecycle = 'suspended' AND v.traffic_suspended"                      \
    " AND NOT " VZ_TRAFFIC_MONTH_STOP ")"
#define VZ_TRAFFIC_ACT_TELL                                                   \
    "(v.lifecycle <> 'trashed'"                                               \
    " AND ((" VZ_TRAFFIC_MONTH_OVER " AND x.told < 100)"                      \
    " OR (" VZ_TRAFFIC_MONTH_NEAR " AND x.told < 80)))"
#define VZ_TRAFFIC_ACT_BUSY                                                   \
    "(EXISTS (SELECT 1 FROM task b WHERE b.busy = v.id)"                      \
    " OR EXISTS (SELECT 1 FROM task f WHERE f.vm_id = v.id"                   \
    "  AND f.kind IN ('throttle', 'unthrottle', 'unsuspend')"                 \
    "  AND f.state = 'failed'"                                                \
    "  AND f.finished > NOW(3) - INTERVAL " VZ_TRAFFIC_ACT_WAIT "))"

#define VZ_TRAFFIC_ACT_ROW(first, next_, of)                                  \
    first(of, name, TEXT, "v.name")                                           \
    next_(of, owner, INT, "u.id")                                             \
    next_(of, first_name, TEXT, "u.first_name")                               \
    next_(of, email, TEXT, "u.email")                                         \
    next_(of, language, TEXT, "u.language")                                   \
    next_(of, month, TEXT, "DATE_FORMAT(UTC_DATE(), '%Y-%m')")                \
    next_(of, next, TEXT,                                                     \
          "DATE_FORMAT(UTC_DATE() + INTERVAL 1 MONTH, '%Y-%m-01')")           \
    next_(of, action, TEXT, "v.traffic_action")                               \
    next_(of, used, INT, VZ_TRAFFIC_MONTH_USED)                               \
    next_(of, quota, INT, "v.traffic_gib")                                    \
    next_(of, throttle, INT, "v.throttle_rate")                               \
    next_(of, told, INT, "COALESCE(x.told, 0)")                               \
    next_(of, over, FLAG, VZ_TRAFFIC_MONTH_OVER)                              \
    next_(of, near, FLAG, VZ_TRAFFIC_MONTH_NEAR)                              \
    next_(of, slow, FLAG, VZ_TRAFFIC_MONTH_SLOW)                              \
    next_(of, throttled, FLAG, "v.throttled")                                 \
    next_(of, stop, FLAG, VZ_TRAFFIC_ACT_STOP)                                \
    next_(of, lift, FLAG, VZ_TRAFFIC_ACT_LIFT)                                \
    next_(of, busy, FLAG, VZ_TRAFFIC_ACT_BUSY                                 \
          " OR v.lifecycle NOT IN ('ready', 'suspended')")

static const vz_row_member_t  vz_traffic_act_row[] =
    vz_row_members(VZ_TRAFFIC_ACT_ROW, vz_traffic_act_t);

static const vz_sql_t  vz_traffic_act_due = vz_sql("traffic due",
    "SELECT v.id FROM vm v" VZ_TRAFFIC_MONTH_JOIN
    " WHERE " VZ_TRAFFIC_ACT_TELL
    " OR ((" VZ_TRAFFIC_ACT_SLOW " OR " VZ_TRAFFIC_ACT_STOP
    " OR " VZ_TRAFFIC_ACT_LIFT ") AND NOT " VZ_TRAFFIC_ACT_BUSY ")"
    " ORDER BY v.id LIMIT " VZ_TRAFFIC_ACT_MOST);

static const vz_sql_t  vz_traffic_act_lock = vz_sql("traffic lock",
    "SELECT id FROM vm WHERE id = ? FOR UPDATE");

static const vz_sql_t  vz_traffic_act_select = vz_sql("traffic vm",
    "SELECT " vz_row_sql(VZ_TRAFFIC_ACT_ROW)
    " FROM vm v JOIN user u ON u.id = v.user_id" VZ_TRAFFIC_MONTH_JOIN
    " WHERE v.id = ?");

static const vz_sql_t  vz_traffic_act_told = vz_sql("traffic told",
    "UPDATE vm_traffic SET told = ? WHERE vm_id = ?"
    " AND month = " VZ_TRAFFIC_MONTH " AND told < ?");

static const vz_sql_t  vz_traffic_act_claim = vz_sql("traffic suspend",
    "UPDATE vm_traffic SET suspended = 1 WHERE vm_id = ?"
    " AND month = " VZ_TRAFFIC_MONTH " AND suspended = 0");

static const vz_sql_t  vz_traffic_act_reason = vz_sql("traffic reason",
    "UPDATE vm SET suspended_reason = 'traffic', suspended_at = NOW(3),"
    " traffic_suspended = 1 WHERE id = ? AND lifecycle = 'ready'");

/* so that it is suspended again where it goes beyond another quota */

static const vz_sql_t  vz_traffic_act_again = vz_sql("traffic again",
    "UPDATE vm_traffic SET suspended = 0 WHERE vm_id = ?"
    " AND month = " VZ_TRAFFIC_MONTH);


void
vz_traffic_act(ngx_pool_t *pool)
{
    vz_rows_t    rows;
    ngx_uint_t   i;
    ngx_pool_t  *own;

    if (vz_db_query(NULL, pool, &vz_traffic_act_due, vz_no_binds, &rows)
        != VZ_OK)
    {
        return;
    }

    for (i = 0; i < rows.rows; i++) {
        own = ngx_create_pool(4096, pool->log);

        if (own == NULL) {
            return;
        }

        /* one that another transaction is in the way of is looked at again */

        (void) vz_traffic_act_one(own, vz_row_int(&rows, i, "id"));
        ngx_destroy_pool(own);
    }
}


static vz_code_e
vz_traffic_act_one(ngx_pool_t *pool, uint64_t id)
{
    vz_tx_t           *tx;
    vz_code_e          rc;
    ngx_uint_t         i;
    vz_traffic_act_t   vm;

    static const vz_traffic_act_pt  parts[] = {
        vz_traffic_act_load, vz_traffic_act_tell, vz_traffic_act_state
    };

    ngx_memzero(&vm, sizeof(vz_traffic_act_t));
    vm.id = id;
    vm.pool = pool;
    vz_call_nobody(&vm.call, pool);

    rc = vz_db_begin(pool, &tx);

    if (rc != VZ_OK) {
        return rc;
    }

    for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && rc == VZ_OK; i++) {
        rc = parts[i](tx, &vm);
    }

    rc = vz_db_end(tx, rc);

    if (rc == VZ_OK) {
        vz_notification_tell(vm.notice, vm.owner, id, &vm.name, NULL);

        if (vm.kick) {
            vz_runner_kick();
        }
    }

    return rc;
}


static vz_code_e
vz_traffic_act_load(vz_tx_t *tx, vz_traffic_act_t *vm)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, vm->pool, &vz_traffic_act_lock,
                     vz_binds(vz_int(vm->id)), &rows);

    if (rc == VZ_OK) {
        rc = rows.rows ? vz_db_query(tx, vm->pool, &vz_traffic_act_select,
                                     vz_binds(vz_int(vm->id)), &rows)
                       : VZ_NOENT;
    }

    if (rc == VZ_OK) {
        vz_row_read(&rows, 0, 0, vz_traffic_act_row, vm);
    }

    return rc;
}


/* once each in a month: the statement claims it */

static vz_code_e
vz_traffic_act_tell(vz_tx_t *tx, vz_traffic_act_t *vm)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  level;

    level = vm->over ? 100 : vm->near ? 80 : 0;

    if (level <= vm->told) {
        return VZ_OK;
    }

    rc = vz_db_query(tx, vm->pool, &vz_traffic_act_told,
                     vz_binds(vz_int(level), vz_int(vm->id), vz_int(level)),
                     &rows);

    if (rc != VZ_OK || rows.affected == 0) {
        return rc;
    }

    vm->notice = level == 100 ? VZ_NOTICE_TRAFFIC_OVER
                              : VZ_NOTICE_TRAFFIC_NEAR;

    return vz_traffic_act_mail(tx, vm, level);
}


static vz_code_e
vz_traffic_act_mail(vz_tx_t *tx, vz_traffic_act_t *vm, ngx_uint_t level)
{
    ngx_str_t    quota, rate;
    const char  *template;

    quota = vz_call_printf(&vm->call, "%uL", vm->quota);
    rate = vz_call_printf(&vm->call, "%uL", vm->throttle);

    const vz_mail_member_t  members[] = {
        { "first_name", vm->first_name },
        { "server", vm->name },
        { "used", vz_traffic_act_gib(vm) },
        { "quota", quota },
        { "rate", rate },
        { "next", vm->next }
    };

    template = level == 80 ? "traffic_near"
               : *vm->action.data == 't' ? "traffic_slow"
               : *vm->action.data == 's' ? "traffic_stop" : "traffic_over";

    return vz_mail_queue(tx, vm->pool, vm->owner, &vm->email, template,
                         &vm->language, members,
                         sizeof(members) / sizeof(members[0]));
}


/* with a digit behind the point, or the comma */

static ngx_str_t
vz_traffic_act_gib(vz_traffic_act_t *vm)
{
    uint64_t  tenths;

    tenths = vm->used / (VZ_TRAFFIC_ACT_GIB / 10);

    return vz_call_printf(&vm->call, "%uL%s%uL", tenths / 10,
                          vm->language.len && *vm->language.data == 'e'
                          && vm->language.data[1] == 'n' ? "." : ",",
                          tenths % 10);
}


static vz_code_e
vz_traffic_act_state(vz_tx_t *tx, vz_traffic_act_t *vm)
{
    vz_code_e  rc;
    ngx_str_t  none = ngx_string("");
    ngx_str_t  yes = ngx_string("{\"throttled\":1}");
    ngx_str_t  no = ngx_string("{\"throttled\":0}");

    if (vm->busy) {
        return VZ_OK;
    }

    if (vm->stop) {
        return vz_traffic_act_stop(tx, vm);
    }

    if (vm->lift) {
        rc = vz_db_query(tx, vm->pool, &vz_traffic_act_again,
                         vz_binds(vz_int(vm->id)), NULL);

        return rc == VZ_OK ? vz_traffic_act_task(tx, vm, "unsuspend", none)
                           : rc;
    }

    if (vm->slow != vm->throttled) {
        return vm->slow ? vz_traffic_act_task(tx, vm, "throttle", yes)
                        : vz_traffic_act_task(tx, vm, "unthrottle", no);
    }

    return VZ_OK;
}


/*
 * Once in a month: where an administrator lets it run again, it runs until the
 * next one.
 */

static vz_code_e
vz_traffic_act_stop(vz_tx_t *tx, vz_traffic_act_t *vm)
{
    vz_code_e  rc;
    vz_rows_t  rows;
    ngx_str_t  none = ngx_string("");

    rc = vz_db_query(tx, vm->pool, &vz_traffic_act_claim,
                     vz_binds(vz_int(vm->id)), &rows);

    if (rc != VZ_OK || rows.affected == 0) {
        return rc;
    }

    rc = vz_db_query(tx, vm->pool, &vz_traffic_act_reason,
                     vz_binds(vz_int(vm->id)), &rows);

    if (rc == VZ_OK && rows.affected == 0) {
        return VZ_STATE;
    }

    return rc == VZ_OK ? vz_traffic_act_task(tx, vm, "suspend", none) : rc;
}


static vz_code_e
vz_traffic_act_task(vz_tx_t *tx, vz_traffic_act_t *vm, const char *kind,
    ngx_str_t data)
{
    uint64_t        id;
    vz_call_t      *call = &vm->call;
    vz_code_e       rc;
    vz_task_new_t   task;

    ngx_memzero(&task, sizeof(vz_task_new_t));

    task.kind = kind;
    task.vm = vm->id;
    task.vm_name = vm->name;
    task.owner = vm->owner;
    task.data = data;
    vz_task_by_panel(&task);

    rc = vz_task_create(tx, vm->pool, &task, &id);

    if (rc != VZ_OK) {
        return rc;
    }

    vm->kick = 1;

    return vz_audit_panel(tx, call,
                          (char *) vz_call_printf(call, "vm.%s%Z", kind).data,
                          vz_call_printf(call, "vm %uL", vm->id),
                          vz_call_printf(call, "%V: %uL bytes of %uL GiB",
                                         &vm->month, vm->used, vm->quota));
}
