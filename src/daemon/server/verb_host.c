#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "daemon/backup/repositories.h"
#include "daemon/base/job.h"
#include "daemon/base/log.h"
#include "daemon/base/sysinfo.h"
#include "daemon/guest/guest_cloud.h"
#include "daemon/server/feature.h"
#include "daemon/server/verb_host.h"
#include "daemon/template/archive.h"
#include "daemon/template/template_cache.h"
#include "daemon/template/template_verdict.h"


#define VZ_VERB_HOST_LOOK  6000     /* ms that a look at an archive leaves */


static const vz_archives_t *vz_verb_host_archives(const vz_job_t *job);
static void vz_verb_host_odd(const char *file, const char *why, void *data);
static vz_code_e vz_verb_host_template(const vz_template_t *entry,
    void *data);
static const char *vz_verb_host_cloud(const vz_job_t *job,
    const vz_template_t *entry);


vz_code_e
vz_verb_host_ping(vz_job_t *job)
{
    (void) job;

    return VZ_OK;
}


vz_code_e
vz_verb_host_templates(vz_job_t *job)
{
    vz_archive_odd(job->conf, vz_verb_host_archives(job), vz_verb_host_odd,
                   job);

    if (vz_archive_list(job->conf, vz_verb_host_archives(job),
                        vz_verb_host_template, job) != VZ_OK)
    {
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", job->conf->template_dir,
                          strerror(errno));
    }

    return VZ_OK;
}


static const vz_archives_t *
vz_verb_host_archives(const vz_job_t *job)
{
    return job->driver && job->driver->archives ? job->driver->archives
                                                : &vz_archive_all;
}


/* Log a file only once: the panel asks every minute. */
static void
vz_verb_host_odd(const char *file, const char *why, void *data)
{
    vz_job_t  *job;

    job = data;

    if (vz_template_verdict_new(job->conf, file, why)) {
        vz_log(LOG_WARNING, "%s/%s is not a template: %s",
               job->conf->template_dir, file, why);
    }
}


static vz_code_e
vz_verb_host_template(const vz_template_t *entry, void *data)
{
    char        date[32], words[VZ_WORDS_MAX];
    vz_job_t   *job;
    struct tm   tm;

    job = data;

    if (vz_verb_host_archives(job)->look
        && vz_template_verdict(job, entry,
                               vz_job_left(job) > VZ_VERB_HOST_LOOK, words)
           == VZ_FAILED)
    {
        return VZ_OK;
    }

    if (gmtime_r(&entry->mtime, &tm) == NULL
        || strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
    {
        return VZ_OK;
    }

    vz_job_data(job, "name=%s size=%llu date=%s cloud_init=%s", entry->name,
                (unsigned long long) entry->size, date,
                vz_verb_host_cloud(job, entry));

    return VZ_OK;
}


/* known once it is unpacked; a driver that unpacks nothing here takes none */
static const char *
vz_verb_host_cloud(const vz_job_t *job, const vz_template_t *entry)
{
    int          root;
    char         path[PATH_MAX], version[NAME_MAX + 1];
    const char  *there;

    if (!vz_feature_has(job->driver, VZ_FEATURE_USER_DATA)
        || vz_template_cache_version(entry, version) == -1
        || snprintf(path, sizeof(path), "%s/template/%s", job->conf->lxc_path,
                    version) >= (int) sizeof(path))
    {
        return "-";
    }

    root = open(path, O_PATH|O_DIRECTORY|O_CLOEXEC);

    if (root == -1) {
        return "-";
    }

    there = vz_guest_cloud_there(root) ? "yes" : "no";
    (void) close(root);

    return there;
}


vz_code_e
vz_verb_host_node(vz_job_t *job)
{
    char            cgroup[16], features[VZ_FEATURE_TEXT];
    char            repositories[VZ_REPOSITORY_TEXT];
    uint64_t        total, available;
    vz_code_e       code;
    struct utsname  uts;
    vz_node_stat_t  node;

    code = job->driver->node(job, &node);
    if (code != VZ_OK) {
        return code;
    }

    if (uname(&uts) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    (void) snprintf(cgroup, sizeof(cgroup), "%d", node.cgroup);

    vz_job_data(job, "driver=%s version=%s kernel=%s cgroup=%s hostname=%s",
                job->driver->name, node.version[0] ? node.version : "-",
                uts.release, node.cgroup ? cgroup : "-", uts.nodename);

    vz_sysinfo_memory(&total, &available);

    vz_job_data(job, "cpus=%ld load1=%.2f memory_total=%llu memory_free=%llu "
                "disk_total=%llu disk_free=%llu containers=%u running=%u",
                sysconf(_SC_NPROCESSORS_ONLN), vz_sysinfo_load1(),
                (unsigned long long) total, (unsigned long long) available,
                (unsigned long long) node.disk_total,
                (unsigned long long) node.disk_free, node.containers,
                node.running);

    vz_feature_print(job->conf, job->driver, features);

    vz_repositories_names(job->conf, repositories);

    vz_job_data(job, "disk_min=%llu shrink_live=1 kept=%s features=%s "
                "repositories=%s", (unsigned long long) node.disk_min,
                node.kept[0] ? node.kept : "-", features, repositories);

    return VZ_OK;
}
