/*
 * A process that works on what is taken for hostile, and reaches nothing but
 * one folder: namespaces of its own, so that there is no process, no network,
 * no abstract socket and no other file system for it; no descriptor but those
 * it is left; the five capabilities over files alone, and none to be gained.
 */

#ifndef VZ_ENCLOSE_H
#define VZ_ENCLOSE_H


/*
 * vz_enclose: the folder is the root of what returns, a child in a session of
 * its own that dies with the calling process; that one waits for it here, and
 * ends with its exit status, 1 where a signal ended it.  Descriptors 0 to 2
 * are /dev/null, those above keep are closed.  0, or -1 with errno and in the
 * calling process or the child; whichever it is has to end.
 */
int vz_enclose(const char *folder, int keep);


#endif /* VZ_ENCLOSE_H */
