/*
 * Unpacked templates: versions of archives, in
 * LXC_PATH/template/NAME@MTIME-SIZE/.  A version that was unpacked never
 * changes, for it is the lower layer of containers; template_prune.h removes
 * it.
 */

#ifndef VZ_TEMPLATE_CACHE_H
#define VZ_TEMPLATE_CACHE_H

#include "daemon/template/archive.h"


/*
 * vz_template_cache_version: "NAME@MTIME-SIZE", the folder's name under
 * LXC_PATH/template/.  0, or -1 when it does not fit into NAME_MAX + 1 bytes.
 */
int vz_template_cache_version(const vz_template_t *entry,
    char version[NAME_MAX + 1]);

/*
 * vz_template_cache_unpack: the folder of the template's present version in
 * path, unpacked first where nobody did yet (progress 5 to 70 is told, and it
 * ends by job's deadline).  It is ready for unprivileged containers: no device
 * nodes, empty machine-id, no ssh host keys, units masked that can't run.
 * Owner and mode are those of the archive's root folder, ids are unshifted;
 * the parent LXC_PATH/template/ is 0700.
 *
 * VZ_OK; anything else is already said by vz_job_end(), so a driver returns
 * it as it is.
 */
vz_code_e vz_template_cache_unpack(const vz_config_t *conf, const char *name,
    vz_job_t *job, char path[PATH_MAX]);

/*
 * vz_template_cache_sweep: with the template's lock "template-NAME" held,
 * remove what is half made or half removed of it: it belongs to the dead.
 */
void vz_template_cache_sweep(const char *parent, const char *name);

/*
 * vz_template_cache_warm: unpack all of them, telling stdout; the number of
 * failures.
 */
int vz_template_cache_warm(const vz_config_t *conf);


#endif /* VZ_TEMPLATE_CACHE_H */
