/* Folders are made, removed and synced. */

#ifndef VZ_DIRTREE_H
#define VZ_DIRTREE_H

#include <sys/types.h>


/*
 * vz_dirtree_make: create a folder and its parents. Those that are new get the
 * mode, whatever the umask is. 0, or -1 with errno.
 */
int vz_dirtree_make(const char *path, mode_t mode);

/*
 * vz_dirtree_remove: remove a file, or a folder with everything in it, at any
 * depth. The path is absolute. Symbolic links are removed and not followed;
 * other file systems are not entered. 0, also where nothing is there, or -1
 * with errno.
 */
int vz_dirtree_remove(const char *path);

/*
 * vz_dirtree_sync: write the names in a folder to the disk. 0, or -1 with
 * errno.
 */
int vz_dirtree_sync(const char *path);


#endif /* VZ_DIRTREE_H */
