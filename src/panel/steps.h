/*
 * The steps that chains are made of.  Each is a vz_step_pt of run.h.
 */

#ifndef VZ_STEPS_H
#define VZ_STEPS_H

#include "run.h"


/* what the transaction that made the task has done already */
vz_code_e vz_step_nothing(vz_run_t *run);

/* life of a container */
vz_code_e vz_step_create(vz_run_t *run);
vz_code_e vz_step_password(vz_run_t *run);
vz_code_e vz_step_start(vz_run_t *run);
vz_code_e vz_step_stop(vz_run_t *run);
vz_code_e vz_step_restart(vz_run_t *run);
vz_code_e vz_step_resume(vz_run_t *run);        /* start, if it is to run */
vz_code_e vz_step_destroy(vz_run_t *run);

/* a container that the node had before */
vz_code_e vz_step_adopt(vz_run_t *run);
vz_code_e vz_step_adopted(vz_run_t *run);

/* hardware */
vz_code_e vz_step_limits(vz_run_t *run);        /* memory, disk and CPU */
vz_code_e vz_step_memory(vz_run_t *run);
vz_code_e vz_step_disk(vz_run_t *run);
vz_code_e vz_step_cpu(vz_run_t *run);
vz_code_e vz_step_network(vz_run_t *run);
vz_code_e vz_step_first_network(vz_run_t *run);   /* may swap addresses */

/* the database: what holds now is written, what is free is given back */
vz_code_e vz_step_store(vz_run_t *run);
vz_code_e vz_step_release(vz_run_t *run);

vz_code_e vz_step_mail(vz_run_t *run);

/* as it was before, when a change of hardware failed half way */
vz_code_e vz_undo_hardware(vz_run_t *run);
vz_code_e vz_undo_network(vz_run_t *run);


#endif /* VZ_STEPS_H */
