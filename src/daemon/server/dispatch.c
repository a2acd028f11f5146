#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/ct/ct_mark.h"
#include "daemon/server/dispatch.h"
#include "daemon/server/test_verbs.h"
#include "daemon/template/archive.h"
#include "daemon/template/template_verdict.h"


#define VZ_DISPATCH_GRACE  15       /* s after the deadline until all ends */
#define VZ_DISPATCH_LOOK   6000     /* ms that a look at an archive leaves */


static vz_code_e vz_dispatch_find(vz_sysinfo_t *host, vz_job_t *job,
    vz_verb_pt *run);
static vz_code_e vz_dispatch_locked(const vz_driver_t *driver, vz_job_t *job,
    vz_verb_pt run, int wait);
static vz_code_e vz_dispatch_change(const vz_driver_t *driver, vz_job_t *job,
    vz_verb_pt run);
static vz_code_e vz_dispatch_read(const vz_driver_t *driver, vz_job_t *job,
    vz_verb_pt run);
static vz_code_e vz_dispatch_run(vz_job_t *job, vz_verb_pt run);
static void vz_dispatch_hung(int signo);
static vz_code_e vz_dispatch_ping(vz_job_t *job);
static vz_code_e vz_dispatch_templates(vz_job_t *job);
static const vz_archives_t *vz_dispatch_archives(const vz_job_t *job);
static void vz_dispatch_odd(const char *file, const char *why, void *data);
static vz_code_e vz_dispatch_template(const vz_template_t *entry, void *data);


/* verbs that are the same on every driver */
static const vz_verb_pt  vz_dispatch_own[VZ_VERB_COUNT] = {
    [VZ_VERB_PING] = vz_dispatch_ping,
    [VZ_VERB_TEMPLATES] = vz_dispatch_templates,
    [VZ_VERB_ECHO] = vz_test_verbs_echo,
    [VZ_VERB_LINES] = vz_test_verbs_lines,
    [VZ_VERB_DOZE] = vz_test_verbs_doze
};

static vz_job_t *volatile  vz_dispatch_job;


vz_code_e
vz_dispatch(vz_sysinfo_t *host, vz_job_t *job)
{
    vz_code_e            code;
    vz_verb_pt           run;
    const vz_request_t  *req;

    req = job->req;

    if (req->def->test && strcmp(host->conf->test_verbs, "yes") != 0) {
        return vz_job_end(job, VZ_UNKNOWN, "no verb %s", req->def->name);
    }

    if (req->argc
        && (req->ctid < host->conf->ctid_min
            || req->ctid > host->conf->ctid_max))
    {
        return vz_job_end(job, VZ_RANGE, "%s: %u to %u on this host",
                          vz_field_name(VZ_FIELD_CTID), host->conf->ctid_min,
                          host->conf->ctid_max);
    }

    code = vz_dispatch_find(host, job, &run);

    return code == VZ_OK
           ? vz_dispatch_as(host->driver, job, run, VZ_DISPATCH_WAIT) : code;
}


/* what carries the verb out; the driver is open where it is asked */
static vz_code_e
vz_dispatch_find(vz_sysinfo_t *host, vz_job_t *job, vz_verb_pt *run)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  code;

    job->driver = host->driver;
    *run = vz_dispatch_own[job->req->verb];

    if (*run && !job->req->def->test) {
        return VZ_OK;
    }

    if (host->driver == NULL) {
        return vz_job_end(job, VZ_UNSUPPORTED, "%s", host->why);
    }

    if (*run == NULL) {
        *run = host->driver->run[job->req->verb];
    }

    if (*run == NULL) {
        return vz_job_end(job, VZ_UNSUPPORTED, "driver %s has no %s",
                          host->driver->name, job->req->def->name);
    }

    code = vz_dispatch_open(host, words);

    return code == VZ_OK ? VZ_OK : vz_job_end(job, code, "%s", words);
}


vz_code_e
vz_dispatch_as(const vz_driver_t *driver, vz_job_t *job, vz_verb_pt run,
    int wait)
{
    vz_job_start(job, 0);

    return job->req->def->lock ? vz_dispatch_locked(driver, job, run, wait)
                               : vz_dispatch_read(driver, job, run);
}


vz_code_e
vz_dispatch_open(vz_sysinfo_t *host, char *words)
{
    vz_code_e  code;

    words[0] = '\0';

    if (!host->opened && host->driver->open) {
        code = host->driver->open(host->conf, words);
        if (code != VZ_OK) {
            return code;
        }
    }

    host->opened = 1;

    return VZ_OK;
}


static vz_code_e
vz_dispatch_locked(const vz_driver_t *driver, vz_job_t *job, vz_verb_pt run,
    int wait)
{
    char        name[16], holder[VZ_LOCK_HOLDER];
    vz_lock_t   lock;
    vz_code_e   code;

    (void) snprintf(name, sizeof(name), "%u", job->req->ctid);

    code = vz_lock_take(job->conf, name, job->req->def->name, wait, &lock,
                        holder);

    if (code == VZ_BUSY) {
        return vz_job_end(job, code, "container %s is held by: %s", name,
                          holder[0] ? holder : "another process");
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "lock of container %s: %s", name,
                          strerror(errno));
    }

    code = vz_dispatch_change(driver, job, run);

    vz_lock_drop(&lock);

    return code;
}


