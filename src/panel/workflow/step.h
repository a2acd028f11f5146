/*
 * The steps that workflows are made of.  Each is a vz_step_pt of
 * task/task_workflow.h; those that need the container work with what step_vm.h
 * loaded.
 */

#ifndef VZ_STEP_H
#define VZ_STEP_H

#include "panel/task/task_workflow.h"
#include "wire/verb.h"


/* what the transaction that made the task has done already */
vz_code_e vz_step_nothing(vz_task_run_t *run);

/* life of a container */
vz_code_e vz_step_create(vz_task_run_t *run);
vz_code_e vz_step_password(vz_task_run_t *run);
vz_code_e vz_step_start(vz_task_run_t *run);
vz_code_e vz_step_stop(vz_task_run_t *run);
vz_code_e vz_step_poweroff(vz_task_run_t *run);
vz_code_e vz_step_restart(vz_task_run_t *run);
vz_code_e vz_step_resume(vz_task_run_t *run);   /* start, if it is to run */
vz_code_e vz_step_destroy(vz_task_run_t *run);

/* a container that the node had before */
vz_code_e vz_step_adopt(vz_task_run_t *run);
vz_code_e vz_step_adopted(vz_task_run_t *run);

/* hardware */
vz_code_e vz_step_limits(vz_task_run_t *run);   /* memory, disk, CPU, rate */
vz_code_e vz_step_memory(vz_task_run_t *run);
vz_code_e vz_step_disk(vz_task_run_t *run);
vz_code_e vz_step_cpu(vz_task_run_t *run);
vz_code_e vz_step_network(vz_task_run_t *run);
vz_code_e vz_step_first_network(vz_task_run_t *run);  /* may swap addresses */

/* the database: what holds now is written, what is free is given back */
vz_code_e vz_step_store(vz_task_run_t *run);
vz_code_e vz_step_release(vz_task_run_t *run);

vz_code_e vz_step_mail(vz_task_run_t *run);

/* as it was before, when a change of hardware failed half way */
vz_code_e vz_step_undo_hardware(vz_task_run_t *run);
vz_code_e vz_step_undo_network(vz_task_run_t *run);


/*
 * vz_step_make: for a step, have the node make the container by a verb that
 * does so, whose arguments behind its number are argv.  Where the node has
 * another one of that number it takes another; where it has no room the trash
 * gives way, and it returns VZ_AGAIN meanwhile.  Else what vz_run_verb() does.
 */
vz_code_e vz_step_make(vz_task_run_t *run, vz_verb_e verb, ngx_uint_t argc,
    const char *const *argv);


#endif /* VZ_STEP_H */
