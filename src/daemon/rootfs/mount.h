/*
 * The mounts of a container's root, made with bare system calls:
 *
 *   image --loop--> btrfs (raw) --idmapped clone--> live/upper, live/work --+
 *   template folder --idmapped clone--> lower ------------------------------+
 *                                                                  root <---+
 *
 * These are attached to ct->dir/raw and ct->dir/root.  In rescue those are the
 * rescue system's, and the container's own disk is at disk.raw and disk.
 *
 * Everything is built in a mount namespace of the calling process and only
 * then attached to the host's, so that a process which dies leaves nothing
 * half mounted.
 */

#ifndef VZ_MOUNT_H
#define VZ_MOUNT_H

#include "daemon/ct/ct_store.h"


typedef struct {
    int     root;       /* the merged root, which is attached nowhere yet */
    int     raw;        /* the image's own file system, with unshifted ids */
} vz_mount_t;


/*
 * vz_mount_name: the name in ct->dir where the container's own root is mounted
 * while it runs, or with raw set its image's file system.
 */
const char *vz_mount_name(const vz_ct_t *ct, unsigned raw);

/*
 * vz_mount_make: build both mounts, and leave the calling process in a private
 * mount namespace. Waits wait milliseconds at most for an image that is still
 * attached to a loop device. A full disk gets so much extra room first
 * (disk_room.h). VZ_OK; VZ_BUSY where the image is still attached; VZ_NOSPACE
 * where the root can't be written to, while raw works; VZ_FAILED; all with
 * words (VZ_WORDS_MAX bytes). The caller closes the descriptors, or its end
 * does. With ct->idmap 0 the ids are those of the image, as the container's own
 * root sees them.
 */
vz_code_e vz_mount_make(const vz_ct_t *ct, const char *lower, int wait,
    uint64_t room, vz_mount_t *mount, char *words);

/*
 * vz_mount_raw: the same for the image's file system alone, with root -1; its
 * layers are used by nobody then.
 */
vz_code_e vz_mount_raw(const vz_ct_t *ct, const char *lower, int wait,
    uint64_t room, vz_mount_t *mount, char *words);

/*
 * vz_mount_top: the same as the image is, which may have no layers yet.
 */
vz_code_e vz_mount_top(const vz_ct_t *ct, int wait, vz_mount_t *mount,
    char *words);

/*
 * vz_mount_device: mount the btrfs of a device, attached nowhere; it is the
 * same file system for all who mount that device. A descriptor, or -1 with
 * errno.
 */
int vz_mount_device(const char *device);

/*
 * vz_mount_unmake: unmount everything now, in the same process; its end would
 * do that some time later.
 */
void vz_mount_unmake(vz_mount_t *mount);

/*
 * vz_mount_attach: go back into the namespace host (a descriptor) and attach
 * both mounts to the names of vz_mount_name(). In rescue these are made, and
 * the root is nosuid: it is data of the rescue system's. 0, or -1 with errno.
 */
int vz_mount_attach(const vz_ct_t *ct, const vz_mount_t *mount, int host);

/*
 * vz_mount_nosuid: make the host's mount of a running container's root nosuid,
 * once the guest has its copy, so that no program in it gives rights on the
 * host. 0, or -1 with errno.
 */
int vz_mount_nosuid(const vz_ct_t *ct);

/*
 * vz_mount_drop: unmount whatever is mounted there, stacked or busy, of its
 * rescue system, too. 0, or -1 with errno.
 */
int vz_mount_drop(const vz_ct_t *ct);

/* vz_mount_there: 1 where something is mounted at dir/name. */
int vz_mount_there(const vz_ct_t *ct, const char *name);

/*
 * vz_mount_image_idle: wait until no loop device has the image any more, nor in
 * rescue that of the rescue system. 1, or 0 where one still has it after wait
 * milliseconds.
 */
int vz_mount_image_idle(const vz_ct_t *ct, int wait);

/*
 * vz_mount_ids: change to the ids of the container's root and keep all
 * capabilities; for forked children. What the process creates from now on
 * belongs to the container's root.
 */
int vz_mount_ids(uint32_t base);


#endif /* VZ_MOUNT_H */
