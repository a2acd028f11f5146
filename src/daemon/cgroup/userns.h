/*
 * The user namespace of one container. The kernel counts pending signals,
 * timers, inotify, fanotify, message queues and namespaces for the owner of a
 * user namespace: here that is the container's own first id, and not the
 * host's root.
 */

#ifndef VZ_USERNS_H
#define VZ_USERNS_H

#include <stdint.h>


/*
 * vz_userns_make: create a namespace that maps VZ_CT_IDS ids from base on. It
 * is inside another one with the same ids, which limits the number of
 * namespaces: the container's root can't raise those limits
 * (user_namespaces(7), namespaces(7)). Returns a descriptor that is closed at
 * exec, or -1 with errno.
 */
int vz_userns_make(uint32_t base);


#endif /* VZ_USERNS_H */
