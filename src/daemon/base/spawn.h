/*
 * Running a program without a shell: an absolute path, an argument list, an
 * environment of PATH and LC_ALL=C, no descriptor but 0, 1 and 2.
 */

#ifndef VZ_SPAWN_H
#define VZ_SPAWN_H

#include <stddef.h>
#include "wire/code.h"


typedef struct {
    const char *const  *argv;       /* argv[0] absolute, NULL at the end */
    const char         *input;      /* for its stdin; NULL is /dev/null */
    size_t              input_len;
    char               *output;     /* stdout and stderr, or NULL: dropped */
    size_t              output_size;
    int                 timeout;    /* milliseconds until it is killed */
    int               (*tick)(void *data);  /* called while it runs; returns
                                       in how many ms again, 0: kill it.
                                       NULL: nobody is */
    void               *data;       /* of tick */

    /* filled in */
    size_t              output_len; /* output is always terminated */
    unsigned            cut;        /* 1: there was more than output_size */
    int                 status;     /* exit status, 128 + signal, or -1 */
} vz_spawn_t;


/*
 * vz_spawn: run it and wait.  VZ_OK for exit status 0, VZ_FAILED for another
 * one or a signal, VZ_TIMEOUT when it was killed with its process group,
 * VZ_NOENT where there is no such program, VZ_INTERNAL.
 */
vz_code_e vz_spawn(vz_spawn_t *run);


#endif /* VZ_SPAWN_H */
