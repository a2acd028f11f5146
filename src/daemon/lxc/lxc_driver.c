/*
 * The lxc driver: its functions, what this host must have, and --down.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <net/if.h>
#include <lxc/version.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include "daemon/base/check_line.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/base/spawn.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/cgroup/cgroup_end.h"
#include "daemon/lxc/lxc_address.h"
#include "daemon/lxc/lxc_backup.h"
#include "daemon/lxc/lxc_clone.h"
#include "daemon/lxc/lxc_driver.h"
#include "daemon/lxc/lxc_firewall.h"
#include "daemon/lxc/lxc_lifecycle.h"
#include "daemon/lxc/lxc_monitor.h"
#include "daemon/lxc/lxc_power.h"
#include "daemon/lxc/lxc_read.h"
#include "daemon/lxc/lxc_reinstall.h"
#include "daemon/lxc/lxc_rescue.h"
#include "daemon/lxc/lxc_sample.h"
#include "daemon/lxc/lxc_set.h"
#include "daemon/lxc/lxc_snapshot.h"
#include "daemon/lxc/lxc_terminal.h"
#include "daemon/lxc/lxc_trial.h"
#include "daemon/lxc/lxc_user_data.h"
#include "daemon/lxc/lxcfs.h"
#include "daemon/net/nft.h"
#include "daemon/net/nft_guard.h"
#include "daemon/net/router.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/rootfs.h"
#include "daemon/template/archive.h"


#define VZ_LXC_LOCK_WAIT  10000     /* ms, for --down */
#define VZ_LXC_DOWN_TURN  250       /* ms between two checks of all
                                       containers */
#define VZ_LXC_DOWN_ASK   8         /* checks between two requests to stop */


typedef struct {
    const vz_config_t   *conf;
    int                  lacks;
} vz_lxc_check_t;

typedef struct {
    const vz_config_t   *conf;
    int                  rc;
    char                *words;
    unsigned             turn;          /* counts the checks */
    unsigned             running;
} vz_lxc_down_t;


static int vz_lxc_usable(const vz_config_t *conf, char *words);
static int vz_lxc_check(const vz_config_t *conf);
static int vz_lxc_check_one(const vz_ct_t *ct, void *data);
static vz_code_e vz_lxc_open(const vz_config_t *conf, char *words);
static int vz_lxc_down(const vz_config_t *conf, char *words);
static int vz_lxc_check_net(const vz_config_t *conf);
static int vz_lxc_listed(const char *name);
static vz_code_e vz_lxc_filesystem(const char *name, char *words);
static int vz_lxc_plain(const char *path);
static int vz_lxc_sweep(const vz_ct_t *ct, void *data);
static int vz_lxc_wanted(const vz_config_t *conf, vz_wanted_pt each,
    void *data);
static int vz_lxc_wanted_one(const vz_ct_t *ct, void *data);
static int vz_lxc_down_wait(vz_lxc_down_t *down);
static int vz_lxc_down_ask(const vz_ct_t *ct, void *data);
static int vz_lxc_down_kill(const vz_ct_t *ct, void *data);
static int vz_lxc_down_one(const vz_ct_t *ct, void *data);


