/*
 * pidfd_open(2) and pidfd_send_signal(2), as glibc 2.36 declares them; ENOSYS
 * on the kernels of OpenVZ.
 */

#ifndef VZ_MUSL_PIDFD_H
#define VZ_MUSL_PIDFD_H

#include <signal.h>
#include <sys/types.h>


int pidfd_open(pid_t pid, unsigned flags);
int pidfd_send_signal(int fd, int signo, siginfo_t *info, unsigned flags);


#endif /* VZ_MUSL_PIDFD_H */
