/*
 * Create, destroy, start, stop, restart.  vzctl's status 0 is not believed:
 * after each of them the container is looked at.
 */

#ifndef VZ_VZCTL_LIFECYCLE_H
#define VZ_VZCTL_LIFECYCLE_H

#include "daemon/vzctl/vzctl_driver.h"


vz_code_e vz_vzctl_lifecycle_create(vz_job_t *job);

vz_code_e vz_vzctl_lifecycle_destroy(vz_job_t *job);

vz_code_e vz_vzctl_lifecycle_adopt(vz_job_t *job);

vz_code_e vz_vzctl_lifecycle_start(vz_job_t *job);
vz_code_e vz_vzctl_lifecycle_stop(vz_job_t *job);
vz_code_e vz_vzctl_lifecycle_restart(vz_job_t *job);

extern const vz_archives_t  vz_vzctl_lifecycle_archives;

/*
 * vz_vzctl_lifecycle_halt: stop it in timeout ms, then kill; 0 kills at once.
 */
vz_code_e vz_vzctl_lifecycle_halt(vz_job_t *job, int timeout,
    unsigned *killed);


#endif /* VZ_VZCTL_LIFECYCLE_H */
