/*
 * User data of a first boot.  They wait in the container's folder; a start
 * begins a process that is nobody's child, which runs them inside, watches
 * over their time and notes what came of them.  So neither a verb nor its
 * client waits for a script, and none that hangs holds anything.
 *
 * A script runs as the guest's root, in its namespaces, groups and system call
 * filter, as a terminal's shell does.  Its output goes into a file of the
 * guest's, of which the first and the last bytes are noted.  User data of
 * cloud-init are laid where that looks for them; what runs then waits for it.
 */

#ifndef VZ_LXC_USER_DATA_H
#define VZ_LXC_USER_DATA_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/* Primitives of base/driver.h. */
vz_code_e vz_lxc_user_data_set(vz_job_t *job, const char *data, size_t len);
vz_code_e vz_lxc_user_data_stat(vz_job_t *job, vz_user_data_t *stat);
int vz_lxc_user_data_run(const vz_config_t *conf, uint32_t ctid);

/*
 * vz_lxc_user_data_begin: begin that process where some wait, after a start.
 * Where it can't be begun they wait for the next start, and the log says why.
 */
void vz_lxc_user_data_begin(const vz_config_t *conf, const vz_ct_t *ct);


#endif /* VZ_LXC_USER_DATA_H */
