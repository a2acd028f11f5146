/*
 * Steps of a backup, and of what becomes of one.
 */

#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/step_backup.h"
#include "panel/workflow/step_snapshot.h"
#include "runtime/row.h"
#include "wire/field.h"


#define VZ_STEP_BACKUP_NAME  32     /* bytes of a snapshot's name */
#define VZ_STEP_BACKUP_PART  1024   /* of a line of what goes with it */
#define VZ_STEP_BACKUP_MOST  64     /* such lines */
#define VZ_STEP_BACKUP_DROPS 5      /* tries to drop a snapshot */


/* The row of the task's backup; texts are terminated. */
typedef struct {
    uint64_t    id;
    ngx_str_t   tag;
    ngx_str_t   repository;
    ngx_str_t   snapshot;           /* of restic; empty: it is not there yet */
    char        name[VZ_STEP_BACKUP_NAME];  /* of the node's snapshot */
} vz_step_backup_t;

/* What came of an upload. */
typedef struct {
    uint64_t    id;
    ngx_str_t   snapshot;
    vz_bind_t   files;              /* or none, where the node does not tell */
    vz_bind_t   bytes;
    vz_bind_t   added;
} vz_step_backup_made_t;


static vz_code_e vz_step_backup_row(vz_task_run_t *run,
    vz_step_backup_t *backup);
static void vz_step_backup_name(char *name, uint64_t id);
static vz_code_e vz_step_backup_live(vz_task_run_t *run, vz_code_e rc);
static vz_code_e vz_step_backup_left(vz_task_run_t *run, uint64_t id);
static vz_code_e vz_step_backup_drop_one(vz_task_run_t *run, uint64_t id);
static vz_code_e vz_step_backup_find(vz_task_run_t *run,
    const vz_step_backup_t *backup, vz_step_backup_made_t *made);
static vz_code_e vz_step_backup_send(vz_task_run_t *run,
    const vz_step_backup_t *backup, vz_step_backup_made_t *made);
static vz_code_e vz_step_backup_told(vz_task_run_t *run,
    const ngx_str_t *line, vz_step_backup_made_t *made);
static vz_bind_t vz_step_backup_number(const ngx_str_t *line,
    const char *key);
static vz_code_e vz_step_backup_record(vz_task_run_t *run,
    ngx_str_t lines[VZ_STEP_BACKUP_MOST], ngx_uint_t *n);
