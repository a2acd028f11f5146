/*
 * What the kernel's log says of processes that it killed because the memory of
 * a group was used up. Version 1 of cgroups has no counter of them that counts
 * below the group, and only the log tells which process it was.
 */

#ifndef VZ_OOM_LOG_H
#define VZ_OOM_LOG_H

#include <stddef.h>
#include <stdint.h>
#include "daemon/base/ct_raw.h"


typedef struct {
    uint64_t    at;                     /* ms since the node's start */
    char        group[256];             /* whose memory was used up: a path of
                                           its hierarchy */
    char        name[VZ_CT_RAW_NAME];   /* of the process; "": unknown */
} vz_oom_log_kill_t;

typedef void (*vz_oom_log_pt)(const vz_oom_log_kill_t *kill, void *data);


/*
 * vz_oom_log_open: the log, from the oldest record that the kernel still has.
 * A descriptor, or -1 with errno.
 */
int vz_oom_log_open(void);

/* vz_oom_log_each: call each for every kill that came since. */
void vz_oom_log_each(int fd, vz_oom_log_pt each, void *data);

/*
 * vz_oom_log_parse: read one record of /dev/kmsg. 1 where it tells of a kill,
 * else 0. Names are what a guest called its process: all but letters, digits
 * and ._+- become "_".
 */
int vz_oom_log_parse(const char *record, vz_oom_log_kill_t *kill);


#endif /* VZ_OOM_LOG_H */
