/*
 * The end of containers in the trash.  Who ends one claims it by the statement
 * that takes it out of the trash, in the transaction of the task.
 */

#include "panel/api/audit.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/task/trash.h"
#include "runtime/call.h"
#include "runtime/fiber.h"
#include "runtime/row.h"


#define VZ_TRASH_MOST   "100"       /* containers of one run */
#define VZ_TRASH_TRIES  "8"         /* candidates that are looked at */
#define VZ_TRASH_AGAIN  "10 MINUTE" /* until one is stopped again */
#define VZ_TRASH_WAIT   20000       /* ms for one to be destroyed */
#define VZ_TRASH_SLICE  100         /* ms between two looks at its task */


/* How a container's stay in the trash goes on. */
typedef struct {
    const char      *kind;          /* of the task */
    const char      *action;        /* in the audit */
    const char      *why;           /* the same */
    const vz_sql_t  *claim;         /* NULL: it stays where it is */
} vz_trash_act_t;


static void vz_trash_each(ngx_pool_t *pool, const vz_sql_t *due,
    const vz_trash_act_t *act);
static vz_code_e vz_trash_act(ngx_pool_t *pool, const vz_trash_act_t *act,
    uint64_t vm, uint64_t *task);
static vz_code_e vz_trash_act_in(vz_tx_t *tx, ngx_pool_t *pool,
    const vz_trash_act_t *act, uint64_t vm, uint64_t *task);


#define VZ_TRASH_FREE                                                         \
    " AND NOT EXISTS (SELECT 1 FROM task b WHERE b.busy = v.id)"

/* the column of the index is NULL in all containers that never were there */
#define VZ_TRASH_IN                                                           \
    " FROM vm v WHERE v.trashed_until IS NOT NULL"                            \
    " AND v.lifecycle = 'trashed'" VZ_TRASH_FREE

static const vz_sql_t  vz_trash_over = vz_sql("trash over",
    "SELECT v.id" VZ_TRASH_IN " AND v.trashed_until <= NOW(3)"
    " ORDER BY v.trashed_until LIMIT " VZ_TRASH_MOST);

static const vz_sql_t  vz_trash_awake = vz_sql("trash awake",
    "SELECT v.id" VZ_TRASH_IN
    " AND (SELECT t.state = 'failed'"
    "   AND t.finished < NOW(3) - INTERVAL " VZ_TRASH_AGAIN
    "  FROM task t WHERE t.vm_id = v.id AND t.kind = 'trash'"
    "  ORDER BY t.id DESC LIMIT 1)"
    " ORDER BY v.id LIMIT " VZ_TRASH_MOST);

static const vz_sql_t  vz_trash_oldest = vz_sql("trash oldest",
    "SELECT v.id" VZ_TRASH_IN
    " AND IF(? = 0, v.node_id = ?, EXISTS (SELECT 1 FROM address a"
    "  JOIN address_pool p ON p.id = a.pool_id AND p.enabled"
    "  WHERE a.vm_id = v.id AND a.reserved = 0"
    "  AND IF(p.cidr LIKE '%:%', 6, 4) = ?"
    "  AND (p.node_id IS NULL OR p.node_id = ?)))"
    " ORDER BY v.trashed_at, v.id LIMIT " VZ_TRASH_TRIES);

static const vz_sql_t  vz_trash_going = vz_sql("trash going",
    "SELECT v.id FROM vm v JOIN task t ON t.busy = v.id AND t.kind = 'destroy'"
    " WHERE v.trashed_until IS NOT NULL AND v.lifecycle = 'deleting'"
    " AND v.node_id = ? LIMIT 1");

#define VZ_TRASH_CLAIM                                                        \
    "UPDATE vm SET lifecycle = 'deleting' WHERE id = ?"                       \
    " AND lifecycle = 'trashed'"

static const vz_sql_t  vz_trash_claim_over = vz_sql("trash claim over",
    VZ_TRASH_CLAIM " AND trashed_until <= NOW(3)");

static const vz_sql_t  vz_trash_claim_room = vz_sql("trash claim room",
    VZ_TRASH_CLAIM);

static const vz_sql_t  vz_trash_lock = vz_sql("trash vm",
    "SELECT name, user_id FROM vm WHERE id = ? AND lifecycle = 'trashed'"
    " FOR UPDATE");

static const vz_sql_t  vz_trash_task = vz_sql("trash task",
    "SELECT busy IS NULL AS ended FROM task WHERE id = ?");


static const vz_trash_act_t  vz_trash_ended = {
    "destroy", "vm.destroy", "its time in the trash is over",
    &vz_trash_claim_over
};

static const vz_trash_act_t  vz_trash_gave = {
    "destroy", "vm.destroy", "it gave way to an order", &vz_trash_claim_room
};

static const vz_trash_act_t  vz_trash_stopped = {
    "trash", "vm.trash", "it could not be stopped before", NULL
};


