/*
 * Small files that the daemon keeps, each read and written as a whole.
 */

#ifndef VZ_FILE_H
#define VZ_FILE_H

#include <sys/types.h>


/*
 * vz_file_read: what a file holds, up to size - 1 bytes of it, terminated;
 * its length, or -1 with errno.  A symlink is refused.
 */
ssize_t vz_file_read(const char *path, char *buf, size_t size);

/*
 * vz_file_write: DIR/NAME is written as DIR/.NAME.tmp, synced and renamed;
 * mode 0600.  0, or -1 with errno.
 */
int vz_file_write(const char *path, const char *text, size_t len);

/* vz_file_replace: the same, not synced: what a power cut may take back. */
int vz_file_replace(const char *path, const char *text, size_t len);

/* vz_file_forget: 0 (also where there is none), or -1 with errno. */
int vz_file_forget(const char *path);


#endif /* VZ_FILE_H */
