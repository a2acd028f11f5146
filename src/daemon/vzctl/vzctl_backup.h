/*
 * Backups of OpenVZ's containers.  A private area of simfs is a folder: it is
 * read as it is, while its container runs, so its files are those of no one
 * moment.  Of one of ploop it is a snapshot that is read.
 */

#ifndef VZ_VZCTL_BACKUP_H
#define VZ_VZCTL_BACKUP_H

#include "daemon/vzctl/vzctl_driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_vzctl_backup_view(const vz_config_t *conf, uint32_t ctid,
    const char *snapshot, const char *path, char *words);
void vz_vzctl_backup_end(const vz_config_t *conf, uint32_t ctid,
    const char *snapshot);
vz_code_e vz_vzctl_backup_record(const vz_config_t *conf, uint32_t ctid,
    const char *folder, char *words);
vz_code_e vz_vzctl_backup_restore(vz_job_t *job, const vz_backup_t *from,
    vz_done_t *done);

/* vz_vzctl_backup_lacks: primitive of base/driver.h. */
const char *vz_vzctl_backup_lacks(const vz_config_t *conf,
    const char *feature);


#endif /* VZ_VZCTL_BACKUP_H */
