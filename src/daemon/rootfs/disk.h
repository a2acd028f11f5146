/* The size and the usage of a container's disk. */

#ifndef VZ_DISK_H
#define VZ_DISK_H

#include "daemon/ct/ct_store.h"


#define VZ_DISK_MIN  (256ULL * 1024 * 1024)     /* btrfs shrinks no further */

typedef struct {
    uint64_t    total;              /* bytes */
    uint64_t    used;
    uint64_t    available;
    uint64_t    inodes;             /* 0: the file system doesn't count them */
    uint64_t    inodes_used;
} vz_disk_use_t;

/*
 * vz_disk_use: measure the mounted root while the container runs; otherwise
 * tell what was measured last, or what the image takes on the host.
 */
void vz_disk_use(const vz_ct_t *ct, unsigned running, vz_disk_use_t *use);

/* vz_disk_image: the bytes of the image; 0 where there is none. */
uint64_t vz_disk_image(const vz_ct_t *ct);


#endif /* VZ_DISK_H */
