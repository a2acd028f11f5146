/*
 * The vzctl driver: an OpenVZ node's own programs, by their command line.
 * Exit statuses, status words and numbers are read; sentences never are.
 * No boot here: the node's own script (vz) starts what has ONBOOT="yes".
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/check_line.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_lifecycle.h"
#include "daemon/vzctl/vzctl_read.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_set.h"


static int vz_vzctl_usable(const vz_config_t *conf, char *words);
static int vz_vzctl_check(const vz_config_t *conf);


const vz_driver_t  vz_vzctl_driver = {
    .name = "vzctl",
    .usable = vz_vzctl_usable,
    .check = vz_vzctl_check,
    .tag = vz_vzctl_conf_tag,
    .run = {
        [VZ_VERB_CREATE] = vz_vzctl_lifecycle_create,
        [VZ_VERB_DESTROY] = vz_vzctl_lifecycle_destroy,
        [VZ_VERB_ADOPT] = vz_vzctl_lifecycle_adopt,
        [VZ_VERB_START] = vz_vzctl_lifecycle_start,
        [VZ_VERB_STOP] = vz_vzctl_lifecycle_stop,
        [VZ_VERB_RESTART] = vz_vzctl_lifecycle_restart,
        [VZ_VERB_SETMEMORYVM] = vz_vzctl_set_memory,
        [VZ_VERB_SETMEMORYOO] = vz_vzctl_set_memory,
        [VZ_VERB_SETMEMORYP] = vz_vzctl_set_memory,
        [VZ_VERB_SETDISK] = vz_vzctl_set_disk,
        [VZ_VERB_SETCPU] = vz_vzctl_set_cpu,
        [VZ_VERB_SETNAME] = vz_vzctl_set_name,
        [VZ_VERB_SETIP] = vz_vzctl_set_ip,
        [VZ_VERB_DELETEIP] = vz_vzctl_set_deleteip,
        [VZ_VERB_SETGATEWAY] = vz_vzctl_set_gateway,
        [VZ_VERB_SETDNS] = vz_vzctl_set_dns,
        [VZ_VERB_GETMEMORY] = vz_vzctl_read_memory,
        [VZ_VERB_GETDISK] = vz_vzctl_read_disk,
        [VZ_VERB_GETCPU] = vz_vzctl_read_cpu,
        [VZ_VERB_PASSWD] = vz_vzctl_set_password,
        [VZ_VERB_STATUS] = vz_vzctl_read_status,
        [VZ_VERB_LIST] = vz_vzctl_read_list,
        [VZ_VERB_NODE] = vz_vzctl_read_node
    },
    .archives = &vz_vzctl_lifecycle_archives
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

    (void) vz_check_line(1, "memory: %s", vz_vzctl_run_vswap(conf)
                         ? "vSwap (physpages, swappages)"
                         : "user beancounters (privvmpages)");

    vz_vzctl_conf_global(conf, "TEMPLATE", "/vz/template", cache);
    len = strlen(cache);
    (void) snprintf(cache + len, sizeof(cache) - len, "/cache");

    lacks += vz_check_line(strcmp(cache, conf->template_dir) == 0,
                           "template_dir: vzctl looks for them in %s", cache);

    return lacks;
}
