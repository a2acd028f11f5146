/*
 * virtual-server --boot: what ran before the node went down runs again.
 */

#ifndef VZ_BOOT_H
#define VZ_BOOT_H

#include "config.h"
#include "../wire/code.h"


/*
 * vz_boot: start every container that is wanted to run, a few at a time, each
 * under its lock and logged; where the virtualiser has a start of its own,
 * nothing.  How many failed, or -1 where it could not begin; logged, too.
 */
int vz_boot(const vz_config_t *conf);

/*
 * vz_boot_start: one of them, where it is still wanted to run and does not;
 * logged under that name.  What did not come up in time is tried again.
 */
vz_code_e vz_boot_start(const vz_config_t *conf, uint32_t ctid,
    const char *who);


#endif /* VZ_BOOT_H */
