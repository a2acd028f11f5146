/*
 * Unpacked versions of a template that are no longer the present one go, once
 * no container has them below its own disk.
 */

#ifndef VZ_TEMPLATE_PRUNE_H
#define VZ_TEMPLATE_PRUNE_H

#include "daemon/base/config.h"


/*
 * vz_template_prune: of one template, or of every one with name NULL.  Takes
 * the template's lock, without waiting for it, and the one over new records
 * (VZ_TEMPLATE_PRUNE_LOCK): a container whose record is written under that
 * lock while its version is there keeps it.  What fails is logged and left for
 * the next time.
 */
void vz_template_prune(const vz_config_t *conf, const char *name);

#define VZ_TEMPLATE_PRUNE_LOCK  "ids"


#endif /* VZ_TEMPLATE_PRUNE_H */
