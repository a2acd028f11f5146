#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "daemon/base/job.h"
#include "daemon/vzctl/vzctl_area.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_snapshot.h"
#include "daemon/vzctl/vzctl_switch.h"
#include "wire/random.h"


#define VZ_VZCTL_SNAPSHOT_NAME  32
#define VZ_VZCTL_SNAPSHOT_ID    38      /* with its braces */
#define VZ_VZCTL_SNAPSHOT_TIME  60      /* seconds for a view */

typedef struct {
    char    id[VZ_VZCTL_SNAPSHOT_ID + 1];
    char    name[VZ_VZCTL_SNAPSHOT_NAME + 1];   /* "": another's */
    time_t  made;
} vz_vzctl_snapshot_t;

typedef struct {
    unsigned              n;
    vz_vzctl_snapshot_t   list[VZ_VZCTL_SNAPSHOT_MOST];     /* as vzctl has
                                                               them: the oldest
                                                               first */
} vz_vzctl_snapshots_t;


static vz_code_e vz_vzctl_snapshot_list(vz_job_t *job,
    vz_vzctl_snapshots_t *all);
static void vz_vzctl_snapshot_line(char *line, vz_vzctl_snapshot_t *one);
static const vz_vzctl_snapshot_t *vz_vzctl_snapshot_find(
    const vz_vzctl_snapshots_t *all, const char *name);
static vz_code_e vz_vzctl_snapshot_run(vz_job_t *job, const char *command,
    const vz_vzctl_snapshot_t *one, const char *const *more);
static int vz_vzctl_snapshot_id(char *id);
static vz_code_e vz_vzctl_snapshot_switch(vz_job_t *job,
    const vz_vzctl_conf_t *ct, const void *data);


/*
 * The state of what runs is not kept: a rollback leaves the container stopped,
 * as on every driver.  Nor is CTID.conf, whose limits are the panel's.
 */
vz_code_e
vz_vzctl_snapshot_take(vz_job_t *job, const char *name, vz_done_t *done)
{
    char                    option[VZ_VZCTL_SNAPSHOT_NAME + 16];
    vz_code_e               code;
    const char             *more[] = {
        option, "--skip-suspend", "--skip-config", NULL
    };
    vz_vzctl_snapshot_t     fresh;
    vz_vzctl_snapshots_t    all;

    code = vz_vzctl_snapshot_list(job, &all);
    if (code != VZ_OK) {
        return code;
    }

    if (vz_vzctl_snapshot_find(&all, name) != NULL) {
        done->already = 1;
        return VZ_OK;
    }

    if (all.n == VZ_VZCTL_SNAPSHOT_MOST) {
        return vz_job_end(job, VZ_STATE, "a container has at most %d "
                          "snapshots: remove one", VZ_VZCTL_SNAPSHOT_MOST);
    }

    if (vz_vzctl_snapshot_id(fresh.id) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "random bytes: %s",
                          strerror(errno));
    }

    (void) snprintf(option, sizeof(option), "--name=%s", name);

    return vz_vzctl_snapshot_run(job, "snapshot", &fresh, more);
}


static int
vz_vzctl_snapshot_id(char *id)
{
    unsigned char  b[16];

    if (vz_random(b, sizeof(b)) == -1) {
        return -1;
    }

    (void) snprintf(id, VZ_VZCTL_SNAPSHOT_ID + 1, "{%02x%02x%02x%02x-%02x%02x-"
                    "%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x}", b[0], b[1],
                    b[2], b[3], b[4], b[5], (b[6] & 0x0f) | 0x40, b[7],
                    (b[8] & 0x3f) | 0x80, b[9], b[10], b[11], b[12], b[13],
                    b[14], b[15]);

    return 0;
}


vz_code_e
vz_vzctl_snapshot_roll(vz_job_t *job, const char *name)
{
    vz_code_e                    code;
    vz_vzctl_conf_t              ct;
    vz_vzctl_snapshots_t         all;
    const vz_vzctl_snapshot_t   *one;

    /* nothing is stopped for a snapshot that is not there */

    if ((code = vz_vzctl_snapshot_list(job, &all)) != VZ_OK
        || (code = vz_vzctl_conf_load(job, &ct)) != VZ_OK)
    {
        return code;
    }

    one = vz_vzctl_snapshot_find(&all, name);

    if (one == NULL) {
        return vz_job_end(job, VZ_STATE, "it has no snapshot %.32s", name);
    }

    return vz_vzctl_switch_stopped(job, &ct, vz_vzctl_snapshot_switch, one);
}


static vz_code_e
vz_vzctl_snapshot_switch(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const void *data)
{
    static const char *const  more[] = {
        "--skip-resume", "--skip-config", NULL
    };

    (void) ct;

    vz_job_progress(job, 95, "going back to the snapshot");

    return vz_vzctl_snapshot_run(job, "snapshot-switch", data, more);
}


vz_code_e
vz_vzctl_snapshot_drop(vz_job_t *job, const char *name, vz_done_t *done)
{
    vz_code_e                    code;
    vz_vzctl_snapshots_t         all;
    const vz_vzctl_snapshot_t   *one;

    code = vz_vzctl_snapshot_list(job, &all);
    if (code != VZ_OK) {
        return code;
    }

    one = vz_vzctl_snapshot_find(&all, name);

    if (one == NULL) {
        done->already = 1;
        return VZ_OK;
    }

    /* a backup that was killed has left its device */

    vz_vzctl_snapshot_umount(job->conf, job->ctid, name);

    return vz_vzctl_snapshot_run(job, "snapshot-delete", one, NULL);
}


