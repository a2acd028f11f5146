/*
 * What an archive must contain to be a template. It is judged by the names and
 * owners of its entries, while they are read.
 */

#ifndef VZ_ARCHIVE_LAYOUT_H
#define VZ_ARCHIVE_LAYOUT_H

#include <stdint.h>


#define VZ_ARCHIVE_LAYOUT_INNER  "rootfs"  /* used by images of LXD and
                                              Incus */

typedef struct {
    uint64_t    entries;
    unsigned    init;               /* where an init is, as bits: at the
                                       top, below INNER, elsewhere */
    unsigned    shell;
    unsigned    inner;              /* 1: INNER exists */
    unsigned    metadata;           /* 1: LXD's description of an image
                                       exists */
    uint64_t    id;                 /* the first owner that is out of range,
                                       or 0 */
    char        whose[64];          /* the file of that owner */
    char        top[64];            /* the folder that contains everything;
                                       "": none */
} vz_archive_layout_t;


/*
 * vz_archive_layout_name: a name in the archive, without a leading "/" or
 * "./". Returns a pointer into name; "" is the root itself.
 */
const char *vz_archive_layout_name(const char *name);

/*
 * vz_archive_layout_see: note one entry: its name, from
 * vz_archive_layout_name(), and its owner.
 */
void vz_archive_layout_see(vz_archive_layout_t *layout, const char *name,
    uint64_t uid, uint64_t gid);

/*
 * vz_archive_layout_judge: judge the archive after its last entry. NULL where
 * it can be started, from its top, or with *inner set to 1 from its folder
 * INNER. Otherwise a text that says what is wrong and what to do, to be
 * printed after the archive's name; it is in words (size bytes).
 */
const char *vz_archive_layout_judge(const vz_archive_layout_t *layout,
    unsigned *inner, char *words, unsigned size);


#endif /* VZ_ARCHIVE_LAYOUT_H */
