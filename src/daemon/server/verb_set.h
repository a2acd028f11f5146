/*
 * The verbs that set a container's limits, name and password.
 */

#ifndef VZ_VERB_SET_H
#define VZ_VERB_SET_H

#include "daemon/base/driver.h"


/* setmemoryvm, setmemoryoo, setmemoryp ID BARRIER [LIMIT] */
vz_code_e vz_verb_set_memory(vz_job_t *job);

/* setdisk ID SOFT [HARD], setcpu ID UNITS [PERCENT] */
vz_code_e vz_verb_set_disk(vz_job_t *job);
vz_code_e vz_verb_set_cpu(vz_job_t *job);

/* setname ID HOSTNAME, passwd ID and passhash ID with a secret */
vz_code_e vz_verb_set_name(vz_job_t *job);
vz_code_e vz_verb_set_password(vz_job_t *job);
vz_code_e vz_verb_set_hash(vz_job_t *job);

/* keys ID with a line for each key */
vz_code_e vz_verb_set_keys(vz_job_t *job);


#endif /* VZ_VERB_SET_H */
