/*
 * The network managers inside a guest, which are told before each start that
 * eth0 gets its addresses from outside. Templates are set to DHCP, and when
 * nobody answers they remove the addresses.
 */

#ifndef VZ_GUEST_MANAGER_H
#define VZ_GUEST_MANAGER_H

#include "daemon/ct/ct_store.h"


/*
 * vz_guest_manager_tell: for each manager that the root has, write its file,
 * or change it where it is set to DHCP on eth0. A file that is right, or that
 * a customer changed by hand, stays. Call it in a child with the container's
 * ids (guest_files.h). All are tried: 0, or -1 with errno of the first that
 * failed.
 */
int vz_guest_manager_tell(const vz_config_t *conf, const vz_ct_t *ct,
    int root);


#endif /* VZ_GUEST_MANAGER_H */
