/*
 * The process between a terminal and two pipes.  It never waits for one
 * descriptor alone: a program that neither reads nor writes must not stop it.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "daemon/base/monotonic.h"
#include "daemon/server/console_process.h"
#include "wire/console.h"


#define VZ_CONSOLE_PROCESS_READ  4096   /* bytes of one turn */
#define VZ_CONSOLE_PROCESS_OUT                                                \
    (VZ_CONSOLE_HEAD + VZ_CONSOLE_PROCESS_READ + VZ_CONSOLE_NUMBER)
#define VZ_CONSOLE_PROCESS_END   2000   /* ms from a hangup to a kill, and for
                                           the viewer to hear of the end */

enum { VZ_CONSOLE_IN = 0, VZ_CONSOLE_OUT, VZ_CONSOLE_PTY, VZ_CONSOLE_CHILD,
       VZ_CONSOLE_FDS };

typedef struct {
    int                  in;
    int                  out;
    int                  pty;
    int                  child;         /* pidfd; -1: it has ended */
    vz_console_reader_t  reader;
    size_t               unshown;       /* bytes of output */
    size_t               taken;         /* of input, and not yet told */
    size_t               typed;         /* bytes of input, not yet taken */
    int                  flooded;       /* there came more than it may hold */
    size_t               out_start;
    size_t               out_end;
    unsigned char        output[VZ_CONSOLE_PROCESS_OUT];
    unsigned char        input[VZ_CONSOLE_UNTAKEN];
} vz_console_process_t;


typedef vz_code_e (*vz_console_process_pt)(const vz_config_t *conf,
    vz_terminal_t *terminal, char *words);


static int vz_console_process_pipes(vz_console_process_t *p);
static void vz_console_process_tell(const vz_console_process_t *p,
    vz_code_e code, const char *words);
static void vz_console_process_copy(vz_console_process_t *p, int fd);
static void vz_console_process_serve(vz_console_process_t *p);
static void vz_console_process_wait(const vz_console_process_t *p,
    struct pollfd *pfd);
static int vz_console_process_hear(vz_console_process_t *p);
static int vz_console_process_record(vz_console_process_t *p,
    const vz_console_part_t *part);
static int vz_console_process_type(vz_console_process_t *p);
static int vz_console_process_show(vz_console_process_t *p);
static int vz_console_process_say(vz_console_process_t *p);
static void vz_console_process_size(int pty, unsigned cols, unsigned rows);
static void vz_console_process_end(vz_console_process_t *p, pid_t child);
static void vz_console_process_leave(vz_console_process_t *p);
static int vz_console_process_again(void);


static const char *const  vz_console_process_whats[] = {
    [VZ_TERMINAL_SHELL] = "shell",
    [VZ_TERMINAL_LOGIN] = "login",
    [VZ_TERMINAL_LOG] = "log"
};

#define VZ_CONSOLE_PROCESS_WHATS                                              \
    (sizeof(vz_console_process_whats) / sizeof(vz_console_process_whats[0]))


void
vz_console_process_arg(char arg[VZ_CONSOLE_PROCESS_ARG],
    const vz_terminal_t *terminal)
{
    (void) snprintf(arg, VZ_CONSOLE_PROCESS_ARG, "%u %s %u %u",
                    terminal->ctid, vz_console_process_whats[terminal->what],
                    terminal->cols, terminal->rows);
}


int
vz_console_process_parse(const char *arg, vz_terminal_t *terminal)
{
    char    what[8], rest;
    size_t  i;

    (void) memset(terminal, 0, sizeof(vz_terminal_t));
    terminal->fd = -1;

    if (sscanf(arg, "%9u %7s %3u %3u%c", &terminal->ctid, what,
               &terminal->cols, &terminal->rows, &rest) != 4)
    {
        return -1;
    }

    for (i = 0; i < VZ_CONSOLE_PROCESS_WHATS; i++) {
        if (strcmp(what, vz_console_process_whats[i]) == 0) {
            terminal->what = (vz_terminal_e) i;
            return 0;
        }
    }

    return -1;
}


