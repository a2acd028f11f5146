/*
 * Backups of the night.
 */

#include "panel/api/audit.h"
#include "panel/node/repository.h"
#include "panel/task/runner.h"
#include "panel/task/task.h"
#include "panel/vm/backup_due.h"
#include "runtime/row.h"
#include "runtime/settings.h"


#define VZ_BACKUP_DUE_MOST   "64"       /* containers of one look */
#define VZ_BACKUP_DUE_ONCE   "2"        /* at a time on a node */
#define VZ_BACKUP_DUE_TRIES  "3"        /* in a night */
#define VZ_BACKUP_DUE_AGAIN  "20"       /* minutes after one that failed */


/* A container that is due; and where its node keeps backups. */
typedef struct {
    uint64_t     id;
    uint64_t     node;
    uint64_t     owner;
    ngx_str_t    name;
    ngx_str_t    repository;
    vz_bind_t    since;                 /* minutes of the window so far, */
    vz_bind_t    spread;                /* and within which all begin */
} vz_backup_due_t;


static void vz_backup_due_settle(ngx_pool_t *pool);
static ngx_uint_t vz_backup_due_window(vz_backup_due_t *due);
static vz_code_e vz_backup_due_one(ngx_pool_t *pool, vz_backup_due_t *due);
static vz_code_e vz_backup_due_begin(vz_tx_t *tx, ngx_pool_t *pool,
    vz_backup_due_t *due);


#define VZ_BACKUP_DUE_ROW(first, next, of)                                    \
    first(of, id, INT, "v.id")                                                \
    next(of, node, INT, "v.node_id")                                          \
    next(of, owner, INT, "v.user_id")                                         \
    next(of, name, TEXT, "v.name")

static const vz_row_member_t  vz_backup_due_members[] =
    vz_row_members(VZ_BACKUP_DUE_ROW, vz_backup_due_t);

/*
 * It binds the minutes since the window began, the minutes within which
 * containers begin, and the first twice more.
 */
#define VZ_BACKUP_DUE_WHERE                                                   \
    VZ_BACKUP_DUE_PROMISED                                                    \
    " AND v.lifecycle IN ('ready', 'suspended') AND NOT v.adopting"           \
    " AND v.tag <> '' AND NOT " VZ_BACKUP_DUE_RUNS                            \
    " AND NOT EXISTS (SELECT 1 FROM task q WHERE q.busy = v.id)"              \
    " AND ? >= CRC32(v.tag) % ?"                                              \
    " AND NOT EXISTS (SELECT 1 FROM backup d WHERE d.vm_id = v.id"            \
    "  AND d.kind = 'scheduled' AND d.state IN ('done', 'leaving')"           \
    "  AND d.created >= NOW(3) - INTERVAL ? MINUTE"                           \
    "   - INTERVAL (" VZ_BACKUP_DUE_DAYS " - 1) DAY)"                         \
    " AND (SELECT COUNT(*) < " VZ_BACKUP_DUE_TRIES                            \
    "   AND COALESCE(MAX(f.finished) < NOW(3) - INTERVAL "                    \
    VZ_BACKUP_DUE_AGAIN " MINUTE, 1)"                                         \
    "  FROM backup f WHERE f.vm_id = v.id AND f.kind = 'scheduled'"           \
    "  AND f.state = 'failed' AND f.created >= NOW(3) - INTERVAL ? MINUTE)"

#define vz_backup_due_binds(due)                                              \
    (due)->since, (due)->spread, (due)->since, (due)->since

static const vz_sql_t  vz_backup_due_select = vz_sql("backup due",
    "SELECT " vz_row_sql(VZ_BACKUP_DUE_ROW) " FROM vm v"
    " WHERE " VZ_BACKUP_DUE_WHERE
    " AND (SELECT COUNT(*) FROM backup o WHERE o.node_id = v.node_id"
    "  AND o.state IN ('queued', 'running')) < " VZ_BACKUP_DUE_ONCE
    " ORDER BY CRC32(v.tag) % 1440, v.id LIMIT " VZ_BACKUP_DUE_MOST);

/* who holds a node's row is the only one that begins backups of it */
static const vz_sql_t  vz_backup_due_node = vz_sql("backup node",
    "SELECT id FROM node WHERE id = ? FOR UPDATE");

static const vz_sql_t  vz_backup_due_vm = vz_sql("backup lock",
    "SELECT id FROM vm WHERE id = ? FOR UPDATE");

static const vz_sql_t  vz_backup_due_insert = vz_sql("backup due make",
    "INSERT INTO backup (vm_id, vm_name, user_id, node_id, tag, repository,"
    " kind) SELECT v.id, v.name, v.user_id, v.node_id, v.tag, ?, 'scheduled'"
    " FROM vm v WHERE v.id = ? AND v.node_id = ? AND " VZ_BACKUP_DUE_WHERE
    " AND (SELECT COUNT(*) FROM backup o WHERE o.node_id = v.node_id"
    "  AND o.state IN ('queued', 'running')) < " VZ_BACKUP_DUE_ONCE);

#define VZ_BACKUP_DUE_TASK                                                    \
    "EXISTS (SELECT 1 FROM task t WHERE t.vm_id = b.vm_id"                    \
    " AND t.kind = 'backup' AND JSON_VALUE(t.data, '$.backup') = b.id"

