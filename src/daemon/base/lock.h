/*
 * Locks between the processes of the daemon: flock(2) on a file that exists
 * only while the lock is held. The kernel releases the lock of a process that
 * dies.
 */

#ifndef VZ_LOCK_H
#define VZ_LOCK_H

#include <limits.h>
#include "daemon/base/config.h"
#include "wire/code.h"


#define VZ_LOCK_HOLDER  160         /* "start, pid 4711, since 14:03:11Z" */

typedef struct {
    int     fd;                     /* -1: not held */
    char    path[PATH_MAX];
} vz_lock_t;


/*
 * vz_lock_take: take the lock NAME, which is a file in the runtime folder, and
 * wait for it for timeout milliseconds at most. what is written into the file:
 * those who wait read it. VZ_OK; VZ_BUSY with the holder's text in holder
 * (VZ_LOCK_HOLDER bytes); VZ_INTERNAL with errno.
 */
vz_code_e vz_lock_take(const vz_config_t *conf, const char *name,
    const char *what, int timeout, vz_lock_t *lock, char *holder);

/*
 * vz_lock_drop: release the lock, also where a forked process still has the
 * descriptor.
 */
void vz_lock_drop(vz_lock_t *lock);


#endif /* VZ_LOCK_H */
