/*
 * What runs in the container: the script of a first boot, as its root.
 */

#ifndef VZ_LXC_USER_DATA_INSIDE_H
#define VZ_LXC_USER_DATA_INSIDE_H

#include <stddef.h>


#define VZ_LXC_USER_DATA_OUTPUT  "/var/log/first-boot.log"
#define VZ_LXC_USER_DATA_SCRIPT  "/root/.first-boot"

typedef struct {
    int          pair;              /* where it sends its output's file */
    const char  *data;
    size_t       len;
} vz_lxc_user_data_t;


/*
 * vz_lxc_user_data_inside: for liblxc's attach(): open the output's file and
 * send it, wait until systemd has booted where that is its init, write the
 * script and become it.  It returns only where that failed, 126 or 127.
 */
int vz_lxc_user_data_inside(void *data);


#endif /* VZ_LXC_USER_DATA_INSIDE_H */
