/* The system calls that containers may not use: seccomp(2), set by liblxc. */

#ifndef VZ_LXC_SECCOMP_H
#define VZ_LXC_SECCOMP_H

#include "daemon/ct/ct_store.h"


/* vz_lxc_seccomp_write: write ct->dir/seccomp. 0, or -1 with errno. */
int vz_lxc_seccomp_write(const vz_ct_t *ct);


#endif /* VZ_LXC_SECCOMP_H */
