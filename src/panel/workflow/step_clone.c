/*
 * Steps of a clone.
 */

#include "panel/task/run_verb.h"
#include "panel/workflow/step.h"
#include "panel/workflow/step_clone.h"
#include "panel/workflow/step_firewall.h"
#include "runtime/row.h"


/* on the same node: a container stays where it is */
static const vz_sql_t  vz_step_clone_source = vz_sql("clone source",
    "SELECT s.ctid, s.tag FROM task t"
    " JOIN vm s ON s.id = JSON_VALUE(t.data, '$.source')"
    " WHERE t.id = ? AND s.node_id = ? AND s.lifecycle = 'ready'"
    " AND s.rescue_template IS NULL");

static const vz_sql_t  vz_step_clone_kept = vz_sql("clone rules",
    "SELECT kept, all_shut FROM vm_firewall WHERE vm_id = ?");


vz_code_e
vz_step_clone(vz_task_run_t *run)
{
    u_char       ctid[NGX_INT_T_LEN + 1];
    vz_code_e    rc;
    ngx_str_t    tag;
    vz_rows_t    rows;
    const char  *argv[2];

    rc = vz_db_query(NULL, run->pool, &vz_step_clone_source,
                     vz_binds(vz_int(run->id), vz_int(run->vm.node_id)),
                     &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        ngx_str_set(&run->detail, "the container that was to be copied is "
                    "deleted, suspended or in rescue");
        return VZ_STATE;
    }

    ngx_sprintf(ctid, "%L%Z", vz_row_int(&rows, 0, "ctid"));
    tag = vz_row_text(&rows, 0, "tag");

    argv[0] = (char *) ctid;
    argv[1] = (char *) tag.data;

    return vz_step_make(run, VZ_VERB_CLONE, tag.len ? 2 : 1, argv);
}


/*
 * It is shut before it runs for the first time: what the other one's owner let
 * nobody reach listens here, too.
 */

vz_code_e
vz_step_clone_firewall(vz_task_run_t *run)
{
    void       *work;
    ngx_str_t   kept;
    vz_code_e   rc;
    vz_rows_t   rows;

    static const char *const  shut[] = { "all", "shut" };

    rc = vz_db_query(NULL, run->pool, &vz_step_clone_kept,
                     vz_binds(vz_int(run->vm.id)), &rows);

    if (rc == VZ_OK && vz_row_int(&rows, 0, "all_shut")) {
        rc = vz_run_verb(run, VZ_VERB_SETGATE, 2, shut, NULL);
    }

    if (rc != VZ_OK || vz_row_null(&rows, 0, "kept")) {
        return rc;
    }

    kept = vz_row_text(&rows, 0, "kept");
    work = run->work;

    rc = vz_step_firewall_load(run, &kept);

    if (rc == VZ_OK) {
        rc = vz_step_firewall_set(run);
    }

    run->work = work;

    return rc;
}
