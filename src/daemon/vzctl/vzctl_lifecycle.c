/*
 * Containers are created, destroyed, started and stopped. Exit status 0 of
 * vzctl is not trusted: the container is checked after each of them.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "daemon/backup/backup_cache.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/base/job.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_lifecycle.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_sample.h"
#include "daemon/vzctl/vzctl_switch.h"


#define VZ_VZCTL_RESERVE  60000     /* ms of a stop's time that are reserved
                                       for killing */
#define VZ_VZCTL_STARTS   3000      /* ms until there must be a process */
#define VZ_VZCTL_STANDS   500       /* ms that it must have lived */
#define VZ_VZCTL_LOOK     100       /* ms */


static int vz_vzctl_cached(const vz_config_t *conf, const char *template);
static vz_code_e vz_vzctl_remove(vz_job_t *job);
static vz_code_e vz_vzctl_want(vz_job_t *job, const vz_vzctl_conf_t *ct,
    unsigned onboot);
static vz_code_e vz_vzctl_boot(vz_job_t *job);
static vz_code_e vz_vzctl_alive(vz_job_t *job, unsigned *alive);
static vz_code_e vz_vzctl_stands(vz_job_t *job, unsigned *alive);
static vz_code_e vz_vzctl_halt(vz_job_t *job, int timeout, unsigned *killed);
static vz_code_e vz_vzctl_stopped(vz_job_t *job, vz_stop_e how,
    vz_done_t *done);


/* vzctl looks for these; without them it asks the network */
const vz_archives_t  vz_vzctl_lifecycle_archives = {
    .suffixes = { ".tar", ".tar.gz", ".tar.bz2", ".tar.xz" },
    .links = 1
};


vz_code_e
vz_vzctl_lifecycle_create(vz_job_t *job, const char *wanted, const char *tag,
    vz_done_t *done)
{
    int               ours;
    char              template[96], hostname[48], description[48];
    vz_code_e         code;
    const char       *options[] = { template, hostname, NULL, NULL };
    vz_vzctl_conf_t   ct;
    vz_vzctl_made_t   made;

    code = vz_vzctl_conf(job->conf, job->ctid, &ct);
    ours = vz_vzctl_conf_made(job->conf, job->ctid, &made) == 0
           && !made.started
           && strcmp(made.template, wanted) == 0;

    /* vzctl writes OSTEMPLATE last: without it, create did not finish */
    if (code == VZ_OK && ours && strcmp(ct.template, made.template) == 0) {
        done->already = 1;
        return VZ_OK;
    }

    if (code == VZ_OK && (!ours || strcmp(ct.template, "-") != 0)) {
        return vz_job_end(job, VZ_EXISTS, "container %u exists", job->ctid);
    }

    if (!vz_vzctl_cached(job->conf, wanted)) {
        return vz_job_end(job, VZ_NOTEMPLATE, "template %s is not in vzctl's "
                          "cache", wanted);
    }

    if (code == VZ_OK) {
        code = vz_vzctl_remove(job);
        if (code != VZ_OK) {
            return code;
        }
    }

    (void) snprintf(made.template, sizeof(made.template), "%s", wanted);
    made.created = (uint64_t) time(NULL);
    made.started = 0;
    (void) strcpy(made.tag, tag);

    if (vz_vzctl_conf_make(job->conf, job->ctid, &made) == -1) {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                          "the record of container %u: %s", job->ctid,
                          strerror(errno));
    }

    (void) snprintf(template, sizeof(template), "--ostemplate=%s",
                    made.template);
    (void) snprintf(hostname, sizeof(hostname), "--hostname=vps%u",
                    job->ctid);

    if (made.tag[0]) {
        (void) snprintf(description, sizeof(description),
                        "--description=" VZ_VZCTL_TAG "%s", made.tag);
        options[2] = description;
    }

    vz_job_progress(job, 5, "unpacking %s", made.template);

    code = vz_vzctl_run(job, "create", options, INT_MAX, NULL);

    if (code != VZ_OK && code != VZ_TIMEOUT && code != VZ_BUSY) {
        (void) vz_vzctl_conf_forget(job->conf, job->ctid);
    }

    return code;
}


static int
vz_vzctl_cached(const vz_config_t *conf, const char *template)
{
    int           n;
    char          path[PATH_MAX], dir[PATH_MAX];
    struct stat   st;

    const char *const  *suffix;

    vz_vzctl_conf_global(conf, "TEMPLATE", "/vz/template", dir);

    for (suffix = vz_vzctl_lifecycle_archives.suffixes; *suffix; suffix++) {
        n = snprintf(path, sizeof(path), "%s/cache/%s%s", dir, template,
                     *suffix);

        if (n < (int) sizeof(path) && stat(path, &st) == 0
            && S_ISREG(st.st_mode))
        {
            return 1;
        }
    }

    return 0;
}


