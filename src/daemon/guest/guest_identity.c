#include <stdio.h>
#include <string.h>
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_identity.h"
#include "daemon/guest/hostkey.h"
#include "wire/random.h"


int
vz_guest_identity_make(int root, const char *hostname)
{
    char           text[64];
    unsigned       i;
    unsigned char  id[16];

    if (vz_guest_files_has(root, "etc/machine-id")) {
        if (vz_random(id, sizeof(id)) == -1) {
            return -1;
        }

        id[6] = (unsigned char) ((id[6] & 0x0f) | 0x40);
        id[8] = (unsigned char) ((id[8] & 0x3f) | 0x80);

        for (i = 0; i < sizeof(id); i++) {
            snprintf(text + 2 * i, 3, "%02x", id[i]);
        }

        strcpy(text + 32, "\n");

        if (vz_guest_files_write(root, "etc/machine-id", text, 33,
                                 0444) == -1) {
            return -1;
        }
    }

    return vz_guest_files_has(root,
                              "usr/sbin/sshd") && vz_guest_files_has(root,
                                                                     "etc/ssh")
           ? vz_hostkey_make(root, hostname) : 0;
}
