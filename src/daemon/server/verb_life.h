/*
 * The verbs that create, destroy, start and stop a container.
 */

#ifndef VZ_VERB_LIFE_H
#define VZ_VERB_LIFE_H

#include "daemon/base/driver.h"


/* create ID TEMPLATE, destroy ID, adopt ID TAG */
vz_code_e vz_verb_life_create(vz_job_t *job);
vz_code_e vz_verb_life_clone(vz_job_t *job);
vz_code_e vz_verb_life_destroy(vz_job_t *job);
vz_code_e vz_verb_life_adopt(vz_job_t *job);

/* reinstall ID TEMPLATE, revert ID */
vz_code_e vz_verb_life_reinstall(vz_job_t *job);
vz_code_e vz_verb_life_revert(vz_job_t *job);

/* rescue ID, unrescue ID */
vz_code_e vz_verb_life_rescue(vz_job_t *job);
vz_code_e vz_verb_life_unrescue(vz_job_t *job);

/* start ID, stop ID, poweroff ID, restart ID */
vz_code_e vz_verb_life_start(vz_job_t *job);
vz_code_e vz_verb_life_stop(vz_job_t *job);
vz_code_e vz_verb_life_poweroff(vz_job_t *job);
vz_code_e vz_verb_life_restart(vz_job_t *job);

/* vz_verb_life_boot: start a container at the node's start. */
vz_code_e vz_verb_life_boot(vz_job_t *job);


#endif /* VZ_VERB_LIFE_H */
