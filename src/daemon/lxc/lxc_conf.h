/*
 * liblxc's configuration of a container, made from its record. Limits and
 * addresses are not in it: the hook sets those at each boot, also at a guest's
 * own reboot, where liblxc uses the configuration of its first boot.
 */

#ifndef VZ_LXC_CONF_H
#define VZ_LXC_CONF_H

#include "daemon/ct/ct_store.h"


/*
 * vz_lxc_conf_write: write ct->dir/config, and the list of system calls that
 * it names. 0, or -1 with errno.
 */
int vz_lxc_conf_write(const vz_config_t *conf, const vz_ct_t *ct);


#endif /* VZ_LXC_CONF_H */