vz_code_e
vz_vzctl_snapshot_each(vz_job_t *job, vz_snapshot_pt each, void *data,
    uint64_t *all)
{
    unsigned                i;
    vz_code_e               code;
    vz_snapshot_stat_t      stat;
    vz_vzctl_snapshots_t    list;

    *all = VZ_CT_STAT_UNKNOWN;
    code = vz_vzctl_snapshot_list(job, &list);

    for (i = 0; code == VZ_OK && i < list.n; i++) {
        if (list.list[i].name[0]) {
            stat.name = list.list[i].name;
            stat.made = list.list[i].made;
            stat.own = VZ_CT_STAT_UNKNOWN;
            each(&stat, data);
        }
    }

    return code;
}


static vz_code_e
vz_vzctl_snapshot_list(vz_job_t *job, vz_vzctl_snapshots_t *all)
{
    char              path[PATH_MAX], *line, *save;
    vz_code_e         code;
    vz_vzctl_conf_t   ct;
    vz_vzctl_said_t   said;

    static const char *const  options[] = {
        "-H", "-o", "uuid,date,name", NULL
    };

    all->n = 0;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    if (vz_vzctl_area_path(job->conf, job->ctid, NULL, path) == -1
        || !vz_vzctl_area_ploop(path))
    {
        return vz_job_end(job, VZ_UNSUPPORTED, "the disk of container %u is a "
                          "folder of simfs, which has no snapshots",
                          job->ctid);
    }

    code = vz_vzctl_run(job, "snapshot-list", options, INT_MAX, &said);
    if (code != VZ_OK) {
        return code;
    }

    for (line = strtok_r(said.output, "\n", &save);
         line && all->n < VZ_VZCTL_SNAPSHOT_MOST;
         line = strtok_r(NULL, "\n", &save))
    {
        if (line[0] == '{') {
            vz_vzctl_snapshot_line(line, &all->list[all->n++]);
        }
    }

    return VZ_OK;
}


/* "{ID} 2026-12-01 10:00:00 NAME", in the node's own time */
static void
vz_vzctl_snapshot_line(char *line, vz_vzctl_snapshot_t *one)
{
    int         n;
    size_t      len;
    struct tm   tm;

    n = 0;
    (void) memset(one, 0, sizeof(*one));
    (void) memset(&tm, 0, sizeof(tm));
    tm.tm_isdst = -1;

    if (sscanf(line, "%38s %4d-%2d-%2d %2d:%2d:%2d %n", one->id, &tm.tm_year,
               &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec,
               &n)
        < 7
        || n == 0)
    {
        return;
    }

    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    one->made = mktime(&tm);

    line += n;
    len = strcspn(line, " ");

    if (line[len + strspn(line + len, " ")] == '\0'
        && vz_field_check(VZ_FIELD_SNAPSHOT, line, len) == VZ_OK)
    {
        (void) snprintf(one->name, sizeof(one->name), "%.*s", (int) len, line);
    }
}


static const vz_vzctl_snapshot_t *
vz_vzctl_snapshot_find(const vz_vzctl_snapshots_t *all, const char *name)
{
    unsigned  i;

    for (i = 0; i < all->n; i++) {
        if (strcmp(all->list[i].name, name) == 0) {
            return &all->list[i];
        }
    }

    return NULL;
}


static vz_code_e
vz_vzctl_snapshot_run(vz_job_t *job, const char *command,
    const vz_vzctl_snapshot_t *one, const char *const *more)
{
    char         id[VZ_VZCTL_SNAPSHOT_ID + 16];
    unsigned     n;
    const char  *options[8] = { id };

    (void) snprintf(id, sizeof(id), "--id=%s", one->id);

    for (n = 1; more && *more && n < 7; n++) {
        options[n] = *more++;
    }

    return vz_vzctl_run(job, command, options, INT_MAX, NULL);
}


vz_code_e
vz_vzctl_snapshot_mount(const vz_config_t *conf, uint32_t ctid,
    const char *name, const char *path, char *words)
{
    char                         target[PATH_MAX + 16];
    vz_job_t                     job;
    vz_code_e                    code;
    const char                  *more[] = { target, NULL };
    vz_vzctl_snapshots_t         all;
    const vz_vzctl_snapshot_t   *one;

    vz_job_alone(&job, conf, -1, VZ_VZCTL_SNAPSHOT_TIME);
    job.ctid = ctid;

    code = vz_vzctl_snapshot_list(&job, &all);
    one = code == VZ_OK ? vz_vzctl_snapshot_find(&all, name) : NULL;

    if (one != NULL) {
        /* a backup that was killed has left its device */

        (void) vz_vzctl_snapshot_run(&job, "snapshot-umount", one, NULL);
        (void) snprintf(target, sizeof(target), "--target=%s", path);
        code = vz_vzctl_snapshot_run(&job, "snapshot-mount", one, more);

    } else if (code == VZ_OK) {
        code = vz_job_end(&job, VZ_STATE, "it has no snapshot %.32s", name);
    }

    (void) snprintf(words, VZ_WORDS_MAX, "%s", job.words);

    return code;
}


void
vz_vzctl_snapshot_umount(const vz_config_t *conf, uint32_t ctid,
    const char *name)
{
    vz_job_t                     job;
    vz_vzctl_snapshots_t         all;
    const vz_vzctl_snapshot_t   *one;

    vz_job_alone(&job, conf, -1, VZ_VZCTL_SNAPSHOT_TIME);
    job.ctid = ctid;

    if (vz_vzctl_snapshot_list(&job, &all) == VZ_OK
        && (one = vz_vzctl_snapshot_find(&all, name)) != NULL)
    {
        /* its mount has gone with the process; what is not mounted fails */

        (void) vz_vzctl_snapshot_run(&job, "snapshot-umount", one, NULL);
    }
}
