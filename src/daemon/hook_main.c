/*
 * virtual-server-hook CONFIGURATION: liblxc's monitor runs it at each boot and
 * end of a container, with LXC_NAME, LXC_HOOK_TYPE, LXC_PID and LXC_TARGET in
 * its environment (lxc.container.conf(5), hook version 1).
 *
 *   pre-start    mounts the root, and in rescue the own disk
 *   start-host   sets limits, addresses and host name from the record
 *   post-stop    removes all of that
 *
 * It does not take the container's lock: the daemon may hold it and wait for
 * the hook. What verbs change in a running container is under another lock
 * (ct_lock.h). The record is read again under that one, because a guest may
 * reboot while a verb is at work.
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "daemon/base/log.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/cgroup/ct_limits.h"
#include "daemon/ct/ct_firewall.h"
#include "daemon/ct/ct_lock.h"
#include "daemon/ct/ct_state.h"
#include "daemon/ct/ct_stopping.h"
#include "daemon/ct/ct_store.h"
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_manager.h"
#include "daemon/net/ct_net.h"
#include "daemon/rootfs/disk.h"
#include "daemon/rootfs/disk_room.h"
#include "daemon/rootfs/mount.h"
#include "wire/field.h"
#include "wire/field_value.h"
#include "wire/frame.h"
#include "wire/reply.h"


#define VZ_HOOK_WAIT   500          /* ms to wait for an image that is being
                                       released */
#define VZ_HOOK_TRIES  12
#define VZ_HOOK_CALM   1000000      /* microseconds between two boots of a
                                       guest */
#define VZ_HOOK_LOG    65536        /* bytes of liblxc's log, at most */
#define VZ_HOOK_LIVE   40000        /* ms to wait for the lock; a verb may
                                       hold it for 30 s */
#define VZ_HOOK_TELL   5            /* seconds to write into the root */


typedef int (*vz_hook_pt)(const vz_config_t *conf, vz_ct_t *ct, char *words);

typedef struct {
    const char    *type;
    vz_hook_pt     handler;
} vz_hook_t;


static int vz_hook_run(const vz_hook_t *hook, const vz_config_t *conf,
    vz_ct_t *ct);
static int vz_hook_pre_start(const vz_config_t *conf, vz_ct_t *ct,
    char *words);
static vz_code_e vz_hook_mount(const vz_config_t *conf, const vz_ct_t *ct,
    int host, char *words);
static vz_code_e vz_hook_own_disk(const vz_config_t *conf, const vz_ct_t *ct,
    vz_mount_t *mount, char *words);
static void vz_hook_tell(const vz_config_t *conf, const vz_ct_t *ct);
static int vz_hook_start_host(const vz_config_t *conf, vz_ct_t *ct,
    char *words);
static int vz_hook_live(const vz_config_t *conf, vz_ct_t *ct,
    vz_ct_state_t *run, char *words);
static int vz_hook_post_stop(const vz_config_t *conf, vz_ct_t *ct,
    char *words);
static int vz_hook_rebooting(void);
static void vz_hook_calm(const vz_ct_t *ct);


static const vz_hook_t  vz_hooks[] = {
    { "pre-start", vz_hook_pre_start },
    { "start-host", vz_hook_start_host },
    { "post-stop", vz_hook_post_stop }
};


