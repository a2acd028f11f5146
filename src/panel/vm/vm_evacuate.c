/*
 * A container of a dead node goes on on another one.
 */

#include "panel/api/audit.h"
#include "panel/live/collector.h"
#include "panel/live/vm_lifecycle.h"
#include "panel/node/ctid.h"
#include "panel/node/rdns.h"
#include "panel/node/repository.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/vm/vm_address.h"
#include "panel/vm/vm_evacuate.h"
#include "runtime/crypt.h"
#include "runtime/fiber.h"
#include "runtime/row.h"


#define VZ_EVACUATE_TRIES  20
#define VZ_EVACUATE_ONCE   "3"      /* on a node: it has two places for
                                       restoring, and each does other things */
#define VZ_EVACUATE_MOST   16       /* begun in one run */


static vz_code_e vz_evacuate_in(vz_tx_t *tx, vz_call_t *call,
    vz_vm_evacuate_t *move);
static vz_code_e vz_evacuate_find(vz_tx_t *tx, vz_call_t *call,
    vz_vm_evacuate_t *move);
static vz_code_e vz_evacuate_not(vz_vm_evacuate_t *move, const char *reason);
static vz_code_e vz_evacuate_may(vz_vm_evacuate_t *move);
static vz_code_e vz_evacuate_end(vz_tx_t *tx, vz_call_t *call,
    vz_vm_evacuate_t *move);
static vz_code_e vz_evacuate_place(vz_tx_t *tx, vz_call_t *call,
    vz_vm_evacuate_t *move);
static vz_code_e vz_evacuate_addresses(vz_tx_t *tx, vz_call_t *call,
    vz_vm_evacuate_t *move);
static vz_code_e vz_evacuate_task(vz_tx_t *tx, vz_call_t *call,
    vz_vm_evacuate_t *move);


#define VZ_EVACUATE_ROW(first, next, of)                                      \
    first(of, name, TEXT, "v.name")                                           \
    next(of, lifecycle, TEXT, "v.lifecycle")                                  \
    next(of, tag, TEXT, "v.tag")                                              \
    next(of, owner, INT, "v.user_id")                                         \
    next(of, node, INT, "v.node_id")                                          \
    next(of, fence, INT, "v.fence")                                           \
    next(of, dead, FLAG, "n.dead")                                            \
    next(of, template, TEXT, "m.name")                                        \
    next(of, repository, TEXT, "b.repository")

static const vz_row_member_t  vz_evacuate_members[] =
    vz_row_members(VZ_EVACUATE_ROW, vz_vm_evacuate_t);

/* the backup's row is held, too, so that it does not leave meanwhile */
static const vz_sql_t  vz_evacuate_lock = vz_sql("evacuate lock",
    "SELECT " vz_row_sql(VZ_EVACUATE_ROW) " FROM vm v"
    " JOIN node n ON n.id = v.node_id JOIN template m ON m.id = v.template_id"
    " LEFT JOIN backup b ON b.id = ? AND b.vm_id = v.id AND b.state = 'done'"
    " WHERE v.id = ? FOR UPDATE");

/* a runner that is at one of them has lost it, and touches nothing more */
static const vz_sql_t  vz_evacuate_tasks = vz_sql("evacuate tasks",
    "UPDATE task t"
    " LEFT JOIN task_step s ON s.task_id = t.id AND s.position = t.step"
    " SET t.state = 'failed', t.busy = NULL, t.owner = NULL, t.lease = NULL,"
    "  t.finished = NOW(3), t.error_code = 'node_dead', t.error_detail = NULL,"
    "  s.state = 'failed', s.finished = NOW(3)"
    " WHERE t.vm_id = ? AND t.state IN ('held', 'queued', 'running')");

static const vz_sql_t  vz_evacuate_backups = vz_sql("evacuate backups",
    "UPDATE backup SET held = 0, finished = COALESCE(finished, NOW(3)),"
    " error_code = IF(state IN ('queued', 'running'), 'node_dead', error_code),"
    " state = IF(state IN ('queued', 'running'), 'failed', state)"
    " WHERE vm_id = ?");

static const vz_sql_t  vz_evacuate_snapshots = vz_sql("evacuate snapshots",
    "UPDATE vm_snapshot SET gone = COALESCE(gone, NOW(3)) WHERE vm_id = ?");

/* its fence is above that of every verb which the dead node was sent */
static const vz_sql_t  vz_evacuate_left = vz_sql("evacuate left",
    "INSERT INTO vm_moved (vm_id, vm_name, node_id, ctid, tag, fence)"
    " SELECT id, name, node_id, ctid, tag, fence + 1 FROM vm WHERE id = ?");

static const vz_sql_t  vz_evacuate_move = vz_sql("evacuate move",
    "UPDATE vm SET node_id = ?, ctid = ?, tag = ?, fence = fence + 2,"
    " adopting = 0, rescue_template = NULL, old_template = NULL,"
    " old_until = NULL, old_keys = NULL, version = version + 1 WHERE id = ?");

