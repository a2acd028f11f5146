/*
 * Unpacking one archive into one folder, in a process of its own that can
 * reach nothing else: chrooted there, without the capabilities that could
 * harm the host.  The archive is taken for hostile.
 */

#ifndef VZ_UNPACK_H
#define VZ_UNPACK_H

#include "cache.h"


/* what the process tells through its pipe; code is VZ_AGAIN until the end */
typedef struct {
    vz_code_e   code;
    unsigned    percent;            /* of the archive's bytes */
    char        words[VZ_WORDS_MAX];
} vz_unpack_note_t;

/*
 * vz_unpack: in a forked child; folder is fresh and empty, notes the pipe's
 * end to write to.  Ends with _exit().
 */
void vz_unpack(const vz_template_t *entry, const char *folder, int notes)
    __attribute__((noreturn));


#endif /* VZ_UNPACK_H */
