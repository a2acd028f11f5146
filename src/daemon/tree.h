/*
 * Folders of the daemon's own store.
 */

#ifndef VZ_TREE_H
#define VZ_TREE_H

#include <sys/types.h>


/*
 * vz_tree_make: the folder and its parents; those it makes get that mode,
 * whatever the umask is.  0, or -1 with errno.
 */
int vz_tree_make(const char *path, mode_t mode);

/*
 * vz_tree_remove: a file, or a folder with everything in it, of any depth;
 * symlinks are removed and not followed, other file systems not entered.
 * Absolute paths only.  0 (also where nothing is), or -1 with errno.
 */
int vz_tree_remove(const char *path);

/* vz_tree_sync: the names in a folder are on the disk.  0, or -1 with errno. */
int vz_tree_sync(const char *path);


#endif /* VZ_TREE_H */
