/*
 * lxcfs, by which a container sees its own memory and cpus in /proc.  One
 * that died, or was started anew, leaves dead files in those that ran.
 */

#ifndef VZ_LXCFS_H
#define VZ_LXCFS_H

#include "daemon/ct/ct_state.h"


/* vz_lxcfs_alive: whether it answers; also where the node goes without it. */
int vz_lxcfs_alive(const vz_config_t *conf);

/*
 * vz_lxcfs_gone: whether a running container has files of one that is gone,
 * and needs a restart.  By the kernel's tables: nothing of the guest's is
 * opened.
 */
int vz_lxcfs_gone(const vz_config_t *conf, const vz_ct_state_t *run);


#endif /* VZ_LXCFS_H */