vz_code_e
vz_vzctl_lifecycle_destroy(vz_job_t *job, vz_done_t *done)
{
    vz_code_e         code;
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf(job->conf, job->ctid, &ct);

    if (code == VZ_INTERNAL) {
        return vz_vzctl_conf_load(job, &ct);
    }

    /* what is beside its private area is found by its CTID.conf */

    (void) vz_backup_lock_end(job->conf, ct.tag, VZ_BACKUP_LOCK_WAIT);

    if (vz_vzctl_switch_settle(job->conf, job->ctid) == -1
        || vz_vzctl_switch_forget(job->conf, job->ctid) == -1)
    {
        return vz_job_end(job, VZ_FAILED, "removing container %u: %s",
                          job->ctid, strerror(errno));
    }

    if (code == VZ_OK) {
        code = vz_vzctl_remove(job);
        if (code != VZ_OK) {
            return code;
        }

        vz_backup_cache_forget(job->conf, ct.tag);

    } else {
        done->already = 1;
    }

    vz_vzctl_sample_forget(job->conf, job->ctid);

    /* remove every file with that number, as the first panel did */
    if (vz_vzctl_conf_unlink(job->conf, job->ctid) == -1
        || vz_vzctl_conf_forget(job->conf, job->ctid) == -1)
    {
        return vz_job_end(job, VZ_FAILED, "removing container %u: %s",
                          job->ctid, strerror(errno));
    }

    return VZ_OK;
}


vz_code_e
vz_vzctl_lifecycle_set_tag(vz_job_t *job, const char *tag)
{
    char              option[VZ_VZCTL_NOTE + 64];
    vz_code_e         code;
    const char       *options[] = { option, "--save", NULL };
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    if (ct.odd) {
        return vz_job_end(job, VZ_STATE, "the description of container %u is "
                          "too long, or holds what a shell would read",
                          ct.ctid);
    }

    (void) snprintf(option, sizeof(option),
                    "--description=" VZ_VZCTL_TAG "%s%s%s", tag,
                    ct.note[0] ? " " : "", ct.note);

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


static vz_code_e
vz_vzctl_remove(vz_job_t *job)
{
    unsigned          killed;
    vz_code_e         code;
    vz_vzctl_row_t    row;
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_halt(job, 0, &killed);
    if (code != VZ_OK) {
        return code;
    }

    code = vz_vzctl_run_list_one(job, &row);

    if (code == VZ_OK && row.mounted) {
        code = vz_vzctl_run(job, "umount", NULL, INT_MAX, NULL);
    }

    if (code != VZ_OK) {
        return code;
    }

    vz_job_progress(job, 50, "removing its files");

    code = vz_vzctl_run(job, "destroy", NULL, INT_MAX, NULL);

    if (code != VZ_OK && code != VZ_NOENT) {
        return code;
    }

    if (vz_vzctl_conf(job->conf, job->ctid, &ct) != VZ_NOENT) {
        return vz_job_end(job, VZ_FAILED, "vzctl destroy left container %u",
                          job->ctid);
    }

    return VZ_OK;
}


vz_code_e
vz_vzctl_lifecycle_start(vz_job_t *job, vz_done_t *done)
{
    vz_code_e         code;
    vz_vzctl_conf_t   ct;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_vzctl_switch_settled(job)) != VZ_OK
        || (code = vz_vzctl_want(job, &ct, 1)) != VZ_OK
        || (code = vz_vzctl_alive(job, &done->already)) != VZ_OK)
    {
        return code;
    }

    return done->already ? VZ_OK : vz_vzctl_boot(job);
}


