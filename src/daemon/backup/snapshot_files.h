/*
 * What is in a snapshot of a container.  A process of its own reads it, whose
 * root is the snapshot: nothing of the host is there for it, whatever a name or
 * a link says.
 */

#ifndef VZ_SNAPSHOT_FILES_H
#define VZ_SNAPSHOT_FILES_H

#include "daemon/base/driver.h"


/*
 * vz_snapshot_files_list: a line for each entry of a folder, or for the file
 * that path names, as backup_path.h parses it; "more=1" ends them where there
 * are others.  VZ_OK; VZ_NOENT where the snapshot has no such path; VZ_STATE
 * where there is no such snapshot; VZ_BUSY where the node reads as many as it
 * may; another code; with the job's words set.
 */
vz_code_e vz_snapshot_files_list(vz_job_t *job, const char *snapshot,
    const char *path);

/*
 * vz_snapshot_files_read: the bytes of a file, or a tar of a folder, as the
 * job's stream.  As above; VZ_NOENT also for what is neither.  It ends where
 * the container is removed meanwhile.
 */
vz_code_e vz_snapshot_files_read(vz_job_t *job, const char *snapshot,
    const char *path);


#endif /* VZ_SNAPSHOT_FILES_H */
