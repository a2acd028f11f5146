/*
 * Snapshots of containers whose disk is an image of ploop.  vzctl knows one by
 * an id; ours is its name.  Those that others made have names of any kind, and
 * are left alone.
 */

#ifndef VZ_VZCTL_SNAPSHOT_H
#define VZ_VZCTL_SNAPSHOT_H

#include "daemon/vzctl/vzctl_driver.h"


#define VZ_VZCTL_SNAPSHOT_MOST  32      /* of one container, with those of
                                           others */

/*
 * Primitives of base/driver.h. VZ_UNSUPPORTED where the container's private
 * area is a folder of simfs.
 */
vz_code_e vz_vzctl_snapshot_take(vz_job_t *job, const char *name,
    vz_done_t *done);
vz_code_e vz_vzctl_snapshot_roll(vz_job_t *job, const char *name);
vz_code_e vz_vzctl_snapshot_drop(vz_job_t *job, const char *name,
    vz_done_t *done);
vz_code_e vz_vzctl_snapshot_each(vz_job_t *job, vz_snapshot_pt each,
    void *data, uint64_t *all);

/*
 * vz_vzctl_snapshot_mount: mount one at path, read-only, in the mounts of the
 * calling process. VZ_OK; VZ_STATE where it has none of that name; VZ_FAILED;
 * with words (VZ_WORDS_MAX bytes). Its device stays until
 * vz_vzctl_snapshot_umount(), or until the snapshot is removed.
 */
vz_code_e vz_vzctl_snapshot_mount(const vz_config_t *conf, uint32_t ctid,
    const char *name, const char *path, char *words);
void vz_vzctl_snapshot_umount(const vz_config_t *conf, uint32_t ctid,
    const char *name);


#endif /* VZ_VZCTL_SNAPSHOT_H */
