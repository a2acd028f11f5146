#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <lxc/attach_options.h>
#include <lxc/lxccontainer.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/base/monotonic.h"
#include "daemon/base/pass_fd.h"
#include "daemon/base/spawn.h"
#include "daemon/ct/ct_state.h"
#include "daemon/ct/ct_user_data.h"
#include "daemon/guest/guest_cloud.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_terminal.h"
#include "daemon/lxc/lxc_user_data.h"
#include "daemon/lxc/lxc_user_data_inside.h"
#include "daemon/rootfs/rootfs.h"


#define VZ_LXC_USER_DATA_SPAWN  5000    /* ms until it is on its own */
#define VZ_LXC_USER_DATA_NET    60000   /* ms to wait for a network */
#define VZ_LXC_USER_DATA_LOOK   200     /* ms between two looks at it */
#define VZ_LXC_USER_DATA_LOG    5000    /* ms until the output's file is
                                           there */
#define VZ_LXC_USER_DATA_GONE   3000    /* ms until an init that ended is */
#define VZ_LXC_USER_DATA_GRACE  120     /* seconds beside those of the script,
                                           after which whatever hangs ends */


typedef struct {
    const char  *data;
    size_t       len;
} vz_lxc_user_data_seed_t;


static vz_code_e vz_lxc_user_data_seed(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static int vz_lxc_user_data_still(const vz_config_t *conf,
    const vz_ct_t *ct);
static int vz_lxc_user_data_alone(void);
static void vz_lxc_user_data_net(const vz_ct_t *ct, const vz_process_t *init);
static int vz_lxc_user_data_route(const vz_process_t *init);
static void vz_lxc_user_data_watch(const vz_config_t *conf,
    const vz_process_t *init, const vz_ct_t *ct, vz_lxc_user_data_t *inside,
    vz_user_data_t *stat);
static int vz_lxc_user_data_wait(pid_t child, int64_t end);
static void vz_lxc_user_data_text(int log, char *text);
static size_t vz_lxc_user_data_clean(char *text, size_t len);


vz_code_e
vz_lxc_user_data_set(vz_job_t *job, const char *data, size_t len)
{
    int                      rc;
    char                     words[VZ_WORDS_MAX];
    vz_ct_t                  ct;
    vz_code_e                code;
    vz_lxc_user_data_seed_t  seed;

    code = vz_lxc_record_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    if (ct.started) {
        return vz_job_end(job, VZ_STATE, "it was started already: user data "
                          "are for a first start");
    }

    if (vz_guest_cloud_is(data, len)) {
        seed.data = data;
        seed.len = len;
        code = vz_rootfs_enter(job, &ct, 1, vz_lxc_user_data_seed, &seed,
                               words);

        if (code != VZ_OK) {
            return vz_job_end(job, code, "%s", words);
        }

        data = vz_guest_cloud_script;
        len = strlen(data);

    } else if (len < 2 || memcmp(data, "#!", 2) != 0) {
        return vz_job_end(job, VZ_RANGE, "user data begin with #! or with "
                          VZ_GUEST_CLOUD_HEAD);
    }

    rc = vz_ct_user_data_keep(&ct, data, len);

    return rc == 0 ? VZ_OK
           : vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                        "user data: %s", strerror(errno));
}


static vz_code_e
vz_lxc_user_data_seed(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    const vz_lxc_user_data_seed_t  *seed;

    (void) raw;
    seed = data;

    if (!vz_guest_cloud_there(root)) {
        snprintf(words, VZ_WORDS_MAX, "this system has no cloud-init: use a "
                 "script");
        return VZ_UNSUPPORTED;
    }

    if (vz_guest_cloud_seed(root, ct, seed->data, seed->len) == 0) {
        return VZ_OK;
    }

    snprintf(words, VZ_WORDS_MAX, "/var/lib/cloud/seed: %s", strerror(errno));

    return errno == ENOSPC || errno == EDQUOT ? VZ_NOSPACE : VZ_FAILED;
}


vz_code_e
vz_lxc_user_data_stat(vz_job_t *job, vz_user_data_t *stat)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);

    if (rc == VZ_OK && vz_ct_user_data_read(&ct, stat) == -1) {
        rc = vz_job_end(job, VZ_INTERNAL, "what came of its user data can't "
                        "be read: %s", strerror(errno));
    }

    return rc;
}


void
vz_lxc_user_data_begin(const vz_config_t *conf, const vz_ct_t *ct)
{
    char         ctid[16];
    vz_spawn_t   run;

    const char  *argv[] = {
        "/proc/self/exe", "--config", conf->path, "--user-data", ctid, NULL
    };

    /* a rescue system is not what they are for: they wait until it is left */

    if (ct->rescue[0] || !vz_ct_user_data_waits(ct)) {
        return;
    }

    snprintf(ctid, sizeof(ctid), "%u", ct->ctid);
    memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.timeout = VZ_LXC_USER_DATA_SPAWN;

    if (vz_spawn(&run) != VZ_OK) {
        vz_log(LOG_WARNING, "container %u: its user data wait for the next "
               "start: the process that runs them ended with %d", ct->ctid,
               run.status);
    }
}


