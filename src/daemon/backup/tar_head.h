/*
 * Headers of a tar archive (POSIX.1-2001, "pax"): a block, and before it the
 * records of what has no room there.
 */

#ifndef VZ_TAR_HEAD_H
#define VZ_TAR_HEAD_H

#include <stddef.h>
#include <stdint.h>


#define VZ_TAR_BLOCK    512
#define VZ_TAR_RECORDS  (1 << 20)       /* bytes of the records of an entry */

/* what a block says an entry is */
#define VZ_TAR_FILE     '0'
#define VZ_TAR_SAME     '1'             /* another name of a file before */
#define VZ_TAR_LINK     '2'
#define VZ_TAR_FOLDER   '5'
#define VZ_TAR_PAX      'x'             /* records of the next entry */

typedef struct {
    const char   *name;
    const char   *link;                 /* of SAME and LINK; or NULL */
    char          type;
    unsigned      mode;
    uint64_t      uid;
    uint64_t      gid;
    uint64_t      size;                 /* bytes that follow */
    int64_t       mtime;
} vz_tar_entry_t;

typedef struct {
    size_t   len;
    char     bytes[VZ_TAR_RECORDS];
} vz_tar_records_t;


/*
 * vz_tar_head_record: add KEY=VALUE to the records, whose value may be any
 * bytes.  0, or -1 with ENOSPC where they are full.
 */
int vz_tar_head_record(vz_tar_records_t *records, const char *key,
    const void *value, size_t len);

/*
 * vz_tar_head_more: add what of the entry has no room in its block: long names
 * and large numbers.  As above.
 */
int vz_tar_head_more(vz_tar_records_t *records, const vz_tar_entry_t *entry);

/*
 * vz_tar_head_block: the entry's block.  What has no room is cut, or 0, and
 * stands in its records.
 */
void vz_tar_head_block(char block[VZ_TAR_BLOCK], const vz_tar_entry_t *entry);


#endif /* VZ_TAR_HEAD_H */
