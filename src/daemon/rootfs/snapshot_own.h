/*
 * How many bytes only a snapshot has: those of the extents that no other tree
 * of its image names. Which ones a tree names stands in it in one row, so that
 * it costs a fraction of asking for each file, and nothing is kept up to date
 * while the guest writes, as quotas of btrfs would be.
 */

#ifndef VZ_SNAPSHOT_OWN_H
#define VZ_SNAPSHOT_OWN_H

#include "daemon/rootfs/snapshot_note.h"


/*
 * vz_snapshot_own: count them for each snapshot of the note, in the image whose
 * top is raw, and for all of them together. What two snapshots have together is
 * neither's, but counts for all. gone is asked now and then whether to leave
 * off. 0, or -1: nothing was counted, because it left off, or has no memory for
 * so many extents, or an error occurred.
 */
int vz_snapshot_own(int raw, vz_snapshot_note_t *note,
    int (*gone)(void *data), void *data);


#endif /* VZ_SNAPSHOT_OWN_H */
