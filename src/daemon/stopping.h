/*
 * That a container was told to stop: a guest that reboots instead is not
 * started again.  In the runtime folder, for a container on a full disk must
 * be stopped, too.
 */

#ifndef VZ_STOPPING_H
#define VZ_STOPPING_H

#include "config.h"


/* vz_stopping_set, vz_stopping_forget: 0, or -1 with errno. */
int vz_stopping_set(const vz_config_t *conf, uint32_t ctid);
int vz_stopping_forget(const vz_config_t *conf, uint32_t ctid);

/* vz_stopping: whether it was told to, since it was started last. */
int vz_stopping(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_STOPPING_H */
