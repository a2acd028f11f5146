#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/template/template_cache.h"
#include "daemon/template/unpacker.h"


#define VZ_TEMPLATE_CACHE_FROM     5  /* progress of a verb, in percent,
                                         where unpacking begins */
#define VZ_TEMPLATE_CACHE_WARM     1800  /* seconds for one template */
#define VZ_TEMPLATE_CACHE_TMP_MAX  32  /* "." before the name and ".tmp.PID"
                                          behind it */


typedef struct {
    const vz_config_t   *conf;
    int                  failures;
} vz_warm_t;


static vz_code_e vz_template_cache_folder(const vz_config_t *conf,
    const char *name, vz_job_t *job, vz_template_t *entry,
    char path[PATH_MAX]);
static int vz_template_cache_ready(const char *path);
static vz_code_e vz_template_cache_locked(const vz_config_t *conf,
    const char *name, vz_job_t *job, char path[PATH_MAX]);
static vz_code_e vz_template_cache_make(const vz_template_t *entry,
    vz_job_t *job, const char *parent, const char *path);
static vz_code_e vz_template_cache_warm_one(const vz_template_t *entry,
    void *data);


int
vz_template_cache_version(const vz_template_t *entry,
                          char version[NAME_MAX + 1])
{
    int  n;

    n = snprintf(version, NAME_MAX + 1, "%s@%lld-%llu", entry->name,
                 (long long) entry->mtime, (unsigned long long) entry->size);

    return n > 0 && n <= NAME_MAX ? 0 : -1;
}


vz_code_e
vz_template_cache_unpack(const vz_config_t *conf, const char *name,
                         vz_job_t *job,
    char path[PATH_MAX])
{
    char            lockname[VZ_TEMPLATE_MAX + 16], holder[VZ_LOCK_HOLDER];
    vz_lock_t       lock;
    vz_code_e       code;
    vz_template_t   entry;

    code = vz_template_cache_folder(conf, name, job, &entry, path);

    if (code != VZ_OK || vz_template_cache_ready(path)) {
        return code;
    }

    (void) snprintf(lockname, sizeof(lockname), "template-%s", entry.name);

    vz_job_progress(job, VZ_TEMPLATE_CACHE_FROM, "unpacking %s", name);

    do {
        code = vz_lock_take(conf, lockname, "unpacking", vz_job_beat(job),
                            &lock, holder);
    } while (code == VZ_BUSY && vz_job_left(job) > 0);

    if (code == VZ_BUSY) {
        return vz_job_end(job, VZ_TIMEOUT, "template %s is held by: %s",
                          name, holder);
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "lock of template %s: %s", name,
                          strerror(errno));
    }

    code = vz_template_cache_locked(conf, name, job, path);

    vz_lock_drop(&lock);

    return code;
}


int
vz_template_cache_warm(const vz_config_t *conf)
{
    vz_warm_t  warm;

    warm.conf = conf;
    warm.failures = 0;

    if (vz_archive_list(conf, &vz_archive_all, vz_template_cache_warm_one,
                        &warm)
        != VZ_OK)
    {
        vz_log(LOG_ERR, "%s: %s", conf->template_dir, strerror(errno));
        return 1;
    }

    return warm.failures;
}


static vz_code_e
vz_template_cache_warm_one(const vz_template_t *entry, void *data)
{
    char         path[PATH_MAX];
    vz_job_t     job;
    vz_code_e    code;
    vz_warm_t   *warm;

    warm = data;

    vz_job_alone(&job, warm->conf, STDOUT_FILENO, VZ_TEMPLATE_CACHE_WARM);

    code = vz_template_cache_unpack(warm->conf, entry->name, &job, path);

    if (code == VZ_OK) {
        (void) vz_job_end(&job, code, "%s", entry->name);

    } else {
        warm->failures++;
    }

    vz_job_final(&job, code);

    /* go on: other templates may work */
    return VZ_OK;
}


