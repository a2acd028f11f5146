/*
 * Steps of a container that goes on on another node.
 */

#include "panel/mail/mail.h"
#include "panel/task/run_own.h"
#include "panel/workflow/step.h"
#include "panel/workflow/step_evacuate.h"
#include "panel/workflow/step_vm.h"
#include "runtime/row.h"


static vz_code_e vz_step_evacuate_tell(vz_task_run_t *run, vz_tx_t *tx,
    void *data);


static const vz_sql_t  vz_step_evacuate_whom = vz_sql("evacuate mail",
    "SELECT u.id, u.first_name, u.email, u.language, v.name,"
    " DATE_FORMAT(b.taken, '%Y-%m-%d %H:%i UTC') AS taken,"
    " COALESCE((SELECT GROUP_CONCAT(a.address ORDER BY a.position"
    "  SEPARATOR ', ') FROM address a WHERE a.vm_id = v.id), '-') AS addresses"
    " FROM task t JOIN vm v ON v.id = t.vm_id JOIN user u ON u.id = v.user_id"
    " JOIN backup b ON b.id = JSON_VALUE(t.data, '$.backup')"
    " WHERE t.id = ?");


vz_code_e
vz_step_evacuate_start(vz_task_run_t *run)
{
    return ((vz_step_work_t *) run->work)->vm.suspended
           ? VZ_OK : vz_step_resume(run);
}


vz_code_e
vz_step_evacuate_mail(vz_task_run_t *run)
{
    return vz_run_own_in_tx(run, vz_step_evacuate_tell, NULL);
}


static vz_code_e
vz_step_evacuate_tell(vz_task_run_t *run, vz_tx_t *tx, void *data)
{
    vz_code_e  rc;
    ngx_str_t  email, language;
    vz_rows_t  rows;

    (void) data;

    rc = vz_db_query(tx, run->pool, &vz_step_evacuate_whom,
                     vz_binds(vz_int(run->id)), &rows);

    if (rc != VZ_OK || rows.rows == 0) {
        return rc;
    }

    const vz_mail_member_t  members[] = {
        { "first_name", vz_row_text(&rows, 0, "first_name") },
        { "name", vz_row_text(&rows, 0, "name") },
        { "taken", vz_row_text(&rows, 0, "taken") },
        { "addresses", vz_row_text(&rows, 0, "addresses") }
    };

    email = vz_row_text(&rows, 0, "email");
    language = vz_row_text(&rows, 0, "language");

    return vz_mail_queue(tx, run->pool, vz_row_int(&rows, 0, "id"), &email,
                         "evacuated", &language, members,
                         sizeof(members) / sizeof(members[0]));
}
