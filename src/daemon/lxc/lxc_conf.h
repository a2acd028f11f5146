/*
 * liblxc's configuration of a container, whole, made from its record.  No
 * limits and no addresses: the hook applies those at each boot, also at a
 * guest's own reboot, where liblxc goes by what it read at the first.
 */

#ifndef VZ_LXC_CONF_H
#define VZ_LXC_CONF_H

#include "daemon/ct/ct_store.h"


/*
 * vz_lxc_conf_write: ct->dir/config and the list of system calls that it
 * names. 0, or -1 with errno.
 */
int vz_lxc_conf_write(const vz_config_t *conf, const vz_ct_t *ct);


#endif /* VZ_LXC_CONF_H */
