/*
 * Names that a container can't have, for its hosts mean themselves by them.
 */

#ifndef VZ_HOSTNAME_H
#define VZ_HOSTNAME_H

#include <stddef.h>


/*
 * vz_hostname_own: whether a name, of the grammar of host names, is one that
 * every host has for itself in /etc/hosts, alone or as its first label;
 * localhost or below it (RFC 6761, 6.3); or digits and dots alone, which some
 * read as an address (inet_aton(3)).
 */
int vz_hostname_own(const char *s, size_t len);


#endif /* VZ_HOSTNAME_H */
