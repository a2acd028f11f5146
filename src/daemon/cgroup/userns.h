/*
 * The user namespace of one container.  The kernel counts pending signals,
 * timers, inotify, fanotify, message queues and namespaces for the owner of a
 * user namespace: the container's own first id, not host root.
 */

#ifndef VZ_USERNS_H
#define VZ_USERNS_H

#include <stdint.h>


/*
 * vz_userns_make: a namespace that maps VZ_CT_IDS ids from base on, in
 * another one with the same ids, whose counts of namespaces are bounded where
 * the container's root can't raise them (user_namespaces(7), namespaces(7)).
 * Returns a descriptor, closed at exec, or -1 with errno.
 */
int vz_userns_make(uint32_t base);


#endif /* VZ_USERNS_H */
