/*
 * Again: a container whose init was killed or failed is started anew, with
 * patience, by the monitor that saw its end.  Who shuts down from inside, or
 * is stopped, stays stopped.
 */

#ifndef VZ_LXC_RESTART_H
#define VZ_LXC_RESTART_H

#include <sys/types.h>
#include "daemon/ct/ct_store.h"


/*
 * vz_lxc_restart_due: whether an init ended unasked, by the status that liblxc
 * has of it (error_num), or did not come back from a reboot of its own
 * (VZ_LXC_RESTART_BROKE), in a container that nobody stops; it is written down
 * then.
 */
#define VZ_LXC_RESTART_BROKE  (-1)

int vz_lxc_restart_due(const vz_config_t *conf, const vz_ct_t *ct, int status);

/*
 * vz_lxc_restart_exec: become "virtual-server --again CTID"; returns where
 * that can't be.
 */
void vz_lxc_restart_exec(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_lxc_restart_next: 1 with the seconds to wait before the next start: 1, 2,
 * 4 ... 60, ten in a row; who runs for ten minutes begins anew.  0 where there
 * is to be none any more, -1 where it is given up.  failed: the last one did.
 * Logged.
 */
int vz_lxc_restart_next(const vz_config_t *conf, uint32_t ctid,
    unsigned failed, unsigned *delay);

/*
 * vz_lxc_restart_tries: how often in a row it was started again, 0 for none.
 */
unsigned vz_lxc_restart_tries(const vz_config_t *conf, uint32_t ctid);

/* vz_lxc_restart_forget: somebody started or stopped it. */
void vz_lxc_restart_forget(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_LXC_RESTART_H */
