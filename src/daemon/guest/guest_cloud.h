/*
 * User data for cloud-init, laid where its data source NoCloud looks for them.
 */

#ifndef VZ_GUEST_CLOUD_H
#define VZ_GUEST_CLOUD_H

#include "daemon/ct/ct_store.h"


#define VZ_GUEST_CLOUD_HEAD  "#cloud-config"

/* waits for cloud-init, tells the end of what it printed, ends as it did */
extern const char  vz_guest_cloud_script[];

/* vz_guest_cloud_is: 1 where user data are for cloud-init. */
int vz_guest_cloud_is(const char *data, size_t len);

/* vz_guest_cloud_there: 1 where the system in that root has cloud-init. */
int vz_guest_cloud_there(int root);

/*
 * vz_guest_cloud_seed: write the seed, and that cloud-init leaves the network
 * and root's access alone: those are the panel's. 0, or -1 with errno.
 */
int vz_guest_cloud_seed(int root, const vz_ct_t *ct, const char *data,
    size_t len);


#endif /* VZ_GUEST_CLOUD_H */
