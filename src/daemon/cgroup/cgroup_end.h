/*
 * The groups of a container as a whole: which processes live in them, and how
 * both are removed.
 */

#ifndef VZ_CGROUP_END_H
#define VZ_CGROUP_END_H

#include "daemon/cgroup/cgroup.h"


/*
 * vz_cgroup_end_remove: remove the container's groups, and kill the processes
 * that still live in them, as a killed monitor leaves them. Returns the number
 * of processes that were killed. vz_cgroup_end_busy: 1 where a process of the
 * container lives, with or without a monitor. vz_cgroup_end_down: remove the
 * parent and liblxc's helper groups where they are empty.
 */
unsigned vz_cgroup_end_remove(const vz_config_t *conf, uint32_t ctid);
int vz_cgroup_end_busy(const vz_config_t *conf, uint32_t ctid);
void vz_cgroup_end_down(const vz_config_t *conf);


#endif /* VZ_CGROUP_END_H */