int
vz_console_process_run(const vz_config_t *conf, const vz_driver_t *driver,
    vz_terminal_t *terminal)
{
    char                         words[VZ_WORDS_MAX];
    vz_code_e                    code;
    vz_console_process_pt        run;
    static vz_console_process_t  p;     /* one terminal, one process */

    if (vz_console_process_pipes(&p) == -1) {
        return 1;
    }

    (void) strcpy(words, "it has no terminals");
    run = driver == NULL ? NULL
          : terminal->what == VZ_TERMINAL_LOG ? driver->boot_log
                                              : driver->terminal;
    code = run ? run(conf, terminal, words) : VZ_UNSUPPORTED;

    p.pty = terminal->fd;
    p.child = terminal->child
              ? (int) syscall(SYS_pidfd_open, terminal->child, 0) : -1;

    if (code == VZ_OK && terminal->what == VZ_TERMINAL_LOG) {
        vz_console_process_tell(&p, VZ_OK, "");
        vz_console_process_copy(&p, terminal->fd);
        return 0;
    }

    if (code == VZ_OK && (p.child == -1
                          || fcntl(p.pty, F_SETFL, O_RDWR|O_NONBLOCK) == -1))
    {
        (void) snprintf(words, sizeof(words), "its terminal: %s",
                        strerror(errno));
        code = VZ_INTERNAL;
    }

    if (code == VZ_OK) {
        vz_console_process_size(p.pty, terminal->cols, terminal->rows);
    }

    vz_console_process_tell(&p, code, words);

    if (code == VZ_OK) {
        vz_console_process_serve(&p);
    }

    vz_console_process_end(&p, terminal->child);

    if (code != VZ_OK || p.flooded) {
        return 1;
    }

    vz_console_process_leave(&p);

    return 0;
}


/* what the guest's process inherits for a moment is /dev/null */
static int
vz_console_process_pipes(vz_console_process_t *p)
{
    int  null;

    p->in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    p->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    null = open("/dev/null", O_RDWR|O_CLOEXEC);

    return p->in == -1 || p->out == -1 || null == -1
           || dup2(null, STDIN_FILENO) == -1
           || dup2(null, STDOUT_FILENO) == -1
           || dup2(null, STDERR_FILENO) == -1
           ? -1 : close(null);
}


static void
vz_console_process_tell(const vz_console_process_t *p, vz_code_e code,
    const char *words)
{
    (void) dprintf(p->out, "%s%s%s\n", code == VZ_OK ? "ok"
                                                     : vz_code_name(code),
                   code == VZ_OK ? "" : " ", code == VZ_OK ? "" : words);
}


/* the reader is the verb's process, so the write may block */
static void
vz_console_process_copy(vz_console_process_t *p, int fd)
{
    char      buf[VZ_CONSOLE_PROCESS_READ], *at;
    ssize_t   n, sent;

    while ((n = read(fd, buf, sizeof(buf))) > 0) {

        for (at = buf; n > 0; at += sent, n -= sent) {
            sent = write(p->out, at, (size_t) n);

            if (sent == -1) {
                return;
            }
        }
    }
}


static void
vz_console_process_serve(vz_console_process_t *p)
{
    int            ended, alone;
    struct pollfd  pfd[VZ_CONSOLE_FDS];

    if (fcntl(p->in, F_SETFL, O_RDONLY|O_NONBLOCK) == -1
        || fcntl(p->out, F_SETFL, O_WRONLY|O_NONBLOCK) == -1)
    {
        return;
    }

    for (ended = 0; ended == 0; /* void */) {
        alone = p->child == -1;
        vz_console_process_wait(p, pfd);

        ended = (pfd[VZ_CONSOLE_IN].revents && vz_console_process_hear(p))
                || vz_console_process_type(p)
                || vz_console_process_say(p)
                || (pfd[VZ_CONSOLE_PTY].revents
                    && vz_console_process_show(p));

        /* its terminal was hung up, too; what is left in it is read first */

        if (pfd[VZ_CONSOLE_CHILD].revents) {
            (void) close(p->child);
            p->child = -1;
        }

        if (alone && pfd[VZ_CONSOLE_PTY].revents == 0
            && (pfd[VZ_CONSOLE_PTY].events & POLLIN))
        {
            ended = 1;
        }
    }
}


