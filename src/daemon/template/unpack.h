/*
 * The work of virtual-server-unpack: it unpacks one archive into one folder,
 * or only reads it. The archive is taken for hostile; enclose.h confines the
 * process.
 */

#ifndef VZ_UNPACK_H
#define VZ_UNPACK_H

#include <stdint.h>
#include <time.h>
#include "wire/code.h"
#include "wire/frame.h"


#define VZ_UNPACK_NOTES  3          /* descriptor of the pipe */

/* What the program sends through the pipe; code is VZ_AGAIN until the end. */
typedef struct {
    vz_code_e   code;
    unsigned    percent;            /* percentage of the archive's bytes */
    char        words[VZ_WORDS_MAX];
} vz_unpack_note_t;

typedef struct {
    const char   *name;             /* name of the template, for texts */
    const char   *path;             /* the archive, which must be unchanged */
    time_t        mtime;            /* its time of change when it was found */
    uint64_t      size;
    const char   *folder;           /* new and empty */
    uint64_t      floor;            /* bytes that must stay free on the disk */
    unsigned      look;             /* 1: only read it */
} vz_unpack_order_t;


/*
 * vz_unpack_order: parse the program's arguments, "unpack|look NAME ARCHIVE
 * MTIME SIZE FOLDER FLOOR". 0, or -1.
 */
int vz_unpack_order(int argc, char **argv, vz_unpack_order_t *order);

/*
 * vz_unpack: carry out the order, in a process of its own that reports to
 * descriptor VZ_UNPACK_NOTES. All files are on the disk before it reports
 * VZ_OK. Returns the exit status.
 */
int vz_unpack(const vz_unpack_order_t *order);


#endif /* VZ_UNPACK_H */