int
main(int argc, char **argv)
{
    char          words[VZ_CONFIG_WORDS];
    size_t        i;
    uint32_t      ctid;
    vz_code_e     rc;
    const char   *name, *type;

    static vz_ct_t       ct;
    static vz_config_t   conf;

    umask(077);

    name = getenv("LXC_NAME");
    type = getenv("LXC_HOOK_TYPE");

    if (argc < 2 || name == NULL || type == NULL) {
        fprintf(stderr, "usage: virtual-server-hook CONFIGURATION, "
                "as a hook of liblxc, version 1\n");
        return 2;
    }

    if (vz_field_init() != VZ_OK
        || vz_config_read(argv[1], &conf, words) == -1)
    {
        fprintf(stderr, "configuration: %s\n", words);
        return 1;
    }

    (void) vz_log_open(conf.log, conf.log_level);

    rc = vz_field_value_ctid(name, strlen(name), &ctid);

    if (rc == VZ_OK) {
        rc = vz_ct_store_read(&conf, ctid, &ct);
    }

    /* a broken record is enough to remove everything */

    if (rc == VZ_INTERNAL && strcmp(type, "post-stop") == 0) {
        rc = VZ_OK;
    }

    if (rc != VZ_OK) {
        vz_log(LOG_ERR, "hook %s: no record of container %s", type, name);
        return 1;
    }

    for (i = 0; i < sizeof(vz_hooks) / sizeof(vz_hooks[0]); i++) {
        if (strcmp(vz_hooks[i].type, type) == 0) {
            return vz_hook_run(&vz_hooks[i], &conf, &ct);
        }
    }

    return 0;
}


static int
vz_hook_run(const vz_hook_t *hook, const vz_config_t *conf, vz_ct_t *ct)
{
    char  words[VZ_WORDS_MAX];

    /* a start ends with its caller; a removal is always finished */

    if (hook->handler != vz_hook_post_stop) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);

        if (getppid() == 1) {
            return 1;
        }
    }

    words[0] = '\0';

    if (hook->handler(conf, ct, words) == 0) {
        return 0;
    }

    vz_reply_clean(words);
    vz_log(LOG_ERR, "hook %s of %u: %s", hook->type, ct->ctid, words);

    /* liblxc does not pass the reason on: the daemon reads this file */

    (void) vz_ct_store_file(ct, "reason", words, strlen(words));

    return 1;
}


static int
vz_hook_rebooting(void)
{
    const char  *target;

    target = getenv("LXC_TARGET");

    return target != NULL && strcmp(target, "reboot") == 0;
}


/*
 * A guest may reboot in a loop: once a second is enough, and its log stays
 * small.
 */

static void
vz_hook_calm(const vz_ct_t *ct)
{
    char         path[PATH_MAX];
    struct stat  st;

    usleep(VZ_HOOK_CALM);

    if (vz_ct_store_path(ct, "lxc.log", path) == 0
        && stat(path, &st) == 0
        && st.st_size > VZ_HOOK_LOG
        && truncate(path, 0) == -1)
    {
        vz_log(LOG_WARNING, "%s: %s", path, strerror(errno));
    }
}


static int
vz_hook_pre_start(const vz_config_t *conf, vz_ct_t *ct, char *words)
{
    int        host, tries;
    vz_code_e  rc;

    if (vz_hook_rebooting()) {
        vz_hook_calm(ct);
    }

    /* a guest that was told to stop and reboots instead is stopped */

    if (vz_hook_rebooting() && vz_ct_stopping(conf, ct->ctid)) {
        snprintf(words, VZ_WORDS_MAX, "it is being stopped");
        return -1;
    }

    host = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

    if (host == -1 || vz_ct_net_unlink(conf, ct, words) == -1) {
        return -1;
    }

    /*
     * Remove what a killed monitor and its hook left. A guest that reboots
     * waits as long as somebody uses its image: liblxc 5.0 does not survive a
     * failure here.
     */

    tries = VZ_HOOK_TRIES;

    do {
        if (vz_mount_drop(ct) == -1) {
            snprintf(words, VZ_WORDS_MAX, "umount: %s", strerror(errno));
            return -1;
        }

        rc = vz_hook_mount(conf, ct, host, words);

        if (rc == VZ_BUSY && --tries == 0 && vz_hook_rebooting()) {
            vz_log(LOG_WARNING, "container %u can't reboot yet: %s", ct->ctid,
                   words);
        }

    } while (rc == VZ_BUSY
             && (tries > 0
                 || (vz_hook_rebooting() && !vz_ct_stopping(conf, ct->ctid))));

    if (rc != VZ_OK) {
        return -1;
    }

    vz_hook_tell(conf, ct);

    return 0;
}


