/*
 * A container's image that is made of another one's, while that one is written
 * to. Where the host's file system can do that both have the same blocks until
 * one of them is written to, which takes no time for any size; elsewhere it is
 * read as a whole, if that ends before the next commit of the btrfs in it.
 */

#ifndef VZ_COPY_IMAGE_H
#define VZ_COPY_IMAGE_H

#include "daemon/ct/ct_store.h"
#include "wire/code.h"


/*
 * vz_copy_image: for vz_rootfs_beside() of a container that has a folder and no
 * image: make it of that of the vz_ct_t that is the data, which may be in use.
 * What vz_copy_take() kept in that one is live in it, and there are no
 * snapshots. VZ_OK; VZ_UNSUPPORTED where it is too large to be read, or has
 * commits all the time, and nothing was made; VZ_BUSY where the other one's
 * disk became another one meanwhile; VZ_NOSPACE or VZ_FAILED; with words.
 */
vz_code_e vz_copy_image(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);


#endif /* VZ_COPY_IMAGE_H */
