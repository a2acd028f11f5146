#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/utsname.h>
#include "cgroup.h"
#include "lxcconf.h"
#include "net.h"
#include "text.h"


#define VZ_LXCCONF_MAX  16384


static void vz_lxcconf_net(vz_text_t *text, const vz_config_t *conf,
    const vz_ct_t *ct);
static void vz_lxcconf_lxcfs(vz_text_t *text, const vz_config_t *conf);


int
vz_lxcconf_write(const vz_config_t *conf, const vz_ct_t *ct)
{
    char            dir[PATH_MAX], buf[VZ_LXCCONF_MAX];
    char            parent[VZ_CGROUP_PARENT];
    unsigned        i;
    vz_text_t       text;
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
    static const char  *seccomp = "/usr/share/lxc/config/common.seccomp";

    vz_text_init(&text, buf, sizeof(buf));

    /* while it is made its folder has another name than it will have */

    vz_store_dir(conf, ct->ctid, NULL, dir);

    if (uname(&uts) == 0) {
        vz_text_put(&text, "lxc.arch = %s\n", uts.machine);
    }

    vz_text_put(&text, "lxc.rootfs.path = dir:%s/root\n", dir);
    vz_text_put(&text, "lxc.idmap = u 0 %u %u\nlxc.idmap = g 0 %u %u\n",
                ct->idmap, VZ_CT_IDS, ct->idmap, VZ_CT_IDS);
    vz_cgroup_parent(conf, parent);
    vz_text_put(&text, "lxc.cgroup.dir = %s\n", parent);
    vz_text_put(&text, "lxc.uts.name = %s\n", ct->hostname);
    vz_text_put(&text, "lxc.start.auto = %u\n", ct->onboot);
    vz_text_put(&text, "lxc.log.file = %s/lxc.log\nlxc.log.level = WARN\n",
                dir);
    vz_text_put(&text, "%s", fixed);

    if (access("/sys/kernel/security/apparmor", F_OK) == 0) {

        /* without nesting, systemd inside can't sandbox its services */

        vz_text_put(&text, "lxc.apparmor.profile = generated\n"
                    "lxc.apparmor.allow_nesting = 1\n");
    }

    if (access(seccomp, R_OK) == 0) {
        vz_text_put(&text, "lxc.seccomp.profile = %s\n", seccomp);
    }

    vz_lxcconf_net(&text, conf, ct);
    vz_lxcconf_lxcfs(&text, conf);

    for (i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        vz_text_put(&text, "lxc.hook.%s = %s %s\n", hooks[i], conf->hook,
                    conf->path);
    }

    if (text.full) {
        errno = E2BIG;
        return -1;
    }

    return vz_store_file(ct, "config", text.buf, text.len);
}


static void
vz_lxcconf_net(vz_text_t *text, const vz_config_t *conf,
    const vz_ct_t *ct)
{
    char  interface[VZ_INTERFACE_MAX], hw[18];

    vz_net_interface(conf, ct->ctid, interface);
    vz_net_hardware(ct->ctid, hw);

    vz_text_put(text, "lxc.net.0.type = veth\n"
                "lxc.net.0.veth.pair = %s\n"
                "lxc.net.0.name = " VZ_GUEST_LINK "\n"
                "lxc.net.0.hwaddr = %s\n"
                "lxc.net.0.flags = up\n", interface, hw);

    if (conf->bridge[0]) {
        vz_text_put(text, "lxc.net.0.link = %s\n", conf->bridge);
    }
}


/* what /proc says inside is then the plan's memory and cpus, not the node's */

static void
vz_lxcconf_lxcfs(vz_text_t *text, const vz_config_t *conf)
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

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%.4000s/proc/%s", conf->lxcfs,
                 files[i]);

        if (access(path, R_OK) == 0) {
            vz_text_put(text, "lxc.mount.entry = %s proc/%s none "
                        "bind,optional 0 0\n", path, files[i]);
        }
    }
}
