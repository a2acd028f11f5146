/*
 * The groups of a container as a whole: who lives in them, and their end.
 */

#ifndef VZ_CGROUP_END_H
#define VZ_CGROUP_END_H

#include "daemon/cgroup/cgroup.h"


/*
 * cgroup_end.c.
 *
 * vz_cgroup_end_remove: the container's groups and whatever still lives in
 * them, as a killed monitor leaves it behind; the number of processes it
 * killed.
 * vz_cgroup_end_busy: whether a process of it lives, whoever watches it.
 * vz_cgroup_end_down: the parent and liblxc's helper groups, where empty.
 */
unsigned vz_cgroup_end_remove(const vz_config_t *conf, uint32_t ctid);
int vz_cgroup_end_busy(const vz_config_t *conf, uint32_t ctid);
void vz_cgroup_end_down(const vz_config_t *conf);


#endif /* VZ_CGROUP_END_H */
