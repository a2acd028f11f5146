/*
 * Folders of the daemon's own store.
 */

#ifndef VZ_DIRTREE_H
#define VZ_DIRTREE_H

#include <sys/types.h>


/*
 * vz_dirtree_make: the folder and its parents; those it makes get that mode,
 * whatever the umask is.  0, or -1 with errno.
 */
int vz_dirtree_make(const char *path, mode_t mode);

/*
 * vz_dirtree_remove: a file, or a folder with everything in it, of any depth;
 * symlinks are removed and not followed, other file systems not entered.
 * Absolute paths only.  0 (also where nothing is), or -1 with errno.
 */
int vz_dirtree_remove(const char *path);

/*
 * vz_dirtree_sync: the names in a folder are on the disk.  0, or -1 with
 * errno.
 */
int vz_dirtree_sync(const char *path);


#endif /* VZ_DIRTREE_H */
