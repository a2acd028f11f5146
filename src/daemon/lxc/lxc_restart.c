#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>
#include "daemon/base/file.h"
#include "daemon/base/log.h"
#include "daemon/base/run_folder.h"
#include "daemon/ct/ct_stopping.h"
#include "daemon/lxc/lxc_restart.h"


#define VZ_LXC_RESTART_FOLDER  "again"
#define VZ_LXC_RESTART_MOST    10   /* starts in a row */
#define VZ_LXC_RESTART_SLOW    60   /* seconds between two of them, at most */
#define VZ_LXC_RESTART_CALM    600  /* seconds of running that end a row */

#define VZ_LXC_RESTART_GONE    " (deleted)"  /* proc(5): replaced */


typedef struct {
    unsigned    tries;              /* starts in a row, with the next one */
    int64_t     at;                 /* seconds of CLOCK_BOOTTIME, when it
                                       ended last */
    int         status;             /* the status that liblxc reports */
} vz_lxc_restart_t;


static int vz_lxc_restart_signal(int status);
static int vz_lxc_restart_read(const vz_config_t *conf, uint32_t ctid,
    vz_lxc_restart_t *again);
static int vz_lxc_restart_write(const vz_config_t *conf, uint32_t ctid,
    const vz_lxc_restart_t *again);
static void vz_lxc_restart_say(uint32_t ctid, const vz_lxc_restart_t *again,
    unsigned delay);
static int64_t vz_lxc_restart_now(void);


int
vz_lxc_restart_due(const vz_config_t *conf, const vz_ct_t *ct, int status)
{
    int               signo;
    int64_t           now;
    vz_lxc_restart_t  again;

    /*
     * reboot(2) inside ends init with SIGINT or SIGHUP; SIGHUP is a reboot,
     * and it is due where the guest did not come back.
     */

    signo = vz_lxc_restart_signal(status);

    if (status == 0 || signo == SIGINT || vz_ct_stopping(conf, ct->ctid)) {
        return 0;
    }

    now = vz_lxc_restart_now();

    if (vz_lxc_restart_read(conf, ct->ctid, &again) == -1
        || now - again.at > VZ_LXC_RESTART_CALM)
    {
        again.tries = 0;
    }

    again.tries++;
    again.at = now;
    again.status = status;

    /* after a failed reboot the file still names us */

    (void) vz_ct_store_forget(ct, "run");

    return vz_lxc_restart_write(conf, ct->ctid, &again) == 0;
}


/*
 * The signal that ended it, or 0. liblxc reports it like wait(2) reports one
 * that stops.
 */

static int
vz_lxc_restart_signal(int status)
{
    return status == VZ_LXC_RESTART_BROKE ? 0
           : WIFSTOPPED(status) ? WSTOPSIG(status)
           : WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}


void
vz_lxc_restart_exec(const vz_config_t *conf, const vz_ct_t *ct)
{
    char     program[PATH_MAX], ctid[16], *end;
    ssize_t  n;

    n = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (n <= 0) {
        return;
    }

    program[n] = '\0';

    /* an upgrade has replaced the program */

    end = program + n - strlen(VZ_LXC_RESTART_GONE);

    if (end > program && strcmp(end, VZ_LXC_RESTART_GONE) == 0) {
        *end = '\0';
    }

    snprintf(ctid, sizeof(ctid), "%u", ct->ctid);

    (void) execl(program, "virtual-server", "--config", conf->path, "--again",
                 ctid, (char *) NULL);
}


int
vz_lxc_restart_next(const vz_config_t *conf, uint32_t ctid, unsigned failed,
    unsigned *delay)
{
    vz_lxc_restart_t  again;

    if (vz_lxc_restart_read(conf, ctid, &again) == -1) {
        return 0;
    }

    if (failed) {
        again.tries++;
        again.at = vz_lxc_restart_now();

        if (vz_lxc_restart_write(conf, ctid, &again) == -1) {
            return 0;
        }
    }

    if (again.tries > VZ_LXC_RESTART_MOST) {
        vz_log(LOG_ERR, "container %u: its init has ended %u times in a row "
               "and is not started again; look at its log inside, then start "
               "it", ctid, again.tries);
        return -1;
    }

    *delay = again.tries > 6 ? VZ_LXC_RESTART_SLOW : 1U << (again.tries - 1);
    vz_lxc_restart_say(ctid, &again, *delay);

    return 1;
}


static void
vz_lxc_restart_say(uint32_t ctid, const vz_lxc_restart_t *again,
                   unsigned delay)
{
    int   signo;
    char  how[64];

    signo = vz_lxc_restart_signal(again->status);

    if (again->status == VZ_LXC_RESTART_BROKE || signo == SIGHUP) {
        snprintf(how, sizeof(how), "did not come back from its reboot");

    } else if (signo) {
        snprintf(how, sizeof(how), "was killed by signal %d%s", signo,
                 signo == SIGKILL ? ", as when its memory is used up" : "");

    } else {
        snprintf(how, sizeof(how), "ended with status %d",
                 WEXITSTATUS(again->status));
    }

    vz_log(LOG_WARNING, "container %u: its init %s; it is started again in "
           "%u s, %u of %u", ctid, how, delay, again->tries,
           VZ_LXC_RESTART_MOST);
}


unsigned
vz_lxc_restart_tries(const vz_config_t *conf, uint32_t ctid)
{
    vz_lxc_restart_t  again;

    return vz_lxc_restart_read(conf, ctid, &again) == 0
           && vz_lxc_restart_now() - again.at <= VZ_LXC_RESTART_CALM
           ? again.tries : 0;
}


void
vz_lxc_restart_forget(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX], name[16];

    snprintf(name, sizeof(name), "%u", ctid);

    if (vz_run_folder_path(conf, VZ_LXC_RESTART_FOLDER, name, path) == 0) {
        (void) vz_file_forget(path);
    }
}


static int
vz_lxc_restart_read(const vz_config_t *conf, uint32_t ctid,
                    vz_lxc_restart_t *again)
{
    char  path[PATH_MAX], name[16], text[64];

    snprintf(name, sizeof(name), "%u", ctid);

    return vz_run_folder_path(conf, VZ_LXC_RESTART_FOLDER, name, path) == 0
           && vz_file_read(path, text, sizeof(text)) > 0
           && sscanf(text, "%u %" SCNd64 " %d", &again->tries, &again->at,
                     &again->status) == 3
           && again->tries > 0
           ? 0 : -1;
}


static int
vz_lxc_restart_write(const vz_config_t *conf, uint32_t ctid,
    const vz_lxc_restart_t *again)
{
    int   n;
    char  path[PATH_MAX], name[16], text[64];

    snprintf(name, sizeof(name), "%u", ctid);
    n = snprintf(text, sizeof(text), "%u %" PRId64 " %d\n", again->tries,
                 again->at, again->status);

    return vz_run_folder_make(conf, VZ_LXC_RESTART_FOLDER, name, path) == 0
           ? vz_file_replace(path, text, (size_t) n) : -1;
}


static int64_t
vz_lxc_restart_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_BOOTTIME, &ts);

    return ts.tv_sec;
}
