/*
 * Steps of snapshots.
 */

#include "panel/node/snapshot_told.h"
#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/step.h"
#include "panel/workflow/step_reinstall.h"
#include "panel/workflow/step_snapshot.h"
#include "panel/workflow/step_vm.h"
#include "runtime/row.h"


#define vz_step_work(run)  ((vz_step_work_t *) (run)->work)

#define VZ_STEP_SNAPSHOT_ABSENT  "it has no snapshot "

/* bytes of a name that we draw, and a comma */
#define VZ_STEP_SNAPSHOT_NAME  (2 + 2 * VZ_SNAPSHOT_TOLD_BYTES)


static vz_code_e vz_step_snapshot_remove(vz_task_run_t *run,
    ngx_str_t *name);
static vz_code_e vz_step_snapshot_verb(vz_task_run_t *run, vz_verb_e verb,
    const ngx_str_t *name);
static vz_code_e vz_step_snapshot_none(vz_code_e rc);
static ngx_str_t vz_step_snapshot_said(ngx_pool_t *pool,
    const ngx_str_t *name);
static vz_code_e vz_step_snapshot_taken(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_snapshot_kept(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_snapshot_dropped(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_snapshot_back(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_snapshot_queue(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_snapshot_store(vz_task_run_t *run, vz_tx_t *tx,
    void *data);


/* the keys that root of a container has */

#define VZ_STEP_SNAPSHOT_KEYS                                                 \
    "(SELECT GROUP_CONCAT(k.fingerprint) FROM vm_key h JOIN user_key k"       \
    " ON k.id = h.key_id WHERE h.vm_id = v.id)"

static const vz_sql_t  vz_sql_snapshot_taken = vz_sql("snapshot_taken",
    "UPDATE vm_snapshot s JOIN vm v ON v.id = s.vm_id"
    " SET s.taken = COALESCE(s.taken, NOW(3)), s.gone = NULL,"
    " s.ssh_keys = " VZ_STEP_SNAPSHOT_KEYS
    " WHERE s.vm_id = ? AND s.name = ?");

static const vz_sql_t  vz_sql_snapshot_kept = vz_sql("snapshot_kept",
    "INSERT INTO vm_snapshot (vm_id, name, automatic, taken, ssh_keys)"
    " SELECT v.id, ?, 1, NOW(3), " VZ_STEP_SNAPSHOT_KEYS
    " FROM vm v WHERE v.id = ?"
    " ON DUPLICATE KEY UPDATE automatic = 1, gone = NULL,"
    " ssh_keys = VALUES(ssh_keys)");

static const vz_sql_t  vz_sql_snapshot_dropped = vz_sql("snapshot_dropped",
    "DELETE FROM vm_snapshot WHERE vm_id = ? AND name = ?");

static const vz_sql_t  vz_sql_snapshot_older = vz_sql("snapshot_older",
    "SELECT name FROM vm_snapshot WHERE vm_id = ? AND automatic"
    " AND taken IS NOT NULL AND gone IS NULL AND name <> ?");

static const vz_sql_t  vz_sql_snapshot_no_keys = vz_sql("snapshot_no_keys",
    "DELETE FROM vm_key WHERE vm_id = ?");

static const vz_sql_t  vz_sql_snapshot_keys = vz_sql("snapshot_keys",
    "INSERT INTO vm_key (vm_id, key_id) SELECT v.id, k.id"
    " FROM vm_snapshot s JOIN vm v ON v.id = s.vm_id"
    " JOIN user_key k ON k.user_id = v.user_id"
    "  AND FIND_IN_SET(k.fingerprint, s.ssh_keys)"
    " WHERE s.vm_id = ? AND s.name = ?");

static const vz_sql_t  vz_sql_snapshot_back = vz_sql("snapshot_back",
    "UPDATE vm SET version = version + 1 WHERE id = ?");

/* one that has no row was taken by a panel whose database is older now */
static const vz_sql_t  vz_sql_snapshot_there = vz_sql("snapshot_there",
    "INSERT INTO vm_snapshot (vm_id, name, taken, bytes) SELECT v.id, ?,"
    "  COALESCE(STR_TO_DATE(?, '%Y-%m-%dT%H:%i:%sZ'), NOW(3)), ?"
    " FROM vm v WHERE v.id = ?"
    " ON DUPLICATE KEY UPDATE taken = VALUES(taken),"
    "  bytes = VALUES(bytes), gone = NULL");

static const vz_sql_t  vz_sql_snapshot_gone = vz_sql("snapshot_gone",
    "UPDATE vm_snapshot SET gone = NOW(3) WHERE vm_id = ?"
    " AND taken IS NOT NULL AND gone IS NULL AND NOT FIND_IN_SET(name, ?)");


vz_code_e
vz_step_snapshot(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_step_snapshot_verb(run, VZ_VERB_SNAPSHOT,
                               &vz_step_work(run)->snapshot);

    if (rc == VZ_OK) {
        rc = vz_run_own_in_tx(run, vz_step_snapshot_taken, NULL);
    }

    return rc == VZ_OK ? vz_step_snapshot_told(run) : rc;
}


static vz_code_e
vz_step_snapshot_verb(vz_task_run_t *run, vz_verb_e verb,
    const ngx_str_t *name)
{
    const char  *argv[1];

    argv[0] = (const char *) name->data;

    return vz_run_verb(run, verb, 1, argv, NULL);
}


static vz_code_e
vz_step_snapshot_taken(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_db_query(tx, run->pool, &vz_sql_snapshot_taken,
                       vz_binds(vz_int(run->vm.id),
                                vz_text(vz_step_work(run)->snapshot)),
                       NULL);
}


vz_code_e
vz_step_snapshot_undo(vz_task_run_t *run)
{
    vz_code_e  rc;
    ngx_str_t  detail;

    /* a node that knows no snapshots has nothing to delete */

    detail = run->detail;
    rc = vz_step_snapshot_none(vz_step_snapshot_drop(run));
    run->detail = detail;

    return rc == VZ_OK
           ? vz_run_own_in_tx(run, vz_step_snapshot_dropped,
                              &vz_step_work(run)->snapshot)
           : rc;
}


/* what a node answers that knows no snapshots, or not the container */

static vz_code_e
vz_step_snapshot_none(vz_code_e rc)
{
    return rc == VZ_UNSUPPORTED || rc == VZ_UNKNOWN || rc == VZ_NOENT
           ? VZ_OK : rc;
}


vz_code_e
vz_step_snapshot_drop(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_step_snapshot_remove(run, &vz_step_work(run)->snapshot);

    return rc == VZ_OK ? vz_step_snapshot_told(run) : rc;
}


static vz_code_e
vz_step_snapshot_remove(vz_task_run_t *run, ngx_str_t *name)
{
    vz_code_e  rc;

    rc = vz_step_snapshot_verb(run, VZ_VERB_DROPSNAPSHOT, name);

    return rc == VZ_OK ? vz_run_own_in_tx(run, vz_step_snapshot_dropped, name)
                       : rc;
}


static vz_code_e
vz_step_snapshot_dropped(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    ngx_str_t  *name = data;

    return vz_db_query(tx, run->pool, &vz_sql_snapshot_dropped,
                       vz_binds(vz_int(run->vm.id), vz_text(*name)), NULL);
}


/* nothing is stopped for one that is not there */

vz_code_e
vz_step_snapshot_stop(vz_task_run_t *run)
{
    vz_code_e            rc;
    vz_answer_t          answer;
    vz_snapshot_told_t   told;

    rc = vz_run_verb_read(run, VZ_VERB_SNAPSHOTS, &answer);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_snapshot_told_find(&answer, &vz_step_work(run)->snapshot, &told)
        != VZ_OK)
    {
        run->detail = vz_step_snapshot_said(run->pool,
                                            &vz_step_work(run)->snapshot);
        return VZ_STATE;
    }

    return vz_step_stop(run);
}


/* in the words of a node */

static ngx_str_t
vz_step_snapshot_said(ngx_pool_t *pool, const ngx_str_t *name)
{
    ngx_str_t  said;

    said.len = sizeof(VZ_STEP_SNAPSHOT_ABSENT) - 1 + name->len;
    said.data = ngx_pnalloc(pool, said.len);

    if (said.data == NULL) {
        said.len = 0;
        return said;
    }

    ngx_sprintf(said.data, VZ_STEP_SNAPSHOT_ABSENT "%V", name);

    return said;
}


vz_code_e
vz_step_snapshot_keep(vz_task_run_t *run)
{
    vz_code_e  rc;

    if (vz_step_work(run)->keep.len == 0) {
        return VZ_OK;
    }

    rc = vz_step_snapshot_verb(run, VZ_VERB_SNAPSHOT,
                               &vz_step_work(run)->keep);

    return rc == VZ_OK ? vz_run_own_in_tx(run, vz_step_snapshot_kept, NULL)
                       : rc;
}


static vz_code_e
vz_step_snapshot_kept(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_db_query(tx, run->pool, &vz_sql_snapshot_kept,
                       vz_binds(vz_text(vz_step_work(run)->keep),
                                vz_int(run->vm.id)),
                       NULL);
}


vz_code_e
vz_step_snapshot_rollback(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_step_snapshot_verb(run, VZ_VERB_ROLLBACK,
                               &vz_step_work(run)->snapshot);

    return rc == VZ_OK ? vz_run_own_in_tx(run, vz_step_snapshot_back, NULL)
                       : rc;
}


static vz_code_e
vz_step_snapshot_back(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_code_e  rc;

    (void) data;

    rc = vz_db_query(tx, run->pool, &vz_sql_snapshot_no_keys,
                     vz_binds(vz_int(run->vm.id)), NULL);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, run->pool, &vz_sql_snapshot_keys,
                         vz_binds(vz_int(run->vm.id),
                                  vz_text(vz_step_work(run)->snapshot)),
                         NULL);
    }

    return rc == VZ_OK
           ? vz_db_query(tx, run->pool, &vz_sql_snapshot_back,
                         vz_binds(vz_int(run->vm.id)), NULL)
           : rc;
}


vz_code_e
vz_step_snapshot_tidy(vz_task_run_t *run)
{
    vz_code_e   rc;
    ngx_str_t   name;
    vz_rows_t   rows;
    ngx_uint_t  i;

    rows.rows = 0;

    rc = vz_step_work(run)->keep.len == 0
         ? VZ_OK
         : vz_db_query(NULL, run->pool, &vz_sql_snapshot_older,
                       vz_binds(vz_int(run->vm.id),
                                vz_text(vz_step_work(run)->keep)),
                       &rows);

    for (i = 0; rc == VZ_OK && i < rows.rows; i++) {
        name = vz_row_text(&rows, i, "name");
        rc = vz_step_snapshot_remove(run, &name);
    }

    if (rc == VZ_OK) {
        rc = vz_step_snapshot_told(run);
    }

    return rc == VZ_OK ? vz_run_own_in_tx(run, vz_step_snapshot_queue, NULL)
                       : rc;
}


static vz_code_e
vz_step_snapshot_queue(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_step_reinstall_tell(run, tx, vz_step_work(run)->keep.len
                                           ? "rolled_back"
                                           : "rolled_back_bare");
}


vz_code_e
vz_step_snapshot_told(vz_task_run_t *run)
{
    vz_code_e    rc;
    ngx_str_t    detail;
    vz_answer_t  answer;

    detail = run->detail;
    rc = vz_run_verb_read(run, VZ_VERB_SNAPSHOTS, &answer);

    if (rc != VZ_OK) {
        answer.nlines = 0;
        rc = vz_step_snapshot_none(rc);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    run->detail = detail;

    return vz_run_own_in_tx(run, vz_step_snapshot_store, &answer);
}


/* where there are no lines all are gone */

static vz_code_e
vz_step_snapshot_store(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    u_char              *p, *end;
    ngx_str_t            names;
    vz_code_e            rc;
    ngx_uint_t           i;
    vz_answer_t         *answer = data;
    vz_snapshot_told_t   told;

    names.len = answer->nlines * VZ_STEP_SNAPSHOT_NAME;
    names.data = ngx_pnalloc(run->pool, names.len + 1);

    if (names.data == NULL) {
        return VZ_INTERNAL;
    }

    p = names.data;
    end = p + names.len;
    rc = VZ_OK;

    for (i = 0; rc == VZ_OK && i < answer->nlines; i++) {
        vz_snapshot_told(&answer->lines[i], &told);

        if (!told.ours) {
            continue;
        }

        p = ngx_slprintf(p, end, "%s%V", p == names.data ? "" : ",",
                         &told.name);
        rc = vz_db_query(tx, run->pool, &vz_sql_snapshot_there,
                         vz_binds(vz_text(told.name), vz_bind_opt(told.date),
                                  told.bytes < 0 ? vz_none()
                                                 : vz_int(told.bytes),
                                  vz_int(run->vm.id)),
                         NULL);
    }

    names.len = p - names.data;

    return rc == VZ_OK
           ? vz_db_query(tx, run->pool, &vz_sql_snapshot_gone,
                         vz_binds(vz_int(run->vm.id), vz_text(names)), NULL)
           : rc;
}
