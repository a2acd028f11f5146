/* The lxc driver's readings for the recorder. */

#ifndef VZ_LXC_SAMPLE_H
#define VZ_LXC_SAMPLE_H

#include "daemon/base/driver.h"


/* the driver's functions of these names (base/driver.h) */
void *vz_lxc_sample_open(const vz_config_t *conf);
int vz_lxc_sample_each(void *sampler, vz_ct_raw_pt each, void *data);
int vz_lxc_sample_path(const vz_config_t *conf, uint32_t ctid, char *path);
int vz_lxc_sample_counted(const vz_config_t *conf, vz_counted_pt each,
    void *data);


#endif /* VZ_LXC_SAMPLE_H */
