/*
 * A verb starts the process of a terminal and waits until that is there, no
 * longer than its own time: a guest may let it hang.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/server/console_process.h"
#include "daemon/server/verb_console.h"


#define VZ_VERB_CONSOLE_MOST  64    /* terminals of a node: each is a place of
                                       xinetd's, and verbs need some */


static vz_code_e vz_verb_console_place(vz_job_t *job);
static vz_code_e vz_verb_console_start(vz_job_t *job,
    const vz_terminal_t *terminal);
static int vz_verb_console_spawn(const vz_job_t *job,
    const vz_terminal_t *terminal, int in, int out, pid_t *pid);
static vz_code_e vz_verb_console_told(vz_job_t *job, int fd);
static ssize_t vz_verb_console_byte(vz_job_t *job, int fd, char *byte);


vz_code_e
vz_verb_console_open(vz_job_t *job)
{
    vz_code_e       code;
    vz_terminal_t   terminal;

    code = vz_verb_console_place(job);
    if (code != VZ_OK) {
        return code;
    }

    (void) memset(&terminal, 0, sizeof(terminal));
    terminal.ctid = job->ctid;
    terminal.what = strcmp(job->req->argv[1], "login") == 0
                    ? VZ_TERMINAL_LOGIN : VZ_TERMINAL_SHELL;
    terminal.cols = (unsigned) strtoul(job->req->argv[2], NULL, 10);
    terminal.rows = (unsigned) strtoul(job->req->argv[3], NULL, 10);

    return vz_verb_console_start(job, &terminal);
}


vz_code_e
vz_verb_console_log(vz_job_t *job)
{
    vz_terminal_t  terminal;

    (void) memset(&terminal, 0, sizeof(terminal));
    terminal.ctid = job->ctid;
    terminal.what = VZ_TERMINAL_LOG;

    return vz_verb_console_start(job, &terminal);
}


/* it is held for as long as this process lives, which is the stream's */
static vz_code_e
vz_verb_console_place(vz_job_t *job)
{
    char        name[32], holder[VZ_LOCK_HOLDER];
    unsigned    i;
    vz_lock_t   lock;
    vz_code_e   code;

    for (i = 0; i < VZ_VERB_CONSOLE_MOST; i++) {
        (void) snprintf(name, sizeof(name), "console-%u", i);
        code = vz_lock_take(job->conf, name, "console", 0, &lock, holder);

        if (code == VZ_OK) {
            return VZ_OK;
        }

        if (code != VZ_BUSY) {
            return vz_job_end(job, code, "lock of a terminal: %s",
                              strerror(errno));
        }
    }

    return vz_job_end(job, VZ_BUSY, "all %d terminals of the node are in use",
                      VZ_VERB_CONSOLE_MOST);
}


static vz_code_e
vz_verb_console_start(vz_job_t *job, const vz_terminal_t *terminal)
{
    int        rc, in[2], out[2];
    pid_t      pid;
    vz_code_e  code;

    if (pipe2(in, O_CLOEXEC) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "pipe: %s", strerror(errno));
    }

    if (pipe2(out, O_CLOEXEC) == -1) {
        code = vz_job_end(job, VZ_INTERNAL, "pipe: %s", strerror(errno));
        (void) close(in[0]);
        (void) close(in[1]);
        return code;
    }

    rc = vz_verb_console_spawn(job, terminal, in[0], out[1], &pid);

    (void) close(in[0]);
    (void) close(out[1]);

    code = rc == 0 ? vz_verb_console_told(job, out[0])
                   : vz_job_end(job, VZ_INTERNAL, "the terminal's process: %s",
                                strerror(rc));

    if (code == VZ_OK) {
        job->child = pid;
        job->patient = 1;
        return vz_job_stream(job, out[0], in[1]);
    }

    (void) close(out[0]);
    (void) close(in[1]);

    if (rc == 0) {
        (void) kill(-pid, SIGKILL);
        (void) waitpid(pid, NULL, 0);
    }

    return code;
}


/* this program again, as a leader of a group that can be killed; 0 or an
   errno */
static int
vz_verb_console_spawn(const vz_job_t *job, const vz_terminal_t *terminal,
    int in, int out, pid_t *pid)
{
    int                         rc;
    char                        arg[VZ_CONSOLE_PROCESS_ARG];
    posix_spawnattr_t           attr;
    posix_spawn_file_actions_t  acts;

    char *const  argv[] = {
        (char *) "virtual-server", (char *) "--config",
        (char *) job->conf->path, (char *) "--console", arg, NULL
    };

    vz_console_process_arg(arg, terminal);

    rc = posix_spawn_file_actions_init(&acts);
    if (rc != 0) {
        return rc;
    }

    rc = posix_spawnattr_init(&attr);

    if (rc == 0) {
        if ((rc = posix_spawn_file_actions_adddup2(&acts, in, 0)) == 0
            && (rc = posix_spawn_file_actions_adddup2(&acts, out, 1)) == 0
            && (rc = posix_spawn_file_actions_addclosefrom_np(&acts, 3)) == 0
            && (rc = posix_spawnattr_setpgroup(&attr, 0)) == 0
            && (rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP))
               == 0)
        {
            rc = posix_spawn(pid, "/proc/self/exe", &acts, &attr, argv,
                             environ);
        }

        (void) posix_spawnattr_destroy(&attr);
    }

    (void) posix_spawn_file_actions_destroy(&acts);

    return rc;
}


/* its first line: "ok", or a code and words */
static vz_code_e
vz_verb_console_told(vz_job_t *job, int fd)
{
    char     line[VZ_WORDS_MAX + 16], *words;
    size_t   n;
    ssize_t  got;

    for (n = 0; n < sizeof(line) - 1; n++) {
        got = vz_verb_console_byte(job, fd, &line[n]);

        if (got == 0 && n == 0 && vz_job_left(job) == 0) {
            return vz_job_end(job, VZ_TIMEOUT, "the container did not give a "
                              "terminal in time");
        }

        if (got <= 0) {
            return vz_job_end(job, VZ_INTERNAL, "the terminal's process "
                              "ended");
        }

        if (line[n] == '\n') {
            break;
        }
    }

    line[n] = '\0';
    words = strchr(line, ' ');

    if (words != NULL) {
        *words++ = '\0';
    }

    return strcmp(line, "ok") == 0
           ? VZ_OK : vz_job_end(job, vz_code_parse(line), "%s",
                                words ? words : "it has no terminals");
}


/* one at a time: what follows the line is the stream's */
static ssize_t
vz_verb_console_byte(vz_job_t *job, int fd, char *byte)
{
    int            left;
    ssize_t        n;
    struct pollfd  pfd;

    pfd.fd = fd;
    pfd.events = POLLIN;

    while ((left = vz_job_left(job)) > 0) {

        if (poll(&pfd, 1, left) == 1) {
            n = read(fd, byte, 1);

            if (n != -1 || errno != EINTR) {
                return n;
            }
        }
    }

    return 0;
}
