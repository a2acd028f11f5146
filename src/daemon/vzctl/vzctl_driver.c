/*
 * The vzctl driver: it runs an OpenVZ node's own programs. It reads exit
 * statuses, status words and numbers, but no sentences. It has no boot: the
 * node's own script (vz) starts containers with ONBOOT="yes".
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/check_line.h"
#include "daemon/vzctl/vzctl_backup.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_lifecycle.h"
#include "daemon/vzctl/vzctl_read.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_sample.h"
#include "daemon/vzctl/vzctl_set.h"
#include "daemon/vzctl/vzctl_snapshot.h"
#include "daemon/vzctl/vzctl_switch.h"
#include "daemon/vzctl/vzctl_terminal.h"


static int vz_vzctl_usable(const vz_config_t *conf, char *words);
static int vz_vzctl_check(const vz_config_t *conf);


const vz_driver_t  vz_vzctl_driver = {
    .name = "vzctl",
    .usable = vz_vzctl_usable,
    .check = vz_vzctl_check,
    .tag = vz_vzctl_conf_tag,
    .set_tag = vz_vzctl_lifecycle_set_tag,
    .create = vz_vzctl_lifecycle_create,
    .destroy = vz_vzctl_lifecycle_destroy,
    .revert = vz_vzctl_switch_revert,
    .snapshot = vz_vzctl_snapshot_take,
    .rollback = vz_vzctl_snapshot_roll,
    .drop_snapshot = vz_vzctl_snapshot_drop,
    .snapshots = vz_vzctl_snapshot_each,
    .tend = vz_vzctl_switch_tend,
    .start = vz_vzctl_lifecycle_start,
    .stop = vz_vzctl_lifecycle_stop,
    .set_memory = vz_vzctl_set_memory,
    .set_disk = vz_vzctl_set_disk,
    .set_cpu = vz_vzctl_set_cpu,
    .set_hostname = vz_vzctl_set_hostname,
    .set_password = vz_vzctl_set_password,
    .set_hash = vz_vzctl_set_hash,
    .set_keys = vz_vzctl_set_keys,
    .address_add = vz_vzctl_set_address_add,
    .address_remove = vz_vzctl_set_address_remove,
    .set_dns = vz_vzctl_set_dns,
    .stat = vz_vzctl_read_stat,
    .each = vz_vzctl_read_each,
    .node = vz_vzctl_read_node,
    .node_units = vz_vzctl_read_node_units,
    .terminal = vz_vzctl_terminal_open,
    .sample_open = vz_vzctl_sample_open,
    .sample_each = vz_vzctl_sample_each,
    .sample_path = vz_vzctl_sample_path,
    .backup_view = vz_vzctl_backup_view,
    .backup_end = vz_vzctl_backup_end,
    .backup_record = vz_vzctl_backup_record,
    .restore = vz_vzctl_backup_restore,
    .lacks = vz_vzctl_backup_lacks,
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