/*
 * Mount the root, and in rescue the own disk beside it.  A rescue system starts
 * whatever its own disk is like.
 */

static vz_code_e
vz_hook_mount(const vz_config_t *conf, const vz_ct_t *ct, int host,
    char *words)
{
    char        lower[PATH_MAX], lost[VZ_WORDS_MAX];
    vz_ct_t     booted;
    vz_code_e   rc, own;
    vz_mount_t  root, disk;

    vz_ct_store_booted(ct, &booted);
    own = VZ_NOENT;

    rc = vz_ct_store_lower(conf, &booted, lower) == -1
         ? VZ_FAILED
         : vz_mount_make(&booted, lower, VZ_HOOK_WAIT, VZ_DISK_ROOM_START,
                         &root, words);

    if (rc == VZ_OK && ct->rescue[0]) {
        own = vz_hook_own_disk(conf, ct, &disk, lost);
    }

    if (own == VZ_BUSY) {
        vz_mount_unmake(&root);
        strcpy(words, lost);
        return own;
    }

    if (rc == VZ_OK
        && (vz_mount_attach(&booted, &root, host) == -1
            || (own == VZ_OK && vz_mount_attach(ct, &disk, host) == -1)))
    {
        snprintf(words, VZ_WORDS_MAX, "attaching the root: %s",
                 strerror(errno));
        (void) vz_mount_drop(ct);
        return VZ_FAILED;
    }

    return rc;
}


static vz_code_e
vz_hook_own_disk(const vz_config_t *conf, const vz_ct_t *ct,
    vz_mount_t *mount, char *words)
{
    char       lower[PATH_MAX];
    vz_code_e  rc;

    words[0] = '\0';

    rc = vz_ct_store_lower(conf, ct, lower) == -1
         ? VZ_FAILED
         : vz_mount_make(ct, lower, VZ_HOOK_WAIT, VZ_DISK_ROOM_START, mount,
                         words);

    if (rc == VZ_NOSPACE) {
        return VZ_OK;               /* it can be read */
    }

    if (rc != VZ_OK && rc != VZ_BUSY) {
        vz_log(LOG_WARNING, "container %u is in rescue without its own disk: "
               "%s", ct->ctid, words);
    }

    return rc;
}


/*
 * The files are the guest's: a start does not fail because one can't be
 * written.
 */

static void
vz_hook_tell(const vz_config_t *conf, const vz_ct_t *ct)
{
    int    root, oom, status;
    char   path[PATH_MAX];
    pid_t  child;

    child = vz_ct_store_path(ct, "root", path) == -1 ? -1 : fork();

    if (child == 0) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void) alarm(VZ_HOOK_TELL);

        (void) umask(022);

        root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (root == -1 || vz_mount_ids(ct->idmap) == -1) {
            _exit(errno & 0x7f);
        }

        oom = vz_guest_files_oom(root);

        _exit(vz_guest_manager_tell(conf, ct, root) == 0 && oom == 0
              ? 0 : errno & 0x7f);
    }

    status = 0;

    while (child != -1 && waitpid(child, &status, 0) == -1
           && errno == EINTR)
    {
        /* void */
    }

    if (child == -1 || status != 0) {
        vz_log(LOG_WARNING, "container %u: its files can't be set up: %s",
               ct->ctid,
               child != -1 && WIFEXITED(status) ? strerror(WEXITSTATUS(status))
                                                : "it takes too long");
    }
}