static const vz_sql_t  vz_evacuate_strange = vz_sql("evacuate addresses",
    "SELECT a.id FROM address a JOIN address_pool p ON p.id = a.pool_id"
    " WHERE a.vm_id = ? AND p.node_id <> ? LIMIT 1");

static const vz_sql_t  vz_evacuate_free = vz_sql("evacuate free",
    "UPDATE address SET vm_id = NULL, position = 0 WHERE vm_id = ?");

/* one that waits is put off for ever, until its turn comes */

#define VZ_EVACUATE_WAITS(task)  task ".not_before > NOW(3) + INTERVAL 1 DAY"

static const vz_sql_t  vz_evacuate_wait = vz_sql("evacuate wait",
    "UPDATE task SET not_before = NOW(3) + INTERVAL 10 YEAR WHERE id = ?");

static const vz_sql_t  vz_evacuate_turn = vz_sql("evacuate turn",
    "SELECT t.id FROM task t JOIN vm v ON v.id = t.vm_id"
    " WHERE t.kind = 'evacuate' AND t.state = 'queued'"
    " AND " VZ_EVACUATE_WAITS("t")
    " AND (SELECT COUNT(*) FROM task o JOIN vm w ON w.id = o.vm_id"
    "  WHERE w.node_id = v.node_id AND o.kind = 'evacuate'"
    "  AND o.state IN ('queued', 'running')"
    "  AND (o.not_before IS NULL OR NOT " VZ_EVACUATE_WAITS("o") "))"
    "  < " VZ_EVACUATE_ONCE
    " ORDER BY t.id LIMIT 1");

static const vz_sql_t  vz_evacuate_begin = vz_sql("evacuate begin",
    "UPDATE task t SET t.not_before = NULL WHERE t.id = ?"
    " AND t.state = 'queued' AND " VZ_EVACUATE_WAITS("t"));


vz_code_e
vz_vm_evacuate(vz_call_t *call, vz_vm_evacuate_t *move)
{
    vz_tx_t     *tx;
    vz_code_e    rc;
    ngx_uint_t   i;

    rc = VZ_CONFLICT;

    for (i = 0; i < VZ_EVACUATE_TRIES && rc == VZ_CONFLICT; i++) {

        if (i) {
            vz_fiber_sleep(5 + ngx_random() % 20);
        }

        move->reason = NULL;
        rc = vz_db_begin(call->pool, &tx);

        if (rc == VZ_OK) {
            rc = vz_db_end(tx, vz_evacuate_in(tx, call, move));
        }
    }

    if (rc == VZ_OK) {
        vz_collector_gone(move->vm);
        vz_collector_expect(move->to->id, move->ctid, move->vm, move->owner);
        vz_runner_kick();
    }

    return rc;
}


static vz_code_e
vz_evacuate_in(vz_tx_t *tx, vz_call_t *call, vz_vm_evacuate_t *move)
{
    vz_code_e  rc;

    rc = move->idem != NULL ? vz_idempotency_claim(tx, call, move->idem)
                            : VZ_OK;

    if (rc == VZ_OK) {
        rc = vz_evacuate_find(tx, call, move);
    }

    if (rc == VZ_OK) {
        rc = vz_evacuate_may(move);
    }

    if (rc == VZ_OK) {
        rc = vz_evacuate_end(tx, call, move);
    }

    if (rc == VZ_OK) {
        rc = vz_evacuate_place(tx, call, move);
    }

    if (rc == VZ_OK) {
        rc = vz_evacuate_addresses(tx, call, move);
    }

    if (rc == VZ_OK) {
        rc = vz_evacuate_task(tx, call, move);
    }

    return rc == VZ_DUPLICATE && move->idem == NULL ? VZ_CONFLICT : rc;
}


static vz_code_e
vz_evacuate_find(vz_tx_t *tx, vz_call_t *call, vz_vm_evacuate_t *move)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(tx, call->pool, &vz_evacuate_lock,
                     vz_binds(vz_int(move->backup), vz_int(move->vm)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return vz_evacuate_not(move, "gone");
    }

    vz_row_read(&rows, 0, 0, vz_evacuate_members, move);

    return VZ_OK;
}


static vz_code_e
vz_evacuate_not(vz_vm_evacuate_t *move, const char *reason)
{
    move->reason = reason;

    return VZ_STATE;
}


/* nobody waits here: what the node can do was read before */

static vz_code_e
vz_evacuate_may(vz_vm_evacuate_t *move)
{
    vz_vm_lifecycle_e  lifecycle;

    if (!move->dead) {
        return vz_evacuate_not(move, "not_dead");
    }

    lifecycle = vz_vm_lifecycle_parse(&move->lifecycle);

    if (!(vz_vm_lifecycle_bit(lifecycle) & VZ_VM_LIFECYCLE_IS_MADE)) {
        return vz_evacuate_not(move, "lifecycle");
    }

    if (move->repository.len == 0 || move->tag.len == 0) {
        return vz_evacuate_not(move, "no_backup");
    }

    if (!vz_repository_reached(move->to, &move->repository)) {
        return vz_evacuate_not(move, "no_repository");
    }

    return vz_node_has(move->to, &move->template)
           ? VZ_OK : vz_evacuate_not(move, "no_template");
}


