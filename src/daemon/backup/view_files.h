/*
 * Files of somebody else, below a folder that is open and that nobody changes
 * meanwhile: a snapshot's.  Each path is looked up by the kernel below that
 * folder, in one file system; no link is followed, and nothing is opened that
 * is neither a file nor a folder.
 */

#ifndef VZ_VIEW_FILES_H
#define VZ_VIEW_FILES_H

#include <sys/stat.h>


#define VZ_VIEW_FILES_MOST  1000        /* entries of a folder that are told */


/*
 * vz_view_files_find: what a path names, "" being the folder root itself.  A
 * descriptor of O_PATH, of a link itself, with *st filled in; or -1 with
 * errno.
 */
int vz_view_files_find(int root, const char *path, struct stat *st);

/* vz_view_files_open: open a file or a folder for reading; or -1 with errno. */
int vz_view_files_open(int root, const char *path);

/*
 * vz_view_files_list: write a line for each entry of a folder to a descriptor,
 * the first of them by their bytes, or one for what is no folder; "more=1" ends
 * them where there are others.  0, or -1 with errno.
 */
int vz_view_files_list(int root, const char *path, int out);

/* vz_view_files_send: write all bytes of a file to a descriptor.  As above. */
int vz_view_files_send(int root, const char *path, int out);

/* vz_view_files_put: write all of len bytes.  0, or -1 with errno. */
int vz_view_files_put(int out, const char *bytes, size_t len);


#endif /* VZ_VIEW_FILES_H */
