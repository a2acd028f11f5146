/*
 * Containers are started and stopped. liblxc starts them. Stopping needs only
 * the signal that init obeys, and the two processes that the hook has noted.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/job.h"
#include "daemon/base/log.h"
#include "daemon/base/monotonic.h"
#include "daemon/base/sysinfo.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/cgroup/cgroup_end.h"
#include "daemon/cgroup/ct_limits.h"
#include "daemon/ct/ct_stopping.h"
#include "daemon/lxc/lxc_conf.h"
#include "daemon/lxc/lxc_monitor.h"
#include "daemon/lxc/lxc_power.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_reinstall.h"
#include "daemon/lxc/lxc_rescue.h"
#include "daemon/lxc/lxc_restart.h"
#include "daemon/lxc/lxc_user_data.h"
#include "daemon/net/ct_net.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/mount_pin.h"


#define VZ_LXC_LOCKS     "/run/lxc/lock"

#define VZ_LXC_YOUNG     10         /* seconds in which init may not listen
                                       yet */
#define VZ_LXC_SLICE     5000       /* ms between two requests to stop */
#define VZ_LXC_SLICE_Y   1000
#define VZ_LXC_MONITOR   15000      /* ms a monitor may take to clean up */
#define VZ_LXC_KILLED    10000      /* ms until a killed init is gone */
#define VZ_LXC_SETTLE    500        /* ms in which an init must prove that
                                       it lives */
#define VZ_LXC_RESERVE   5000       /* ms of a verb's time that are reserved
                                       for killing */


static vz_code_e vz_lxc_boot(vz_job_t *job, vz_ct_t *ct, vz_done_t *done);
static vz_code_e vz_lxc_want(vz_job_t *job, vz_ct_t *ct, unsigned onboot);
static vz_code_e vz_lxc_up(vz_job_t *job, vz_ct_t *ct);
static vz_code_e vz_lxc_up_ready(vz_job_t *job, vz_ct_t *ct);
static int vz_lxc_profile(const vz_ct_t *ct);
static void vz_lxc_undo(const vz_config_t *conf, const vz_ct_t *ct);
static int vz_lxc_settled(const vz_ct_state_t *run);
static void vz_lxc_why(vz_job_t *job, const vz_ct_t *ct, char *words);
static void vz_lxc_said(vz_job_t *job, const char *text);
static void vz_lxc_unwant(const vz_job_t *job, const vz_ct_t *ct);
static vz_code_e vz_lxc_stop_again(vz_job_t *job, vz_done_t *done);
static vz_code_e vz_lxc_end(vz_job_t *job, const vz_ct_t *ct, vz_stop_e how,
    vz_done_t *done);
static int vz_lxc_shutdown(const vz_ct_t *ct, int timeout);


vz_code_e
vz_lxc_power_start(vz_job_t *job, vz_done_t *done)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    if ((rc = vz_lxc_record_load(job, &ct)) != VZ_OK
        || (rc = vz_lxc_want(job, &ct, 1)) != VZ_OK)
    {
        return rc;
    }

    vz_lxc_restart_forget(job->conf, ct.ctid);

    return vz_lxc_boot(job, &ct, done);
}


vz_code_e
vz_lxc_power_boot(vz_job_t *job, vz_done_t *done)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);

    return rc == VZ_OK ? vz_lxc_boot(job, &ct, done) : rc;
}


static vz_code_e
vz_lxc_boot(vz_job_t *job, vz_ct_t *ct, vz_done_t *done)
{
    vz_code_e      rc;
    vz_ct_state_t  run;

    done->unwanted = !ct->onboot;

    if (done->unwanted) {
        return VZ_OK;
    }

    done->already = (unsigned) vz_ct_state_alive(ct, &run);

    rc = done->already ? VZ_OK : vz_lxc_up(job, ct);

    if (rc == VZ_OK) {
        vz_lxc_user_data_begin(job->conf, ct);
    }

    return rc;
}


vz_code_e
vz_lxc_power_try(vz_job_t *job)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);

    return rc == VZ_OK ? vz_lxc_up(job, &ct) : rc;
}


/*
 * Note whether the container is started with the node: the last request
 * decides.
 */

static vz_code_e
vz_lxc_want(vz_job_t *job, vz_ct_t *ct, unsigned onboot)
{
    vz_code_e  rc;

    if (ct->onboot == onboot) {
        return VZ_OK;
    }

    ct->onboot = onboot;
    rc = vz_lxc_record_save(job, ct);

    if (rc == VZ_OK && vz_lxc_conf_write(job->conf, ct) == -1) {
        rc = vz_job_end(job, VZ_INTERNAL, "container %u: %s", ct->ctid,
                        strerror(errno));
    }

    return rc;
}


