/* Verbs about snapshots. */

#ifndef VZ_VERB_SNAPSHOT_H
#define VZ_VERB_SNAPSHOT_H

#include "daemon/base/driver.h"


/* Each parses the arguments of its verb, calls the driver, and answers. */
vz_code_e vz_verb_snapshot_take(vz_job_t *job);
vz_code_e vz_verb_snapshot_roll(vz_job_t *job);
vz_code_e vz_verb_snapshot_drop(vz_job_t *job);
vz_code_e vz_verb_snapshot_all(vz_job_t *job);
vz_code_e vz_verb_snapshot_files(vz_job_t *job);
vz_code_e vz_verb_snapshot_file(vz_job_t *job);


#endif /* VZ_VERB_SNAPSHOT_H */
