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
#include "daemon/server/verb_table.h"


#define VZ_DISPATCH_GRACE  15       /* seconds after the deadline, when the
                                       process is ended */


static vz_code_e vz_dispatch_locked(const vz_driver_t *driver, vz_job_t *job,
    vz_verb_pt run, int wait);
static vz_code_e vz_dispatch_change(const vz_driver_t *driver, vz_job_t *job,
    vz_verb_pt run);
static vz_code_e vz_dispatch_read(const vz_driver_t *driver, vz_job_t *job,
    vz_verb_pt run);
static vz_code_e vz_dispatch_run(vz_job_t *job, vz_verb_pt run);
static void vz_dispatch_hung(int signo);


static vz_job_t *volatile  vz_dispatch_job;


vz_code_e
vz_dispatch(vz_dispatch_host_t *host, vz_job_t *job)
{
    char                 words[VZ_WORDS_MAX];
    vz_code_e            code;
    vz_verb_pt           run;
    const char          *why;
    const vz_request_t  *req;

    req = job->req;

    if (req->def->test && strcmp(host->conf->test_verbs, "yes") != 0) {
        return vz_verb_unknown(req->def->name, job->words);
    }

    if (req->ctid
        && (req->ctid < host->conf->ctid_min
            || req->ctid > host->conf->ctid_max))
    {
        return vz_job_end(job, VZ_RANGE, "%s: %u to %u on this host",
                          vz_field_name(VZ_FIELD_CTID), host->conf->ctid_min,
                          host->conf->ctid_max);
    }

    job->driver = host->driver;
    run = vz_verb_table[req->verb].run;

    if (!vz_verb_table[req->verb].bare) {
        if (host->driver == NULL) {
            return vz_job_end(job, VZ_UNSUPPORTED, "%s", host->why);
        }

        if (run == NULL
            || !vz_feature_has(host->driver, vz_verb_table[req->verb].feature))
        {
            return vz_job_end(job, VZ_UNSUPPORTED, "driver %s has no %s",
                              host->driver->name, req->def->name);
        }

        why = vz_feature_lacks(host->conf, host->driver,
                               vz_verb_table[req->verb].feature);

        if (why != NULL) {
            return vz_job_end(job, VZ_UNSUPPORTED, "%s", why);
        }

        code = vz_dispatch_open(host, words);
        if (code != VZ_OK) {
            return vz_job_end(job, code, "%s", words);
        }
    }

    return vz_dispatch_as(host->driver, job, run, VZ_DISPATCH_WAIT);
}


vz_code_e
vz_dispatch_as(const vz_driver_t *driver, vz_job_t *job, vz_verb_pt run,
    int wait)
{
    vz_job_start(job, 0);
    job->ctid = job->req->ctid;
    job->name = job->req->def->name;

    return job->req->def->lock ? vz_dispatch_locked(driver, job, run, wait)
                               : vz_dispatch_read(driver, job, run);
}


vz_code_e
vz_dispatch_open(vz_dispatch_host_t *host, char *words)
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


/* Check, in this one place, which container is meant, and by which caller. */
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


/*
 * A read takes no lock: a container that has the tag before and after had it
 * meanwhile, too.
 */
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


/*
 * The alarm is for a library that hangs; drivers keep the deadline themselves.
 */
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


/*
 * Nothing is safe to call here; the second alarm ends the process in any case.
 */
static void
vz_dispatch_hung(int signo)
{
    (void) signo;
    (void) alarm(2);

    vz_log(LOG_ERR, "%s %u hangs and was aborted",
           vz_dispatch_job->req->def->name,
           vz_dispatch_job->req->ctid);

    _exit(1);
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
