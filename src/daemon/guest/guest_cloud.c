#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "daemon/guest/guest_cloud.h"
#include "daemon/guest/guest_files.h"


#define VZ_GUEST_CLOUD_SEED  "var/lib/cloud/seed/nocloud"


/* what is no YAML is left out, and the status is well */

const char  vz_guest_cloud_script[] =
    "#!/bin/sh\n"
    "cloud-init status --wait --long\n"
    "rc=$?\n"
    "tail -c 1500 /var/log/cloud-init-output.log\n"
    "[ $rc -ne 0 ] || cloud-init schema --config-file \\\n"
    "    /" VZ_GUEST_CLOUD_SEED "/user-data || rc=$?\n"
    "exit $rc\n";

static const char  vz_guest_cloud_conf[] =
    "# of the panel\n"
    "datasource_list: [NoCloud, None]\n"
    "network: {config: disabled}\n"
    "preserve_hostname: true\n"
    "disable_root: false\n"
    "ssh_deletekeys: false\n";


int
vz_guest_cloud_is(const char *data, size_t len)
{
    size_t  n;

    n = sizeof(VZ_GUEST_CLOUD_HEAD) - 1;

    return len > n && memcmp(data, VZ_GUEST_CLOUD_HEAD, n) == 0
           && strchr("\r\n \t", data[n]) != NULL;
}


int
vz_guest_cloud_there(int root)
{
    return vz_guest_files_has(root, "usr/bin/cloud-init");
}


int
vz_guest_cloud_seed(int root, const vz_ct_t *ct, const char *data, size_t len)
{
    int       n;
    char      meta[256];
    unsigned  i;

    static const char *const  folders[] = {
        "var", "var/lib", "var/lib/cloud", "var/lib/cloud/seed",
        VZ_GUEST_CLOUD_SEED, "etc", "etc/cloud", "etc/cloud/cloud.cfg.d"
    };

    for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        if (vz_guest_files_folder(root, folders[i], 0755) == -1) {
            return -1;
        }
    }

    n = snprintf(meta, sizeof(meta), "instance-id: %u-%" PRIu64 "\n"
                 "local-hostname: %s\n", ct->ctid, ct->created,
                 ct->hostname[0] ? ct->hostname : "localhost");

    return vz_guest_files_write(root, VZ_GUEST_CLOUD_SEED "/user-data", data,
                                len, 0600) == -1
           || vz_guest_files_write(root, VZ_GUEST_CLOUD_SEED "/meta-data",
                                   meta, (size_t) n, 0644) == -1
           || vz_guest_files_write(root, "etc/cloud/cloud.cfg.d/"
                                   "99-panel.cfg", vz_guest_cloud_conf,
                                   sizeof(vz_guest_cloud_conf) - 1, 0644)
              == -1
           ? -1 : 0;
}
