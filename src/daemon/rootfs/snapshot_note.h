/*
 * What is noted of the snapshots of an image, in a file of its name beside it,
 * for those who ask while nobody may look into the image: a line "NAME SECONDS
 * BYTES" for each, BYTES "-" while nobody has counted, and a line "all BYTES".
 */

#ifndef VZ_SNAPSHOT_NOTE_H
#define VZ_SNAPSHOT_NOTE_H

#include "daemon/base/ct_stat.h"
#include "daemon/ct/ct_store.h"
#include "daemon/rootfs/snapshot.h"


#define VZ_SNAPSHOT_NAME  33        /* bytes of a name, with its NUL */

typedef struct {
    char        name[VZ_SNAPSHOT_NAME];
    uint64_t    made;               /* time(2) */
    uint64_t    own;                /* bytes that nothing but it has, which
                                       come back when it is removed, or
                                       VZ_CT_STAT_UNKNOWN */
} vz_snapshot_t;

typedef struct {
    uint64_t        all;            /* bytes that they have, and what is live
                                       has not: more than their own ones where
                                       two have the same; as own */
    unsigned        n;
    vz_snapshot_t   list[VZ_SNAPSHOT_MOST];     /* oldest first */
} vz_snapshot_note_t;


/*
 * vz_snapshot_note_read: what is noted; no file is no snapshots.
 * vz_snapshot_note_see: what the image has, whose top is raw; bytes are those
 * noted before, less what went with snapshots that are not there any more. Both
 * 0, or -1 with errno.
 */
int vz_snapshot_note_read(const vz_ct_t *ct, vz_snapshot_note_t *note);
int vz_snapshot_note_see(const vz_ct_t *ct, int raw,
    vz_snapshot_note_t *note);

/*
 * vz_snapshot_note_write: note them, under the container's lock, where that is
 * not what is noted already. 0, or -1 with errno.
 */
int vz_snapshot_note_write(const vz_ct_t *ct, const vz_snapshot_note_t *note);

/* vz_snapshot_note_find: the one of that name, or NULL. */
vz_snapshot_t *vz_snapshot_note_find(vz_snapshot_note_t *note,
    const char *name);

/*
 * vz_snapshot_note_forget: remove the note of another image of the container,
 * "image.2". 0, or -1 with errno.
 */
int vz_snapshot_note_forget(const vz_ct_t *ct, const char *image);


#endif /* VZ_SNAPSHOT_NOTE_H */
