/*
 * What is live in a container's image, copied into the fresh image of another
 * container: as a stream of btrfs's own, which has every kind of file, and all
 * that is known of one. Both sides are read and written while the first one
 * runs. Where copy_image.h can do it, that is faster.
 */

#ifndef VZ_COPY_H
#define VZ_COPY_H

#include "daemon/ct/ct_store.h"
#include "wire/code.h"


/*
 * Functions for vz_rootfs_enter_raw(). vz_copy_take: keep what is live in the
 * image that is copied; under its container's lock. vz_copy_drop: forget that
 * again. Their data is not used. vz_copy_fill: in the fresh image, whose folder
 * nobody else has: copy what vz_copy_take() kept, which becomes live; data is
 * the vz_ct_t that is copied. VZ_OK; VZ_STATE where the disk to be copied is
 * full; VZ_BUSY where it is being copied already; VZ_NOSPACE or VZ_FAILED; with
 * words.
 */
vz_code_e vz_copy_take(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words);
vz_code_e vz_copy_drop(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words);
vz_code_e vz_copy_fill(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words);


#endif /* VZ_COPY_H */
