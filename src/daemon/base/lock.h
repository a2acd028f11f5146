/*
 * Locks between the processes of the daemon: flock(2) on a file that exists
 * only while the lock is held.  The kernel releases them at death.
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
 * vz_lock_take: the lock NAME, in the runtime folder, for at most timeout
 * milliseconds of waiting; what is written into it for those who wait.  VZ_OK;
 * VZ_BUSY with who holds it in holder (VZ_LOCK_HOLDER bytes); VZ_INTERNAL with
 * errno.
 */
vz_code_e vz_lock_take(const vz_config_t *conf, const char *name,
    const char *what, int timeout, vz_lock_t *lock, char *holder);

/*
 * vz_lock_drop: give it back.  Processes that were forked meanwhile and still
 * have the descriptor do not keep it.
 */
void vz_lock_drop(vz_lock_t *lock);


#endif /* VZ_LOCK_H */
