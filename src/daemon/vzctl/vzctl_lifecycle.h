/*
 * Containers are created, destroyed, started and stopped, and given their tag.
 */

#ifndef VZ_VZCTL_LIFECYCLE_H
#define VZ_VZCTL_LIFECYCLE_H

#include "daemon/vzctl/vzctl_driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_vzctl_lifecycle_create(vz_job_t *job, const char *wanted,
    const char *tag, vz_done_t *done);
vz_code_e vz_vzctl_lifecycle_destroy(vz_job_t *job, vz_done_t *done);
vz_code_e vz_vzctl_lifecycle_set_tag(vz_job_t *job, const char *tag);
vz_code_e vz_vzctl_lifecycle_start(vz_job_t *job, vz_done_t *done);
vz_code_e vz_vzctl_lifecycle_stop(vz_job_t *job, vz_stop_e how,
    vz_done_t *done);

/* vz_vzctl_lifecycle_archives: the archives that vzctl create unpacks. */
extern const vz_archives_t  vz_vzctl_lifecycle_archives;


#endif /* VZ_VZCTL_LIFECYCLE_H */
