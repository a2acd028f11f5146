/* The files that tell one container of a template from another. */

#ifndef VZ_GUEST_IDENTITY_H
#define VZ_GUEST_IDENTITY_H


/*
 * vz_guest_identity_make: give the container a machine-id and ssh host keys of
 * its own, where its system uses them. 0, or -1 with errno.
 */
int vz_guest_identity_make(int root, const char *hostname);


#endif /* VZ_GUEST_IDENTITY_H */
