/*
 * The mounts of a container's root, by bare system calls:
 *
 *   image --loop--> btrfs (raw) --idmapped clone--> upper/, work/ --+
 *   template folder --idmapped clone--> lower ----------------------+-> root
 *
 * Everything is built in a mount namespace of the calling process's own and
 * only then attached to the host's, so a death leaves nothing half mounted.
 */

#ifndef VZ_MOUNT_H
#define VZ_MOUNT_H

#include "daemon/ct/ct_store.h"


typedef struct {
    int     root;       /* the merged root, not attached anywhere */
    int     raw;        /* the image's own file system, ids unshifted */
} vz_mount_t;


/*
 * vz_mount_make: leaves the calling process in a private mount namespace with
 * both mounts in hand.  Waits for up to wait milliseconds for an image that
 * is still attached to a loop device.  A disk that is full is given so much
 * room first (disk_room.h).  VZ_OK; VZ_BUSY (still attached); VZ_NOSPACE: its
 * root can't be written to, but raw can be worked with; VZ_FAILED; all with
 * words (VZ_WORDS_MAX).  Descriptors are closed by the caller or by its end.
 */
vz_code_e vz_mount_make(const vz_ct_t *ct, const char *lower, int wait,
    uint64_t room, vz_mount_t *mount, char *words);

/*
 * vz_mount_unmake: let go of all of it now, in the same process: its end
 * would do that too, but only some time later.
 */
void vz_mount_unmake(vz_mount_t *mount);

/*
 * vz_mount_attach: back into the namespace host (a descriptor), both mounts
 * to ct->dir/root and ct->dir/raw.  0, or -1 with errno.
 */
int vz_mount_attach(const vz_ct_t *ct, const vz_mount_t *mount, int host);

/*
 * vz_mount_nosuid: the host's own mount of a running container's root, once
 * the guest has its copy: nothing of it gives rights on the host.  0 or -1.
 */
int vz_mount_nosuid(const vz_ct_t *ct);

/* vz_mount_drop: umount whatever lies there, stacked or busy.  0 or -1. */
int vz_mount_drop(const vz_ct_t *ct);

/* vz_mount_there: whether something is mounted at dir/name. */
int vz_mount_there(const vz_ct_t *ct, const char *name);

/*
 * vz_mount_image_idle: wait until no loop device holds the image any more;
 * 1, or 0 when it still does after wait milliseconds.
 */
int vz_mount_image_idle(const vz_ct_t *ct, int wait);

/*
 * vz_mount_ids: what this process creates and opens from now on is the
 * container's root's, with all capabilities kept; for forked children.
 */
int vz_mount_ids(uint32_t base);


#endif /* VZ_MOUNT_H */
