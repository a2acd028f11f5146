/*
 * The vzctl driver's readings for the recorder: /proc/user_beancounters,
 * /proc/vz/vestat and /proc/bc/CTID/ioacct; what a disk has comes from vzlist,
 * once a minute.
 */

#ifndef VZ_VZCTL_SAMPLE_H
#define VZ_VZCTL_SAMPLE_H

#include "daemon/base/driver.h"


/* the driver's functions of these names (base/driver.h) */
void *vz_vzctl_sample_open(const vz_config_t *conf);
int vz_vzctl_sample_each(void *sampler, vz_ct_raw_pt each, void *data);
int vz_vzctl_sample_path(const vz_config_t *conf, uint32_t ctid, char *path);

/* vz_vzctl_sample_forget: remove the history of a container that is gone. */
void vz_vzctl_sample_forget(const vz_config_t *conf, uint32_t ctid);


#endif /* VZ_VZCTL_SAMPLE_H */
