/*
 * The steps that change a container's firewall and its gates.  Each
 * vz_step_firewall_load... is a vz_workflow_load_pt, the others are a
 * vz_step_pt.
 */

#ifndef VZ_STEP_FIREWALL_H
#define VZ_STEP_FIREWALL_H

#include "panel/task/task_workflow.h"


/*
 * The data of a change of rules: {"seconds": number, "in", "out": policies,
 * "rules": array of objects as the API has them}; seconds 0: they hold at once.
 * Of gates: {"smtp", "all": "open" or "shut", "smtp_reason", "all_reason":
 * text}.  A workflow that only keeps what is tried has none.
 */
vz_code_e vz_step_firewall_load(vz_task_run_t *run, const ngx_str_t *data);

/* on the node: try or set rules, keep those that are tried, set both gates */
vz_code_e vz_step_firewall_set(vz_task_run_t *run);
vz_code_e vz_step_firewall_keep(vz_task_run_t *run);
vz_code_e vz_step_firewall_gates(vz_task_run_t *run);

/*
 * The rules and gates that the database has, for a container that a node has
 * just made; work of another kind stays as it is.  A node without a firewall
 * has none.
 */
vz_code_e vz_step_firewall_again(vz_task_run_t *run);

/* in the database: what was done there */
vz_code_e vz_step_firewall_store(vz_task_run_t *run);
vz_code_e vz_step_firewall_kept(vz_task_run_t *run);
vz_code_e vz_step_firewall_gated(vz_task_run_t *run);


#endif /* VZ_STEP_FIREWALL_H */
