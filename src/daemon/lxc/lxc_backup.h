/*
 * Backups of containers of lxc: what is saved, and how it comes back.
 */

#ifndef VZ_LXC_BACKUP_H
#define VZ_LXC_BACKUP_H

#include "daemon/backup/backup_restore.h"
#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/*
 * vz_lxc_backup_fill: make the root of a container that is being made, in
 * fresh->dir, equal to the backup.  As vz_backup_restore_fill().
 */
vz_code_e vz_lxc_backup_fill(vz_job_t *job, const vz_ct_t *fresh,
    const vz_backup_restore_t *restore);

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
