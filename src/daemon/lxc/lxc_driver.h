/*
 * What the files of the lxc driver share.
 */

#ifndef VZ_LXC_DRIVER_H
#define VZ_LXC_DRIVER_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_state.h"
#include "daemon/ct/ct_store.h"

extern const vz_driver_t  vz_lxc_driver;


#endif /* VZ_LXC_DRIVER_H */