const vz_driver_t  vz_lxc_driver = {
    .name = "lxc",
    .usable = vz_lxc_usable,
    .check = vz_lxc_check,
    .open = vz_lxc_open,
    .down = vz_lxc_down,
    .wanted = vz_lxc_wanted,
    .boot = vz_lxc_power_boot,
    .tag = vz_lxc_lifecycle_tag,
    .set_tag = vz_lxc_lifecycle_set_tag,
    .create = vz_lxc_lifecycle_create,
    .clone = vz_lxc_clone,
    .destroy = vz_lxc_lifecycle_destroy,
    .reinstall = vz_lxc_reinstall,
    .revert = vz_lxc_reinstall_revert,
    .rescue = vz_lxc_rescue,
    .unrescue = vz_lxc_rescue_leave,
    .snapshot = vz_lxc_snapshot_take,
    .rollback = vz_lxc_snapshot_roll,
    .drop_snapshot = vz_lxc_snapshot_drop,
    .snapshots = vz_lxc_snapshot_each,
    .tend = vz_lxc_snapshot_tend,
    .start = vz_lxc_power_start,
    .stop = vz_lxc_power_stop,
    .set_memory = vz_lxc_set_memory,
    .set_disk = vz_lxc_set_disk,
    .set_cpu = vz_lxc_set_cpu,
    .set_hostname = vz_lxc_set_hostname,
    .set_password = vz_lxc_set_password,
    .set_hash = vz_lxc_set_hash,
    .set_keys = vz_lxc_set_keys,
    .address_add = vz_lxc_address_add,
    .address_remove = vz_lxc_address_remove,
    .set_gateway = vz_lxc_address_gateway,
    .set_dns = vz_lxc_address_dns,
    .set_firewall = vz_lxc_firewall_set,
    .keep_firewall = vz_lxc_firewall_keep,
    .set_gate = vz_lxc_firewall_gate,
    .firewall = vz_lxc_firewall_stat,
    .set_rate = vz_lxc_set_rate,
    .stat = vz_lxc_read_stat,
    .each = vz_lxc_read_each,
    .node = vz_lxc_read_node,
    .node_units = vz_lxc_read_node_units,
    .terminal = vz_lxc_terminal_open,
    .sample_open = vz_lxc_sample_open,
    .sample_each = vz_lxc_sample_each,
    .sample_path = vz_lxc_sample_path,
    .counted = vz_lxc_sample_counted,
    .boot_log = vz_lxc_terminal_log,
    .set_user_data = vz_lxc_user_data_set,
    .user_data = vz_lxc_user_data_stat,
    .user_data_run = vz_lxc_user_data_run,
    .backup_view = vz_lxc_backup_view,
    .backup_record = vz_lxc_backup_record,
    .inherit = vz_lxc_backup_inherit,
    .restore = vz_lxc_backup_restore,
    .trial = vz_lxc_trial,
    .archives = &vz_archive_all
};


/* The programs that must exist, and the packages that contain them. */

static const char *const  vz_lxc_programs[][2] = {
    { "/usr/sbin/nft", "nftables" },
    { "/usr/sbin/mkfs.btrfs", "btrfs-progs" }
};

static const char *const  vz_lxc_modules[] = { "btrfs", "overlay" };

#define VZ_LXC_PROGRAMS  (sizeof(vz_lxc_programs) / sizeof(vz_lxc_programs[0]))
#define VZ_LXC_MODULES   (sizeof(vz_lxc_modules) / sizeof(vz_lxc_modules[0]))

#define VZ_LXC_MODULE_WAIT  60000    /* ms until modprobe has loaded one */


/* liblxc passes paths to a shell, and its configuration has no quotes. */

