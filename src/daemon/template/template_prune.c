#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/ct/ct_store.h"
#include "daemon/template/template_cache.h"
#include "daemon/template/template_prune.h"


#define VZ_TEMPLATE_PRUNE_WAIT  10000  /* ms, for the lock over new records */


static int vz_template_prune_filter(const struct dirent *entry);
static int vz_template_prune_present(const vz_config_t *conf, const char *name,
    const char *version);
static void vz_template_prune_version(const vz_config_t *conf, vz_job_t *job,
    const char *folder, const char *name, const char *version);
static int vz_template_prune_hide(const vz_config_t *conf, const char *folder,
    const char *version);


void
vz_template_prune(const vz_config_t *conf, vz_job_t *job, const char *name)
{
    int              i, n;
    char             folder[PATH_MAX], own[VZ_TEMPLATE_MAX + 1];
    size_t           len;
    const char      *version;
    struct dirent  **list;

    n = snprintf(folder, sizeof(folder), "%s/template", conf->lxc_path);
    n = n < (int) sizeof(folder)
        ? scandir(folder, &list, vz_template_prune_filter, alphasort) : -1;

    for (i = 0; i < n; i++) {
        version = list[i]->d_name;
        len = strcspn(version, "@");

        if (len <= VZ_TEMPLATE_MAX) {
            (void) memcpy(own, version, len);
            own[len] = '\0';

            if ((name == NULL || strcmp(name, own) == 0)
                && !vz_template_prune_present(conf, own, version))
            {
                vz_template_prune_version(conf, job, folder, own, version);
            }
        }

        free(list[i]);
    }

    if (n != -1) {
        free(list);
    }
}


/* A name that begins with a dot is being made or removed. */
static int
vz_template_prune_filter(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strchr(entry->d_name, '@') != NULL;
}


static int
vz_template_prune_present(const vz_config_t *conf, const char *name,
    const char *version)
{
    char            present[NAME_MAX + 1];
    vz_code_e       code;
    vz_template_t   entry;

    code = vz_archive_find(conf, &vz_archive_all, name, &entry);

    if (code == VZ_NOTEMPLATE) {
        return 0;
    }

    return code != VZ_OK || vz_template_cache_version(&entry, present) == -1
           || strcmp(present, version) == 0;
}


static void
vz_template_prune_version(const vz_config_t *conf, vz_job_t *job,
    const char *folder, const char *name, const char *version)
{
    int         hidden;
    char        what[VZ_TEMPLATE_MAX + 16], holder[VZ_LOCK_HOLDER];
    vz_lock_t   template, records;

    (void) snprintf(what, sizeof(what), "template-%s", name);

    if (vz_lock_take(conf, what, "pruning", 0, &template, holder) != VZ_OK) {
        return;
    }

    hidden = 0;

    if (vz_lock_take(conf, VZ_TEMPLATE_PRUNE_LOCK, "pruning",
                     VZ_TEMPLATE_PRUNE_WAIT, &records,
                     holder) == VZ_OK)
    {
        hidden = vz_template_prune_hide(conf, folder, version);
        vz_lock_drop(&records);
    }

    if (hidden) {
        if (job) {
            vz_job_progress(job, job->percent, "removing an old version of %s",
                            name);
        }

        vz_template_cache_sweep(folder, name);
        vz_log(LOG_NOTICE, "%s was no longer used and is removed", version);
    }

    vz_lock_drop(&template);
}


static int
vz_template_prune_hide(const vz_config_t *conf, const char *folder,
    const char *version)
{
    char  path[PATH_MAX], gone[PATH_MAX];

    if (vz_ct_store_uses(conf, version)
        || snprintf(path, sizeof(path), "%s/%s", folder, version)
           >= (int) sizeof(path)
        || snprintf(gone, sizeof(gone), "%s/.%s.gone", folder, version)
           >= (int) sizeof(gone))
    {
        return 0;
    }

    if (rename(path, gone) == -1) {
        vz_log(LOG_WARNING, "%s: %s", path, strerror(errno));
        return 0;
    }

    return 1;
}
