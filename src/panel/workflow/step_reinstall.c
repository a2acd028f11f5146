/*
 * Steps of a reinstall, and of its undoing.
 */

#include "panel/mail/mail.h"
#include "panel/task/first_boot.h"
#include "panel/task/run_own.h"
#include "panel/task/run_verb.h"
#include "panel/workflow/step_guest.h"
#include "panel/workflow/step_reinstall.h"
#include "panel/workflow/step_snapshot.h"
#include "panel/workflow/step_vm.h"
#include "runtime/row.h"


#define vz_step_work(run)  ((vz_step_work_t *) (run)->work)


/* What the node keeps of the system before. */
typedef struct {
    ngx_str_t  template;            /* empty: nothing */
    uint64_t   until;
} vz_step_old_t;


static vz_code_e vz_step_reinstall_store(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_reinstall_back(vz_task_run_t *run, vz_tx_t *tx,
    void *data);
static vz_code_e vz_step_reinstall_queue(vz_task_run_t *run, vz_tx_t *tx,
    void *data);


/* the keys that the system before has, by which it may be undone */

static const vz_sql_t  vz_sql_reinstalled = vz_sql("vm_reinstalled",
    "UPDATE vm v LEFT JOIN template t ON t.name = ?"
    " SET v.template_id = COALESCE(t.id, v.template_id), v.old_template = ?,"
    " v.old_until = FROM_UNIXTIME(?), v.old_keys = (SELECT"
    "  GROUP_CONCAT(k.fingerprint) FROM vm_key h JOIN user_key k"
    "  ON k.id = h.key_id WHERE h.vm_id = v.id),"
    " v.desired_state = 'running', v.version = v.version + 1 WHERE v.id = ?");

static const vz_sql_t  vz_sql_reverted_keys = vz_sql("vm_reverted_keys",
    "INSERT INTO vm_key (vm_id, key_id) SELECT v.id, k.id FROM vm v"
    " JOIN user_key k ON k.user_id = v.user_id"
    "  AND FIND_IN_SET(k.fingerprint, v.old_keys)"
    " WHERE v.id = ? AND v.old_until IS NOT NULL");

static const vz_sql_t  vz_sql_no_keys = vz_sql("vm_no_keys",
    "DELETE h FROM vm_key h JOIN vm v ON v.id = h.vm_id"
    " WHERE v.id = ? AND v.old_until IS NOT NULL");

static const vz_sql_t  vz_sql_reverted = vz_sql("vm_reverted",
    "UPDATE vm v LEFT JOIN template t ON t.name = v.old_template"
    " SET v.template_id = COALESCE(t.id, v.template_id),"
    " v.old_template = NULL, v.old_until = NULL, v.old_keys = NULL,"
    " v.desired_state = 'running', v.version = v.version + 1"
    " WHERE v.id = ? AND v.old_until IS NOT NULL");

static const vz_sql_t  vz_sql_owner_of = vz_sql("vm_owner_of",
    "SELECT u.id, u.first_name, u.email, u.language, v.name, t.label"
    " FROM vm v JOIN user u ON u.id = v.user_id"
    " JOIN template t ON t.id = v.template_id WHERE v.id = ?");


vz_code_e
vz_step_reinstall(vz_task_run_t *run)
{
    vz_code_e       rc;
    const char     *argv[1];
    vz_answer_t     status;
    vz_step_old_t   old;

    argv[0] = (char *) vz_step_work(run)->vm.template.data;

    rc = vz_run_verb(run, VZ_VERB_REINSTALL, 1, argv, NULL);

    if (rc == VZ_OK) {
        rc = vz_run_verb_status(run, &status);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    ngx_memzero(&old, sizeof(vz_step_old_t));

    if (status.nlines) {
        old.template = vz_relay_pair(&status.lines[0], "old");
        old.until = vz_relay_number(&status.lines[0], "old_until");
    }

    rc = vz_run_own_in_tx(run, vz_step_reinstall_store, &old);

    return rc == VZ_OK ? vz_step_snapshot_told(run) : rc;
}


static vz_code_e
vz_step_reinstall_store(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_step_old_t  *old = data;

    return vz_db_query(tx, run->pool, &vz_sql_reinstalled,
                       vz_binds(vz_text(vz_step_work(run)->vm.template),
                                vz_bind_opt(old->template),
                                old->until ? vz_int(old->until) : vz_none(),
                                vz_int(run->vm.id)),
                       NULL);
}


vz_code_e
vz_step_reinstall_hash(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_step_work(run)->hash.len ? vz_step_guest_hash(run)
         : vz_step_guest_drawn(run);

    return rc == VZ_OK ? vz_first_boot_send(run) : rc;
}


vz_code_e
vz_step_reinstall_revert(vz_task_run_t *run)
{
    vz_code_e  rc;

    rc = vz_run_verb(run, VZ_VERB_REVERT, 0, NULL, NULL);

    if (rc == VZ_OK) {
        rc = vz_run_own_in_tx(run, vz_step_reinstall_back, NULL);
    }

    return rc == VZ_OK ? vz_step_snapshot_told(run) : rc;
}


static vz_code_e
vz_step_reinstall_back(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    static const vz_sql_t *const  sql[] = {
        &vz_sql_no_keys, &vz_sql_reverted_keys, &vz_sql_reverted
    };

    (void) data;
    rc = VZ_OK;

    for (i = 0; i < sizeof(sql) / sizeof(sql[0]) && rc == VZ_OK; i++) {
        rc = vz_db_query(tx, run->pool, sql[i], vz_binds(vz_int(run->vm.id)),
                         NULL);
    }

    return rc;
}


vz_code_e
vz_step_reinstall_mail(vz_task_run_t *run)
{
    return vz_run_own_in_tx(run, vz_step_reinstall_queue, NULL);
}


static vz_code_e
vz_step_reinstall_queue(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    (void) data;

    return vz_step_reinstall_tell(run, tx, "reinstalled");
}


vz_code_e
vz_step_reinstall_tell(vz_task_run_t *run, vz_tx_t *tx, const char *template)
{
    vz_code_e  rc;
    ngx_str_t  email, language;
    vz_rows_t  rows;

    rc = vz_db_query(tx, run->pool, &vz_sql_owner_of,
                     vz_binds(vz_int(run->vm.id)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc;
    }

    const vz_mail_member_t  members[] = {
        { "first_name", vz_row_text(&rows, 0, "first_name") },
        { "name", vz_row_text(&rows, 0, "name") },
        { "system", vz_row_text(&rows, 0, "label") }
    };

    email = vz_row_text(&rows, 0, "email");
    language = vz_row_text(&rows, 0, "language");

    return vz_mail_queue(tx, run->pool, vz_row_int(&rows, 0, "id"), &email,
                         template, &language, members,
                         sizeof(members) / sizeof(members[0]));
}
