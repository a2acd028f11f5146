/*
 * A mount namespace for work that lasts. A new one begins with a copy of every
 * mount of the host's, and a copy keeps a container's image in use after it was
 * stopped.
 */

#ifndef VZ_APART_H
#define VZ_APART_H

/*
 * vz_apart: give the calling process a mount namespace of its own, with nothing
 * of any container in it but of those that are being created; none that is
 * mounted later comes. 0, or -1 with errno.
 */
int vz_apart(void);


#endif /* VZ_APART_H */