/* Set ONBOOT: the node's vz script starts what was wanted last. */
static vz_code_e
vz_vzctl_want(vz_job_t *job, const vz_vzctl_conf_t *ct, unsigned onboot)
{
    const char  *options[] = {
        onboot ? "--onboot=yes" : "--onboot=no", "--save", NULL
    };

    return ct->onboot == onboot
           ? VZ_OK : vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


static vz_code_e
vz_vzctl_boot(vz_job_t *job)
{
    unsigned          alive, killed;
    vz_code_e         code;
    vz_vzctl_made_t   made;
    vz_vzctl_said_t   said;

    if (vz_vzctl_conf_made(job->conf, job->ctid, &made) == 0
        && !made.started)
    {
        made.started = 1;

        if (vz_vzctl_conf_make(job->conf, job->ctid, &made) == -1) {
            return vz_job_end(job, VZ_INTERNAL, "the record of container "
                              "%u: %s", job->ctid, strerror(errno));
        }
    }

    code = vz_vzctl_run(job, "start", NULL, INT_MAX, &said);
    if (code != VZ_OK) {
        return code;
    }

    code = vz_vzctl_stands(job, &alive);

    if (code != VZ_OK || alive) {
        return code;
    }

    /* a start that is not finished is undone */
    (void) vz_vzctl_halt(job, 0, &killed);
    vz_job_said(job, said.output);

    return vz_job_end(job, VZ_FAILED, "vzctl start said 0, but no process "
                      "lives in the container");
}


/* The number of processes is unknown where the kernel has no beancounters. */
static vz_code_e
vz_vzctl_alive(vz_job_t *job, unsigned *alive)
{
    vz_code_e        code;
    vz_vzctl_row_t   row;

    code = vz_vzctl_run_list_one(job, &row);
    *alive = row.running && row.value[VZ_COL_PROCESSES] != 0;

    return code;
}


/* Wait until it has a process that still lives a moment later. */
static vz_code_e
vz_vzctl_stands(vz_job_t *job, unsigned *alive)
{
    int        waited;
    vz_code_e  code;

    *alive = 0;

    for (waited = 0; !*alive && waited < VZ_VZCTL_STARTS;
         waited += VZ_VZCTL_LOOK)
    {
        if (waited) {
            vz_vzctl_run_sleep(VZ_VZCTL_LOOK);
        }

        code = vz_vzctl_alive(job, alive);
        if (code != VZ_OK) {
            return code;
        }
    }

    if (!*alive) {
        return VZ_OK;
    }

    vz_vzctl_run_sleep(VZ_VZCTL_STANDS);

    return vz_vzctl_alive(job, alive);
}


vz_code_e
vz_vzctl_lifecycle_stop(vz_job_t *job, vz_stop_e how, vz_done_t *done)
{
    vz_code_e         code;
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);

    if (code == VZ_OK && how == VZ_STOP_AGAIN) {
        code = vz_vzctl_want(job, &ct, 1);
    }

    if (code == VZ_OK) {
        code = vz_vzctl_stopped(job, how, done);
    }

    if (code == VZ_OK && how != VZ_STOP_AGAIN) {
        code = vz_vzctl_want(job, &ct, 0);
    }

    return code;
}


static vz_code_e
vz_vzctl_stopped(vz_job_t *job, vz_stop_e how, vz_done_t *done)
{
    int               timeout;
    vz_code_e         code;
    vz_vzctl_row_t    row;

    code = vz_vzctl_run_list_one(job, &row);
    if (code != VZ_OK) {
        return code;
    }

    if (!row.running) {
        done->already = 1;
        return VZ_OK;
    }

    timeout = (int) job->conf->stop_timeout * 1000;

    if (timeout > vz_job_left(job) - VZ_VZCTL_RESERVE) {
        timeout = vz_job_left(job) - VZ_VZCTL_RESERVE;
    }

    return vz_vzctl_halt(job, how == VZ_STOP_KILL ? 0 : timeout,
                         &done->killed);
}


/*
 * vzctl stop asks, waits for 120 s or what CTID.conf says, and kills. Here the
 * panel's timeout counts: a vzctl that waits longer is killed. That leaves the
 * container running and a lock without an owner; the next vzctl kills the
 * container.
 */
static vz_code_e
vz_vzctl_halt(vz_job_t *job, int timeout, unsigned *killed)
{
    vz_code_e         code;
    vz_vzctl_row_t    row;
    vz_vzctl_said_t   said;
    const char       *fast[] = { "--fast", NULL };

    *killed = 0;

    code = vz_vzctl_run_list_one(job, &row);

    if (code != VZ_OK || !row.running) {
        return code;
    }

    if (timeout > 0) {
        code = vz_vzctl_run(job, "stop", NULL, timeout, &said);

        if (code != VZ_OK && code != VZ_TIMEOUT) {
            return code;
        }

        /* the exit status does not tell it, only this text does */
        *killed = code == VZ_OK
                  && strstr(said.output, "Killing container") != NULL;

        code = vz_vzctl_run_list_one(job, &row);
        if (code != VZ_OK) {
            return code;
        }
    }

    if (row.running) {
        *killed = 1;

        code = vz_vzctl_run(job, "stop", fast, INT_MAX, NULL);
        if (code != VZ_OK) {
            return code;
        }

        code = vz_vzctl_run_list_one(job, &row);
    }

    if (code == VZ_OK && row.running) {
        return vz_job_end(job, VZ_FAILED, "vzctl stop said 0, but container "
                          "%u runs", job->ctid);
    }

    return code;
}