/* the one place where it is looked at who is meant, and by whom */
static vz_code_e
vz_dispatch_change(const vz_driver_t *driver, vz_job_t *job, vz_verb_pt run)
{
    vz_code_e    code;
    vz_marked_t  marked;

    if (driver == NULL || driver->tag == NULL) {
        return vz_dispatch_run(job, run);
    }

    code = vz_ct_mark_enter(driver, job, &marked);

    if (code != VZ_OK || marked.done) {
        return code;
    }

    code = vz_dispatch_run(job, run);

    if (code == VZ_OK) {
        vz_ct_mark_leave(job, &marked);
    }

    return code;
}


/* no lock: what has the tag before and after was it meanwhile, too */
static vz_code_e
vz_dispatch_read(const vz_driver_t *driver, vz_job_t *job, vz_verb_pt run)
{
    vz_code_e  code;

    if (driver == NULL || driver->tag == NULL || job->req->ctid == 0
        || job->req->mark.tag[0] == '\0')
    {
        return vz_dispatch_run(job, run);
    }

    code = vz_ct_mark_look(driver, job);

    if (code == VZ_OK) {
        code = vz_dispatch_run(job, run);
    }

    if (code == VZ_OK) {
        code = vz_ct_mark_look(driver, job);
    }

    if (code != VZ_OK) {
        job->held = 0;
    }

    return code;
}


/* the alarm is for a library that hangs: drivers keep the deadline */
static vz_code_e
vz_dispatch_run(vz_job_t *job, vz_verb_pt run)
{
    vz_code_e         code;
    struct sigaction  sa;

    (void) memset(&sa, 0, sizeof(sa));
    sa.sa_handler = vz_dispatch_hung;
    sa.sa_flags = SA_RESETHAND|SA_NODEFER;
    (void) sigemptyset(&sa.sa_mask);
    (void) sigaction(SIGALRM, &sa, NULL);

    vz_dispatch_job = job;

    job->alarmed = VZ_DISPATCH_GRACE;

    (void) alarm(vz_job_left(job) / 1000 + 1 + VZ_DISPATCH_GRACE);
    code = run(job);
    (void) alarm(0);

    job->alarmed = 0;

    return code;
}


/* nothing is safe to call here: the second alarm ends it, whatever happens */
static void
vz_dispatch_hung(int signo)
{
    (void) signo;
    (void) alarm(2);

    vz_log(LOG_ERR, "%s %u hangs and was left",
           vz_dispatch_job->req->def->name,
           vz_dispatch_job->req->ctid);

    _exit(1);
}


static vz_code_e
vz_dispatch_ping(vz_job_t *job)
{
    (void) job;

    return VZ_OK;
}


static vz_code_e
vz_dispatch_templates(vz_job_t *job)
{
    vz_archive_odd(job->conf, vz_dispatch_archives(job), vz_dispatch_odd, job);

    if (vz_archive_list(job->conf, vz_dispatch_archives(job),
                      vz_dispatch_template, job) != VZ_OK)
    {
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", job->conf->template_dir,
                          strerror(errno));
    }

    return VZ_OK;
}


static const vz_archives_t *
vz_dispatch_archives(const vz_job_t *job)
{
    return job->driver && job->driver->archives ? job->driver->archives
                                                : &vz_archive_all;
}


/* once: who asks every minute need not be told every minute */
static void
vz_dispatch_odd(const char *file, const char *why, void *data)
{
    vz_job_t  *job;

    job = data;

    if (vz_template_verdict_new(job->conf, file, why)) {
        vz_log(LOG_WARNING, "%s/%s is no template: %s",
               job->conf->template_dir, file, why);
    }
}


static vz_code_e
vz_dispatch_template(const vz_template_t *entry, void *data)
{
    char        date[32], words[VZ_WORDS_MAX];
    vz_job_t   *job;
    struct tm   tm;

    job = data;

    if (vz_dispatch_archives(job)->look
        && vz_template_verdict(job, entry,
                               vz_job_left(job) > VZ_DISPATCH_LOOK, words)
           == VZ_FAILED)
    {
        return VZ_OK;
    }

    if (gmtime_r(&entry->mtime, &tm) == NULL
        || strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
    {
        return VZ_OK;
    }

    vz_job_data(job, "name=%s size=%llu date=%s", entry->name,
                (unsigned long long) entry->size, date);

    return VZ_OK;
}


void
vz_dispatch_log(const char *who, const vz_job_t *job, vz_code_e code, long ms)
{
    int                  level;
    char                 what[VZ_LINE_MAX];
    size_t               n;
    unsigned             i;
    const vz_request_t  *req;

    req = job->req;
    n = req ? vz_verb_mark_print(what, &req->mark) : 0;
    n += snprintf(what + n, sizeof(what) - n, "%s",
                  req ? req->def->name : "-");

    for (i = 0; req && code != VZ_SYNTAX && i < req->argc
                && i < VZ_ARGS_MAX; i++)
    {
        if (n + strlen(req->argv[i]) + 2 > sizeof(what)) {
            break;
        }

        n += sprintf(what + n, " %s", req->argv[i]);
    }

    if (code == VZ_FAILED || code == VZ_DENIED || code >= VZ_INTERNAL) {
        level = LOG_WARNING;

    } else if (code == VZ_OK && !req->def->lock) {
        level = LOG_INFO;

    } else {
        level = LOG_NOTICE;
    }

    vz_log(level, "%s: %s: %s%s%s (%ld ms)", who, what,
           code == VZ_OK ? "ok" : vz_code_name(code),
           job->words[0] ? " " : "", job->words, ms);
}
