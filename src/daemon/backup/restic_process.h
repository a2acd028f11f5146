/*
 * restic(1) as a child: what it is told, and how much of the node it may take.
 * Repository and password stand in its environment, which only root reads,
 * never in its arguments.  It dies with the process that began it.
 */

#ifndef VZ_RESTIC_PROCESS_H
#define VZ_RESTIC_PROCESS_H

#include "daemon/backup/repositories.h"
#include "daemon/base/driver.h"


#define VZ_RESTIC_LINE   65536      /* bytes of a line, by default */
#define VZ_RESTIC_UNREAD 3          /* its exit status where it could not read
                                       all that it saves */
#define VZ_RESTIC_SAID   4096       /* kept of its stderr: the last of it */

/*
 * What the child does before restic begins, as mounts.  Descriptors that it
 * leaves open are open until restic ends.  VZ_OK, or a code with words
 * (VZ_WORDS_MAX bytes).
 */
typedef vz_code_e (*vz_restic_begin_pt)(const void *data, char *words);

/*
 * A line of what it prints, without its LF, terminated.  VZ_OK; VZ_AGAIN where
 * enough was heard, so that restic is ended; another code, which is returned,
 * after vz_job_end().
 */
typedef vz_code_e (*vz_restic_line_pt)(vz_job_t *job, char *line, size_t len,
    void *data);

/* A line of its stderr: 1 where it is no failure, and is not kept. */
typedef int (*vz_restic_error_pt)(const char *line, size_t len, void *data);

typedef struct {
    const vz_repository_t  *repository;
    const char             *tag;        /* whose repository it is */
    const char             *program;    /* NULL: restic; another one that
                                           works for it gets no password */
    const char *const      *args;       /* behind restic's name and our own
                                           options, NULL at the end */
    const char             *folder;     /* where it runs; NULL: / */
    vz_restic_begin_pt      begin;      /* NULL: nothing */
    const void             *begin_data;
    vz_restic_line_pt       line;       /* NULL: what it prints is dropped */
    void                   *line_data;
    size_t                  line_max;   /* 0: VZ_RESTIC_LINE */
    vz_restic_error_pt      error;      /* NULL: all of it is kept; with
                                           line_data, too */
    unsigned                upload;     /* 1: of its repository's rate */
    unsigned                urgent;     /* 1: somebody waits for it: it is as
                                           good as any other process */
    unsigned                told;       /* 1: only what line tells is a sign of
                                           life, not that it writes */

    /* filled in */
    int                     status;     /* exit status; 128 + a signal */
    char                    said[VZ_RESTIC_SAID];
} vz_restic_t;

/* A restic that runs. */
typedef struct {
    pid_t       pid;                    /* and its process group */
    int         out;                    /* what it prints */
    int         err;
} vz_restic_process_t;


/*
 * vz_restic_process_start: begin one whose output the caller reads.  VZ_OK, or
 * a code with words (VZ_WORDS_MAX bytes).  vz_restic_process_end: close both
 * pipes and wait for its end, or with now kill it and all of its group; its
 * status as above.
 */
vz_code_e vz_restic_process_start(const vz_config_t *conf,
    const vz_restic_t *run, vz_restic_process_t *process, char *words);
int vz_restic_process_end(vz_restic_process_t *process, unsigned now);

/* vz_restic_process_close: close a descriptor that is open; it is -1 then. */
void vz_restic_process_close(int *fd);


#endif /* VZ_RESTIC_PROCESS_H */
