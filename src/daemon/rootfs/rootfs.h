/*
 * A container's root as a whole: made, entered, resized. Only this file and
 * mount.c know that it is an overlay in an image.
 */

#ifndef VZ_ROOTFS_H
#define VZ_ROOTFS_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"
#include "daemon/rootfs/disk.h"


/*
 * vz_rootfs_make: create an empty image of ct->disk.limit bytes. VZ_OK, or a
 * code with words (VZ_WORDS_MAX bytes).
 */
vz_code_e vz_rootfs_make(const vz_ct_t *ct, char *words);

/*
 * vz_rootfs_enter: run a function on the container's root in a child process:
 * on the mounted root while the container runs, else on one that is mounted
 * for this; in rescue on the own one, that of the rescue system is
 * vz_ct_store_booted()'s. root is a descriptor of the merged tree, raw of the
 * image's file system. With guest set the child has the container's ids.
 * Returns by the job's deadline: the function's code, or another one, with
 * words.
 */
typedef vz_code_e (*vz_rootfs_pt)(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);

vz_code_e vz_rootfs_enter(vz_job_t *job, const vz_ct_t *ct, unsigned guest,
    vz_rootfs_pt function, const void *data, char *words);

/*
 * vz_rootfs_enter_raw: the same on the image's file system alone; root is -1.
 * While the container does not run nobody uses its layers meanwhile. What the
 * function changes it has to write to the disk itself.
 */
vz_code_e vz_rootfs_enter_raw(vz_job_t *job, const vz_ct_t *ct,
    vz_rootfs_pt function, const void *data, char *words);

/*
 * vz_rootfs_beside: the same without any mount: root and raw are -1. For a
 * function that makes the image.
 */
vz_code_e vz_rootfs_beside(vz_job_t *job, const vz_ct_t *ct,
    vz_rootfs_pt function, const void *data, char *words);

/*
 * vz_rootfs_raw: the top of a running container's image, as the host has it
 * mounted. A descriptor, or -1.
 */
int vz_rootfs_raw(const vz_ct_t *ct);

/*
 * vz_rootfs_resize: give image and file system that many bytes while they are
 * in use, whatever their sizes were. VZ_STATE where more is in use; words as
 * above.
 */
vz_code_e vz_rootfs_resize(vz_job_t *job, const vz_ct_t *ct, uint64_t bytes,
    char *words);


#endif /* VZ_ROOTFS_H */
