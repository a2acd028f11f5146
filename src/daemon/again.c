#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>
#include "again.h"
#include "file.h"
#include "log.h"
#include "runtime.h"
#include "stopping.h"


#define VZ_AGAIN_FOLDER  "again"
#define VZ_AGAIN_MOST    10         /* starts in a row */
#define VZ_AGAIN_SLOW    60         /* s between two of them, at most */
#define VZ_AGAIN_CALM    600        /* s of running that end a row */

#define VZ_AGAIN_GONE    " (deleted)"   /* proc(5), of a replaced program */


typedef struct {
    unsigned    tries;              /* in a row, this one is among them */
    int64_t     at;                 /* s of CLOCK_BOOTTIME, of the last end */
    int         status;             /* as liblxc tells it */
} vz_again_t;


static int vz_again_signal(int status);
static int vz_again_read(const vz_config_t *conf, uint32_t ctid,
    vz_again_t *again);
static int vz_again_write(const vz_config_t *conf, uint32_t ctid,
    const vz_again_t *again);
static void vz_again_say(uint32_t ctid, const vz_again_t *again,
    unsigned delay);
static int64_t vz_again_now(void);


int
vz_again_due(const vz_config_t *conf, const vz_ct_t *ct, int status)
{
    int         signo;
    int64_t     now;
    vz_again_t  again;

    /*
     * reboot(2) in its namespace ends init by SIGINT, or by SIGHUP: that is
     * the last which was heard of it where it did not come back.
     */

    signo = vz_again_signal(status);

    if (status == 0 || signo == SIGINT || vz_stopping(conf, ct->ctid)) {
        return 0;
    }

    now = vz_again_now();

    if (vz_again_read(conf, ct->ctid, &again) == -1
        || now - again.at > VZ_AGAIN_CALM)
    {
        again.tries = 0;
    }

    again.tries++;
    again.at = now;
    again.status = status;

    /* where a reboot has failed it still names us */

    (void) vz_store_forget(ct, "run");

    return vz_again_write(conf, ct->ctid, &again) == 0;
}


/* liblxc tells a signal as wait(2) does of one that stops; 0: it exited */

static int
vz_again_signal(int status)
{
    return status == VZ_AGAIN_BROKE ? 0
           : WIFSTOPPED(status) ? WSTOPSIG(status)
           : WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}


void
vz_again_exec(const vz_config_t *conf, const vz_ct_t *ct)
{
    char     program[PATH_MAX], ctid[16], *end;
    ssize_t  n;

    n = readlink("/proc/self/exe", program, sizeof(program) - 1);
    if (n <= 0) {
        return;
    }

    program[n] = '\0';

    /* an upgrade has put another one in its place */

    end = program + n - strlen(VZ_AGAIN_GONE);

    if (end > program && strcmp(end, VZ_AGAIN_GONE) == 0) {
        *end = '\0';
    }

    snprintf(ctid, sizeof(ctid), "%u", ct->ctid);

    (void) execl(program, "virtual-server", "--config", conf->path, "--again",
                 ctid, (char *) NULL);
}


int
vz_again_next(const vz_config_t *conf, uint32_t ctid, unsigned failed,
    unsigned *delay)
{
    vz_again_t  again;

    if (vz_again_read(conf, ctid, &again) == -1) {
        return 0;
    }

    if (failed) {
        again.tries++;
        again.at = vz_again_now();

        if (vz_again_write(conf, ctid, &again) == -1) {
            return 0;
        }
    }

    if (again.tries > VZ_AGAIN_MOST) {
        vz_log(LOG_ERR, "container %u: its init has ended %u times in a row "
               "and is not started again; look at its log inside, then start "
               "it", ctid, again.tries);
        return -1;
    }

    *delay = again.tries > 6 ? VZ_AGAIN_SLOW : 1U << (again.tries - 1);
    vz_again_say(ctid, &again, *delay);

    return 1;
}


static void
vz_again_say(uint32_t ctid, const vz_again_t *again, unsigned delay)
{
    int   signo;
    char  how[64];

    signo = vz_again_signal(again->status);

    if (again->status == VZ_AGAIN_BROKE || signo == SIGHUP) {
        snprintf(how, sizeof(how), "did not come back from its reboot");

    } else if (signo) {
        snprintf(how, sizeof(how), "was killed by signal %d%s", signo,
                 signo == SIGKILL ? ", as where its memory is used up" : "");

    } else {
        snprintf(how, sizeof(how), "ended with status %d",
                 WEXITSTATUS(again->status));
    }

    vz_log(LOG_WARNING, "container %u: its init %s; it is started again in "
           "%u s, %u of %u", ctid, how, delay, again->tries, VZ_AGAIN_MOST);
}


unsigned
vz_again_tries(const vz_config_t *conf, uint32_t ctid)
{
    vz_again_t  again;

    return vz_again_read(conf, ctid, &again) == 0
           && vz_again_now() - again.at <= VZ_AGAIN_CALM ? again.tries : 0;
}


void
vz_again_forget(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX], name[16];

    snprintf(name, sizeof(name), "%u", ctid);

    if (vz_runtime_path(conf, VZ_AGAIN_FOLDER, name, path) == 0) {
        (void) vz_file_forget(path);
    }
}


static int
vz_again_read(const vz_config_t *conf, uint32_t ctid, vz_again_t *again)
{
    char  path[PATH_MAX], name[16], text[64];

    snprintf(name, sizeof(name), "%u", ctid);

    return vz_runtime_path(conf, VZ_AGAIN_FOLDER, name, path) == 0
           && vz_file_read(path, text, sizeof(text)) > 0
           && sscanf(text, "%u %" SCNd64 " %d", &again->tries, &again->at,
                     &again->status) == 3
           && again->tries > 0
           ? 0 : -1;
}


static int
vz_again_write(const vz_config_t *conf, uint32_t ctid,
    const vz_again_t *again)
{
    int   n;
    char  path[PATH_MAX], name[16], text[64];

    snprintf(name, sizeof(name), "%u", ctid);
    n = snprintf(text, sizeof(text), "%u %" PRId64 " %d\n", again->tries,
                 again->at, again->status);

    return vz_runtime_make(conf, VZ_AGAIN_FOLDER, name, path) == 0
           ? vz_file_replace(path, text, (size_t) n) : -1;
}


static int64_t
vz_again_now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_BOOTTIME, &ts);

    return ts.tv_sec;
}
