/*
 * A container's image and the btrfs in it. Each has a size of its own, and the
 * record has a third: they may differ after a verb died.
 */

#ifndef VZ_IMAGE_H
#define VZ_IMAGE_H

#include "daemon/ct/ct_store.h"
#include "wire/code.h"


typedef struct {
    uint64_t    file;               /* bytes of the image */
    uint64_t    fs;                 /* bytes of the file system in it */
} vz_image_size_t;

/*
 * vz_image_size: both sizes of a mounted image; raw is a descriptor of its
 * file system. 0, or -1 with errno.
 */
int vz_image_size(const vz_ct_t *ct, int raw, vz_image_size_t *size);

/*
 * vz_image_resize: give image and file system that many bytes while they are
 * in use, whatever their sizes were. VZ_OK; VZ_STATE where more is in use, and
 * nothing has changed; another code with words (VZ_WORDS_MAX bytes): a
 * repeated call goes on from there.
 */
vz_code_e vz_image_resize(const vz_ct_t *ct, int raw, uint64_t bytes,
    char *words);

/* vz_image_sync: write all of a mounted image to the disk. 0, or -1. */
int vz_image_sync(int raw);

/*
 * vz_image_discard: turn on or off that removed data is given back to the
 * host. A mount begins without it, because btrfs forgets chunks that were
 * empty when it was mounted with it. Failures are logged.
 */
void vz_image_discard(int raw, unsigned on);


#endif /* VZ_IMAGE_H */
