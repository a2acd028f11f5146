/*
 * Files inside a container's root, written from the host. Paths are resolved
 * with openat2(2) RESOLVE_IN_ROOT, so that a guest's symbolic links lead
 * nowhere else. No program and no library of the guest is ever run or loaded.
 * All of these functions run in a child of the daemon with the container's
 * ids. root is a descriptor of the container's root.
 */

#ifndef VZ_GUEST_FILES_H
#define VZ_GUEST_FILES_H

#include <sys/types.h>
#include "daemon/ct/ct_store.h"


/*
 * vz_guest_files_read: read a regular file of less than size bytes, and
 * terminate it. Its length, or -1 with errno.
 */
ssize_t vz_guest_files_read(int root, const char *path, char *buf,
    size_t size);

/*
 * vz_guest_files_write: write a file as a whole: beside, and renamed over what
 * was there, also over a symbolic link. An existing regular file keeps its
 * owner and mode; a new one is root's with that mode. It is not synced:
 * vz_rootfs_enter() does that once for all. 0, or -1 with errno.
 */
int vz_guest_files_write(int root, const char *path, const char *text,
    size_t len, mode_t mode);

/*
 * vz_guest_files_folder: make a folder with that mode where there is none; a
 * link to one counts.  0, or -1 with errno: ENOTDIR where it is something else.
 */
int vz_guest_files_folder(int root, const char *path, mode_t mode);

/* vz_guest_files_has: 1 where the path exists. */
int vz_guest_files_has(int root, const char *path);

/*
 * Set root's password hash, the host name, and the name servers of ct. 0, or
 * -1 with errno.
 */
int vz_guest_files_password(int root, const char *hash);
int vz_guest_files_hostname(int root, const char *hostname);
int vz_guest_files_dns(int root, const vz_ct_t *ct);

/*
 * vz_guest_files_halt: the signal at which its /sbin/init shuts down:
 * SIGRTMIN+3 for systemd(1), SIGUSR2 for busybox, SIGPWR for System V and
 * others.
 */
int vz_guest_files_halt(int root);

/*
 * vz_guest_files_oom: where its init is systemd, let the kernel kill the
 * services that it starts before systemd itself when memory is used up. An
 * existing setting stays. 0, or -1 with errno.
 */
#define VZ_GUEST_FILES_OOM  "500"   /* of 1000, see proc(5) oom_score_adj */

int vz_guest_files_oom(int root);


#endif /* VZ_GUEST_FILES_H */
