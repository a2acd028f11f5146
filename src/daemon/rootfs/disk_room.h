/*
 * Room on a container's disk for what its start needs: the overlay makes a
 * folder at each mount, and where a disk is full to the last byte it would be
 * read-only, so that nobody could remove anything from it.
 */

#ifndef VZ_DISK_ROOM_H
#define VZ_DISK_ROOM_H

#include "daemon/ct/ct_store.h"


/* bytes beyond what was sold: for a start, for a verb's files, and at most, for
   a guest that fills again what it was given */
#define VZ_DISK_ROOM_START  (64ULL << 20)
#define VZ_DISK_ROOM_PANEL  (128ULL << 20)
#define VZ_DISK_ROOM_MOST   (256ULL << 20)

/*
 * vz_disk_room: before the overlay is mounted; raw is a descriptor of the
 * image's file system.  A disk that is full grows to room bytes beyond what
 * was sold, or further where it had those already, and shrinks again at a
 * mount when it no longer needs that.  What fails is logged.
 */
void vz_disk_room(const vz_ct_t *ct, int raw, uint64_t room);


#endif /* VZ_DISK_ROOM_H */
