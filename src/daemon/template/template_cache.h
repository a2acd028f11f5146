/*
 * Unpacked templates: versions of archives in
 * LXC_PATH/template/NAME@MTIME-SIZE/. A version never changes once it is
 * unpacked, because it is the lower layer of containers. template_prune.h
 * removes old ones.
 */

#ifndef VZ_TEMPLATE_CACHE_H
#define VZ_TEMPLATE_CACHE_H

#include "daemon/template/archive.h"


/*
 * vz_template_cache_version: print the name of the folder, "NAME@MTIME-SIZE".
 * 0, or -1 where it does not fit into NAME_MAX + 1 bytes.
 */
int vz_template_cache_version(const vz_template_t *entry,
    char version[NAME_MAX + 1]);

/*
 * vz_template_cache_unpack: find the folder of the template's present version,
 * and unpack it first where nobody has. Progress from 5 to 70 percent is sent,
 * and it ends by the job's deadline. The tree is ready for unprivileged
 * containers: no device nodes, an empty machine-id, no ssh host keys, and
 * units masked that can't run there. Its owner and mode are those of the
 * archive's root folder, and ids are not shifted; the parent
 * LXC_PATH/template/ has mode 0700. VZ_OK with path; another code with the
 * job's words set.
 */
vz_code_e vz_template_cache_unpack(const vz_config_t *conf, const char *name,
    vz_job_t *job, char path[PATH_MAX]);

/*
 * vz_template_cache_sweep: remove what processes that died left half made or
 * half removed of a template. The caller holds its lock "template-NAME".
 */
void vz_template_cache_sweep(const char *parent, const char *name);

/*
 * vz_template_cache_warm: unpack all templates, and report on stdout. Returns
 * the number of failures.
 */
int vz_template_cache_warm(const vz_config_t *conf);


#endif /* VZ_TEMPLATE_CACHE_H */
