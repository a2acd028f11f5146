/*
 * Running virtual-server-unpack for one archive, and what it tells.
 */

#ifndef VZ_UNPACKER_H
#define VZ_UNPACKER_H

#include "daemon/template/archive.h"


/*
 * vz_unpacker: the archive into folder, which is fresh and empty; progress
 * from 5 to 70 is told, and it ends by the job's deadline.  VZ_OK with all of
 * it on the disk; else said by vz_job_end(), and no process of it lives.
 */
vz_code_e vz_unpacker(vz_job_t *job, const vz_template_t *entry,
    const char *folder);

/*
 * vz_unpacker_look: whether it could be unpacked and started, by what is in
 * it; nothing is written.  VZ_OK, VZ_FAILED with what is wrong in the job's
 * words, else why it could not be told.
 */
vz_code_e vz_unpacker_look(vz_job_t *job, const vz_template_t *entry);


#endif /* VZ_UNPACKER_H */
