#include <sys/statvfs.h>
#include "daemon/base/log.h"
#include "daemon/rootfs/disk_room.h"
#include "daemon/rootfs/image.h"
#include "wire/frame.h"


#define VZ_DISK_ROOM_LOW  (8ULL << 20)  /* bytes free, below which it counts
                                           as full */


static uint64_t vz_disk_room_bytes(const vz_ct_t *ct,
    const vz_image_size_t *size, uint64_t room);
static void vz_disk_room_set(const vz_ct_t *ct, int raw, uint64_t bytes);


void
vz_disk_room(const vz_ct_t *ct, int raw, uint64_t room)
{
    uint64_t          left, bytes;
    struct statvfs    fs;
    vz_image_size_t   size;

    if (fstatvfs(raw, &fs) == -1 || vz_image_size(ct, raw, &size) == -1) {
        return;
    }

    /* btrfs also reports 0 where data would fit, but no name */

    left = (uint64_t) fs.f_bavail * fs.f_frsize;
    bytes = size.fs;

    if (left < VZ_DISK_ROOM_LOW) {
        bytes = vz_disk_room_bytes(ct, &size, room);

    } else if (left > size.fs - ct->disk.limit + 2 * VZ_DISK_ROOM_LOW
               && size.fs > ct->disk.limit
               && size.fs <= ct->disk.limit + VZ_DISK_ROOM_MOST)
    {
        bytes = ct->disk.limit;
    }

    if (left < VZ_DISK_ROOM_LOW ? bytes <= size.fs : bytes >= size.fs) {
        return;
    }

    vz_disk_room_set(ct, raw, bytes);
}


void
vz_disk_room_more(const vz_ct_t *ct, int raw, uint64_t room)
{
    uint64_t          bytes;
    vz_image_size_t   size;

    if (vz_image_size(ct, raw, &size) == -1) {
        return;
    }

    bytes = vz_disk_room_bytes(ct, &size, room);

    if (bytes > size.fs) {
        vz_disk_room_set(ct, raw, bytes);
    }
}


/* The size with room, or with more where that of last time is full as well. */

static uint64_t
vz_disk_room_bytes(const vz_ct_t *ct, const vz_image_size_t *size,
    uint64_t room)
{
    uint64_t  bytes;

    bytes = ct->disk.limit + room;

    if (bytes <= size->fs) {
        bytes = size->fs + VZ_DISK_ROOM_START;
    }

    return bytes < ct->disk.limit + VZ_DISK_ROOM_MOST
           ? bytes : ct->disk.limit + VZ_DISK_ROOM_MOST;
}


static void
vz_disk_room_set(const vz_ct_t *ct, int raw, uint64_t bytes)
{
    char  words[VZ_WORDS_MAX];

    if (vz_image_resize(ct, raw, bytes, words) != VZ_OK) {
        vz_log(LOG_WARNING, "room on the disk of container %u: %s", ct->ctid,
               words);
    }
}


int
vz_disk_room_full(const vz_ct_t *ct, int raw)
{
    uint64_t          left, extra;
    struct statvfs    fs;
    vz_image_size_t   size;

    if (fstatvfs(raw, &fs) == -1 || vz_image_size(ct, raw, &size) == -1) {
        return 0;
    }

    left = (uint64_t) fs.f_bavail * fs.f_frsize;
    extra = size.fs > ct->disk.limit ? size.fs - ct->disk.limit : 0;

    return left < extra + VZ_DISK_ROOM_LOW;
}
