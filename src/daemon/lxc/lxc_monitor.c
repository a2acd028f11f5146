#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <lxc/lxccontainer.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "daemon/base/file.h"
#include "daemon/base/monotonic.h"
#include "daemon/base/run_folder.h"
#include "daemon/cgroup/userns.h"
#include "daemon/lxc/lxc_monitor.h"
#include "daemon/lxc/lxc_restart.h"


#define VZ_LXC_MONITOR_LOOK     20   /* ms between two checks of a start */
#define VZ_LXC_MONITOR_PROMISE  100  /* ms that a promise may be on its way */
#define VZ_LXC_MONITOR_KILLED   10000  /* ms until a killed monitor is gone */

#define VZ_LXC_MONITOR_FOLDER   "monitor"


typedef int (*vz_lxc_monitor_log_pt)(struct lxc_log *log);
typedef struct lxc_container *(*vz_lxc_monitor_new_pt)(const char *name,
    const char *path);


static void vz_lxc_monitor_run(const vz_config_t *conf, const vz_ct_t *ct,
    int promise) __attribute__((noreturn));
static int vz_lxc_monitor_note(const vz_config_t *conf, uint32_t ctid);
static void vz_lxc_monitor_kill(const vz_process_t *process);
static int vz_lxc_monitor_alone(int promise);
static struct lxc_container *vz_lxc_monitor_container(const vz_config_t *conf,
    const vz_ct_t *ct);
static int vz_lxc_monitor_share(const vz_ct_t *ct, struct lxc_container *c);


int
vz_lxc_monitor_start(const vz_config_t *conf, const vz_ct_t *ct,
    vz_lxc_monitor_t *monitor)
{
    int    up[2], promise[2];
    pid_t  pid, child;

    if (pipe2(up, O_CLOEXEC) == -1) {
        return -1;
    }

    if (pipe2(promise, O_CLOEXEC) == -1) {
        close(up[0]);
        close(up[1]);
        return -1;
    }

    child = fork();

    if (child == 0) {

        /*
         * the monitor becomes a child of init, which reaps it: we may end
         * before it does
         */

        pid = fork();

        if (pid == 0) {
            close(up[0]);
            close(promise[1]);
            pid = getpid();

            if (setsid() == -1
                || vz_lxc_monitor_note(conf, ct->ctid) == -1
                || write(up[1], &pid, sizeof(pid)) != sizeof(pid))
            {
                _exit(1);
            }

            vz_lxc_monitor_run(conf, ct, promise[0]);
        }

        _exit(pid == -1);
    }

    close(up[1]);
    close(promise[0]);

    while (child != -1 && waitpid(child, NULL, 0) == -1 && errno == EINTR) {
        /* void */
    }

    monitor->promise = promise[1];
    monitor->process.pid = 0;

    if (child == -1 || read(up[0], &pid, sizeof(pid)) != sizeof(pid)) {
        close(promise[1]);
        close(up[0]);
        errno = EAGAIN;
        return -1;
    }

    /* where it has ended already, the caller's wait notices that */

    (void) vz_process_of(pid, &monitor->process);
    close(up[0]);

    return 0;
}


vz_code_e
vz_lxc_monitor_wait(const vz_ct_t *ct, const vz_lxc_monitor_t *monitor, int ms,
    vz_ct_state_t *run)
{
    int64_t  end;

    end = vz_monotonic_msec() + ms;

    do {
        if (vz_process_wait(&monitor->process, VZ_LXC_MONITOR_LOOK)) {
            return VZ_FAILED;
        }

        /*
         * the hook writes the file, naming this monitor, before init is
         * executed
         */

        if (vz_ct_state_read(ct, run) == 0
            && run->monitor.pid == monitor->process.pid
            && run->monitor.start == monitor->process.start
            && run->init.pid != 0
            && vz_process_executed(&run->init))
        {
            return VZ_OK;
        }

    } while (vz_monotonic_msec() < end);

    return VZ_TIMEOUT;
}


void
vz_lxc_monitor_keep(vz_lxc_monitor_t *monitor)
{
    ssize_t  n;

    do {
        n = write(monitor->promise, "", 1);
    } while (n == -1 && errno == EINTR);

    close(monitor->promise);
}


void
vz_lxc_monitor_end(vz_lxc_monitor_t *monitor)
{
    close(monitor->promise);

    if (vz_process_alive(&monitor->process)) {
        vz_lxc_monitor_kill(&monitor->process);
    }
}


/*
 * Kill the monitor's process group: its hooks and the programs of liblxc are
 * in it.
 */

static void
vz_lxc_monitor_kill(const vz_process_t *process)
{
    (void) kill(-process->pid, SIGKILL);
    (void) vz_process_kill(process, SIGKILL);
    (void) vz_process_wait(process, VZ_LXC_MONITOR_KILLED);
}


/*
 * The monitor notes itself before it does anything, because its starter may be
 * gone by then.
 */

static int
vz_lxc_monitor_note(const vz_config_t *conf, uint32_t ctid)
{
    int           n;
    char          path[PATH_MAX], name[16], text[64];
    vz_process_t  self;

    (void) snprintf(name, sizeof(name), "%u", ctid);

    if (vz_process_of(getpid(), &self) == -1
        || vz_run_folder_make(conf, VZ_LXC_MONITOR_FOLDER, name, path) == -1)
    {
        return -1;
    }

    n = snprintf(text, sizeof(text), "%d %" PRIu64 "\n", (int) self.pid,
                 self.start);

    return vz_file_replace(path, text, n);
}


