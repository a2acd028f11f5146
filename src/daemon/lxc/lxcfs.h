/*
 * lxcfs, which shows a container its own memory and CPUs in /proc. When it
 * dies or is restarted, containers that ran meanwhile keep dead files.
 */

#ifndef VZ_LXCFS_H
#define VZ_LXCFS_H

#include "daemon/ct/ct_state.h"


/* vz_lxcfs_alive: 1 where lxcfs answers, also where the node uses none. */
int vz_lxcfs_alive(const vz_config_t *conf);

/*
 * vz_lxcfs_gone: 1 where a running container has files of a dead lxcfs and
 * needs a restart. Only the kernel's tables are read; nothing of the guest's
 * is opened.
 */
int vz_lxcfs_gone(const vz_config_t *conf, const vz_ct_state_t *run);


#endif /* VZ_LXCFS_H */
