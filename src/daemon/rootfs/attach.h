/*
 * The loop device of a container's image. An image has one at most, whoever
 * uses it: two would be two file systems over the same bytes.
 *
 * What runs or changes a container waits until nobody has the image. A view of
 * a snapshot (snapshot.h) lasts for hours, and only reads: it shares the
 * device, and lets others share it. It is known by a mark on the image, a lock
 * that ends with the process.
 */

#ifndef VZ_ATTACH_H
#define VZ_ATTACH_H

#include "daemon/ct/ct_store.h"
#include "daemon/rootfs/loop.h"


typedef struct {
    int     loop;                   /* keeps the device */
    int     mark;                   /* of a view; else -1 */
    char    device[VZ_LOOP_NAME];
} vz_attach_t;


/*
 * vz_attach: the device of ct's image, for one that writes. Waits wait
 * milliseconds at most for an image that another one uses. VZ_OK; VZ_BUSY where
 * it is still in use; VZ_FAILED; with words (VZ_WORDS_MAX bytes).
 * vz_attach_view: the same for a view, which the mark makes it.
 */
vz_code_e vz_attach(const vz_ct_t *ct, int wait, vz_attach_t *attach,
    char *words);
vz_code_e vz_attach_view(const vz_ct_t *ct, int wait, vz_attach_t *attach,
    char *words);

/*
 * vz_attach_close: leave the device to the mounts that have it; the mark of a
 * view stays.
 */
void vz_attach_close(vz_attach_t *attach);

/*
 * vz_attach_idle: 1 where no device has ct's image, or one for views alone.
 */
int vz_attach_idle(const vz_ct_t *ct);


#endif /* VZ_ATTACH_H */
