/*
 * Backups of containers of lxc: what is saved, and how it comes back.
 */

#ifndef VZ_LXC_BACKUP_H
#define VZ_LXC_BACKUP_H

#include "daemon/base/driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_backup_view(const vz_config_t *conf, uint32_t ctid,
    const char *snapshot, const char *path, char *words);
vz_code_e vz_lxc_backup_record(const vz_config_t *conf, uint32_t ctid,
    const char *folder, char *words);
vz_code_e vz_lxc_backup_restore(vz_job_t *job, const vz_backup_t *from,
    vz_done_t *done);
vz_code_e vz_lxc_backup_inherit(vz_job_t *job, const vz_backup_t *from,
    vz_done_t *done);


#endif /* VZ_LXC_BACKUP_H */
