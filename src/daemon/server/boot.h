/*
 * virtual-server --boot: start the containers that ran before the node went
 * down.
 */

#ifndef VZ_BOOT_H
#define VZ_BOOT_H

#include "daemon/base/config.h"


/*
 * vz_boot: start every container that is wanted to run, a few at a time, each
 * under its lock. Does nothing where the virtualiser starts them itself.
 * Returns the number of failures, or -1 where it could not begin; all is
 * logged.
 */
int vz_boot(const vz_config_t *conf);

/*
 * vz_boot_again: carry out virtual-server --again (lxc_restart.h): try to
 * start a container until it runs, or until it is not wanted any more or told
 * to stop. 0, or -1 where it gave up; logged.
 */
int vz_boot_again(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_BOOT_H */
