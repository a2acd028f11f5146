/*
 * A container's root as a whole: made, entered, measured, resized, removed.
 * That it is an overlay in an image is known here and in mount.c alone.
 */

#ifndef VZ_ROOTFS_H
#define VZ_ROOTFS_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"
#include "daemon/rootfs/disk.h"


/* vz_rootfs_make: the empty image of ct->disk.limit bytes.  Or words. */
vz_code_e vz_rootfs_make(const vz_ct_t *ct, char *words);

/*
 * vz_rootfs_enter: run a function on the container's root, in a child: on
 * the mounted one while it runs, else on one mounted for this only.  root is
 * the merged tree, raw the image's file system.  With guest the child has the
 * container's ids.  Ends by the job's deadline.
 */
typedef vz_code_e (*vz_rootfs_pt)(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);

vz_code_e vz_rootfs_enter(vz_job_t *job, const vz_ct_t *ct, unsigned guest,
    vz_rootfs_pt function, const void *data, char *words);

/*
 * vz_rootfs_resize: image and file system to bytes, live, whatever they were;
 * VZ_STATE when too much is in use.
 */
vz_code_e vz_rootfs_resize(vz_job_t *job, const vz_ct_t *ct, uint64_t bytes,
    char *words);


#endif /* VZ_ROOTFS_H */
