#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/utsname.h>
#include "daemon/base/log.h"
#include "daemon/base/strbuf.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/lxc/lxc_conf.h"
#include "daemon/lxc/lxc_seccomp.h"
#include "daemon/lxc/lxcfs.h"
#include "daemon/net/ct_link.h"
#include "daemon/rootfs/mount.h"
#include "wire/field.h"


#define VZ_LXC_CONF_MAX       16384
#define VZ_LXC_CONF_APPARMOR  "/sys/kernel/security/apparmor"
#define VZ_LXC_CONF_PROFILE   "vzpanel-container"


static void vz_lxc_conf_apparmor(vz_strbuf_t *text);
static void vz_lxc_conf_shm(vz_strbuf_t *text, const vz_ct_t *ct);
static void vz_lxc_conf_rescue(vz_strbuf_t *text, const vz_ct_t *ct,
    const char *dir);
static void vz_lxc_conf_net(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct);
static void vz_lxc_conf_lxcfs(vz_strbuf_t *text, const vz_config_t *conf);


int
vz_lxc_conf_write(const vz_config_t *conf, const vz_ct_t *ct)
{
    char            dir[PATH_MAX], buf[VZ_LXC_CONF_MAX];
    char            parent[VZ_CGROUP_PARENT];
    unsigned        i;
    vz_strbuf_t     text;
    struct utsname  uts;

    static const char  *fixed =
        "lxc.pty.max = 1024\n"
        "lxc.tty.max = 0\n"
        "lxc.console.buffer.size = 64KB\n"
        "lxc.mount.auto = cgroup:mixed proc:mixed sys:rw\n"
        "lxc.mount.entry = /sys/fs/fuse/connections sys/fs/fuse/connections"
        " none bind,optional 0 0\n"
        "lxc.hook.version = 1\n";

    static const char  *hooks[] = { "pre-start", "start-host", "post-stop" };

    vz_strbuf_init(&text, buf, sizeof(buf));

    /* while it is created, its folder has another name than later */

    vz_ct_store_dir(conf, ct->ctid, NULL, dir);

    if (uname(&uts) == 0) {
        vz_strbuf_put(&text, "lxc.arch = %s\n", uts.machine);
    }

    vz_strbuf_put(&text, "lxc.rootfs.path = dir:%s/root\n", dir);
    vz_strbuf_put(&text, "lxc.idmap = u 0 %u %u\nlxc.idmap = g 0 %u %u\n",
                  ct->idmap, VZ_CT_IDS, ct->idmap, VZ_CT_IDS);
    vz_cgroup_parent(conf, parent);
    vz_strbuf_put(&text, "lxc.cgroup.dir = %s\n", parent);
    vz_strbuf_put(&text, "lxc.uts.name = %s\n", ct->hostname);
    vz_strbuf_put(&text, "lxc.start.auto = %u\n", ct->onboot);
    vz_strbuf_put(&text, "lxc.log.file = %s/lxc.log\nlxc.log.level = WARN\n",
                  dir);
    vz_strbuf_put(&text, "%s", fixed);

    vz_strbuf_put(&text, "lxc.seccomp.profile = %s/seccomp\n", dir);
    vz_lxc_conf_apparmor(&text);
    vz_lxc_conf_shm(&text, ct);
    vz_lxc_conf_rescue(&text, ct, dir);
    vz_lxc_conf_net(&text, conf, ct);
    vz_lxc_conf_lxcfs(&text, conf);

    for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        vz_strbuf_put(&text, "lxc.hook.%s = %s %s\n", hooks[i], conf->hook,
                      conf->path);
    }

    if (text.full) {
        errno = E2BIG;
        return -1;
    }

    return vz_lxc_seccomp_write(ct) == -1 ? -1
           : vz_ct_store_file(ct, "config", text.buf, text.len);
}


/*
 * Our profile, which is loaded at the node's start; else liblxc's own, which
 * is compiled at each start.
 */

