/* A folder of somebody else's (view_files.h) as a tar archive. */

#ifndef VZ_VIEW_TAR_H
#define VZ_VIEW_TAR_H


/*
 * vz_view_tar: write a folder and what is below it to a descriptor: files with
 * all of their names, holes, extended attributes and access lists, folders, and
 * links as they are; devices, pipes and sockets are left out.  Its names begin
 * with the folder's own one, or "." for the root itself.  0, or -1 with errno:
 * the archive has no end then, so that nobody takes it for a whole one.
 */
int vz_view_tar(int root, const char *path, int out);


#endif /* VZ_VIEW_TAR_H */