/* one whose task was cancelled was never begun */
static const vz_sql_t  vz_backup_due_cancelled = vz_sql("backup cancelled",
    "DELETE b FROM backup b WHERE b.state = 'queued'"
    " AND " VZ_BACKUP_DUE_TASK " AND t.state = 'cancelled')");

/* one whose task can't tell any more how it ended, as of a deleted container */
static const vz_sql_t  vz_backup_due_lost = vz_sql("backup lost",
    "UPDATE backup b SET b.state = 'failed', b.finished = NOW(3),"
    " b.error_code = 'interrupted' WHERE b.state IN ('queued', 'running')"
    " AND b.created < NOW(3) - INTERVAL 1 MINUTE"
    " AND NOT " VZ_BACKUP_DUE_TASK
    "  AND t.state IN ('held', 'queued', 'running'))");

static const vz_sql_t  vz_backup_due_old = vz_sql("backup old failures",
    "DELETE FROM backup WHERE state = 'failed' AND held = 0"
    " AND finished < NOW(3) - INTERVAL 14 DAY");


void
vz_backup_due_run(ngx_pool_t *pool)
{
    vz_rows_t        rows;
    ngx_uint_t       i, begun;
    ngx_pool_t      *own;
    vz_backup_due_t  due;

    vz_backup_due_settle(pool);

    if (!vz_backup_due_window(&due) || vz_node_load(pool) != VZ_OK
        || vz_db_query(NULL, pool, &vz_backup_due_select,
                       vz_binds(vz_backup_due_binds(&due)), &rows)
           != VZ_OK)
    {
        return;
    }

    for (i = 0, begun = 0; i < rows.rows; i++) {
        own = ngx_create_pool(1024, pool->log);

        if (own == NULL) {
            break;
        }

        /* one that another transaction is in the way of is due again soon */

        vz_row_read(&rows, i, 0, vz_backup_due_members, &due);
        begun += vz_backup_due_one(own, &due) == VZ_OK;
        ngx_destroy_pool(own);
    }

    if (begun) {
        vz_runner_kick();
    }
}


/* what nobody is at work on any more is not shown as if somebody were */

static void
vz_backup_due_settle(ngx_pool_t *pool)
{
    ngx_uint_t  i;

    static const vz_sql_t *const  sql[] = {
        &vz_backup_due_cancelled, &vz_backup_due_lost, &vz_backup_due_old
    };

    for (i = 0; i < sizeof(sql) / sizeof(sql[0]); i++) {
        (void) vz_db_query(NULL, pool, sql[i], vz_no_binds, NULL);
    }
}


/* the last quarter of the window is for those that are tried again */

static ngx_uint_t
vz_backup_due_window(vz_backup_due_t *due)
{
    ngx_uint_t            minute, since;
    const vz_settings_t  *settings = vz_settings();

    ngx_memzero(due, sizeof(vz_backup_due_t));

    minute = ngx_time() / 60 % 1440;
    since = (minute + 1440 - settings->backup_begin) % 1440;

    due->since = vz_int(since);
    due->spread = vz_int(ngx_max(1, settings->backup_minutes * 3 / 4));

    return since < settings->backup_minutes;
}


static vz_code_e
vz_backup_due_one(ngx_pool_t *pool, vz_backup_due_t *due)
{
    vz_tx_t        *tx;
    vz_code_e       rc;
    vz_node_row_t  *node;

    node = vz_node_find(due->node);

    if (node == NULL || node->relay == NULL) {
        return VZ_DOWN;
    }

    due->repository = vz_repository_first(vz_node_limit_known(node));

    if (due->repository.len == 0) {
        return VZ_UNSUPPORTED;
    }

    due->repository.data = ngx_pstrdup(pool, &due->repository);

    if (due->repository.data == NULL) {
        return VZ_INTERNAL;
    }

    rc = vz_db_begin(pool, &tx);

    return rc == VZ_OK
           ? vz_db_end(tx, vz_backup_due_begin(tx, pool, due)) : rc;
}


/* nobody's account asks for it: the task and the audit name the panel */

static vz_code_e
vz_backup_due_begin(vz_tx_t *tx, ngx_pool_t *pool, vz_backup_due_t *due)
{
    uint64_t        id;
    vz_call_t       call;
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_task_new_t   task;

    rc = vz_db_query(tx, pool, &vz_backup_due_node, vz_binds(vz_int(due->node)),
                     &rows);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_backup_due_vm, vz_binds(vz_int(due->id)),
                         &rows);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, pool, &vz_backup_due_insert,
                         vz_binds(vz_text(due->repository), vz_int(due->id),
                                  vz_int(due->node),
                                  vz_backup_due_binds(due)),
                         &rows);
    }

    if (rc != VZ_OK || rows.affected == 0) {
        return rc != VZ_OK ? rc : VZ_STATE;
    }

    ngx_memzero(&task, sizeof(vz_task_new_t));

    vz_call_nobody(&call, pool);

    task.kind = "backup";
    task.vm = due->id;
    task.vm_name = due->name;
    task.owner = due->owner;
    task.data = vz_call_printf(&call, "{\"backup\":%uL}", rows.insert_id);
    vz_task_by_panel(&task);

    if (task.data.len == 0) {
        return VZ_INTERNAL;
    }

    rc = vz_task_create(tx, pool, &task, &id);

    return rc != VZ_OK
           ? rc
           : vz_audit_panel(tx, &call, "backup.make",
                            vz_call_printf(&call, "vm %uL", due->id),
                            vz_call_printf(&call, "backup %uL, scheduled",
                                           rows.insert_id));
}
