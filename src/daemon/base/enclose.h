/*
 * A process that works on hostile data and reaches nothing but one folder. It
 * has namespaces of its own: no other process, no network, no abstract socket
 * and no other file system exists for it. It keeps only the descriptors that
 * it is given, and the five capabilities over files; it can't gain others.
 */

#ifndef VZ_ENCLOSE_H
#define VZ_ENCLOSE_H


/*
 * vz_enclose: fork, and return in the child, whose root is the folder. The
 * child is in a session of its own and dies with the calling process. The
 * calling process waits here and exits with the child's status, or with 1
 * where a signal ended the child. In the child, descriptors 0 to 2 are
 * /dev/null, and those above keep are closed. Returns 0 in the child; or -1
 * with errno in either process, which then must exit.
 */
int vz_enclose(const char *folder, int keep);


#endif /* VZ_ENCLOSE_H */
