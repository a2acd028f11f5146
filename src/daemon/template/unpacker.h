/* Runs virtual-server-unpack for one archive, and reads its reports. */

#ifndef VZ_UNPACKER_H
#define VZ_UNPACKER_H

#include "daemon/template/archive.h"


/*
 * vz_unpacker: unpack the archive into folder, which is new and empty.
 * Progress from 5 to 70 percent is sent, and it ends by the job's deadline.
 * VZ_OK with everything on the disk; another code with the job's words set.
 * None of its processes is left.
 */
vz_code_e vz_unpacker(vz_job_t *job, const vz_template_t *entry,
    const char *folder);

/*
 * vz_unpacker_look: read the archive without writing anything, and judge
 * whether it can be unpacked and started. VZ_OK; VZ_FAILED with the job's
 * words set to what is wrong; another code where this could not be found out.
 */
vz_code_e vz_unpacker_look(vz_job_t *job, const vz_template_t *entry);


#endif /* VZ_UNPACKER_H */
