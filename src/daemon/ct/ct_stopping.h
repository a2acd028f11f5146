/*
 * Requests to stop a container, so that a guest which reboots instead is not
 * started again. They are kept in the runtime folder, because a container on a
 * full disk must be stopped, too.
 */

#ifndef VZ_CT_STOPPING_H
#define VZ_CT_STOPPING_H

#include "daemon/base/config.h"


/*
 * vz_ct_stopping_set: note the request. vz_ct_stopping_forget: remove it,
 * before a start. 0, or -1 with errno.
 */
int vz_ct_stopping_set(const vz_config_t *conf, uint32_t ctid);
int vz_ct_stopping_forget(const vz_config_t *conf, uint32_t ctid);

/* vz_ct_stopping: 1 where it was told to stop since its last start. */
int vz_ct_stopping(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_CT_STOPPING_H */
