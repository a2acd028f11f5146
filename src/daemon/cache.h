/*
 * The template cache: archives NAME.tar.zst, NAME.tar.gz, NAME.tar.xz in
 * template_dir, named as OpenVZ names them, and their unpacked versions in
 * LXC_PATH/template/NAME@MTIME-SIZE/.  A version that was unpacked never
 * changes, for it is the lower layer of containers; prune.h removes it.
 */

#ifndef VZ_CACHE_H
#define VZ_CACHE_H

#include <limits.h>
#include <stdint.h>
#include <time.h>
#include "driver.h"


#define VZ_TEMPLATE_MAX  64         /* a name, without its NUL */

typedef struct {
    char        name[VZ_TEMPLATE_MAX + 1];
    char        path[PATH_MAX];
    uint64_t    size;
    time_t      mtime;
} vz_template_t;


/*
 * vz_cache_find: the archive of a template.  VZ_OK, VZ_NOTEMPLATE, or
 * VZ_INTERNAL with errno (template_dir can't be read).  Only regular files
 * count; symlinks are not followed.
 */
vz_code_e vz_cache_find(const vz_config_t *conf, const char *name,
    vz_template_t *entry);

/*
 * vz_cache_list: each template once, by name.  The walk ends early when each
 * returns anything but VZ_OK, and that is returned.
 */
typedef vz_code_e (*vz_cache_pt)(const vz_template_t *entry, void *data);

vz_code_e vz_cache_list(const vz_config_t *conf, vz_cache_pt each,
    void *data);

/*
 * vz_cache_version: "NAME@MTIME-SIZE", the folder's name under
 * LXC_PATH/template/.  0, or -1 when it does not fit into NAME_MAX + 1 bytes.
 */
int vz_cache_version(const vz_template_t *entry, char version[NAME_MAX + 1]);

/*
 * vz_cache_unpack: the folder of the template's present version in path,
 * unpacked first where nobody did yet (progress 5 to 70 is told, and it ends
 * by job's deadline).  It is ready for unprivileged containers: no device
 * nodes, empty machine-id, no ssh host keys, units masked that can't run.
 * Owner and mode are those of the archive's root folder, ids are unshifted;
 * the parent LXC_PATH/template/ is 0700.
 *
 * VZ_OK; anything else is already said by vz_job_end(), so a driver returns
 * it as it is.
 */
vz_code_e vz_cache_unpack(const vz_config_t *conf, const char *name,
    vz_job_t *job, char path[PATH_MAX]);

/*
 * vz_cache_sweep: with the template's lock "template-NAME" held, remove what
 * is half made or half removed of it: it belongs to the dead.
 */
void vz_cache_sweep(const char *parent, const char *name);

/* vz_cache_warm: unpack all of them, telling stdout; the number of failures. */
int vz_cache_warm(const vz_config_t *conf);


#endif /* VZ_CACHE_H */
