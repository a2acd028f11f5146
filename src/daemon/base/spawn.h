/*
 * Programs are run without a shell: by an absolute path, with a list of
 * arguments, an environment of PATH and LC_ALL=C, and no descriptor but 0 to
 * 2.
 */

#ifndef VZ_SPAWN_H
#define VZ_SPAWN_H

#include <stddef.h>
#include <sys/types.h>
#include "wire/code.h"


typedef struct {
    const char *const  *argv;       /* argv[0] absolute, NULL at the end */
    const char         *input;      /* written to its stdin; NULL: stdin is
                                       /dev/null */
    size_t              input_len;
    char               *output;     /* for stdout and stderr; NULL: they are
                                       dropped */
    size_t              output_size;
    int                 timeout;    /* milliseconds, after which it is
                                       killed */
    int               (*tick)(void *data);  /* called while it runs; returns
                                       after how many milliseconds to call it
                                       again, 0: kill the program now.  May be
                                       NULL */
    void               *data;       /* of tick */

    /* filled in */
    pid_t               pid;        /* while it runs: its own, and that of its
                                       process group */
    size_t              output_len; /* output is always terminated */
    unsigned            cut;        /* 1: there was more than output_size */
    int                 status;     /* exit status; 128 + a signal; -1: it
                                       did not run */
} vz_spawn_t;


/*
 * vz_spawn: run the program and wait for its end. VZ_OK for exit status 0,
 * VZ_FAILED for another status or a signal, VZ_TIMEOUT where it was killed
 * with its process group, VZ_NOENT where there is no such program, VZ_INTERNAL
 * with errno.
 */
vz_code_e vz_spawn(vz_spawn_t *run);


#endif /* VZ_SPAWN_H */
