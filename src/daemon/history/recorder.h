/*
 * virtual-server --record: a reading of every container and of the node each
 * 10 s, whether anybody watches or not. It takes no container's lock; one
 * recorder runs for each lxc_path.
 */

#ifndef VZ_RECORDER_H
#define VZ_RECORDER_H

#include "daemon/base/driver.h"


/*
 * vz_recorder: record until the process is ended. Returns -1 where it can't
 * begin, with words (VZ_WORDS_MAX bytes): another one runs, or the lock can't
 * be taken.
 */
int vz_recorder(const vz_config_t *conf, const vz_driver_t *driver,
    char *words);

/* vz_recorder_node: print the path of the node's own history. 0, or -1. */
int vz_recorder_node(const vz_config_t *conf, char *path);

/*
 * vz_recorder_tally: print the path of what a container has sent and got
 * (tally.h), PATH_MAX bytes.  0, or -1 with errno.
 */
int vz_recorder_tally(const vz_config_t *conf, const vz_driver_t *driver,
    uint32_t ctid, char *path);


#endif /* VZ_RECORDER_H */
