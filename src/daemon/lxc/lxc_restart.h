/*
 * Restarts: where the init of a container was killed or failed, the monitor
 * that saw it starts the container again, with growing pauses. A guest that
 * shuts down from inside, or that was told to stop, stays stopped.
 */

#ifndef VZ_LXC_RESTART_H
#define VZ_LXC_RESTART_H

#include <sys/types.h>
#include "daemon/ct/ct_store.h"


/*
 * vz_lxc_restart_due: 1 where a restart is due, which is noted then: its init
 * has failed, by the status that liblxc reports (error_num), or did not come
 * back from a reboot (VZ_LXC_RESTART_BROKE), and nobody has told the container
 * to stop.
 */
#define VZ_LXC_RESTART_BROKE  (-1)

int vz_lxc_restart_due(const vz_config_t *conf, const vz_ct_t *ct, int status);

/*
 * vz_lxc_restart_exec: execute "virtual-server --again CTID"; returns only
 * where that fails.
 */
void vz_lxc_restart_exec(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_lxc_restart_next: 1 with the seconds to wait before the next start in
 * delay: 1, 2, 4 ... 60, for ten starts in a row; ten minutes of running end a
 * row. 0 where no restart is noted any more; -1 where it gives up. failed: the
 * last start has failed. Logged.
 */
int vz_lxc_restart_next(const vz_config_t *conf, uint32_t ctid,
    unsigned failed, unsigned *delay);

/* vz_lxc_restart_tries: the number of restarts in a row, 0 for none. */
unsigned vz_lxc_restart_tries(const vz_config_t *conf, uint32_t ctid);

/*
 * vz_lxc_restart_forget: remove the note, because the container is started or
 * stopped by a verb.
 */
void vz_lxc_restart_forget(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_LXC_RESTART_H */
