#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/base/file.h"
#include "daemon/ct/ct_state.h"


#define VZ_CT_STATE_BOOT  40        /* bytes of a boot_id */


static const char  *vz_ct_state_names[VZ_CG_COUNT] = {
    "memory", "cpu", "cpuacct", "pids", "freezer"
};


int
vz_ct_state_read(const vz_ct_t *ct, vz_ct_state_t *run)
{
    int                  i;
    char                 buf[4096], boot[VZ_CT_STATE_BOOT], *line, *save;
    char                *value;
    unsigned long long   start;

    memset(run, 0, sizeof(*run));
    boot[0] = '\0';

    if (vz_ct_store_text(ct, "run", buf, sizeof(buf)) <= 0) {
        return -1;
    }

    for (line = strtok_r(buf, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save))
    {
        value = strchr(line, '=');
        if (value == NULL) {
            continue;
        }

        *value++ = '\0';

        if (strcmp(line, "init") == 0) {
            if (sscanf(value, "%d %llu", &run->init.pid, &start) == 2) {
                run->init.start = start;
            }

        } else if (strcmp(line, "monitor") == 0) {
            if (sscanf(value, "%d %llu", &run->monitor.pid, &start) == 2) {
                run->monitor.start = start;
            }

        } else if (strcmp(line, "halt") == 0) {
            run->halt = atoi(value);

        } else if (strcmp(line, "boot") == 0) {
            snprintf(boot, sizeof(boot), "%s", value);

        } else {
            for (i = 0; i < VZ_CG_COUNT; i++) {
                if (strcmp(line, vz_ct_state_names[i]) == 0) {
                    snprintf(run->cgroup[i], sizeof(run->cgroup[i]), "%s",
                             value);
                }
            }
        }
    }

    /*
     * the file is from before the node's last start: its processes are gone,
     * and their numbers may belong to others
     */

    if (boot[0] && strcmp(boot, vz_ct_state_boot()) != 0) {
        memset(run, 0, sizeof(*run));
        return -1;
    }

    return 0;
}


const char *
vz_ct_state_boot(void)
{
    static char  boot[VZ_CT_STATE_BOOT];

    if (boot[0] == '\0'
        && vz_file_read("/proc/sys/kernel/random/boot_id", boot, sizeof(boot))
           > 0)
    {
        boot[strcspn(boot, "\n")] = '\0';
    }

    return boot;
}


int
vz_ct_state_write(const vz_ct_t *ct, const vz_ct_state_t *run)
{
    int   i, n;
    char  buf[4096];

    n = snprintf(buf, sizeof(buf), "boot=%s\ninit=%d %llu\n"
                 "monitor=%d %llu\nhalt=%d\n", vz_ct_state_boot(),
                 run->init.pid, (unsigned long long) run->init.start,
                 run->monitor.pid, (unsigned long long) run->monitor.start,
                 run->halt);

    for (i = 0; i < VZ_CG_COUNT; i++) {
        n += snprintf(buf + n, sizeof(buf) - (size_t) n, "%s=%s\n",
                      vz_ct_state_names[i], run->cgroup[i]);
    }

    return vz_ct_store_file(ct, "run", buf, (size_t) n);
}


int
vz_ct_state_alive(const vz_ct_t *ct, vz_ct_state_t *run)
{
    if (vz_ct_state_read(ct, run) == -1) {
        return 0;
    }

    /* init may still be dying when its monitor has ended */

    return vz_process_alive(&run->monitor)
           && (run->init.pid == 0 || vz_process_alive(&run->init));
}
