/*
 * Again: a container whose init was killed or failed is started anew, with
 * patience, by the monitor that saw its end.  Who shuts down from inside, or
 * is stopped, stays stopped.
 */

#ifndef VZ_AGAIN_H
#define VZ_AGAIN_H

#include <sys/types.h>
#include "store.h"


/*
 * vz_again_due: whether an init ended unasked, by the status that liblxc has
 * of it (error_num), or did not come back from a reboot of its own
 * (VZ_AGAIN_BROKE), in a container that nobody stops; it is written down then.
 */
#define VZ_AGAIN_BROKE  (-1)

int vz_again_due(const vz_config_t *conf, const vz_ct_t *ct, int status);

/*
 * vz_again_exec: become "virtual-server --again CTID"; returns where that
 * can't be.
 */
void vz_again_exec(const vz_config_t *conf, const vz_ct_t *ct);

/*
 * vz_again_next: 1 with the seconds to wait before the next start: 1, 2, 4 ...
 * 60, ten in a row; who runs for ten minutes begins anew.  0 where there is to
 * be none any more, -1 where it is given up.  failed: the last one did.
 * Logged.
 */
int vz_again_next(const vz_config_t *conf, uint32_t ctid, unsigned failed,
    unsigned *delay);

/* vz_again_tries: how often in a row it was started again, 0 for none. */
unsigned vz_again_tries(const vz_config_t *conf, uint32_t ctid);

/* vz_again_forget: somebody started or stopped it. */
void vz_again_forget(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_AGAIN_H */
