/*
 * What virtual-server-unpack does: one archive into one folder, or a look at
 * it.  The archive is taken for hostile, and enclose.h keeps it there.
 */

#ifndef VZ_UNPACK_H
#define VZ_UNPACK_H

#include <stdint.h>
#include <time.h>
#include "wire/code.h"
#include "wire/frame.h"


#define VZ_UNPACK_NOTES  3          /* descriptor of the pipe */

/* what the program tells through it; code is VZ_AGAIN until the end */
typedef struct {
    vz_code_e   code;
    unsigned    percent;            /* of the archive's bytes */
    char        words[VZ_WORDS_MAX];
} vz_unpack_note_t;

typedef struct {
    const char   *name;             /* of the template, for words */
    const char   *path;             /* the archive, which must still be */
    time_t        mtime;            /* what it was when it was found */
    uint64_t      size;
    const char   *folder;           /* fresh and empty */
    uint64_t      floor;            /* bytes that stay free around it */
    unsigned      look;             /* 1: nothing is written */
} vz_unpack_order_t;


/*
 * vz_unpack_order: from the program's arguments, which are
 * "unpack|look NAME ARCHIVE MTIME SIZE FOLDER FLOOR".  0, or -1.
 */
int vz_unpack_order(int argc, char **argv, vz_unpack_order_t *order);

/*
 * vz_unpack: in a process of its own, whose descriptor VZ_UNPACK_NOTES is
 * told of it; all it wrote is on the disk before that says VZ_OK.  Its exit
 * status.
 */
int vz_unpack(const vz_unpack_order_t *order);


#endif /* VZ_UNPACK_H */
