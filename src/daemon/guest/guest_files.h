/*
 * Files inside a container's root, written from the host.  Every path is
 * resolved with openat2(2) RESOLVE_IN_ROOT: a guest's symlinks lead nowhere
 * else.  No program and no library of the guest is ever run or loaded.  All
 * of these run in a child of the daemon, with the container's ids.
 */

#ifndef VZ_GUEST_FILES_H
#define VZ_GUEST_FILES_H

#include <sys/types.h>
#include "daemon/ct/ct_store.h"


/*
 * vz_guest_files_read: a regular file of less than size bytes, terminated; its
 * length, or -1 with errno.
 */
ssize_t vz_guest_files_read(int root, const char *path, char *buf,
    size_t size);

/*
 * vz_guest_files_write: the file as a whole, written beside and renamed over
 * whatever was there (so a symlink is replaced); not synced, which
 * vz_rootfs_enter() does once for all.  An existing regular file's
 * owner and mode are kept, else it is root's with that mode.  0 or -1.
 */
int vz_guest_files_write(int root, const char *path, const char *text,
    size_t len, mode_t mode);

/* vz_guest_files_has: whether there is such a path. */
int vz_guest_files_has(int root, const char *path);

/* All 0, or -1 with errno. */
int vz_guest_files_password(int root, const char *hash);
int vz_guest_files_hostname(int root, const char *hostname);
int vz_guest_files_dns(int root, const vz_ct_t *ct);

/*
 * vz_guest_files_halt: the signal at which its /sbin/init shuts down:
 * systemd(1) SIGRTMIN+3, busybox SIGUSR2, System V and others SIGPWR.
 */
int vz_guest_files_halt(int root);

/*
 * vz_guest_files_oom: where its init is systemd, what that starts is to end
 * before it when memory is used up; what is there already is left.  0, or -1
 * with errno.
 */
#define VZ_GUEST_FILES_OOM  "500"   /* of 1000, see proc(5) oom_score_adj */

int vz_guest_files_oom(int root);


#endif /* VZ_GUEST_FILES_H */
