/*
 * liblxc's configuration of a container, whole, made from its record.  No
 * limits and no addresses: the hook applies those at each boot, also at a
 * guest's own reboot, where liblxc goes by what it read at the first.
 */

#ifndef VZ_LXCCONF_H
#define VZ_LXCCONF_H

#include "store.h"


/*
 * vz_lxcconf_write: ct->dir/config and the list of system calls that it names.
 * 0, or -1 with errno.
 */
int vz_lxcconf_write(const vz_config_t *conf, const vz_ct_t *ct);


#endif /* VZ_LXCCONF_H */