static vz_code_e
vz_lxc_up(vz_job_t *job, vz_ct_t *ct)
{
    char              words[VZ_WORDS_MAX];
    vz_ct_state_t     run;
    vz_code_e         rc;
    vz_lxc_monitor_t  monitor;

    rc = vz_lxc_up_ready(job, ct);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_sysinfo_room();

    if (vz_lxc_monitor_start(job->conf, ct, &monitor) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "starting its monitor: %s",
                          strerror(errno));
    }

    rc = vz_lxc_monitor_wait(ct, &monitor, vz_job_left(job), &run);

    if (rc == VZ_OK && vz_lxc_settled(&run)) {
        vz_cgroup_spare(&run, ct->idmap);
        vz_lxc_monitor_keep(&monitor);
        return VZ_OK;
    }

    if (rc == VZ_OK) {
        rc = VZ_FAILED;
        snprintf(words, sizeof(words), "its init ended as soon as it had "
                 "started");

    } else {
        vz_lxc_why(job, ct, words);
    }

    vz_log(LOG_WARNING, "start of %u: %s", ct->ctid, words);

    /* a start that is not finished is undone */

    vz_lxc_monitor_end(&monitor);
    vz_lxc_undo(job->conf, ct);

    if (rc == VZ_TIMEOUT) {
        return vz_job_end(job, VZ_TIMEOUT, "it did not start in time");
    }

    return vz_job_end(job, VZ_FAILED, "%s", words);
}


/*
 * Undo a start that was given up; there may be no run file that tells about
 * it.
 */

static void
vz_lxc_undo(const vz_config_t *conf, const vz_ct_t *ct)
{
    char      left[VZ_WORDS_MAX];
    unsigned  killed;

    if (vz_lxc_power_halt(conf, ct, 0, &killed, left) != VZ_OK
        || vz_ct_net_stop(conf, ct, left) == -1)
    {
        vz_log(LOG_WARNING, "start of %u: undoing it: %s", ct->ctid, left);
    }
}


/* Remove what an earlier run left, and write the configuration again. */

static vz_code_e
vz_lxc_up_ready(vz_job_t *job, vz_ct_t *ct)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    if (vz_lxc_power_clean(job->conf, ct, words) == -1) {
        return vz_job_end(job, VZ_FAILED, "%s", words);
    }

    vz_lxc_reinstall_tidy(ct);
    vz_lxc_rescue_tidy(ct);

    if (!ct->started) {
        ct->started = 1;

        rc = vz_lxc_record_save(job, ct);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    if (vz_lxc_conf_write(job->conf, ct) == -1
        || vz_ct_stopping_forget(job->conf, ct->ctid) == -1
        || vz_ct_store_forget(ct, "reason") == -1
        || vz_ct_store_forget(ct, "lxc.log") == -1
        || vz_lxc_profile(ct) == -1)
    {
        return vz_job_end(job, VZ_INTERNAL, "container %u: %s", ct->ctid,
                          strerror(errno));
    }

    return VZ_OK;
}


/*
 * liblxc keeps the AppArmor profile that it generated, and does not sync it:
 * after a power cut the profile may be empty, and no start would succeed.
 */

static int
vz_lxc_profile(const vz_ct_t *ct)
{
    char  path[PATH_MAX];

    return vz_ct_store_path(ct, "apparmor", path) == -1 ? -1
           : vz_dirtree_remove(path);
}


/*
 * An init that lacks something ends at once after it was executed. Wait until
 * it has started a process of its own.
 */

static int
vz_lxc_settled(const vz_ct_state_t *run)
{
    int64_t          until;
    vz_cgroup_use_t  use;

    until = vz_monotonic_msec() + VZ_LXC_SETTLE;

    do {
        if (vz_process_wait(&run->init, 10)) {
            return 0;
        }

        vz_cgroup_use(run, &use);

    } while (use.processes < 2 && vz_monotonic_msec() < until);

    return 1;
}


/*
 * Find out why it did not start: the hook's reason, or else liblxc's first
 * error, because later ones only repeat that there was one. A line of its log
 * ends in " - file.c:function:line - words".
 */