static void
vz_console_process_wait(const vz_console_process_t *p, struct pollfd *pfd)
{
    int       idle, time;
    unsigned  i;

    idle = p->out_start == p->out_end;

    for (i = 0; i < VZ_CONSOLE_FDS; i++) {
        pfd[i].revents = 0;
    }

    pfd[VZ_CONSOLE_IN].fd = p->in;
    pfd[VZ_CONSOLE_IN].events = POLLIN;
    pfd[VZ_CONSOLE_OUT].fd = idle ? -1 : p->out;
    pfd[VZ_CONSOLE_OUT].events = POLLOUT;

    pfd[VZ_CONSOLE_PTY].fd = p->pty;
    pfd[VZ_CONSOLE_PTY].events = (short)
        ((p->typed ? POLLOUT : 0)
         | (idle && p->unshown < VZ_CONSOLE_UNSHOWN ? POLLIN : 0));

    /* poll() always tells a hangup: an idle terminal is left out */

    if (pfd[VZ_CONSOLE_PTY].events == 0) {
        pfd[VZ_CONSOLE_PTY].fd = -1;
    }

    pfd[VZ_CONSOLE_CHILD].fd = p->child;
    pfd[VZ_CONSOLE_CHILD].events = POLLIN;

    /* the program has ended: the terminal is read until it is empty */

    time = p->child == -1 && (pfd[VZ_CONSOLE_PTY].events & POLLIN) ? 0 : -1;

    (void) poll(pfd, VZ_CONSOLE_FDS, time);
}


/* -1: the viewer is gone, or sent bytes that are not a record */
static int
vz_console_process_hear(vz_console_process_t *p)
{
    ssize_t               n;
    vz_code_e             code;
    unsigned char         buf[VZ_CONSOLE_PROCESS_READ];
    vz_console_part_t     part;
    const unsigned char  *at;

    n = read(p->in, buf, sizeof(buf));

    if (n <= 0) {
        return n == -1 && vz_console_process_again() ? 0 : -1;
    }

    at = buf;

    while ((code = vz_console_read(&p->reader, VZ_CONSOLE_TO_NODE, &at,
                                   buf + n, &part)) == VZ_OK)
    {
        if (vz_console_process_record(p, &part) == -1) {
            return -1;
        }
    }

    return code == VZ_AGAIN ? 0 : -1;
}


static int
vz_console_process_record(vz_console_process_t *p,
    const vz_console_part_t *part)
{
    switch (part->type) {

    case VZ_CONSOLE_INPUT:
        if (part->len > sizeof(p->input) - p->typed) {
            p->flooded = 1;
            return -1;
        }

        (void) memcpy(p->input + p->typed, part->bytes, part->len);
        p->typed += part->len;

        return 0;

    case VZ_CONSOLE_SIZE:
        vz_console_process_size(p->pty, part->number >> 16,
                                part->number & 0xffff);
        return 0;

    default:
        p->unshown -= part->number < p->unshown ? part->number : p->unshown;
        return 0;
    }
}


static void
vz_console_process_size(int pty, unsigned cols, unsigned rows)
{
    struct winsize  size;

    if (cols == 0 || rows == 0) {
        return;
    }

    (void) memset(&size, 0, sizeof(size));
    size.ws_col = (unsigned short) cols;
    size.ws_row = (unsigned short) rows;
    (void) ioctl(pty, TIOCSWINSZ, &size);
}


