/*
 * The monitor: a process of its own in which liblxc starts one container and
 * waits for its end. The holder of the container's lock starts it. It lives as
 * long as the container, over reboots from inside.
 */

#ifndef VZ_LXC_MONITOR_H
#define VZ_LXC_MONITOR_H

#include "daemon/ct/ct_state.h"


#define VZ_LXC_LIBRARY  "liblxc.so.1"   /* loaded by the monitor only */

typedef struct {
    vz_process_t  process;
    int           promise;        /* one end of a pipe, see
                                     vz_lxc_monitor_keep() */
} vz_lxc_monitor_t;


/* vz_lxc_monitor_start: start a monitor. 0, or -1 with errno. */
int vz_lxc_monitor_start(const vz_config_t *conf, const vz_ct_t *ct,
    vz_lxc_monitor_t *monitor);

/*
 * vz_lxc_monitor_wait: wait ms milliseconds at most until init is executed.
 * VZ_OK with run filled in; VZ_FAILED where the monitor has ended; VZ_TIMEOUT.
 */
vz_code_e vz_lxc_monitor_wait(const vz_ct_t *ct,
    const vz_lxc_monitor_t *monitor, int ms, vz_ct_state_t *run);

/*
 * One of these two must follow. vz_lxc_monitor_keep: let it run; where its
 * init is killed or fails, it is started again (lxc_restart.h).
 * vz_lxc_monitor_end: kill it, with everything that it has started.
 */
void vz_lxc_monitor_keep(vz_lxc_monitor_t *monitor);
void vz_lxc_monitor_end(vz_lxc_monitor_t *monitor);

/*
 * vz_lxc_monitor_forsaken: kill a monitor whose starter was killed before the
 * start was finished, with everything that it has started.
 */
void vz_lxc_monitor_forsaken(const vz_config_t *conf, const vz_ct_t *ct);


#endif /* VZ_LXC_MONITOR_H */
