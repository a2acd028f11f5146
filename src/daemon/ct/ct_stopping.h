/*
 * That a container was told to stop: a guest that reboots instead is not
 * started again.  In the runtime folder, for a container on a full disk must
 * be stopped, too.
 */

#ifndef VZ_CT_STOPPING_H
#define VZ_CT_STOPPING_H

#include "daemon/base/config.h"


/* vz_ct_stopping_set, vz_ct_stopping_forget: 0, or -1 with errno. */
int vz_ct_stopping_set(const vz_config_t *conf, uint32_t ctid);
int vz_ct_stopping_forget(const vz_config_t *conf, uint32_t ctid);

/* vz_ct_stopping: whether it was told to, since it was started last. */
int vz_ct_stopping(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_CT_STOPPING_H */