static int
vz_lxc_plain(const char *path)
{
    return path[strspn(path, "abcdefghijklmnopqrstuvwxyz"
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789/._+-@")] == '\0';
}


static int
vz_lxc_usable(const vz_config_t *conf, char *words)
{
    size_t  i;

    const char  *paths[] = {
        conf->path, conf->lxc_path, conf->hook, conf->lxcfs
    };

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (!vz_lxc_plain(paths[i])) {
            snprintf(words, VZ_WORDS_MAX, "%.140s: only letters, digits and "
                     "/._+-@ may be in it", paths[i]);
            return 0;
        }
    }

    if (geteuid() != 0) {
        snprintf(words, VZ_WORDS_MAX, "containers need root");
        return 0;
    }

    if (vz_cgroup_version() == 0) {
        snprintf(words, VZ_WORDS_MAX, "no cgroups at /sys/fs/cgroup");
        return 0;
    }

    for (i = 0; i < VZ_LXC_PROGRAMS; i++) {
        if (access(vz_lxc_programs[i][0], X_OK) == -1) {
            snprintf(words, VZ_WORDS_MAX, "%s is missing (package %s)",
                     vz_lxc_programs[i][0], vz_lxc_programs[i][1]);
            return 0;
        }
    }

    if (access(conf->hook, X_OK) == -1) {
        snprintf(words, VZ_WORDS_MAX, "the hook program %.140s is missing",
                 conf->hook);
        return 0;
    }

    return 1;
}


static int
vz_lxc_check(const vz_config_t *conf)
{
    int             lacks, fd;
    char            words[VZ_WORDS_MAX];
    size_t          i;
    vz_template_t   rescue;
    vz_lxc_check_t  check;

    check.conf = conf;
    check.lacks = 0;

    lacks = vz_check_line(dlopen(VZ_LXC_LIBRARY, RTLD_NOW) != NULL,
                          "liblxc " LXC_VERSION " (package liblxc1)");
    lacks += vz_check_line(vz_cgroup_version() != 0, "cgroups version %d",
                           vz_cgroup_version());

    for (i = 0; i < VZ_LXC_PROGRAMS; i++) {
        lacks += vz_check_line(access(vz_lxc_programs[i][0], X_OK) == 0,
                               "%s (package %s)", vz_lxc_programs[i][0],
                               vz_lxc_programs[i][1]);
    }

    for (i = 0; i < VZ_LXC_MODULES; i++) {
        lacks += vz_check_line(vz_lxc_filesystem(vz_lxc_modules[i], words)
                               == VZ_OK,
                               "file system %s", vz_lxc_modules[i]);
    }

    fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    lacks += vz_check_line(fd != -1, "loop devices");
    close(fd);

    lacks += vz_check_line(access(conf->hook, X_OK) == 0, "hook %s",
                           conf->hook);
    lacks += vz_check_line(access(conf->unpack, X_OK) == 0, "unpacker %s",
                           conf->unpack);

    if (strcmp(conf->lxcfs, "none") != 0) {
        lacks += vz_check_line(vz_lxcfs_alive(conf), "lxcfs at %s: "
                               "without it containers see the node's memory",
                               conf->lxcfs);
        (void) vz_ct_store_each(conf, 0, vz_lxc_check_one, &check);
        lacks += check.lacks;
    }

    if (conf->rescue_template[0]) {
        lacks += vz_check_line(vz_archive_find(conf, &vz_archive_all,
                                               conf->rescue_template,
                                               &rescue) == VZ_OK,
                               "rescue_template %s: an archive in %s",
                               conf->rescue_template, conf->template_dir);
    }

    if (vz_cgroup_version() == 1) {
        lacks += vz_check_line(access("/sys/fs/cgroup/memory/"
                                      "memory.memsw.limit_in_bytes", F_OK)
                               == 0, "swap accounting (swapaccount=1)");
    }

    return lacks + vz_lxc_check_net(conf);
}


/* What separates containers from the host and from its networks. */

static int
vz_lxc_check_net(const vz_config_t *conf)
{
    int   lacks;
    char  words[VZ_WORDS_MAX];

    lacks = vz_check_line(vz_nft_guard_filters(), "filters of interfaces "
                          "(sch_ingress, cls_bpf): they hold containers to "
                          "their addresses, whoever flushes nftables");

    if (vz_nft_guard_look(conf, words)) {
        lacks += vz_check_line(1, "table %s of nftables: whole, or no "
                               "container runs", conf->nft_table);
    } else {
        lacks += vz_check_line(0, "%s: virtual-server --boot, or the next list "
                               "of the panel, makes it again", words);
    }

    if (conf->uplink[0]) {
        lacks += vz_check_line(if_nametoindex(conf->uplink) != 0,
                               "uplink: interface %s", conf->uplink);
    }

    if (conf->bridge[0] == '\0' && conf->uplink[0] == '\0'
        && vz_router_what(AF_INET) == VZ_ROUTER_OWN)
    {
        lacks += vz_check_line(0, "uplink: this host forwards (ip_forward=1), "
                               "so containers reach all its networks; name the "
                               "interface that leads to the world");
    }

    return lacks;
}


/*
 * lxcfs ended, or was restarted instead of reloaded, while the container ran.
 */

static int
vz_lxc_check_one(const vz_ct_t *ct, void *data)
{
    vz_ct_state_t    run;
    vz_lxc_check_t  *check;

    check = data;

    if (vz_ct_state_alive(ct, &run) && vz_lxcfs_gone(check->conf, &run)) {
        check->lacks += vz_check_line(0, "lxcfs in container %u: its files are "
                                      "of one that has ended, restart it",
                                      ct->ctid);
    }

    return 0;
}


/* Whether the kernel lists a file system in /proc/filesystems. */

static int
vz_lxc_listed(const char *name)
{
    char    line[64], *p;
    FILE   *fp;
    int     found;
    size_t  len;

    fp = fopen("/proc/filesystems", "re");
    if (fp == NULL) {
        return 0;
    }

    found = 0;
    len = strlen(name);

    while (!found && fgets(line, sizeof(line), fp) != NULL) {
        p = strchr(line, '\t');

        found = p != NULL && strncmp(p + 1, name, len) == 0
                && p[1 + len] == '\n';
    }

    fclose(fp);

    return found;
}


/*
 * The kernel has the file system, or has it once its module is loaded.  That
 * takes a busy host many seconds after a reboot: btrfs measures its checksums
 * first.
 */

static vz_code_e
vz_lxc_filesystem(const char *name, char *words)
{
    vz_code_e    rc;
    vz_spawn_t   run;

    const char  *argv[] = { "/usr/sbin/modprobe", name, NULL };

    if (vz_lxc_listed(name)) {
        return VZ_OK;
    }

    memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.timeout = VZ_LXC_MODULE_WAIT;

    rc = vz_spawn(&run);

    if (rc == VZ_TIMEOUT) {
        snprintf(words, VZ_WORDS_MAX, "loading the kernel module %s takes "
                 "more than %d s: try again", name,
                 VZ_LXC_MODULE_WAIT / 1000);
        return rc;
    }

    if (rc != VZ_OK || !vz_lxc_listed(name)) {
        snprintf(words, VZ_WORDS_MAX, "this kernel has no file system %s",
                 name);
        return VZ_UNSUPPORTED;
    }

    return VZ_OK;
}


static vz_code_e
vz_lxc_open(const vz_config_t *conf, char *words)
{
    size_t     i;
    vz_code_e  rc;

    for (i = 0; i < VZ_LXC_MODULES; i++) {
        rc = vz_lxc_filesystem(vz_lxc_modules[i], words);

        if (rc != VZ_OK) {
            return rc;
        }
    }

    if (vz_ct_store_init(conf) == -1) {
        snprintf(words, VZ_WORDS_MAX, "%.120s: %s", conf->lxc_path,
                 strerror(errno));
        return VZ_INTERNAL;
    }

    (void) vz_ct_store_shadows(conf, vz_lxc_sweep, (void *) conf);

    return VZ_OK;
}


/* Remove the unfinished work of a process that died: its lock is free. */

static int
vz_lxc_sweep(const vz_ct_t *ct, void *data)
{
    char                name[16], holder[VZ_LOCK_HOLDER];
    vz_lock_t           lock;
    const vz_config_t  *conf;

    conf = data;
    snprintf(name, sizeof(name), "%u", ct->ctid);

    if (vz_lock_take(conf, name, "sweep", 0, &lock, holder) != VZ_OK) {
        return 0;
    }

    if (vz_lxc_trial_left(ct)) {
        vz_lxc_trial_sweep(conf, ct);

    } else if (vz_mount_drop(ct) == -1 || vz_dirtree_remove(ct->dir) == -1) {
        vz_log(LOG_WARNING, "%s: %s", ct->dir, strerror(errno));
    }

    vz_lock_drop(&lock);

    return 0;
}


typedef struct {
    vz_wanted_pt    each;
    void           *data;
} vz_lxc_wanted_t;


static int
vz_lxc_wanted(const vz_config_t *conf, vz_wanted_pt each, void *data)
{
    vz_lxc_wanted_t  wanted;

    wanted.each = each;
    wanted.data = data;

    /* the rules for running containers come first */

    vz_nft_guard_keep(conf, NULL);

    return vz_ct_store_each(conf, 0, vz_lxc_wanted_one, &wanted);
}


static int
vz_lxc_wanted_one(const vz_ct_t *ct, void *data)
{
    vz_lxc_wanted_t  *wanted;

    wanted = data;

    return ct->onboot ? wanted->each(ct->ctid, wanted->data) : 0;
}


static int
vz_lxc_down(const vz_config_t *conf, char *words)
{
    vz_lxc_down_t  down;

    memset(&down, 0, sizeof(down));
    down.conf = conf;
    down.words = words;

    if (vz_lxc_open(conf, words) != VZ_OK) {
        return -1;
    }

    /*
     * all containers have the same time to stop; then the rest is killed at
     * once
     */

    if (vz_lxc_down_wait(&down) == -1
        || vz_ct_store_each(conf, 0, vz_lxc_down_kill, &down) == -1
        || vz_ct_store_each(conf, 0, vz_lxc_down_one, &down) == -1)
    {
        snprintf(words, VZ_WORDS_MAX, "%.120s: %s", conf->lxc_path,
                 strerror(errno));
        return -1;
    }

    vz_lxc_power_unlock(conf, NULL);
    vz_cgroup_end_down(conf);

    if (down.rc == 0 && vz_nft_down(conf, words) == -1) {
        return -1;
    }

    return down.rc;
}


/* Wait until none runs, or until stop_timeout is over. */

static int
vz_lxc_down_wait(vz_lxc_down_t *down)
{
    struct timespec  end, now;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += down->conf->stop_timeout;

    for (down->turn = 0; /* void */; down->turn++) {
        down->running = 0;

        if (vz_ct_store_each(down->conf, 0, vz_lxc_down_ask, down) == -1) {
            return -1;
        }

        clock_gettime(CLOCK_MONOTONIC, &now);

        if (down->running == 0 || now.tv_sec > end.tv_sec
            || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec))
        {
            return 0;
        }

        usleep(VZ_LXC_DOWN_TURN * 1000);
    }
}


