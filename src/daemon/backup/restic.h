/*
 * restic(1) as a child: what it is told, how much of the node it may take, and
 * what it says.  Repository and password stand in its environment, which only
 * root reads, never in its arguments.  It dies with the process that began it.
 */

#ifndef VZ_RESTIC_H
#define VZ_RESTIC_H

#include "daemon/backup/repositories.h"
#include "daemon/base/driver.h"


#define VZ_RESTIC_LINE   65536      /* bytes of a line, by default */
#define VZ_RESTIC_UNREAD 3          /* its exit status where it could not read
                                       all that it saves */
#define VZ_RESTIC_SAID   4096       /* kept of its stderr: the last of it */

/*
 * What the child does before restic begins, as mounts: 0, or -1 with words
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
 * vz_restic_open: read the node's list, and find a repository in it, which
 * lasts until vz_restic_close().  VZ_OK; VZ_UNSUPPORTED where this node has
 * none of that name, another code where the list can't be used, with the job's
 * words set.
 */
vz_code_e vz_restic_open(vz_job_t *job, const char *name,
    const vz_repository_t **repository);
void vz_restic_close(void);

/*
 * vz_restic_run: run it to its end, within the job's deadline, which moves
 * while restic works.  VZ_OK; another code with the job's words set, by what
 * it said (restic_why.h): run->said and ->status have it.  Of another program
 * VZ_FAILED, without words.
 */
vz_code_e vz_restic_run(vz_job_t *job, vz_restic_t *run);

/*
 * vz_restic_start: begin one whose output the caller reads.  VZ_OK, or a code
 * with words (VZ_WORDS_MAX bytes).  vz_restic_end: close both pipes and wait
 * for its end, or with now kill it and all of its group; its status as above.
 */
vz_code_e vz_restic_start(const vz_config_t *conf, const vz_restic_t *run,
    vz_restic_process_t *process, char *words);
int vz_restic_end(vz_restic_process_t *process, unsigned now);

/* vz_restic_read: add what it said on stderr to run->said.  0 at its end. */
int vz_restic_read(vz_restic_t *run, int err);

/*
 * vz_restic_again: the same; where a restic that was killed has left its lock
 * in the repository, that is removed, and it is run once more.  A lock of one
 * that lives, or of another host, stays: VZ_BUSY.
 */
vz_code_e vz_restic_again(vz_job_t *job, vz_restic_t *run);


#endif /* VZ_RESTIC_H */