int
vz_lxc_user_data_run(const vz_config_t *conf, uint32_t ctid)
{
    char                 name[32], holder[VZ_LOCK_HOLDER];
    ssize_t              len;
    vz_ct_t              ct;
    vz_lock_t            lock;
    vz_ct_state_t        run;
    vz_user_data_t       stat;
    vz_lxc_user_data_t   inside;
    static char          data[VZ_USER_DATA_MAX + 1];

    if (vz_lxc_user_data_alone() == -1) {
        return -1;
    }

    (void) alarm(VZ_LXC_USER_DATA_NET / 1000 + conf->user_data_time
                 + VZ_LXC_USER_DATA_GRACE);

    snprintf(name, sizeof(name), "user-data-%u", ctid);

    if (vz_lock_take(conf, name, "user data", 0, &lock, holder) != VZ_OK
        || vz_ct_store_read(conf, ctid, &ct) != VZ_OK || ct.rescue[0]
        || !vz_ct_state_alive(&ct, &run) || run.init.pid == 0)
    {
        return -1;
    }

    vz_lxc_user_data_net(&ct, &run.init);

    if (!vz_process_alive(&run.init)) {
        return -1;
    }

    len = vz_ct_user_data_take(&ct, data);

    if (len <= 0) {
        vz_log(LOG_WARNING, "container %u: its user data can't be read: %s",
               ctid, strerror(errno));
        return -1;
    }

    memset(&stat, 0, sizeof(stat));
    memset(&inside, 0, sizeof(inside));
    inside.data = data;
    inside.len = (size_t) len;

    vz_lxc_user_data_watch(conf, &run.init, &ct, &inside, &stat);
    explicit_bzero(data, sizeof(data));

    if (!vz_lxc_user_data_still(conf, &ct)) {
        return -1;
    }

    if (vz_ct_user_data_write(&ct, &stat) == -1) {
        vz_log(LOG_WARNING, "container %u: what came of its user data: %s",
               ctid, strerror(errno));
    }

    vz_log(LOG_NOTICE, "container %u: its user data ended after %u s, state "
           "%d, status %u", ctid, stat.seconds, (int) stat.state, stat.status);

    return 0;
}


/* 1 while no other container has its number, nor it another system */

static int
vz_lxc_user_data_still(const vz_config_t *conf, const vz_ct_t *ct)
{
    vz_ct_t  now;

    return vz_ct_store_read(conf, ct->ctid, &now) == VZ_OK
           && strcmp(now.tag, ct->tag) == 0
           && now.created == ct->created && strcmp(now.image, ct->image) == 0;
}


/* whoever began this process waits no longer */

static int
vz_lxc_user_data_alone(void)
{
    switch (fork()) {

    case -1:
        return -1;

    case 0:
        break;

    default:
        _exit(0);
    }

    return setsid() == -1 ? -1 : 0;
}


/* a container without addresses has no network to wait for */

static void
vz_lxc_user_data_net(const vz_ct_t *ct, const vz_process_t *init)
{
    int64_t  end;

    end = vz_monotonic_msec() + VZ_LXC_USER_DATA_NET;

    while (ct->naddresses && vz_monotonic_msec() < end
           && !vz_lxc_user_data_route(init)
           && !vz_process_wait(init, VZ_LXC_USER_DATA_LOOK))
    {
        /* void */
    }
}


/* 1 where its network leads anywhere: the kernel says so, not the guest */

static int
vz_lxc_user_data_route(const vz_process_t *init)
{
    int       found;
    char      path[64], line[256], to[64], dev[32];
    FILE     *file;
    unsigned  i;

    static const struct {
        const char  *file;
        const char  *format;
        const char  *any;
    } tables[] = {
        { "route", "%31s %63s", "00000000" },
        { "ipv6_route", "%63s 00 %*s %*s %*s %*s %*s %*s %*s %31s",
          "00000000000000000000000000000000" }
    };

    found = 0;

    for (i = 0; i < sizeof(tables) / sizeof(tables[0]) && !found; i++) {
        snprintf(path, sizeof(path), "/proc/%d/net/%s", (int) init->pid,
                 tables[i].file);

        file = fopen(path, "re");

        while (file != NULL && !found
               && fgets(line, sizeof(line), file) != NULL)
        {
            found = sscanf(line, tables[i].format, i ? to : dev,
                           i ? dev : to) == 2
                    && strcmp(to, tables[i].any) == 0
                    && strcmp(dev, "lo") != 0;
        }

        if (file != NULL) {
            fclose(file);
        }
    }

    return found;
}


