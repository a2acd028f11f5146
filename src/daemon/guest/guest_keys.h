/*
 * Root's SSH keys inside a container: a block of lines between two marks of
 * its .ssh/authorized_keys, which the panel owns; all other lines are the
 * guest's.  Written from the host, as in guest_files.h.
 */

#ifndef VZ_GUEST_KEYS_H
#define VZ_GUEST_KEYS_H


/*
 * vz_guest_keys_write: replace the panel's block by these lines, each with its
 * LF; "" removes it.  root is a descriptor of the container's root.  0, or -1
 * with errno: EINVAL where what is there is no regular file, EFBIG where it is
 * too long.
 */
int vz_guest_keys_write(int root, const char *lines);


/* vz_guest_keys_why: the words of errno after that. */
const char *vz_guest_keys_why(void);


#endif /* VZ_GUEST_KEYS_H */
