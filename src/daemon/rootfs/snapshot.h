/*
 * Snapshots of a container's disk: read-only subvolumes in its image, beside
 * what is live (layout.h). They go with the image: a reinstall begins without
 * any, and has those of before again when it is reverted.
 *
 * The image has the truth. What it has is noted beside it (snapshot_note.h),
 * since an image that nobody uses can't be looked into in passing.
 */

#ifndef VZ_SNAPSHOT_H
#define VZ_SNAPSHOT_H

#include "daemon/ct/ct_store.h"
#include "daemon/rootfs/snapshot_view.h"


#define VZ_SNAPSHOT_MOST  32        /* of one container */

/*
 * Functions for vz_rootfs_enter_raw(), whose data is the name of a snapshot.
 * VZ_OK, with the words "already" where there was nothing to do; VZ_STATE for a
 * reason in words; VZ_NOSPACE or VZ_FAILED with words. Each may be called again
 * after its process died.
 *
 * vz_snapshot_take: take one. A running guest waits for the disk meanwhile, for
 * as long as one transaction takes. vz_snapshot_drop: remove one.
 * vz_snapshot_look: VZ_STATE where there is no such snapshot.
 * vz_snapshot_roll: what is live becomes what the snapshot has, which stays;
 * the container must not run.
 */
vz_code_e vz_snapshot_take(const vz_ct_t *ct, int root, int raw,
    const void *name, char *words);
vz_code_e vz_snapshot_drop(const vz_ct_t *ct, int root, int raw,
    const void *name, char *words);
vz_code_e vz_snapshot_look(const vz_ct_t *ct, int root, int raw,
    const void *name, char *words);
vz_code_e vz_snapshot_roll(const vz_ct_t *ct, int root, int raw,
    const void *name, char *words);


#endif /* VZ_SNAPSHOT_H */
