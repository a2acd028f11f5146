/*
 * What containers are, have and use, and the node.
 */

#ifndef VZ_LXC_READ_H
#define VZ_LXC_READ_H

#include "daemon/base/driver.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_read_stat(vz_job_t *job, vz_ct_stat_t *stat,
    vz_ct_detail_t *detail);
vz_code_e vz_lxc_read_each(vz_job_t *job, vz_each_pt each, void *data);
vz_code_e vz_lxc_read_node(vz_job_t *job, vz_node_stat_t *node);
vz_code_e vz_lxc_read_node_units(vz_job_t *job, uint64_t *units);


#endif /* VZ_LXC_READ_H */
