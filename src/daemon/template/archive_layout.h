/*
 * What an archive must be to be a template: told from the names and owners in
 * it, while they go by.
 */

#ifndef VZ_ARCHIVE_LAYOUT_H
#define VZ_ARCHIVE_LAYOUT_H

#include <stdint.h>


#define VZ_ARCHIVE_LAYOUT_INNER  "rootfs"  /* of images of LXD and Incus */

typedef struct {
    uint64_t    entries;
    unsigned    init;               /* bits: at the top, below INNER, else */
    unsigned    shell;
    unsigned    inner;              /* there is INNER */
    unsigned    metadata;           /* and LXD's description of it */
    uint64_t    id;                 /* the first that is out of range, or 0 */
    char        whose[64];          /* and its file */
    char        top[64];            /* the folder that holds all; "": none */
} vz_archive_layout_t;


/*
 * vz_archive_layout_name: a name of the archive without what makes it absolute
 * and without "./": within name; "" is the root itself.
 */
const char *vz_archive_layout_name(const char *name);

/*
 * vz_archive_layout_see: one entry: its name by vz_archive_layout_name(), its
 * owner.
 */
void vz_archive_layout_see(vz_archive_layout_t *layout, const char *name,
    uint64_t uid, uint64_t gid);

/*
 * vz_archive_layout_judge: after the last entry.  NULL: it can be started,
 * from its top, or with *inner 1 from its folder INNER.  Else what is wrong
 * and what to do, for behind the archive's name; in words (size bytes).
 */
const char *vz_archive_layout_judge(const vz_archive_layout_t *layout,
    unsigned *inner, char *words, unsigned size);


#endif /* VZ_ARCHIVE_LAYOUT_H */