static vz_code_e
vz_evacuate_end(vz_tx_t *tx, vz_call_t *call, vz_vm_evacuate_t *move)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    static const vz_sql_t *const  sql[] = {
        &vz_evacuate_tasks, &vz_evacuate_backups, &vz_evacuate_snapshots,
        &vz_evacuate_left
    };

    rc = VZ_OK;

    for (i = 0; i < sizeof(sql) / sizeof(sql[0]) && rc == VZ_OK; i++) {
        rc = vz_db_query(tx, call->pool, sql[i], vz_binds(vz_int(move->vm)),
                         NULL);
    }

    return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
}


/*
 * A tag of its own: nothing that is meant for the old one reaches it.  Its old
 * number need not rest: the node, when it is back, has a stranger of it.
 */

static vz_code_e
vz_evacuate_place(vz_tx_t *tx, vz_call_t *call, vz_vm_evacuate_t *move)
{
    vz_code_e  rc;
    ngx_str_t  tag;

    rc = vz_ctid_free(tx, call->pool, move->to->id, &move->ctid);

    if (rc == VZ_NOSPACE) {
        return vz_evacuate_not(move, "no_number");
    }

    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_crypt_random_hex(call->pool, VZ_TAG_LEN / 2, &tag) != NGX_OK) {
        return VZ_INTERNAL;
    }

    rc = vz_db_query(tx, call->pool, &vz_evacuate_move,
                     vz_binds(vz_int(move->to->id), vz_int(move->ctid),
                              vz_text(tag), vz_int(move->vm)),
                     NULL);

    return rc == VZ_DUPLICATE ? VZ_CONFLICT : rc;
}


/* all of them stay, or none: gateway and name servers are of their pools */

static vz_code_e
vz_evacuate_addresses(vz_tx_t *tx, vz_call_t *call, vz_vm_evacuate_t *move)
{
    vz_code_e        rc;
    vz_rows_t        rows;
    vz_vm_address_t  address;

    rc = vz_db_query(tx, call->pool, &vz_evacuate_strange,
                     vz_binds(vz_int(move->vm), vz_int(move->to->id)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc;
    }

    rc = vz_db_query(tx, call->pool, &vz_evacuate_free,
                     vz_binds(vz_int(move->vm)), NULL);

    if (rc == VZ_OK) {
        rc = vz_rdns_leave(tx, call->pool, move->vm, NULL);
    }

    if (rc == VZ_OK) {
        rc = vz_vm_address(tx, call, move->vm, move->to->id, &address);
    }

    return rc == VZ_NOSPACE ? vz_evacuate_not(move, "no_address") : rc;
}


static vz_code_e
vz_evacuate_task(vz_tx_t *tx, vz_call_t *call, vz_vm_evacuate_t *move)
{
    vz_code_e      rc;
    vz_task_new_t  task;

    ngx_memzero(&task, sizeof(vz_task_new_t));

    vz_task_by(&task, call);
    task.kind = "evacuate";
    task.vm = move->vm;
    task.vm_name = move->name;
    task.owner = move->owner;
    task.data = vz_call_printf(call, "{\"backup\":%uL}", move->backup);

    if (task.data.len == 0) {
        return VZ_INTERNAL;
    }

    rc = vz_task_create(tx, call->pool, &task, &move->task);

    if (rc == VZ_DUPLICATE) {
        return VZ_CONFLICT;
    }

    if (rc == VZ_OK && move->many) {
        rc = vz_db_query(tx, call->pool, &vz_evacuate_wait,
                         vz_binds(vz_int(move->task)), NULL);
    }

    if (rc == VZ_OK && move->idem != NULL) {
        rc = vz_idempotency_done(tx, call, move->idem, move->task);
    }

    return rc == VZ_OK
           ? vz_audit_with(tx, call, "vm.evacuate",
                           vz_call_printf(call, "vm %uL", move->vm),
                           vz_call_printf(call, "backup %uL, from node %uL to "
                                          "%uL", move->backup, move->node,
                                          move->to->id))
           : rc;
}


void
vz_vm_evacuate_next(ngx_pool_t *pool)
{
    vz_rows_t   rows;
    ngx_uint_t  i;

    for (i = 0; i < VZ_EVACUATE_MOST; i++) {

        if (vz_db_query(NULL, pool, &vz_evacuate_turn, vz_no_binds, &rows)
            != VZ_OK
            || rows.rows == 0
            || vz_db_query(NULL, pool, &vz_evacuate_begin,
                           vz_binds(vz_int(vz_row_int(&rows, 0, "id"))), NULL)
               != VZ_OK)
        {
            break;
        }
    }

    if (i) {
        vz_runner_kick();
    }
}