/* A monitor that starts its container again takes the place of a caller. */

void
vz_lxc_monitor_forsaken(const vz_config_t *conf, const vz_ct_t *ct)
{
    char           path[PATH_MAX], name[16], text[64];
    vz_ct_state_t  run;
    vz_process_t   process;

    (void) snprintf(name, sizeof(name), "%u", ct->ctid);

    if (vz_run_folder_path(conf, VZ_LXC_MONITOR_FOLDER, name, path) == -1
        || vz_file_read(path, text, sizeof(text)) <= 0
        || sscanf(text, "%d %" SCNu64, &process.pid, &process.start) != 2
        || process.pid == getpid()
        || !vz_process_alive(&process))
    {
        return;
    }

    if (vz_ct_state_read(ct, &run) == -1
        || run.monitor.pid != process.pid
        || run.monitor.start != process.start)
    {
        vz_lxc_monitor_kill(&process);
    }
}


static void
vz_lxc_monitor_run(const vz_config_t *conf, const vz_ct_t *ct, int promise)
{
    int                    ok;
    char                   byte;
    struct pollfd          event;
    struct lxc_container  *c;

    promise = vz_lxc_monitor_alone(promise);

    if (promise == -1 || (c = vz_lxc_monitor_container(conf, ct)) == NULL) {
        _exit(1);
    }

    if (vz_lxc_monitor_share(ct, c) == -1) {
        _exit(1);
    }

    (void) prctl(PR_SET_NAME, "vz-monitor");

    /* liblxc carries out reboots from inside in this call */

    ok = c->want_daemonize(c, false)
         && c->want_close_all_fds(c, false)
         && c->start(c, 0, NULL);

    /* our end tells the waiting caller of a failure */

    event.fd = promise;
    event.events = POLLIN;

    if (poll(&event, 1, VZ_LXC_MONITOR_PROMISE) == 1
        && read(promise, &byte, 1) == 1
        && vz_lxc_restart_due(conf, ct,
                              ok ? c->error_num : VZ_LXC_RESTART_BROKE))
    {
        vz_lxc_restart_exec(conf, ct);
    }

    _exit(ok ? 0 : 1);
}


/*
 * Keep nothing of the caller: no connection, no lock. liblxc would close the
 * descriptors that we keep, so it is done here. Returns the promise's new
 * number, or -1.
 */

static int
vz_lxc_monitor_alone(int promise)
{
    int  null;

    null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null == -1 || dup2(null, 0) == -1 || dup2(null, 1) == -1
        || dup2(null, 2) == -1 || chdir("/") == -1)
    {
        return -1;
    }

    if (promise != 3) {
        if (dup3(promise, 3, O_CLOEXEC) == -1) {
            return -1;
        }
    }

    closefrom(4);

    /*
     * liblxc must not find newuidmap(1) on its path: it would insist on lines
     * for root in /etc/subuid. Our ranges lie above all that useradd(8)
     * assigns.
     */

    if (setenv("PATH", "/usr/sbin:/sbin", 1) == -1) {
        return -1;
    }

    umask(022);

    return 3;
}


/*
 * liblxc leaves threads, handlers and memory behind, in this process alone. It
 * is loaded only here: its libraries would be half of the daemon's start-up
 * time.
 */

static struct lxc_container *
vz_lxc_monitor_container(const vz_config_t *conf, const vz_ct_t *ct)
{
    char                   name[16], path[PATH_MAX], file[PATH_MAX];
    void                  *lxc;
    struct lxc_log         logging;
    vz_lxc_monitor_log_pt  log_init;
    vz_lxc_monitor_new_pt  container;

    if (vz_ct_store_path(ct, "lxc.log", file) == -1
        || snprintf(path, sizeof(path), "%s/ct", conf->lxc_path)
           >= (int) sizeof(path))
    {
        return NULL;
    }

    lxc = dlopen(VZ_LXC_LIBRARY, RTLD_NOW);
    log_init = lxc ? (vz_lxc_monitor_log_pt) dlsym(lxc, "lxc_log_init") : NULL;
    container = lxc ? (vz_lxc_monitor_new_pt) dlsym(lxc, "lxc_container_new")
                    : NULL;

    if (log_init == NULL || container == NULL) {
        snprintf(path, sizeof(path), "%s (package liblxc1)", dlerror());
        (void) vz_ct_store_file(ct, "reason", path, strlen(path));
        return NULL;
    }

    snprintf(name, sizeof(name), "%u", ct->ctid);

    memset(&logging, 0, sizeof(logging));
    logging.name = name;
    logging.lxcpath = path;
    logging.file = file;
    logging.level = "WARN";
    logging.prefix = "lxc";
    logging.quiet = true;
    (void) log_init(&logging);

    return container(name, path);
}


/* This is not in the file: it is for this process and its reboots. */

static int
vz_lxc_monitor_share(const vz_ct_t *ct, struct lxc_container *c)
{
    int   fd;
    char  text[64];

    fd = vz_userns_make(ct->idmap);

    if (fd == -1) {
        snprintf(text, sizeof(text), "its user namespace: %s",
                 strerror(errno));
        (void) vz_ct_store_file(ct, "reason", text, strlen(text));
        return -1;
    }

    snprintf(text, sizeof(text), "/proc/self/fd/%d", fd);

    return c->set_config_item(c, "lxc.namespace.share.user", text) ? 0 : -1;
}
