/*
 * Old versions of a template are removed when no container uses them any more.
 */

#ifndef VZ_TEMPLATE_PRUNE_H
#define VZ_TEMPLATE_PRUNE_H

#include "daemon/base/driver.h"


/*
 * vz_template_prune: remove the unused old versions of one template, or of all
 * with name NULL. It tries the template's lock without waiting, and takes the
 * lock over new records (VZ_TEMPLATE_PRUNE_LOCK): a container whose record is
 * written under that lock keeps its version. Failures are logged and left for
 * the next time. job, where it is not NULL, tells of each as its progress.
 */
void vz_template_prune(const vz_config_t *conf, vz_job_t *job,
    const char *name);

#define VZ_TEMPLATE_PRUNE_LOCK  "ids"


#endif /* VZ_TEMPLATE_PRUNE_H */
