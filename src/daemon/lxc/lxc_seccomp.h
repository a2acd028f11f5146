/*
 * The system calls that no container gets: seccomp(2), by liblxc.
 */

#ifndef VZ_LXC_SECCOMP_H
#define VZ_LXC_SECCOMP_H

#include "daemon/ct/ct_store.h"


/* vz_lxc_seccomp_write: ct->dir/seccomp, afresh.  0, or -1 with errno. */
int vz_lxc_seccomp_write(const vz_ct_t *ct);


#endif /* VZ_LXC_SECCOMP_H */