/* Repeat the request: it may be lost while init is young. */

static int
vz_lxc_down_ask(const vz_ct_t *ct, void *data)
{
    vz_ct_state_t   run;
    vz_lxc_down_t  *down;

    down = data;

    if (down->turn % VZ_LXC_DOWN_ASK == 0) {
        down->running += (unsigned) vz_lxc_power_ask(down->conf, ct);

    } else {
        down->running += (unsigned) vz_ct_state_alive(ct, &run);
    }

    return 0;
}


static int
vz_lxc_down_kill(const vz_ct_t *ct, void *data)
{
    vz_ct_state_t  run;

    (void) data;

    if (vz_ct_state_alive(ct, &run)) {
        vz_cgroup_thaw(&run);
        (void) vz_process_kill(&run.init, SIGKILL);
    }

    return 0;
}


static int
vz_lxc_down_one(const vz_ct_t *ct, void *data)
{
    char            name[16], holder[VZ_LOCK_HOLDER];
    unsigned        killed;
    vz_lock_t       lock;
    vz_lxc_down_t  *down;

    down = data;
    snprintf(name, sizeof(name), "%u", ct->ctid);

    if (vz_lock_take(down->conf, name, "down", VZ_LXC_LOCK_WAIT, &lock,
                     holder) != VZ_OK)
    {
        snprintf(down->words, VZ_WORDS_MAX, "container %u is held by %s",
                 ct->ctid, holder);
        down->rc = -1;
        return 0;
    }

    if (vz_lxc_power_halt(down->conf, ct, 0, &killed, down->words) != VZ_OK) {
        down->rc = -1;
    }

    vz_lxc_power_unlock(down->conf, ct);
    vz_lock_drop(&lock);

    return 0;
}