static int
vz_hook_start_host(const vz_config_t *conf, vz_ct_t *ct, char *words)
{
    int            root;
    char           path[PATH_MAX];
    vz_ct_state_t  run;
    const char    *pid;

    memset(&run, 0, sizeof(run));
    pid = getenv("LXC_PID");

    if (pid == NULL
        || vz_process_of(atoi(pid), &run.init) == -1
        || vz_process_of(getppid(), &run.monitor) == -1
        || vz_cgroup_of(run.init.pid, run.cgroup) == -1)
    {
        snprintf(words, VZ_WORDS_MAX, "its processes were not found");
        return -1;
    }

    if (vz_ct_store_path(ct, "root", path) == -1) {
        return -1;
    }

    root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    run.halt = vz_guest_files_halt(root);
    close(root);

    if (vz_cgroup_keep(&run) == -1) {
        snprintf(words, VZ_WORDS_MAX, "freezer: %s", strerror(errno));
        return -1;
    }

    if (vz_mount_nosuid(ct) == -1) {
        snprintf(words, VZ_WORDS_MAX, "root: %s", strerror(errno));
        return -1;
    }

    return vz_hook_live(conf, ct, &run, words);
}


/*
 * until the run file exists, verbs change only the record: it is read again
 * here
 */

static int
vz_hook_live(const vz_config_t *conf, vz_ct_t *ct, vz_ct_state_t *run,
    char *words)
{
    int        rc;
    vz_ct_t    now;
    vz_lock_t  live, addresses;

    if (vz_ct_lock_take(conf, ct->ctid, "boot", VZ_HOOK_LIVE, &live, words)
        != VZ_OK)
    {
        return -1;
    }

    rc = -1;
    addresses.fd = -1;

    if (vz_ct_store_read(conf, ct->ctid, &now) != VZ_OK) {
        snprintf(words, VZ_WORDS_MAX, "its record is broken");
        goto done;
    }

    *ct = now;

    /* a guest that boots has the rules that were confirmed */

    (void) vz_ct_firewall_forget(ct);

    if (vz_ct_limits_apply(conf, ct, run, words) != VZ_OK
        || vz_ct_lock_addresses(conf, "boot", VZ_HOOK_LIVE, &addresses, words)
           != VZ_OK
        || (!ct->trial
            && vz_ct_net_start(conf, ct, &run->init, words) == -1))
    {
        goto done;
    }

    rc = vz_ct_state_write(ct, run);

    if (rc == -1) {
        snprintf(words, VZ_WORDS_MAX, "run file: %s", strerror(errno));
    }

done:

    vz_lock_drop(&addresses);
    vz_lock_drop(&live);

    return rc;
}


static int
vz_hook_post_stop(const vz_config_t *conf, vz_ct_t *ct, char *words)
{
    int              rc, known;
    char             text[32];
    vz_ct_t          now;
    vz_ct_state_t    run;
    vz_code_e        locked;
    vz_lock_t        live;
    vz_disk_use_t    use;

    if (vz_mount_there(ct, vz_mount_name(ct, 0))) {
        vz_disk_use(ct, 1, &use);
        snprintf(text, sizeof(text), "%llu", (unsigned long long) use.used);
        (void) vz_ct_store_file(ct, "used", text, strlen(text));
    }

    /* the removal is always finished, with the record as it is then */

    locked = vz_ct_lock_take(conf, ct->ctid, "end", VZ_HOOK_LIVE, &live,
                             words);

    if (vz_ct_store_read(conf, ct->ctid, &now) == VZ_OK) {
        *ct = now;
    }

    known = vz_ct_state_read(ct, &run) == 0;

    if (known) {
        vz_ct_limits_together(&run, 1);
    }

    rc = vz_ct_net_stop(conf, ct, words);

    if (vz_mount_drop(ct) == -1) {
        snprintf(words, VZ_WORDS_MAX, "umount: %s", strerror(errno));
        rc = -1;
    }

    if (known && vz_hook_rebooting()) {
        run.init.pid = 0;
        (void) vz_ct_state_write(ct, &run);

    } else {
        (void) vz_ct_store_forget(ct, "run");
    }

    if (locked == VZ_OK) {
        vz_lock_drop(&live);
    }

    return rc;
}