/* Print the folder of the present version, whether it exists or not. */
static vz_code_e
vz_template_cache_folder(const vz_config_t *conf, const char *name,
                         vz_job_t *job,
    vz_template_t *entry, char path[PATH_MAX])
{
    int         n;
    char        version[NAME_MAX + 1];
    vz_code_e   code;

    code = vz_archive_find(conf, &vz_archive_all, name, entry);

    if (code == VZ_NOTEMPLATE) {
        return vz_job_end(job, code, "template %s is not installed here",
                          name);
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "%s: %s", conf->template_dir,
                          strerror(errno));
    }

    if (vz_template_cache_version(entry, version) == 0) {
        n = snprintf(path, PATH_MAX, "%s/template/%s", conf->lxc_path,
                     version);

        if (n > 0 && n < PATH_MAX - VZ_TEMPLATE_CACHE_TMP_MAX) {
            return VZ_OK;
        }
    }

    return vz_job_end(job, VZ_INTERNAL, "lxc_path is too long");
}


static int
vz_template_cache_ready(const char *path)
{
    struct stat  st;

    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}


static vz_code_e
vz_template_cache_locked(const vz_config_t *conf, const char *name,
                         vz_job_t *job,
    char path[PATH_MAX])
{
    char            parent[PATH_MAX];
    vz_code_e       code;
    vz_template_t   entry;

    /*
     * check again: the holder of the lock may have unpacked it, or the archive
     * is new
     */
    code = vz_template_cache_folder(conf, name, job, &entry, path);

    if (code != VZ_OK || vz_template_cache_ready(path)) {
        return code;
    }

    (void) strcpy(parent, path);
    *strrchr(parent, '/') = '\0';

    /* guests pass through lxc_path on the way to their own folder */
    if (vz_dirtree_make(conf->lxc_path, 0711) == -1
        || vz_dirtree_make(parent, 0700) == -1)
    {
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", parent,
                          strerror(errno));
    }

    vz_template_cache_sweep(parent, name);

    return vz_template_cache_make(&entry, job, parent, path);
}


void
vz_template_cache_sweep(const char *parent, const char *name)
{
    int             n;
    DIR            *dir;
    char            path[PATH_MAX], prefix[VZ_TEMPLATE_MAX + 4];
    size_t          len;
    struct dirent  *entry;

    dir = opendir(parent);
    if (dir == NULL) {
        return;
    }

    len = (size_t) snprintf(prefix, sizeof(prefix), ".%s@", name);

    while ((entry = readdir(dir)) != NULL) {

        if (strncmp(entry->d_name, prefix, len) != 0) {
            continue;
        }

        n = snprintf(path, sizeof(path), "%s/%s", parent, entry->d_name);

        if (n > 0 && (size_t) n < sizeof(path)
            && vz_dirtree_remove(path) == -1)
        {
            vz_log(LOG_WARNING, "%s: %s", path, strerror(errno));
        }
    }

    (void) closedir(dir);
}


/* Unpack beside the folder, sync, and rename it at the end. */
static vz_code_e
vz_template_cache_make(const vz_template_t *entry, vz_job_t *job,
                       const char *parent,
    const char *path)
{
    int         n;
    char        tmp[PATH_MAX], words[VZ_WORDS_MAX];
    vz_code_e   code;

    if (!vz_disk_space(job->conf, words)) {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    n = snprintf(tmp, sizeof(tmp), "%s/.%s.tmp.%d", parent,
                 strrchr(path, '/') + 1, (int) getpid());

    if (n < 0 || (size_t) n >= sizeof(tmp)) {
        return vz_job_end(job, VZ_INTERNAL, "lxc_path is too long");
    }

    if (mkdir(tmp, 0755) == -1 || chmod(tmp, 0755) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", tmp, strerror(errno));
    }

    code = vz_unpacker(job, entry, tmp);

    if (code == VZ_OK
        && (rename(tmp, path) == -1 || vz_dirtree_sync(parent) == -1))
    {
        code = vz_job_end(job, VZ_INTERNAL, "%s: %s", path, strerror(errno));
    }

    if (code != VZ_OK && vz_dirtree_remove(tmp) == -1) {
        vz_log(LOG_WARNING, "%s: %s", tmp, strerror(errno));
    }

    return code;
}