static vz_code_e vz_step_backup_one(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_backup_made(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_backup_failed(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_backup_verb(vz_task_run_t *run, vz_verb_e verb);
static vz_code_e vz_step_backup_restored(vz_task_run_t *run, vz_tx_t *tx,
    void *data);


#define VZ_STEP_BACKUP_ROW(first, next, of)                                   \
    first(of, id, INT, "b.id")                                                \
    next(of, tag, TEXT, "b.tag")                                              \
    next(of, repository, TEXT, "b.repository")                                \
    next(of, snapshot, TEXT, "b.snapshot")

static const vz_row_member_t  vz_step_backup_members[] =
    vz_row_members(VZ_STEP_BACKUP_ROW, vz_step_backup_t);

static const vz_sql_t  vz_step_backup_select = vz_sql("backup of task",
    "SELECT " vz_row_sql(VZ_STEP_BACKUP_ROW) " FROM task t"
    " JOIN backup b ON b.id = JSON_VALUE(t.data, '$.backup')"
    " WHERE t.id = ?");

static const vz_sql_t  vz_step_backup_begin = vz_sql("backup begin",
    "UPDATE backup SET state = 'running', held = 1,"
    " taken = COALESCE(taken, NOW(3))"
    " WHERE id = ? AND state IN ('queued', 'running')");

static const vz_sql_t  vz_step_backup_others = vz_sql("backup others",
    "SELECT id FROM backup WHERE vm_id = ? AND held AND id <> ?"
    " AND state NOT IN ('queued', 'running') ORDER BY id LIMIT 8");

static const vz_sql_t  vz_step_backup_dropped = vz_sql("backup dropped",
    "UPDATE backup SET held = 0 WHERE id = ?");

static const vz_sql_t  vz_step_backup_done = vz_sql("backup done",
    "UPDATE backup SET state = 'done', snapshot = ?, files = ?, bytes = ?,"
    " added = ?, finished = NOW(3), error_code = NULL, error_detail = NULL"
    " WHERE id = ? AND state <> 'leaving'");

/* whoever checks backups looks at this one soon */
static const vz_sql_t  vz_step_backup_look = vz_sql("backup to check",
    "INSERT INTO backup_check (vm_id, kind)"
    " SELECT b.vm_id, k.kind FROM backup b"
    " JOIN (SELECT 'check' AS kind UNION ALL SELECT 'trial') k"
    " WHERE b.id = ? AND b.vm_id IS NOT NULL AND b.state = 'done'"
    " ON DUPLICATE KEY UPDATE backup_check.next_look ="
    "  LEAST(backup_check.next_look, GREATEST(NOW(3),"
    "   COALESCE(backup_check.ended + INTERVAL 6 HOUR, NOW(3))))");

static const vz_sql_t  vz_step_backup_fail = vz_sql("backup failed",
    "UPDATE backup b JOIN task t ON b.id = JSON_VALUE(t.data, '$.backup')"
    " SET b.state = 'failed', b.finished = NOW(3),"
    "  b.error_code = t.error_code, b.error_detail = t.error_detail"
    " WHERE t.id = ? AND b.state IN ('queued', 'running')");

/*
 * The newest of a day is the backup of that day, and so on: one that is none of
 * the newest days', weeks' or months' leaves.  Where nothing is promised any
 * more, nothing leaves.
 */
static const vz_sql_t  vz_step_backup_policy = vz_sql("backup policy",
    "UPDATE backup b JOIN vm v ON v.id = b.vm_id"
    " JOIN (SELECT id,"
    "  ROW_NUMBER() OVER (PARTITION BY DATE(taken)"
    "   ORDER BY taken DESC, id DESC) AS d,"
    "  DENSE_RANK() OVER (ORDER BY DATE(taken) DESC) AS days,"
    "  ROW_NUMBER() OVER (PARTITION BY YEARWEEK(taken, 3)"
    "   ORDER BY taken DESC, id DESC) AS w,"
    "  DENSE_RANK() OVER (ORDER BY YEARWEEK(taken, 3) DESC) AS weeks,"
    "  ROW_NUMBER() OVER (PARTITION BY EXTRACT(YEAR_MONTH FROM taken)"
    "   ORDER BY taken DESC, id DESC) AS m,"
    "  DENSE_RANK() OVER (ORDER BY EXTRACT(YEAR_MONTH FROM taken) DESC)"
    "   AS months"
    "  FROM backup WHERE vm_id = ? AND state = 'done') k ON k.id = b.id"
    " SET b.state = 'leaving', b.next_look = NOW(3)"
    " WHERE b.state = 'done'"
    " AND v.backup_daily + v.backup_weekly + v.backup_monthly > 0"
    " AND NOT (k.d = 1 AND k.days <= v.backup_daily)"
    " AND NOT (k.w = 1 AND k.weeks <= v.backup_weekly)"
    " AND NOT (k.m = 1 AND k.months <= v.backup_monthly)");

/* what somebody needs to have the container again where this database is not */
static const vz_sql_t  vz_step_backup_know = vz_sql("backup record",
    "SELECT JSON_OBJECT('name', v.name, 'hostname', v.hostname,"
    "  'owner', u.account, 'email', u.email, 'plan', p.name,"
    "  'template', m.name, 'ctid', v.ctid, 'tag', v.tag, 'node', n.name,"
    "  'addresses', (SELECT GROUP_CONCAT(a.address"
    "   ORDER BY a.position, a.id SEPARATOR ' ')"
    "   FROM address a WHERE a.vm_id = v.id),"
    "  'gateway', v.gateway, 'dns', v.dns,"
    "  'vmguarpages', CONCAT_WS(' ', v.vmguar_barrier_mib,"
    "   v.vmguar_limit_mib),"
    "  'oomguarpages', CONCAT_WS(' ', v.oomguar_barrier_mib,"
    "   v.oomguar_limit_mib),"
    "  'privvmpages', CONCAT_WS(' ', v.privvm_barrier_mib,"
    "   v.privvm_limit_mib),"
    "  'disk_mib', CONCAT_WS(' ', v.disk_soft_mib, v.disk_hard_mib),"
    "  'cpu', CONCAT_WS(' ', v.cpu_units, v.cpu_percent),"
    "  'rate', CONCAT_WS(' ', COALESCE(v.rate_in, 0),"
    "   COALESCE(v.rate_out, 0)),"
    "  'backups', CONCAT_WS(' ', v.backup_daily, v.backup_weekly,"
    "   v.backup_monthly),"
    "  'firewall', (SELECT f.kept FROM vm_firewall f WHERE f.vm_id = v.id))"
    "  AS record"
    " FROM vm v JOIN user u ON u.id = v.user_id"
    " JOIN node n ON n.id = v.node_id"
    " LEFT JOIN plan p ON p.id = v.plan_id"
    " LEFT JOIN template m ON m.id = v.template_id WHERE v.id = ?");

/* what is undone by "revert" is the system of before, as after a reinstall */
static const vz_sql_t  vz_step_backup_old = vz_sql("vm restored",
    "UPDATE vm v SET v.old_template = ?, v.old_until = FROM_UNIXTIME(?),"
    " v.old_keys = (SELECT GROUP_CONCAT(k.fingerprint) FROM vm_key h"
    "  JOIN user_key k ON k.id = h.key_id WHERE h.vm_id = v.id),"
    " v.version = v.version + 1 WHERE v.id = ?");


static vz_code_e
vz_step_backup_row(vz_task_run_t *run, vz_step_backup_t *backup)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    rc = vz_db_query(NULL, run->pool, &vz_step_backup_select,
                     vz_binds(vz_int(run->id)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        ngx_str_set(&run->detail, "this backup was deleted");
        return VZ_NOENT;
    }

    vz_row_read(&rows, 0, 0, vz_step_backup_members, backup);
    vz_step_backup_name(backup->name, backup->id);

    return VZ_OK;
}


static void
vz_step_backup_name(char *name, uint64_t id)
{
    (void) ngx_snprintf((u_char *) name, VZ_STEP_BACKUP_NAME, "backup-%uL%Z",
                        id);
}


/*
 * The row says that the node may have the snapshot before the node is asked, so
 * that whatever ends this worker leaves none behind for ever.
 */

vz_code_e
vz_step_backup_snapshot(vz_task_run_t *run)
{
    vz_code_e         rc;
    const char       *argv[1];
    vz_step_backup_t  backup;

    rc = vz_step_backup_row(run, &backup);

    if (rc == VZ_OK) {
        rc = vz_step_backup_left(run, backup.id);
    }

    if (rc == VZ_OK) {
        rc = vz_run_own_in_tx(run, vz_step_backup_one, &backup.id);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    argv[0] = backup.name;

    return vz_step_backup_live(run, vz_run_verb(run, VZ_VERB_SNAPSHOT, 1, argv,
                                                NULL));
}


/*
 * A disk that has no snapshots, as OpenVZ's simfs, is saved as it is: the node
 * knows best whose is one.
 */

static vz_code_e
vz_step_backup_live(vz_task_run_t *run, vz_code_e rc)
{
    if (rc != VZ_UNSUPPORTED) {
        return rc;
    }

    ngx_str_null(&run->detail);

    return VZ_OK;
}


static vz_code_e
vz_step_backup_one(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    uint64_t  *id = data;

    return vz_db_query(tx, run->pool, &vz_step_backup_begin,
                       vz_binds(vz_int(*id)), NULL);
}


/* one that can't be dropped now is tried again by the next backup */

static vz_code_e
vz_step_backup_left(vz_task_run_t *run, uint64_t id)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    ngx_uint_t  i;

    rc = vz_db_query(NULL, run->pool, &vz_step_backup_others,
                     vz_binds(vz_int(run->vm.id), vz_int(id)), &rows);

    for (i = 0; rc == VZ_OK && i < rows.rows; i++) {
        if (vz_step_backup_drop_one(run, vz_row_int(&rows, i, "id"))
            == VZ_STALE)
        {
            return VZ_STALE;
        }
    }

    return rc;
}


static vz_code_e
vz_step_backup_drop_one(vz_task_run_t *run, uint64_t id)
{
    char         name[VZ_STEP_BACKUP_NAME];
    vz_code_e    rc;
    const char  *argv[1];

    argv[0] = name;
    vz_step_backup_name(name, id);

    rc = vz_step_backup_live(run, vz_run_verb(run, VZ_VERB_DROPSNAPSHOT, 1,
                                              argv, NULL));

    return rc == VZ_OK
           ? vz_db_query(NULL, run->pool, &vz_step_backup_dropped,
                         vz_binds(vz_int(id)), NULL)
           : rc;
}


vz_code_e
vz_step_backup_upload(vz_task_run_t *run)
{
    vz_code_e              rc;
    vz_step_backup_t       backup;
    vz_step_backup_made_t  made;

    rc = vz_step_backup_row(run, &backup);

    if (rc != VZ_OK) {
        return rc;
    }

    ngx_memzero(&made, sizeof(vz_step_backup_made_t));
    made.id = backup.id;

    /* the answer of an earlier try may have been lost */

    if (run->attempt > 1 || run->lost) {
        rc = vz_step_backup_find(run, &backup, &made);
    }

    if (rc == VZ_OK && made.snapshot.len == 0) {
        rc = vz_step_backup_send(run, &backup, &made);
    }

    return rc == VZ_OK ? vz_run_own_in_tx(run, vz_step_backup_made, &made)
                       : rc;
}


/* a repository that can't be read now is no reason not to try again */

static vz_code_e
vz_step_backup_find(vz_task_run_t *run, const vz_step_backup_t *backup,
    vz_step_backup_made_t *made)
{
    ngx_str_t    name;
    vz_code_e    rc;
    ngx_uint_t   i;
    const char  *argv[2];
    vz_answer_t  list;

    argv[0] = (char *) backup->repository.data;
    argv[1] = (char *) backup->tag.data;

    rc = vz_run_verb_node(run, VZ_VERB_BACKUPS, 2, argv, &list);

    if (rc != VZ_OK) {
        return rc == VZ_STALE ? rc : VZ_OK;
    }

    for (i = 0; i < list.nlines; i++) {
        name = vz_relay_pair(&list.lines[i], "name");

        if (name.len == ngx_strlen(backup->name)
            && ngx_strncmp(name.data, backup->name, name.len) == 0)
        {
            return vz_step_backup_told(run, &list.lines[i], made);
        }
    }

    return VZ_OK;
}


static vz_code_e
vz_step_backup_send(vz_task_run_t *run, const vz_step_backup_t *backup,
    vz_step_backup_made_t *made)
{
    vz_code_e    rc;
    ngx_str_t    lines[VZ_STEP_BACKUP_MOST];
    ngx_uint_t   n;
    const char  *argv[2];
    vz_answer_t  answer;

    if (run->vm.id == 0) {
        ngx_str_set(&run->detail, "the server was deleted meanwhile");
        return VZ_NOENT;
    }

    rc = vz_step_backup_record(run, lines, &n);

    if (rc != VZ_OK) {
        return rc;
    }

    argv[0] = (char *) backup->repository.data;
    argv[1] = backup->name;

    rc = vz_run_verb_told(run, VZ_VERB_BACKUP, 2, argv, lines, n, &answer);

    if (rc != VZ_OK) {
        return rc;
    }

    ngx_str_null(&run->detail);

    if (answer.nlines == 0) {
        ngx_str_set(&run->detail, "the node does not tell what it stored");
        return VZ_FAILED;
    }

    return vz_step_backup_told(run, &answer.lines[0], made);
}


static vz_code_e
vz_step_backup_told(vz_task_run_t *run, const ngx_str_t *line,
    vz_step_backup_made_t *made)
{
    made->snapshot = vz_relay_pair(line, "snapshot");
    made->files = vz_step_backup_number(line, "files");
    made->bytes = vz_step_backup_number(line, "bytes");
    made->added = vz_step_backup_number(line, "added");

    if (vz_field_check(VZ_FIELD_BACKUP, (char *) made->snapshot.data,
                       made->snapshot.len)
        != VZ_OK)
    {
        ngx_str_set(&run->detail, "the node does not tell which backup it "
                    "made");
        return VZ_FAILED;
    }

    return VZ_OK;
}


static vz_bind_t
vz_step_backup_number(const ngx_str_t *line, const char *key)
{
    ngx_str_t  text;

    text = vz_relay_pair(line, key);

    return text.len && *text.data != '-' ? vz_int(vz_relay_number(line, key))
                                         : vz_none();
}


/* JSON has no line feed, and may be cut anywhere */

static vz_code_e
vz_step_backup_record(vz_task_run_t *run, ngx_str_t lines[VZ_STEP_BACKUP_MOST],
    ngx_uint_t *n)
{
    vz_code_e  rc;
    ngx_str_t  text;
    vz_rows_t  rows;

    *n = 0;

    rc = vz_db_query(NULL, run->pool, &vz_step_backup_know,
                     vz_binds(vz_int(run->vm.id)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    text = vz_row_text(&rows, 0, "record");

    while (text.len && *n < VZ_STEP_BACKUP_MOST) {
        lines[*n].data = text.data;
        lines[*n].len = ngx_min(text.len, VZ_STEP_BACKUP_PART);
        text.data += lines[*n].len;
        text.len -= lines[*n].len;
        (*n)++;
    }

    if (text.len) {
        *n = 0;                     /* half of it is worth nothing */
    }

    return VZ_OK;
}


static vz_code_e
vz_step_backup_made(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_step_backup_made_t  *made = data;

    vz_code_e  rc;

    rc = vz_db_query(tx, run->pool, &vz_step_backup_done,
                     vz_binds(vz_text(made->snapshot), made->files,
                              made->bytes, made->added, vz_int(made->id)),
                     NULL);

    return rc == VZ_OK
           ? vz_db_query(tx, run->pool, &vz_step_backup_look,
                         vz_binds(vz_int(made->id)), NULL)
           : rc;
}


vz_code_e
vz_step_backup_keep(vz_task_run_t *run)
{
    return vz_run_own_vm(run, &vz_step_backup_policy);
}


/* where it can't be dropped now, the next backup does it: this one is whole */

vz_code_e
vz_step_backup_drop(vz_task_run_t *run)
{
    vz_code_e         rc;
    vz_step_backup_t  backup;

    rc = vz_step_backup_row(run, &backup);

    if (rc == VZ_OK && run->vm.id) {
        rc = vz_step_backup_drop_one(run, backup.id);
    }

    return rc == VZ_STALE || run->attempt < VZ_STEP_BACKUP_DROPS
           ? rc : VZ_OK;
}


vz_code_e
vz_step_backup_undo(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_run_own_in_tx(run, vz_step_backup_failed, NULL);

    if (rc == VZ_OK) {
        rc = vz_step_backup_drop(run);
    }

    return rc == VZ_NOENT ? VZ_OK : rc;
}


static vz_code_e
vz_step_backup_failed(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_db_query(tx, run->pool, &vz_step_backup_fail,
                       vz_binds(vz_int(run->id)), NULL);
}


static vz_code_e
vz_step_backup_verb(vz_task_run_t *run, vz_verb_e verb)
{
    vz_code_e         rc;
    const char       *argv[3];
    vz_step_backup_t  backup;

    rc = vz_step_backup_row(run, &backup);

    if (rc != VZ_OK) {
        return rc;
    }

    argv[0] = (char *) backup.repository.data;
    argv[1] = (char *) backup.tag.data;
    argv[2] = (char *) backup.snapshot.data;

    return vz_run_verb(run, verb, 3, argv, NULL);
}


vz_code_e
vz_step_backup_fill(vz_task_run_t *run)
{
    return vz_step_backup_verb(run, VZ_VERB_RESTORE);
}


/* no container is kept from running because its history can't be had */

vz_code_e
vz_step_backup_inherit(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_step_backup_verb(run, VZ_VERB_INHERIT);

    return rc == VZ_NOENT || rc == VZ_FAILED || rc == VZ_UNKNOWN
           || rc == VZ_UNSUPPORTED || rc == VZ_NOSPACE ? VZ_OK : rc;
}


vz_code_e
vz_step_backup_restore(vz_task_run_t *run)
{
    vz_code_e    rc;
    vz_answer_t  status;

    rc = vz_step_backup_verb(run, VZ_VERB_RESTORE);

    if (rc == VZ_OK) {
        rc = vz_run_verb_status(run, &status);
    }

    if (rc == VZ_OK) {
        rc = vz_run_own_in_tx(run, vz_step_backup_restored, &status);
    }

    /* its snapshots are those of the disk before */

    return rc == VZ_OK ? vz_step_snapshot_told(run) : rc;
}


static vz_code_e
vz_step_backup_restored(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    uint64_t      until;
    ngx_str_t     template;
    vz_answer_t  *status = data;

    ngx_str_null(&template);
    until = 0;

    if (status->nlines) {
        template = vz_relay_pair(&status->lines[0], "old");
        until = vz_relay_number(&status->lines[0], "old_until");
    }

    return vz_db_query(tx, run->pool, &vz_step_backup_old,
                       vz_binds(vz_bind_opt(template),
                                until ? vz_int(until) : vz_none(),
                                vz_int(run->vm.id)),
                       NULL);
}
