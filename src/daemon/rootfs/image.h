/*
 * A container's image and the btrfs in it: both have a size, and neither the
 * record nor one of them proves the other, for a verb may have died between.
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
 * vz_image_size: of a mounted image; raw is a descriptor of its file system.
 * 0, or -1 with errno.
 */
int vz_image_size(const vz_ct_t *ct, int raw, vz_image_size_t *size);

/*
 * vz_image_resize: both to that many bytes, live, whatever they were.  VZ_OK;
 * VZ_STATE: what is in use does not fit, and nothing has changed; else words
 * (VZ_WORDS_MAX), and the same again goes on from there.
 */
vz_code_e vz_image_resize(const vz_ct_t *ct, int raw, uint64_t bytes,
    char *words);

/*
 * vz_image_discard: whether what is removed in the file system is given back
 * to the host.  A mount begins without, for btrfs forgets chunks that were
 * empty when it was mounted with it.  What fails is logged.
 */
void vz_image_discard(int raw, unsigned on);


#endif /* VZ_IMAGE_H */
