#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/log.h"
#include "daemon/base/monotonic.h"
#include "daemon/ct/ct_stopping.h"
#include "daemon/lxc/lxc_restart.h"
#include "daemon/server/boot.h"
#include "daemon/server/dispatch.h"
#include "daemon/server/driver_pick.h"
#include "daemon/server/verb_life.h"


#define VZ_BOOT_AT_ONCE  4
#define VZ_BOOT_WAIT     30000      /* ms to wait for the lock of a
                                       container */
#define VZ_BOOT_TRIES    3          /* tries of a start that timed out */


typedef struct {
    uint32_t   *ctids;
    size_t      n;
    size_t      room;
} vz_boot_t;


static int vz_boot_add(uint32_t ctid, void *data);
static int vz_boot_order(const void *one, const void *two);
static int vz_boot_all(const vz_dispatch_host_t *host, const vz_boot_t *boot);
static int vz_boot_end(void);
static vz_code_e vz_boot_open(const vz_config_t *conf,
    vz_dispatch_host_t *host, char *words);
static vz_code_e vz_boot_one(const vz_dispatch_host_t *host, uint32_t ctid,
    const char *who);


int
vz_boot(const vz_config_t *conf)
{
    int                 failed;
    char                words[VZ_WORDS_MAX];
    vz_boot_t           boot;
    vz_dispatch_host_t  host;

    if (vz_boot_open(conf, &host, words) != VZ_OK) {
        vz_log(LOG_ERR, "boot: %s", words);
        return -1;
    }

    if (host.driver->boot == NULL) {
        vz_log(LOG_NOTICE, "boot: with %s the node's own scripts start the "
               "containers", host.driver->name);
        return 0;
    }

    (void) memset(&boot, 0, sizeof(boot));

    if (host.driver->wanted(conf, vz_boot_add, &boot) != 0) {
        vz_log(LOG_ERR, "boot: %s", strerror(errno));
        free(boot.ctids);
        return -1;
    }

    if (boot.n) {
        qsort(boot.ctids, boot.n, sizeof(uint32_t), vz_boot_order);
    }

    failed = vz_boot_all(&host, &boot);

    vz_log(LOG_NOTICE, "boot: %zu wanted to run, %d of them failed", boot.n,
           failed);
    free(boot.ctids);

    return failed;
}


static vz_code_e
vz_boot_open(const vz_config_t *conf, vz_dispatch_host_t *host, char *words)
{
    words[0] = '\0';
    host->conf = conf;
    host->driver = vz_driver_pick(conf, words);
    host->opened = 0;

    if (host->driver == NULL) {
        return VZ_UNSUPPORTED;
    }

    return host->driver->boot ? vz_dispatch_open(host, words) : VZ_OK;
}


static int
vz_boot_add(uint32_t ctid, void *data)
{
    uint32_t   *ctids;
    vz_boot_t  *boot;

    boot = data;

    if (boot->n == boot->room) {
        boot->room = boot->room ? 2 * boot->room : 64;

        ctids = reallocarray(boot->ctids, boot->room, sizeof(uint32_t));
        if (ctids == NULL) {
            return -1;
        }

        boot->ctids = ctids;
    }

    boot->ctids[boot->n++] = ctid;

    return 0;
}


static int
vz_boot_order(const void *one, const void *two)
{
    const uint32_t  *a, *b;

    a = one;
    b = two;

    return (*a > *b) - (*a < *b);
}


static int
vz_boot_all(const vz_dispatch_host_t *host, const vz_boot_t *boot)
{
    int       failed;
    pid_t     pid;
    size_t    i;
    unsigned  busy;

    failed = 0;
    busy = 0;

    for (i = 0; i < boot->n; i++) {

        if (busy == VZ_BOOT_AT_ONCE) {
            failed += vz_boot_end();
            busy--;
        }

        pid = fork();

        if (pid == 0) {
            _exit(vz_boot_one(host, boot->ctids[i], "boot") != VZ_OK);
        }

        if (pid == -1) {
            vz_log(LOG_ERR, "boot: start %u: fork: %s", boot->ctids[i],
                   strerror(errno));
            failed++;

        } else {
            busy++;
        }
    }

    while (busy--) {
        failed += vz_boot_end();
    }

    return failed;
}


/* Wait for a child. Returns 1 where it did not start its container. */
static int
vz_boot_end(void)
{
    int    status;
    pid_t  pid;

    do {
        pid = wait(&status);
    } while (pid == -1 && errno == EINTR);

    return pid == -1 || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}


int
vz_boot_again(const vz_config_t *conf, uint32_t ctid)
{
    int                 rc;
    char                words[VZ_WORDS_MAX];
    unsigned            delay, waited;
    vz_code_e           code;
    vz_dispatch_host_t  host;

    code = VZ_OK;

    while ((rc = vz_lxc_restart_next(conf, ctid, code != VZ_OK,
                                     &delay)) == 1) {

        for (waited = 0; waited < delay; waited++) {
            (void) sleep(1);

            if (vz_ct_stopping(conf, ctid)) {
                return 0;
            }
        }

        code = vz_boot_open(conf, &host, words);

        if (code != VZ_OK) {
            vz_log(LOG_ERR, "again: start %u: %s", ctid, words);
            continue;
        }

        code = host.driver->boot
               ? vz_boot_one(&host, ctid, "again")
               : VZ_NOENT;

        if (code == VZ_NOENT) {
            vz_lxc_restart_forget(conf, ctid);
        }

        if (code == VZ_OK) {
            return 0;
        }
    }

    return rc;
}


/*
 * A node that has just booted is slow: a start that timed out is tried again.
 */
static vz_code_e
vz_boot_one(const vz_dispatch_host_t *host, uint32_t ctid, const char *who)
{
    int            n;
    char           line[VZ_LINE_MAX];
    long           start;
    unsigned       tries;
    vz_job_t       job;
    vz_code_e      code;
    vz_request_t   req;

    n = snprintf(line, sizeof(line), "start %u", ctid);
    tries = 0;

    do {
        vz_job_init(&job, host->conf, -1);
        job.driver = host->driver;
        job.gone = 1;               /* there is no client */

        start = vz_monotonic_msec();
        code = vz_verb_parse(line, (size_t) n, &req, job.words);

        if (code == VZ_OK) {
            job.req = &req;
            code = vz_dispatch_as(NULL, &job, vz_verb_life_boot,
                                  VZ_BOOT_WAIT);
        }

        vz_dispatch_log(who, &job, code, vz_monotonic_msec() - start);

    } while (code == VZ_TIMEOUT && ++tries < VZ_BOOT_TRIES);

    return code;
}
