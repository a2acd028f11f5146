/*
 * The vzctl driver: an OpenVZ node's own programs, by their command line.
 * Exit statuses, status words and numbers are read; sentences never are.
 * No boot here: the node's own script (vz) starts what has ONBOOT="yes".
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "check.h"
#include "driver_vzctl.h"


static int vz_vzctl_usable(const vz_config_t *conf, char *words);
static int vz_vzctl_check(const vz_config_t *conf);


const vz_driver_t  vz_driver_vzctl = {
    .name = "vzctl",
    .usable = vz_vzctl_usable,
    .check = vz_vzctl_check,
    .tag = vz_vzctl_tag,
    .run = {
        [VZ_VERB_CREATE] = vz_vzctl_create,
        [VZ_VERB_DESTROY] = vz_vzctl_destroy,
        [VZ_VERB_ADOPT] = vz_vzctl_adopt,
        [VZ_VERB_START] = vz_vzctl_start,
        [VZ_VERB_STOP] = vz_vzctl_stop,
        [VZ_VERB_RESTART] = vz_vzctl_restart,
        [VZ_VERB_SETMEMORYVM] = vz_vzctl_setmemory,
        [VZ_VERB_SETMEMORYOO] = vz_vzctl_setmemory,
        [VZ_VERB_SETMEMORYP] = vz_vzctl_setmemory,
        [VZ_VERB_SETDISK] = vz_vzctl_setdisk,
        [VZ_VERB_SETCPU] = vz_vzctl_setcpu,
        [VZ_VERB_SETNAME] = vz_vzctl_setname,
        [VZ_VERB_SETIP] = vz_vzctl_setip,
        [VZ_VERB_DELETEIP] = vz_vzctl_deleteip,
        [VZ_VERB_SETGATEWAY] = vz_vzctl_setgateway,
        [VZ_VERB_SETDNS] = vz_vzctl_setdns,
        [VZ_VERB_GETMEMORY] = vz_vzctl_getmemory,
        [VZ_VERB_GETDISK] = vz_vzctl_getdisk,
        [VZ_VERB_GETCPU] = vz_vzctl_getcpu,
        [VZ_VERB_PASSWD] = vz_vzctl_passwd,
        [VZ_VERB_STATUS] = vz_vzctl_status,
        [VZ_VERB_LIST] = vz_vzctl_list,
        [VZ_VERB_NODE] = vz_vzctl_node
    },
    .archives = &vz_vzctl_archives
};


static int
vz_vzctl_usable(const vz_config_t *conf, char *words)
{
    size_t  i;

    const char  *programs[] = { conf->vzctl, conf->vzlist };

    if (access(conf->vz_proc, F_OK) == -1) {
        (void) snprintf(words, VZ_WORDS_MAX, "%.140s is missing: this is no "
                        "kernel of OpenVZ", conf->vz_proc);
        return 0;
    }

    if (geteuid() != 0) {
        (void) snprintf(words, VZ_WORDS_MAX, "containers need root");
        return 0;
    }

    for (i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        if (access(programs[i], X_OK) == -1) {
            (void) snprintf(words, VZ_WORDS_MAX, "%.140s is missing",
                            programs[i]);
            return 0;
        }
    }

    return 1;
}


static int
vz_vzctl_check(const vz_config_t *conf)
{
    int     lacks;
    char    cache[PATH_MAX];
    size_t  len;

    lacks = vz_check_line(access(conf->vzctl, X_OK) == 0, "vzctl %s",
                          conf->vzctl);
    lacks += vz_check_line(access(conf->vzlist, X_OK) == 0, "vzlist %s",
                           conf->vzlist);
    lacks += vz_check_line(access(conf->vzcpucheck, X_OK) == 0,
                           "vzcpucheck %s", conf->vzcpucheck);
    lacks += vz_check_line(access(conf->vz_conf_dir, R_OK) == 0,
                           "configurations in %s", conf->vz_conf_dir);

    (void) vz_check_line(1, "memory: %s", vz_vzctl_vswap(conf)
                         ? "vSwap (physpages, swappages)"
                         : "user beancounters (privvmpages)");

    vz_vzctl_global(conf, "TEMPLATE", "/vz/template", cache);
    len = strlen(cache);
    (void) snprintf(cache + len, sizeof(cache) - len, "/cache");

    lacks += vz_check_line(strcmp(cache, conf->template_dir) == 0,
                           "template_dir: vzctl looks for them in %s", cache);

    return lacks;
}
