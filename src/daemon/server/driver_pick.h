/*
 * The drivers that are built in, and the choice between them.
 */

#ifndef VZ_DRIVER_PICK_H
#define VZ_DRIVER_PICK_H

#include "daemon/base/driver.h"


/*
 * vz_driver_pick: the driver that conf->driver names; "auto" picks the first
 * that this host can use.  NULL where there is none, with the reason in words
 * (VZ_WORDS_MAX bytes).
 */
const vz_driver_t *vz_driver_pick(const vz_config_t *conf, char *words);


#endif /* VZ_DRIVER_PICK_H */
