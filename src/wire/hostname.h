/*
 * Host names that a container can't have, because every host uses them for
 * itself.
 */

#ifndef VZ_HOSTNAME_H
#define VZ_HOSTNAME_H

#include <stddef.h>


/*
 * vz_hostname_own: whether a valid host name is one that every host has for
 * itself in /etc/hosts, alone or as its first label; localhost or a name below
 * it (RFC 6761, 6.3); or only digits and dots, which inet_aton(3) reads as an
 * address.
 */
int vz_hostname_own(const char *s, size_t len);


#endif /* VZ_HOSTNAME_H */
