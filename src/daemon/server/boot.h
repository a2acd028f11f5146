/*
 * virtual-server --boot: what ran before the node went down runs again.
 */

#ifndef VZ_BOOT_H
#define VZ_BOOT_H

#include "daemon/base/config.h"


/*
 * vz_boot: start every container that is wanted to run, a few at a time, each
 * under its lock and logged; where the virtualiser has a start of its own,
 * nothing.  How many failed, or -1 where it could not begin; logged, too.
 */
int vz_boot(const vz_config_t *conf);

/*
 * vz_boot_again: what virtual-server --again does (lxc_restart.h): one of them,
 * where it is still wanted to run and nobody stops it, until it runs.  0, or
 * -1 where it was given up; logged.
 */
int vz_boot_again(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_BOOT_H */
