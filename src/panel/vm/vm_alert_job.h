/*
 * Alerts of containers: one worker of the host compares what the collector
 * samples with their limits, whether anybody watches or not, and tells owners.
 */

#ifndef VZ_VM_ALERT_JOB_H
#define VZ_VM_ALERT_JOB_H

#include <ngx_config.h>
#include <ngx_core.h>


/* vz_vm_alert_job: on a fiber, one look at all containers: a periodic job. */
void vz_vm_alert_job(ngx_pool_t *pool);

/* vz_vm_alert_job_exit: worker stop. */
void vz_vm_alert_job_exit(void);


#endif /* VZ_VM_ALERT_JOB_H */