static void
vz_lxc_user_data_watch(const vz_config_t *conf, const vz_process_t *init,
    const vz_ct_t *ct, vz_lxc_user_data_t *inside, vz_user_data_t *stat)
{
    int                    log, status, pair[2];
    char                   words[VZ_WORDS_MAX];
    pid_t                  child;
    int64_t                start;
    struct lxc_container  *c;
    lxc_attach_options_t   options = LXC_ATTACH_OPTIONS_DEFAULT;

    static char  *env[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root", "USER=root", "LOGNAME=root", "LANG=C.UTF-8", NULL
    };

    stat->state = VZ_USER_DATA_STOPPED;
    start = vz_monotonic_msec();

    if (vz_lxc_terminal_container(conf, ct->ctid, &c, words) != VZ_OK
        || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
    {
        return;
    }

    inside->pair = pair[1];
    options.env_policy = LXC_ATTACH_CLEAR_ENV;
    options.extra_env_vars = env;
    options.initial_cwd = "/";

    if (c->attach(c, vz_lxc_user_data_inside, inside, &options, &child) != 0) {
        return;
    }

    close(pair[1]);
    log = vz_pass_fd_receive(pair[0], VZ_LXC_USER_DATA_LOG);
    close(pair[0]);

    status = vz_lxc_user_data_wait(child, start
                                   + (int64_t) conf->user_data_time * 1000);

    stat->seconds = (unsigned) ((vz_monotonic_msec() - start) / 1000);

    if (status == -1) {
        stat->state = VZ_USER_DATA_TIMEOUT;

    } else if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL
               || !vz_process_wait(init, VZ_LXC_USER_DATA_GONE))
    {
        /* what its init's end kills is reaped before init is gone */

        stat->state = VZ_USER_DATA_DONE;
        stat->status = WIFSIGNALED(status) ? 128U + (unsigned) WTERMSIG(status)
                                           : (unsigned) WEXITSTATUS(status);
    }

    vz_lxc_user_data_text(log, stat->text);
}


/*
 * Its status; -1 where it was killed at the end of its time, with all of its
 * session: what it left in others is the guest's, as what any of its programs
 * leaves.
 */

static int
vz_lxc_user_data_wait(pid_t child, int64_t end)
{
    int            status;
    int64_t        left;
    struct pollfd  pfd;

    pfd.fd = (int) syscall(SYS_pidfd_open, child, 0);
    pfd.events = POLLIN;
    pfd.revents = 0;

    for (left = end - vz_monotonic_msec();
         pfd.fd != -1 && left > 0;
         left = end - vz_monotonic_msec())
    {
        if (poll(&pfd, 1, (int) (left < 60000 ? left : 60000)) == 1) {
            break;
        }
    }

    if (pfd.revents == 0) {
        (void) kill(-child, SIGKILL);
        (void) kill(child, SIGKILL);
    }

    while (waitpid(child, &status, 0) == -1) {
        if (errno != EINTR) {
            return -1;
        }
    }

    return pfd.revents ? status : -1;
}


/* the first and the last of a file of the guest's, whatever it is */

static void
vz_lxc_user_data_text(int log, char *text)
{
    off_t        from;
    size_t       len;
    ssize_t      n;
    struct stat  st;

    text[0] = '\0';

    if (log == -1 || fstat(log, &st) == -1 || !S_ISREG(st.st_mode)) {
        return;
    }

    n = pread(log, text, VZ_USER_DATA_PART, 0);
    len = n > 0 ? vz_lxc_user_data_clean(text, (size_t) n) : 0;
    from = VZ_USER_DATA_PART;

    if (st.st_size > 2 * VZ_USER_DATA_PART) {
        from = st.st_size - VZ_USER_DATA_PART;
        len += (size_t) snprintf(text + len, VZ_USER_DATA_TEXT - len,
                                 "\n[%lld bytes]\n", (long long)
                                 (from - VZ_USER_DATA_PART));
    }

    n = pread(log, text + len, VZ_USER_DATA_PART, from);
    len += n > 0 ? vz_lxc_user_data_clean(text + len, (size_t) n) : 0;
    text[len] = '\0';
}


/* letters and ends of lines; the last part of a line that was written over */

static size_t
vz_lxc_user_data_clean(char *text, size_t len)
{
    size_t         i, n, line;
    unsigned char  c;

    n = 0;
    line = 0;

    for (i = 0; i < len; i++) {
        c = (unsigned char) text[i];

        if (c == '\r' && i + 1 < len && text[i + 1] != '\n') {
            n = line;

        } else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f)) {
            text[n++] = (char) c;
        }

        if (c == '\n') {
            line = n;
        }
    }

    return n;
}
