/*
 * Archives of templates in template_dir: NAME with one of the suffixes that
 * the driver unpacks, as OpenVZ names them.
 */

#ifndef VZ_ARCHIVE_H
#define VZ_ARCHIVE_H

#include <limits.h>
#include <stdint.h>
#include <time.h>
#include "daemon/base/driver.h"


#define VZ_TEMPLATE_MAX  64         /* a name, without its NUL */

typedef struct {
    char        name[VZ_TEMPLATE_MAX + 1];
    char        path[PATH_MAX];
    uint64_t    size;
    time_t      mtime;
} vz_template_t;

/* vz_archive_all: the archives that virtual-server-unpack unpacks. */
extern const vz_archives_t  vz_archive_all;


/*
 * vz_archive_find: find the archive of a template. VZ_OK, VZ_NOTEMPLATE, or
 * VZ_INTERNAL with errno where template_dir can't be read.
 */
vz_code_e vz_archive_find(const vz_config_t *conf,
    const vz_archives_t *archives, const char *name, vz_template_t *entry);

/*
 * vz_archive_list: call each for every template once, sorted by name. The walk
 * ends when each returns anything but VZ_OK, which is returned; VZ_INTERNAL
 * with errno where template_dir can't be read.
 */
typedef vz_code_e (*vz_archive_pt)(const vz_template_t *entry, void *data);

vz_code_e vz_archive_list(const vz_config_t *conf,
    const vz_archives_t *archives, vz_archive_pt each, void *data);

/*
 * vz_archive_odd: call each for every file that is named like an archive and
 * can't be used; why says the reason and what to do.
 */
typedef void (*vz_archive_odd_pt)(const char *file, const char *why,
    void *data);

void vz_archive_odd(const vz_config_t *conf, const vz_archives_t *archives,
    vz_archive_odd_pt each, void *data);


#endif /* VZ_ARCHIVE_H */
