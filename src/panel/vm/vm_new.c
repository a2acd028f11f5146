/*
 * The one way to make a container.  What two requests could both want
 * (account, number, address) is claimed by unique keys and compare-and-set;
 * the one that loses rolls back and tries the whole again.
 */

#include "panel/account/key_set.h"
#include "panel/api/limit.h"
#include "panel/live/collector.h"
#include "panel/mail/mail.h"
#include "panel/node/ctid.h"
#include "panel/task/first_boot.h"
#include "panel/task/runner.h"
#include "panel/task/trash.h"
#include "panel/vm/vm_new.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/fiber.h"
#include "runtime/row.h"
#include "runtime/settings.h"
#include "runtime/waitq.h"


#define VZ_VM_NEW_WAIT  60000       /* ms for a turn, and of tries */
#define VZ_VM_NEW_ROOM  30000       /* ms in which the trash gives way */


static vz_code_e vz_vm_new_turn(vz_call_t *call, vz_vm_new_t *vm);
static vz_code_e vz_vm_new_room(vz_call_t *call, const vz_vm_new_t *vm);
static ngx_int_t vz_vm_new_enter(void);
static void vz_vm_new_leave(void);
static vz_code_e vz_vm_new_repeat(vz_call_t *call, vz_vm_new_t *vm);
static vz_code_e vz_vm_new_try(vz_call_t *call, vz_vm_new_t *vm);
static vz_code_e vz_vm_new_key(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_vm_new_before(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_vm_new_row(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_vm_new_why(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_vm_new_keys(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_vm_new_first_boot(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_vm_new_addresses(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_vm_new_task(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static vz_code_e vz_vm_new_after(vz_tx_t *tx, vz_call_t *call,
    vz_vm_new_t *vm);
static void vz_vm_new_refuse_more(vz_call_t *call, const vz_vm_new_t *vm);


static ngx_uint_t   vz_vm_new_busy;
static vz_waitq_t   vz_vm_new_line;

static const vz_vm_new_pt  vz_vm_new_claims[] = {
    vz_vm_new_key,
    vz_vm_new_before,
    vz_vm_new_row,
    vz_vm_new_keys,
    vz_vm_new_first_boot,
    vz_vm_new_addresses,
    vz_vm_new_task,
    vz_vm_new_mail,
    vz_vm_new_after,
    NULL
};


/*
 * Inserts nothing where plan, template, user or node are gone by now, nor where
 * a user whose limit holds has as many as may be.
 */

#define VZ_VM_NEW_LEFT                                                        \
    "(u.role = 'admin' OR (SELECT COUNT(*) FROM vm o WHERE o.user_id = u.id)" \
    "  < COALESCE(u.vm_limit, ?))"

static const vz_sql_t  vz_vm_new_insert = vz_sql("order vm",
    "INSERT INTO vm (node_id, ctid, tag, user_id, plan_id, template_id, name,"
    " hostname, vmguar_barrier_mib, vmguar_limit_mib, oomguar_barrier_mib,"
    " oomguar_limit_mib, privvm_barrier_mib, privvm_limit_mib, disk_soft_mib,"
    " disk_hard_mib, cpu_units, cpu_percent, traffic_gib, traffic_action,"
    " throttle_rate, rate_in, rate_out, backup_daily, backup_weekly,"
    " backup_monthly)"
    " SELECT n.id, ?, ?, u.id, p.id, t.id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " p.traffic_gib, COALESCE(p.traffic_action, 'nothing'),"
    " COALESCE(p.throttle_rate, 1), p.rate_in, p.rate_out,"
    " COALESCE(p.backup_daily, 0), COALESCE(p.backup_weekly, 0),"
    " COALESCE(p.backup_monthly, 0)"
    " FROM node n JOIN user u ON u.id = ?"
    " JOIN template t ON t.id = ? AND (t.enabled OR ?)"
    " LEFT JOIN plan p ON p.id = ?"
    " WHERE n.id = ? AND (p.id IS NOT NULL OR ? = 0) AND (p.visible OR ?)"
    " AND (NOT ? OR " VZ_VM_NEW_LEFT ")");

static const vz_sql_t  vz_vm_new_most = vz_sql("order limit",
    "SELECT COALESCE(u.vm_limit, ?) AS most FROM user u"
    " WHERE u.id = ? AND NOT " VZ_VM_NEW_LEFT);


vz_code_e
vz_vm_new_make(vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e   rc;
    ngx_msec_t  begun;

    begun = ngx_current_msec;

    do {
        rc = vz_vm_new_turn(call, vm);

    } while (rc == VZ_NOSPACE
             && ngx_current_msec - begun < VZ_VM_NEW_ROOM
             && vz_vm_new_room(call, vm) == VZ_OK);

    if (rc == VZ_OK && !vm->task.held) {
        vz_collector_expect(vm->node->id, vm->ctid, vm->id, vm->user);
        vz_runner_kick();
    }

    return rc;
}


static vz_code_e
vz_vm_new_turn(vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e  rc;

    if (vz_vm_new_enter() != NGX_OK) {
        return VZ_OVERLOADED;
    }

    rc = vz_vm_new_repeat(call, vm);

    vz_vm_new_leave();

    return rc;
}


/*
 * A container in the trash gives its address back.  Its number would help
 * nobody: it rests for ten minutes.
 */

static vz_code_e
vz_vm_new_room(vz_call_t *call, const vz_vm_new_t *vm)
{
    vz_trash_lack_t  lack;

    lack.node = vm->node->id;
    lack.family = vm->address.lacks;

    return lack.family ? vz_trash_give(call->pool, &lack) : VZ_NOSPACE;
}


/*
 * All requests want the lowest number and the first address: within a worker
 * they take turns, so that conflicts are between workers only.
 */

static ngx_int_t
vz_vm_new_enter(void)
{
    if (vz_vm_new_busy) {
        return vz_waitq_wait(&vz_vm_new_line, VZ_VM_NEW_WAIT);
    }

    vz_waitq_init(&vz_vm_new_line);
    vz_vm_new_busy = 1;

    return NGX_OK;
}


static void
vz_vm_new_leave(void)
{
    if (vz_waitq_wake(&vz_vm_new_line, 0) == 0) {
        vz_vm_new_busy = 0;
    }
}


static vz_code_e
vz_vm_new_repeat(vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e   rc;
    vz_task_t   task;
    ngx_msec_t  begun;

    begun = ngx_current_msec;

    for ( ;; ) {
        rc = vz_vm_new_try(call, vm);

        if (rc != VZ_CONFLICT) {
            break;
        }

        if (ngx_current_msec - begun >= VZ_VM_NEW_WAIT) {
            return VZ_OVERLOADED;
        }

        vz_fiber_sleep(5 + ngx_random() % 20);
    }

    if (rc != VZ_DOWN || vm->task_id == 0) {
        return rc;
    }

    /* the connection broke at the commit, which may have happened */

    return vz_task_get(call->pool, vm->task_id, NULL, vz_none(), &task)
           == VZ_OK ? VZ_OK : VZ_DOWN;
}


static vz_code_e
vz_vm_new_try(vz_call_t *call, vz_vm_new_t *vm)
{
    vz_tx_t             *tx;
    vz_code_e            rc;
    const vz_vm_new_pt  *claim;

    vm->task_id = 0;
    vm->address.lacks = 0;

    rc = vz_db_begin(call->pool, &tx);
    if (rc != VZ_OK) {
        return rc;
    }

    for (claim = vz_vm_new_claims; *claim != NULL; claim++) {

        rc = (*claim)(tx, call, vm);

        if (rc != VZ_OK) {
            vm->task_id = 0;
            vz_db_rollback(tx);
            return rc;
        }
    }

    return vz_db_commit(tx);
}


static vz_code_e
vz_vm_new_key(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vz_idempotency_claim(tx, call, &vm->idem);
}


static vz_code_e
vz_vm_new_before(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vm->def->before != NULL ? vm->def->before(tx, call, vm) : VZ_OK;
}


static vz_code_e
vz_vm_new_row(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e  rc;
    ngx_str_t  tag;
    vz_rows_t  rows;
    vz_bind_t  memory;

    rc = vz_ctid_free(tx, call->pool, vm->node->id, &vm->ctid);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_crypt_random_hex(call->pool, VZ_TAG_LEN / 2, &tag) != NGX_OK) {
        return VZ_INTERNAL;
    }

    memory = vz_int(vm->memory_mib);

    vm->name = vm->hostname.len ? vm->hostname
                                : vz_call_printf(call, "vps%uD", vm->ctid);

    rc = vz_db_query(tx, call->pool, &vz_vm_new_insert,
                     vz_binds(vz_int(vm->ctid), vz_text(tag),
                              vz_text(vm->name), vz_text(vm->name),
                              memory, memory, memory, memory, memory, memory,
                              vz_int(vm->disk_mib), vz_int(vm->disk_mib),
                              vz_int(vm->cpu_units),
                              vz_limit_bind(vm->cpu_percent),
                              vz_int(vm->user), vz_int(vm->template),
                              vz_int(vm->any_template),
                              vz_int(vm->plan), vz_int(vm->node->id),
                              vz_int(vm->plan), vz_int(vm->any_plan),
                              vz_int(vm->limited),
                              vz_int(vz_settings()->vm_limit)),
                     &rows);

    if (rc == VZ_DUPLICATE) {
        return VZ_CONFLICT;
    }

    if (rc == VZ_OK && rows.affected == 0) {
        return vm->limited ? vz_vm_new_why(tx, call, vm) : VZ_NOENT;
    }

    vm->id = rows.insert_id;

    return rc;
}


/* why nothing was inserted: VZ_STATE for the limit, or VZ_NOENT */

static vz_code_e
vz_vm_new_why(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_bind_t  preset;
    vz_code_e  rc;
    vz_rows_t  rows;

    preset = vz_int(vz_settings()->vm_limit);

    rc = vz_db_query(tx, call->pool, &vz_vm_new_most,
                     vz_binds(preset, vz_int(vm->user), preset), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc != VZ_OK ? rc : VZ_NOENT;
    }

    vm->most = vz_row_int(&rows, 0, "most");

    return VZ_STATE;
}


/* it has them from here on: a key that a container has is not deleted */

static vz_code_e
vz_vm_new_keys(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e  rc;

    if (vm->keys.len == 0) {
        return VZ_OK;
    }

    rc = vz_key_set_check(tx, call, vm->user, &vm->keys);

    if (rc == VZ_OK) {
        rc = vz_key_set_store(tx, call->pool, vm->id, vm->user, &vm->keys);
    }

    if (rc == VZ_OK) {
        rc = vz_key_set_names(tx, call->pool, vm->id, &vm->key_names);
    }

    if (rc == VZ_OK) {
        vm->task.data = vz_call_printf(call, "{\"keys\":\"%V\"}", &vm->keys);
    }

    return rc == VZ_OK && vm->task.data.len == 0 ? VZ_INTERNAL : rc;
}


static vz_code_e
vz_vm_new_first_boot(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vm->first_boot.len
           ? vz_first_boot_keep(tx, call->pool, vm->id, &vm->first_boot)
           : VZ_OK;
}


static vz_code_e
vz_vm_new_addresses(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vz_vm_address(tx, call, vm->id, vm->node->id, &vm->address);
}


static vz_code_e
vz_vm_new_task(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e  rc;

    vm->task.vm = vm->id;
    vm->task.vm_name = vm->name;
    vm->task.owner = vm->user;

    rc = vz_task_create(tx, call->pool, &vm->task, &vm->task_id);
    if (rc != VZ_OK) {
        return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
    }

    return vz_idempotency_done(tx, call, &vm->idem, vm->task_id);
}


vz_code_e
vz_vm_new_mail(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e     rc;
    ngx_str_t     data;
    vz_json_t     json;
    ngx_chain_t  *cl;

    vz_json_init(&json, call->pool);

    vz_json_object(&json, NULL);
    vz_json_text(&json, "address", &vm->address.first);
    vz_json_text(&json, "also", &vm->address.also);
    vz_json_text(&json, "hostname", &vm->name);
    vm->def->write(&json, vm);
    vz_json_close(&json);

    if (vz_json_end(&json) != NGX_OK
        || vz_json_string(&json, &data) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    rc = vz_mail_hold(tx, call->pool, vm->user, vm->task_id, &vm->email,
                      vm->mail, &vm->language, &data);

    ngx_explicit_memzero(data.data, data.len);

    for (cl = json.first; cl != NULL; cl = cl->next) {
        ngx_explicit_memzero(cl->buf->start, cl->buf->last - cl->buf->start);
    }

    return rc;
}


static vz_code_e
vz_vm_new_after(vz_tx_t *tx, vz_call_t *call, vz_vm_new_t *vm)
{
    return vm->def->after != NULL ? vm->def->after(tx, call, vm) : VZ_OK;
}


vz_code_e
vz_vm_new_replay(vz_call_t *call, vz_vm_new_t *vm)
{
    vz_code_e  rc;

    rc = vz_idempotency_find(call, &vm->idem, &vm->task_id);

    if (rc == VZ_OK && vm->task_id) {
        vz_task_accepted(call, vm->task_id);
        return VZ_EXISTS;
    }

    return rc;
}


void
vz_vm_new_refuse(vz_call_t *call, vz_vm_new_t *vm, vz_code_e rc)
{
    switch (rc) {

    case VZ_DUPLICATE:
        if (vz_vm_new_replay(call, vm) == VZ_OK) {
            vz_call_fault(call, "panel", VZ_OVERLOADED);
        }

        return;

    case VZ_STATE:
        vz_vm_new_refuse_more(call, vm);
        return;

    case VZ_NOSPACE:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_address",
                        "No address is free: add addresses to a pool, or "
                        "free some.");
        return;

    case VZ_NOENT:
        vz_call_problem(call, NGX_HTTP_CONFLICT, "withdrawn",
                        "The plan, system, account or node was withdrawn a "
                        "moment ago: reload and try again.");
        return;

    case VZ_RANGE:
        return;

    default:
        vz_call_fault(call, "database", rc);
    }
}


static void
vz_vm_new_refuse_more(vz_call_t *call, const vz_vm_new_t *vm)
{
    vz_json_t  *out;

    out = vz_call_problem_open(call, NGX_HTTP_CONFLICT, "vm_limit",
                               "This account may have %ui containers and has "
                               "them all: ask the provider for more.",
                               vm->most);
    vz_json_uint(out, "limit", vm->most);
    vz_json_close(out);
}
