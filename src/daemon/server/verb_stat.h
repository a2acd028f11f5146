/*
 * The verbs that read: what containers are, have and use.
 */

#ifndef VZ_VERB_STAT_H
#define VZ_VERB_STAT_H

#include "daemon/base/driver.h"


/* getmemory ID, getdisk ID, getcpu [ID]: without ID of the node */
vz_code_e vz_verb_stat_memory(vz_job_t *job);
vz_code_e vz_verb_stat_disk(vz_job_t *job);
vz_code_e vz_verb_stat_cpu(vz_job_t *job);

/* status ID, list */
vz_code_e vz_verb_stat_one(vz_job_t *job);
vz_code_e vz_verb_stat_all(vz_job_t *job);


#endif /* VZ_VERB_STAT_H */
