/* Small files that the daemon reads and writes as a whole. */

#ifndef VZ_FILE_H
#define VZ_FILE_H

#include <dirent.h>
#include <sys/types.h>


/*
 * vz_file_read: read a file, up to size - 1 bytes, and terminate the text.
 * Returns its length, or -1 with errno. A symbolic link is refused.
 */
ssize_t vz_file_read(const char *path, char *buf, size_t size);

/*
 * vz_file_write: write DIR/.NAME.tmp, sync it and rename it to DIR/NAME, mode
 * 0600. 0, or -1 with errno.
 */
int vz_file_write(const char *path, const char *text, size_t len);

/* vz_file_replace: the same without the sync: a power cut may undo it. */
int vz_file_replace(const char *path, const char *text, size_t len);

/*
 * vz_file_forget: remove a file. 0, also where there is none, or -1 with
 * errno.
 */
int vz_file_forget(const char *path);

/*
 * vz_file_copy: copy a regular file as name into a folder that has none of that
 * name, with its times, mode 0600. A symbolic link is refused. 0, or -1 with
 * errno.
 */
int vz_file_copy(const char *from, const char *folder, const char *name);

/*
 * vz_file_dir: read the folder that the descriptor is of, for closedir().
 * NULL, also where it is -1; the descriptor is closed then.
 */
DIR *vz_file_dir(int fd);


#endif /* VZ_FILE_H */
