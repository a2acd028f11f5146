#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include "daemon/rootfs/super.h"
#include "wire/random.h"


#define VZ_SUPER_SIZE     4096
#define VZ_SUPER_MAGIC    "_BHRfS_M"
#define VZ_SUPER_CRC32C   0         /* csum_type */
#define VZ_SUPER_POLY     0x82f63b78U       /* of CRC-32C, reversed */
#define VZ_SUPER_COPIES   3

/* What it begins with, as it is on the disk: little endian, without gaps. */
typedef struct {
    uint8_t     csum[BTRFS_CSUM_SIZE];      /* of all behind it */
    uint8_t     fsid[BTRFS_FSID_SIZE];
    uint64_t    bytenr;                     /* where it is */
    uint64_t    flags;
    uint8_t     magic[8];
    uint64_t    generation;
    uint64_t    root;
    uint64_t    chunk_root;
    uint64_t    log_root;
    uint64_t    log_root_transid;
    uint64_t    totals[4];
    uint32_t    sizes[5];
    uint64_t    chunk_root_generation;
    uint64_t    compat_flags;
    uint64_t    compat_ro_flags;
    uint64_t    incompat_flags;
    uint16_t    csum_type;
    uint8_t     root_level;
    uint8_t     chunk_root_level;
    uint8_t     log_root_level;
    uint8_t     dev_item[98];
    uint8_t     label[BTRFS_LABEL_SIZE];
    uint64_t    cache_generation;
    uint64_t    uuid_tree_generation;
    uint8_t     metadata_uuid[BTRFS_UUID_SIZE];     /* in each block of a tree,
                                                       once it is not fsid */
    uint8_t     rest[VZ_SUPER_SIZE - 0x24b];
} __attribute__((packed)) vz_super_t;

_Static_assert(sizeof(vz_super_t) == VZ_SUPER_SIZE
               && offsetof(vz_super_t, metadata_uuid) == 0x23b,
               "the superblock of btrfs");


static int vz_super_read(int image, unsigned copy, vz_super_t *super);
static void vz_super_sum(const vz_super_t *super, uint8_t csum[4]);


/* The first is the one that is read when it is mounted. */
static const uint64_t  vz_super_places[VZ_SUPER_COPIES] = {
    64ULL << 10, 64ULL << 20, 256ULL << 30
};


int
vz_super_renew(int image)
{
    uint8_t     fsid[BTRFS_FSID_SIZE];
    uint64_t    incompat;
    unsigned    copy;
    vz_super_t  super;

    if (vz_random(fsid, sizeof(fsid)) != 0) {
        errno = EIO;
        return -1;
    }

    fsid[6] = (uint8_t) ((fsid[6] & 0x0f) | 0x40);      /* RFC 9562: random */
    fsid[8] = (uint8_t) ((fsid[8] & 0x3f) | 0x80);

    /* where there is room for a copy, there is one */

    for (copy = 0; copy < VZ_SUPER_COPIES; copy++) {

        if (vz_super_read(image, copy, &super) == -1) {

            if (copy == 0) {
                return -1;
            }

            continue;
        }

        incompat = le64toh(super.incompat_flags);

        if (!(incompat & BTRFS_FEATURE_INCOMPAT_METADATA_UUID)) {
            incompat |= BTRFS_FEATURE_INCOMPAT_METADATA_UUID;
            memcpy(super.metadata_uuid, super.fsid, sizeof(super.fsid));
        }

        super.incompat_flags = htole64(incompat);
        memcpy(super.fsid, fsid, sizeof(fsid));
        super.log_root = 0;
        super.log_root_transid = 0;
        super.log_root_level = 0;
        vz_super_sum(&super, super.csum);

        if (pwrite(image, &super, sizeof(super),
                   (off_t) vz_super_places[copy])
            != (ssize_t) sizeof(super))
        {
            return -1;
        }
    }

    return 0;
}


int
vz_super_generation(int image, uint64_t *generation)
{
    vz_super_t  super;

    if (vz_super_read(image, 0, &super) == -1) {
        return -1;
    }

    *generation = le64toh(super.generation);

    return 0;
}


static int
vz_super_read(int image, unsigned copy, vz_super_t *super)
{
    ssize_t  n;
    uint8_t  csum[4];

    n = pread(image, super, sizeof(*super), (off_t) vz_super_places[copy]);

    if (n != (ssize_t) sizeof(*super)) {
        errno = n == -1 ? errno : EUCLEAN;
        return -1;
    }

    if (memcmp(super->magic, VZ_SUPER_MAGIC, sizeof(super->magic)) != 0
        || le64toh(super->bytenr) != vz_super_places[copy])
    {
        errno = EUCLEAN;
        return -1;
    }

    if (le16toh(super->csum_type) != VZ_SUPER_CRC32C) {
        errno = EOPNOTSUPP;
        return -1;
    }

    vz_super_sum(super, csum);

    if (memcmp(csum, super->csum, sizeof(csum)) != 0) {
        errno = EUCLEAN;
        return -1;
    }

    return 0;
}


static void
vz_super_sum(const vz_super_t *super, uint8_t csum[4])
{
    size_t          i;
    uint32_t        sum;
    unsigned        bit;
    const uint8_t  *bytes = (const uint8_t *) super;

    sum = UINT32_MAX;

    for (i = sizeof(super->csum); i < sizeof(*super); i++) {
        sum ^= bytes[i];

        for (bit = 0; bit < 8; bit++) {
            sum = (sum >> 1) ^ (sum & 1 ? VZ_SUPER_POLY : 0);
        }
    }

    sum = htole32(~sum);
    memcpy(csum, &sum, sizeof(sum));
}