static void
vz_lxc_why(vz_job_t *job, const vz_ct_t *ct, char *words)
{
    char  text[8192], *line, *p;

    if (vz_ct_store_text(ct, "lxc.log", text, sizeof(text)) <= 0) {
        text[0] = '\0';
    }

    vz_lxc_said(job, text);

    if (vz_ct_store_text(ct, "reason", words, VZ_WORDS_MAX) > 0) {
        return;
    }

    snprintf(words, VZ_WORDS_MAX, "its init ended at once");

    line = strstr(text, " ERROR ");
    if (line == NULL) {
        return;
    }

    line[strcspn(line, "\n")] = '\0';
    p = strstr(line, " - ");
    p = p ? strstr(p + 3, " - ") : NULL;

    if (p != NULL) {
        snprintf(words, VZ_WORDS_MAX, "%s", p + 3);
    }
}


/*
 * Keep every error of liblxc's log, without the beginning that all lines
 * share.
 */

static void
vz_lxc_said(vz_job_t *job, const char *text)
{
    char         said[VZ_SAID_MAX];
    size_t       len, n;
    const char  *p;

    len = 0;

    for (p = text; (p = strstr(p, " ERROR ")) != NULL; p += n) {
        p += sizeof(" ERROR ") - 1;
        p += strspn(p, " ");
        n = strcspn(p, "\n");

        if (n > sizeof(said) - len - 2) {
            break;
        }

        memcpy(said + len, p, n);
        len += n;
        said[len++] = '\n';
    }

    said[len] = '\0';
    vz_job_said(job, said);
}


vz_code_e
vz_lxc_power_stop(vz_job_t *job, vz_stop_e how, vz_done_t *done)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    if (how == VZ_STOP_AGAIN) {
        return vz_lxc_stop_again(job, done);
    }

    rc = vz_ct_store_read(job->conf, job->ctid, &ct);

    if (rc == VZ_NOENT) {
        return vz_lxc_record_load(job, &ct);
    }

    vz_lxc_restart_forget(job->conf, ct.ctid);

    if ((rc = vz_lxc_end(job, &ct, how, done)) != VZ_OK || ct.broken) {
        return rc;
    }

    if (ct.onboot) {
        ct.onboot = 0;
        vz_lxc_unwant(job, &ct);
    }

    return VZ_OK;
}


static vz_code_e
vz_lxc_stop_again(vz_job_t *job, vz_done_t *done)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    /* a container that could not be started again is not stopped */

    if (vz_mount_pin_find(&ct, VZ_MOUNT_PIN_PATIENCE, words)) {
        return vz_job_end(job, VZ_BUSY, "%s", words);
    }

    if ((rc = vz_lxc_want(job, &ct, 1)) != VZ_OK
        || (rc = vz_lxc_end(job, &ct, VZ_STOP_AGAIN, done)) != VZ_OK)
    {
        return rc;
    }

    vz_lxc_restart_forget(job->conf, ct.ctid);

    return VZ_OK;
}


/* It has stopped: no room for the record is not a failure. */

static void
vz_lxc_unwant(const vz_job_t *job, const vz_ct_t *ct)
{
    if ((vz_ct_store_write(ct) == -1 || vz_lxc_conf_write(job->conf, ct) == -1)
        && vz_ct_store_unwant(ct) == -1)
    {
        vz_log(LOG_WARNING, "container %u is stopped, but starts with the "
               "node: its record: %s", ct->ctid, strerror(errno));
    }
}