void
vz_trash_look(ngx_pool_t *pool)
{
    vz_trash_each(pool, &vz_trash_over, &vz_trash_ended);
    vz_trash_each(pool, &vz_trash_awake, &vz_trash_stopped);
}


static void
vz_trash_each(ngx_pool_t *pool, const vz_sql_t *due,
    const vz_trash_act_t *act)
{
    uint64_t     task;
    vz_rows_t    rows;
    ngx_uint_t   i, made;
    ngx_pool_t  *own;

    if (vz_db_query(NULL, pool, due, vz_no_binds, &rows) != VZ_OK) {
        return;
    }

    made = 0;

    for (i = 0; i < rows.rows; i++) {
        own = ngx_create_pool(4096, pool->log);

        if (own == NULL) {
            break;
        }

        /* one that another transaction is in the way of is looked at again */

        made |= vz_trash_act(own, act, vz_row_int(&rows, i, "id"), &task)
                == VZ_OK;
        ngx_destroy_pool(own);
    }

    if (made) {
        vz_runner_kick();
    }
}


/* VZ_STATE where the container is not in the trash any more */

static vz_code_e
vz_trash_act(ngx_pool_t *pool, const vz_trash_act_t *act, uint64_t vm,
    uint64_t *task)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(pool, &tx);

    return rc == VZ_OK
           ? vz_db_end(tx, vz_trash_act_in(tx, pool, act, vm, task)) : rc;
}


static vz_code_e
vz_trash_act_in(vz_tx_t *tx, ngx_pool_t *pool, const vz_trash_act_t *act,
    uint64_t vm, uint64_t *task)
{
    vz_call_t       call;
    vz_code_e       rc;
    vz_rows_t       rows, claimed;
    vz_task_new_t   made;

    rc = vz_db_query(tx, pool, &vz_trash_lock, vz_binds(vz_int(vm)), &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        rc = VZ_STATE;
    }

    if (rc == VZ_OK && act->claim != NULL) {
        rc = vz_db_query(tx, pool, act->claim, vz_binds(vz_int(vm)),
                         &claimed);

        if (rc == VZ_OK && claimed.affected == 0) {
            rc = VZ_STATE;
        }
    }

    if (rc != VZ_OK) {
        return rc;
    }

    ngx_memzero(&made, sizeof(vz_task_new_t));

    made.kind = act->kind;
    made.vm = vm;
    made.vm_name = vz_row_text(&rows, 0, "name");
    made.owner = vz_row_int(&rows, 0, "user_id");
    vz_task_by_panel(&made);

    rc = vz_task_create(tx, pool, &made, task);

    if (rc != VZ_OK) {
        return rc;
    }

    vz_call_nobody(&call, pool);

    return vz_audit_panel(tx, &call, act->action,
                          vz_call_printf(&call, "vm %uL", vm),
                          vz_call_printf(&call, "%V: %s", &made.vm_name,
                                         act->why));
}


vz_code_e
vz_trash_yield(ngx_pool_t *pool, const vz_trash_lack_t *lack, uint64_t *task)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    if (lack->family == 0) {
        rc = vz_db_query(NULL, pool, &vz_trash_going,
                         vz_binds(vz_int(lack->node)), &rows);

        if (rc != VZ_OK || rows.rows) {
            return rc != VZ_OK ? rc : VZ_AGAIN;
        }
    }

    rc = vz_db_query(NULL, pool, &vz_trash_oldest,
                     vz_binds(vz_int(lack->family), vz_int(lack->node),
                              vz_int(lack->family), vz_int(lack->node)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    for (i = 0; i < rows.rows; i++) {
        rc = vz_trash_act(pool, &vz_trash_gave, vz_row_int(&rows, i, "id"),
                          task);

        if (rc == VZ_OK) {
            vz_runner_kick();
            return VZ_OK;
        }

        /* another order was faster: the next one */

        if (rc != VZ_STATE && rc != VZ_DUPLICATE && rc != VZ_CONFLICT) {
            return rc;
        }
    }

    return VZ_NOSPACE;
}


vz_code_e
vz_trash_give(ngx_pool_t *pool, const vz_trash_lack_t *lack)
{
    uint64_t    task;
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_msec_t  begun;

    begun = ngx_current_msec;
    rc = vz_trash_yield(pool, lack, &task);

    while (rc == VZ_OK) {
        rc = vz_db_query(NULL, pool, &vz_trash_task, vz_binds(vz_int(task)),
                         &rows);

        if (rc != VZ_OK || rows.rows == 0 || vz_row_int(&rows, 0, "ended")) {
            break;
        }

        if (ngx_current_msec - begun >= VZ_TRASH_WAIT) {
            return VZ_TIMEOUT;
        }

        vz_fiber_sleep(VZ_TRASH_SLICE);
    }

    return rc;
}
