/*
 * A guest's own network managers, told before each start that eth0 has its
 * addresses from outside.  Templates as the world ships them ask DHCP for it,
 * and take away what is there when nobody answers.
 */

#ifndef VZ_GUEST_MANAGER_H
#define VZ_GUEST_MANAGER_H

#include "daemon/ct/ct_store.h"


/*
 * vz_guest_manager_tell: for each manager that is in the root, its file is
 * written, or changed where it asks for DHCP on eth0; what is right already is
 * left as it is, and what a customer set by hand stays.  In a child with the
 * container's ids (guest_files.h).  0, or -1 with errno of the first that
 * failed; all are tried.
 */
int vz_guest_manager_tell(const vz_config_t *conf, const vz_ct_t *ct,
    int root);


#endif /* VZ_GUEST_MANAGER_H */