static vz_code_e
vz_lxc_end(vz_job_t *job, const vz_ct_t *ct, vz_stop_e how, vz_done_t *done)
{
    int            timeout, left;
    char           words[VZ_WORDS_MAX];
    vz_ct_state_t  run;
    unsigned       running;
    vz_code_e      rc;

    /* an init may have outlived its killed monitor */

    running = vz_ct_state_alive(ct, &run) || vz_cgroup_end_busy(job->conf,
                                                                ct->ctid);

    timeout = (int) job->conf->stop_timeout * 1000;
    left = vz_job_left(job) - VZ_LXC_RESERVE;
    timeout = timeout < left ? timeout : left;
    timeout = how == VZ_STOP_KILL ? 0 : timeout > 1 ? timeout : 1;

    if (running && timeout) {
        vz_job_progress(job, 10, "asking it to shut down");
    }

    rc = vz_lxc_power_halt(job->conf, ct, timeout, &done->killed, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    done->already = !running;
    done->killed = running && done->killed;

    return VZ_OK;
}


int
vz_lxc_power_ask(const vz_config_t *conf, const vz_ct_t *ct)
{
    vz_ct_state_t  run;

    /* also tell a monitor that is about to start it again */

    if (ct->onboot || vz_ct_state_alive(ct, &run)) {
        (void) vz_ct_stopping_set(conf, ct->ctid);
    }

    if (!vz_ct_state_alive(ct, &run)) {
        return 0;
    }

    (void) vz_process_kill(&run.init, run.halt);

    return 1;
}


vz_code_e
vz_lxc_power_halt(const vz_config_t *conf, const vz_ct_t *ct, int timeout,
    unsigned *killed, char *words)
{
    vz_ct_state_t  run;

    *killed = !vz_ct_state_alive(ct, &run)
              && vz_cgroup_end_busy(conf, ct->ctid);

    /*
     * With this note a guest that reboots instead is not started again. Where
     * its init has just ended, it may be about to.
     */

    if (vz_ct_state_read(ct, &run) == 0
        && vz_ct_stopping_set(conf, ct->ctid) == -1)
    {
        vz_log(LOG_WARNING, "%s: container %u may reboot while it is stopped: "
               "%s", conf->run_dir, ct->ctid, strerror(errno));
    }

    if (vz_ct_state_alive(ct, &run)) {
        if (!vz_lxc_shutdown(ct, timeout)) {
            *killed = 1;

            (void) vz_ct_state_read(ct, &run);
            (void) vz_process_kill(&run.init, SIGKILL);
            vz_cgroup_thaw(&run);

            if (!vz_process_wait(&run.init, VZ_LXC_KILLED)) {
                snprintf(words, VZ_WORDS_MAX, "its init can't be killed");
                return VZ_FAILED;
            }
        }
    }

    return vz_lxc_power_clean(conf, ct, words) == -1 ? VZ_FAILED : VZ_OK;
}


/*
 * Ask init to shut down, again and again: a request may be lost while init is
 * young. Returns 1 when it has ended by itself.
 */

static int
vz_lxc_shutdown(const vz_ct_t *ct, int timeout)
{
    int            slice;
    int64_t        end;
    vz_ct_state_t  run;

    end = vz_monotonic_msec() + timeout;

    while (vz_ct_state_alive(ct, &run)) {
        timeout = (int) (end - vz_monotonic_msec());

        if (timeout <= 0) {
            return 0;
        }

        if (run.init.pid == 0) {

            /* the guest is between two boots: the hook will see the note */

            (void) vz_process_wait(&run.monitor, timeout < 50 ? timeout : 50);
            continue;
        }

        slice = vz_process_age(&run.init) < VZ_LXC_YOUNG ? VZ_LXC_SLICE_Y
                                                         : VZ_LXC_SLICE;

        (void) vz_process_kill(&run.init, run.halt);
        (void) vz_process_wait(&run.init, timeout < slice ? timeout : slice);
    }

    return 1;
}


/*
 * The monitor unmounts and removes everything itself. Where it was killed,
 * that is done here.
 */

int
vz_lxc_power_clean(const vz_config_t *conf, const vz_ct_t *ct, char *words)
{
    int            known;
    vz_ct_state_t  run;

    vz_lxc_monitor_forsaken(conf, ct);
    known = vz_ct_state_read(ct, &run) == 0;

    if (known && !vz_process_wait(&run.monitor, VZ_LXC_MONITOR)) {
        (void) vz_process_kill(&run.monitor, SIGKILL);
        (void) vz_process_wait(&run.monitor, VZ_LXC_KILLED);
    }

    /* a killed monitor leaves more than mounts */

    (void) vz_cgroup_end_remove(conf, ct->ctid);

    if (vz_cgroup_end_busy(conf, ct->ctid)) {
        snprintf(words, VZ_WORDS_MAX, "container %u: its processes can't be "
                 "killed", ct->ctid);
        return -1;
    }

    if (known) {
        vz_ct_limits_together(&run, 1);
    }

    if (vz_ct_state_read(ct, &run) == 0 && vz_ct_net_stop(conf, ct,
                                                          words) == -1) {
        return -1;
    }

    if (vz_mount_drop(ct) == -1 || vz_ct_store_forget(ct, "run") == -1) {
        snprintf(words, VZ_WORDS_MAX, "container %u: %s", ct->ctid,
                 strerror(errno));
        return -1;
    }

    return 0;
}


void
vz_lxc_power_unlock(const vz_config_t *conf, const vz_ct_t *ct)
{
    char  path[PATH_MAX];

    if (ct != NULL) {
        if (snprintf(path, sizeof(path), VZ_LXC_LOCKS "%s/ct/.%u",
                     conf->lxc_path, ct->ctid) < (int) sizeof(path))
        {
            (void) unlink(path);
        }

        return;
    }

    if (snprintf(path, sizeof(path), VZ_LXC_LOCKS "%s/ct", conf->lxc_path)
        >= (int) sizeof(path))
    {
        return;
    }

    while (strlen(path) > strlen(VZ_LXC_LOCKS) && rmdir(path) == 0) {
        *strrchr(path, '/') = '\0';
    }
}