static void
vz_lxc_conf_apparmor(vz_strbuf_t *text)
{
    int    loaded;
    char   line[256];
    FILE  *fp;

    if (access(VZ_LXC_CONF_APPARMOR, F_OK) == -1) {
        return;
    }

    loaded = 0;
    fp = fopen(VZ_LXC_CONF_APPARMOR "/profiles", "re");

    while (!loaded && fp != NULL && fgets(line, sizeof(line), fp) != NULL) {
        loaded = strcmp(line, VZ_LXC_CONF_PROFILE " (enforce)\n") == 0;
    }

    if (fp != NULL) {
        fclose(fp);
    }

    if (loaded) {
        vz_strbuf_put(text,
                      "lxc.apparmor.profile = " VZ_LXC_CONF_PROFILE "\n");
        return;
    }

    /* without nesting, systemd inside can't confine its services */

    vz_strbuf_put(text, "lxc.apparmor.profile = generated\n"
                  "lxc.apparmor.allow_nesting = 1\n");
}


/*
 * By default a tmpfs may have half of the node's memory; limit it to the
 * container's.
 */

static void
vz_lxc_conf_shm(vz_strbuf_t *text, const vz_ct_t *ct)
{
    if (ct->privvm.set && ct->privvm.limit != VZ_UNLIMITED) {
        vz_strbuf_put(text,
                      "lxc.mount.entry = tmpfs dev/shm tmpfs nosuid,nodev,"
                      "mode=1777,size=%llu,create=dir 0 0\n",
                      (unsigned long long) ct->privvm.limit / 2);
    }
}


/*
 * Its own disk, nosuid and nodev by its mount on the host.  Where the hook
 * could not mount it there is no folder, and the rescue system starts without.
 */

static void
vz_lxc_conf_rescue(vz_strbuf_t *text, const vz_ct_t *ct, const char *dir)
{
    if (ct->rescue[0]) {
        vz_strbuf_put(text, "lxc.mount.entry = %s/%s mnt none "
                      "bind,optional,create=dir 0 0\n", dir,
                      vz_mount_name(ct, 0));
    }
}


static void
vz_lxc_conf_net(vz_strbuf_t *text, const vz_config_t *conf,
    const vz_ct_t *ct)
{
    char  interface[VZ_CT_LINK_MAX], hw[18];

    /* what is tried has a network of its own with nothing in it but lo */

    if (ct->trial) {
        vz_strbuf_put(text, "lxc.net.0.type = empty\n");
        return;
    }

    vz_ct_link_name(conf, ct->ctid, interface);
    vz_ct_link_mac_text(ct->ctid, hw);

    vz_strbuf_put(text, "lxc.net.0.type = veth\n"
                  "lxc.net.0.veth.pair = %s\n"
                  "lxc.net.0.name = " VZ_CT_LINK_INSIDE "\n"
                  "lxc.net.0.hwaddr = %s\n"
                  "lxc.net.0.flags = up\n", interface, hw);

    if (conf->bridge[0]) {
        vz_strbuf_put(text, "lxc.net.0.link = %s\n", conf->bridge);
    }
}


/*
 * With lxcfs, /proc inside shows the plan's memory and CPUs, not the node's.
 */

static void
vz_lxc_conf_lxcfs(vz_strbuf_t *text, const vz_config_t *conf)
{
    char                path[PATH_MAX];
    unsigned            i;
    static const char  *files[] = {
        "cpuinfo", "meminfo", "stat", "uptime", "loadavg", "swaps",
        "diskstats"
    };

    if (strcmp(conf->lxcfs, "none") == 0) {
        return;
    }

    if (!vz_lxcfs_alive(conf)) {
        vz_log(LOG_WARNING, "lxcfs at %s does not answer: containers see the "
               "node's memory and cpus; start it, and restart them",
               conf->lxcfs);
        return;
    }

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%.4000s/proc/%s", conf->lxcfs,
                 files[i]);

        if (access(path, R_OK) == 0) {
            vz_strbuf_put(text, "lxc.mount.entry = %s proc/%s none "
                          "bind,optional 0 0\n", path, files[i]);
        }
    }
}
