/*
 * The system calls that no container gets: seccomp(2), by liblxc.
 */

#ifndef VZ_SECCOMP_H
#define VZ_SECCOMP_H

#include "store.h"


/* vz_seccomp_write: ct->dir/seccomp, afresh.  0, or -1 with errno. */
int vz_seccomp_write(const vz_ct_t *ct);


#endif /* VZ_SECCOMP_H */
