/*
 * Extra room on a full disk for what a start needs. The overlay creates a
 * folder at each mount; on a disk that is full to the last byte it would be
 * read-only, and nobody could remove anything.
 */

#ifndef VZ_DISK_ROOM_H
#define VZ_DISK_ROOM_H

#include "daemon/ct/ct_store.h"


/*
 * bytes beyond the disk's size: for a start, for the files of a verb, and at
 * most, for a guest that fills the extra room again
 */
#define VZ_DISK_ROOM_START  (64ULL << 20)
#define VZ_DISK_ROOM_PANEL  (128ULL << 20)
#define VZ_DISK_ROOM_MOST   (256ULL << 20)

/*
 * vz_disk_room: grow a full disk by room bytes beyond its size, or by more
 * where it had those already; shrink it again at a mount where it no longer
 * needs that. Call it before the overlay is mounted. raw is a descriptor of
 * the image's file system. Failures are logged.
 */
void vz_disk_room(const vz_ct_t *ct, int raw, uint64_t room);

/*
 * vz_disk_room_more: the same where something has failed for want of room,
 * whatever the file system reports as free.
 */
void vz_disk_room_more(const vz_ct_t *ct, int raw, uint64_t room);

/*
 * vz_disk_room_full: 1 where hardly anything is left on a disk, its extra room
 * not counted.
 */
int vz_disk_room_full(const vz_ct_t *ct, int raw);


#endif /* VZ_DISK_ROOM_H */
