/*
 * A process by its number and its start time.  The kernel reuses numbers; the
 * pair names one process only.
 */

#ifndef VZ_PROCESS_H
#define VZ_PROCESS_H

#include <stdint.h>
#include <sys/types.h>


typedef struct {
    pid_t       pid;                /* 0: none */
    uint64_t    start;              /* clock ticks since the host's start */
} vz_process_t;


/*
 * vz_process_of: fill in the process that has this number now.  0, or -1 where
 * there is none or it is a zombie.
 */
int vz_process_of(pid_t pid, vz_process_t *process);

/* vz_process_alive: 1 while that same process lives and is not a zombie. */
int vz_process_alive(const vz_process_t *process);

/*
 * vz_process_executed: 1 where the process lives and has called execve(2), so
 * that it is no longer the copy which fork(2) made of its parent.
 */
int vz_process_executed(const vz_process_t *process);

/* vz_process_wait: wait ms milliseconds for its end.  1: it ended, 0: not. */
int vz_process_wait(const vz_process_t *process, int ms);

/*
 * vz_process_kill: send a signal.  0, also where the process has ended, or -1
 * with errno.
 */
int vz_process_kill(const vz_process_t *process, int sig);

/*
 * vz_process_ns: open a namespace of the process for setns(2), by its name in
 * /proc ("net", "uts").  A descriptor that the caller closes, or -1 with errno:
 * ESRCH where the process has ended.
 */
int vz_process_ns(const vz_process_t *process, const char *name);

/*
 * vz_process_group_written: how many bytes the processes of a group have
 * written until now, and those that they have waited for.  One that writes is
 * at work; one that hangs, or turns in a circle, is not.  It reads what /proc
 * has of every process.
 */
uint64_t vz_process_group_written(pid_t group);

/*
 * vz_process_group_moved: the same, with the bytes that they have read: one
 * that compares files is at work, too.
 */
uint64_t vz_process_group_moved(pid_t group);

/* vz_process_age: the seconds since the process started. */
uint64_t vz_process_age(const vz_process_t *process);


#endif /* VZ_PROCESS_H */
