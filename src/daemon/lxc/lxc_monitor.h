/*
 * The monitor: a process of its own in which liblxc starts one container and
 * waits for its end.  It is started by who has the container's lock, and
 * lives as long as the container, over reboots from inside.
 */

#ifndef VZ_LXC_MONITOR_H
#define VZ_LXC_MONITOR_H

#include "daemon/ct/ct_state.h"


#define VZ_LXC_LIBRARY  "liblxc.so.1"   /* loaded where a container starts */

typedef struct {
    vz_process_t  process;
    int           promise;        /* its end: see vz_lxc_monitor_keep() */
} vz_lxc_monitor_t;


/* vz_lxc_monitor_start: 0, or -1 with errno. */
int vz_lxc_monitor_start(const vz_config_t *conf, const vz_ct_t *ct,
    vz_lxc_monitor_t *monitor);

/*
 * vz_lxc_monitor_wait: until init is executed, within ms milliseconds.  VZ_OK
 * with run; VZ_FAILED where the monitor has ended; VZ_TIMEOUT.
 */
vz_code_e vz_lxc_monitor_wait(const vz_ct_t *ct,
    const vz_lxc_monitor_t *monitor, int ms, vz_ct_state_t *run);

/*
 * One of the two ends the part of who started it.  vz_lxc_monitor_keep: it
 * runs, and where its init is killed or fails it is started again
 * (lxc_restart.h).
 * vz_lxc_monitor_end: it is killed, with all that it has started.
 */
void vz_lxc_monitor_keep(vz_lxc_monitor_t *monitor);
void vz_lxc_monitor_end(vz_lxc_monitor_t *monitor);

/*
 * vz_lxc_monitor_forsaken: kill the one that somebody has started who was
 * killed before it told that the container runs, with all that it has started.
 */
void vz_lxc_monitor_forsaken(const vz_config_t *conf, const vz_ct_t *ct);


#endif /* VZ_LXC_MONITOR_H */
