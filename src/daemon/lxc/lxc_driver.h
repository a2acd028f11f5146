/*
 * The driver of liblxc.
 */

#ifndef VZ_LXC_DRIVER_H
#define VZ_LXC_DRIVER_H

#include "daemon/base/driver.h"


extern const vz_driver_t  vz_lxc_driver;


#endif /* VZ_LXC_DRIVER_H */