/* write the input, as much as the program takes */
static int
vz_console_process_type(vz_console_process_t *p)
{
    ssize_t  n;

    if (p->typed == 0) {
        return 0;
    }

    n = write(p->pty, p->input, p->typed);

    if (n == -1) {
        /* EIO: nobody has the other end open; read() fails, too */
        return vz_console_process_again() ? 0 : -1;
    }

    p->typed -= (size_t) n;
    p->taken += (size_t) n;
    (void) memmove(p->input, p->input + n, p->typed);

    return 0;
}


/* -1: nobody has the terminal open any more */
static int
vz_console_process_show(vz_console_process_t *p)
{
    ssize_t         n;
    unsigned char  *to;

    if (p->out_start != p->out_end || p->unshown >= VZ_CONSOLE_UNSHOWN) {
        return 0;
    }

    to = p->output + p->out_end;
    n = read(p->pty, to + VZ_CONSOLE_HEAD, VZ_CONSOLE_PROCESS_READ);

    if (n <= 0) {
        return n == -1 && vz_console_process_again() ? 0 : -1;
    }

    vz_console_head(to, VZ_CONSOLE_OUTPUT, (size_t) n);
    p->out_end += VZ_CONSOLE_HEAD + (size_t) n;
    p->unshown += (size_t) n;

    return vz_console_process_say(p);
}


/* -1: the viewer does not read any more */
static int
vz_console_process_say(vz_console_process_t *p)
{
    ssize_t  n;

    if (p->taken >= VZ_CONSOLE_TELL && p->out_start == p->out_end) {
        vz_console_number(p->output + p->out_end, VZ_CONSOLE_TAKEN,
                          (uint32_t) p->taken);
        p->out_end += VZ_CONSOLE_NUMBER;
        p->taken = 0;
    }

    if (p->out_start == p->out_end) {
        return 0;
    }

    n = write(p->out, p->output + p->out_start, p->out_end - p->out_start);

    if (n == -1) {
        return vz_console_process_again() ? 0 : -1;
    }

    p->out_start += (size_t) n;

    if (p->out_start == p->out_end) {
        p->out_start = 0;
        p->out_end = 0;
    }

    return 0;
}


/*
 * Closing the master hangs the terminal up.  The child is ours, so we reap it:
 * a zombie would stay among the guest's processes.
 */
static void
vz_console_process_end(vz_console_process_t *p, pid_t child)
{
    siginfo_t      info;
    struct pollfd  pfd;

    if (p->pty != -1) {
        (void) close(p->pty);
    }

    if (child <= 0) {
        return;
    }

    /* its number is not used again before it is reaped */

    (void) kill(child, SIGHUP);
    pfd.fd = p->child;
    pfd.events = POLLIN;

    if (p->child != -1 && poll(&pfd, 1, VZ_CONSOLE_PROCESS_END) == 0) {
        (void) kill(child, SIGKILL);
    }

    (void) waitid(P_PID, (id_t) child, &info, WEXITED);
}


/*
 * The output has ended.  This reads and drops the bytes that the viewer sent
 * before it heard of that: unread bytes would abort the stream, and the last
 * words of the terminal would be lost.
 */
static void
vz_console_process_leave(vz_console_process_t *p)
{
    int64_t        end, left;
    ssize_t        n;
    struct pollfd  pfd;

    (void) close(p->out);
    pfd.fd = p->in;
    pfd.events = POLLIN;
    end = vz_monotonic_msec() + VZ_CONSOLE_PROCESS_END;

    do {
        left = end - vz_monotonic_msec();

        if (left <= 0 || poll(&pfd, 1, (int) left) <= 0) {
            return;
        }

        n = read(p->in, p->input, sizeof(p->input));

    } while (n > 0 || (n == -1 && vz_console_process_again()));
}


static int
vz_console_process_again(void)
{
    return errno == EAGAIN || errno == EINTR;
}
