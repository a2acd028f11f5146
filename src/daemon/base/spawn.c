#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/monotonic.h"
#include "daemon/base/spawn.h"


#define VZ_SPAWN_LOOK  20           /* ms between two checks, without pidfd */


typedef struct {
    vz_spawn_t  *run;
    pid_t        pid;
    int          pidfd;
    int          in;            /* we write its stdin */
    int          out;           /* we read its stdout and stderr */
    size_t       sent;
    long         end;           /* CLOCK_MONOTONIC, milliseconds */
} vz_spawned_t;


static int vz_spawn_pipes(vz_spawn_t *run, int in[2], int out[2]);
static int vz_spawn_start(vz_spawned_t *s, int in, int out);
static int vz_spawn_attrs(posix_spawnattr_t *attr);
static vz_code_e vz_spawn_talk(vz_spawned_t *s);
static long vz_spawn_left(vz_spawned_t *s);
static int vz_spawn_ended(vz_spawned_t *s, const struct pollfd *pfd);
static void vz_spawn_write(vz_spawned_t *s);
static int vz_spawn_read(vz_spawned_t *s);
static void vz_spawn_keep(vz_spawn_t *run, const char *buf, size_t n);
static vz_code_e vz_spawn_reap(vz_spawned_t *s, vz_code_e code);
static void vz_spawn_close(int *fd);


static char *const  vz_spawn_env[] = {
    (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    (char *) "LC_ALL=C",
    NULL
};


vz_code_e
vz_spawn(vz_spawn_t *run)
{
    int           rc, in[2], out[2];
    vz_code_e     code;
    vz_spawned_t  s;

    run->output_len = 0;
    run->cut = 0;
    run->status = -1;

    if (run->output && run->output_size) {
        run->output[0] = '\0';
    }

    if (run->argv[0] == NULL || run->argv[0][0] != '/') {
        return VZ_INTERNAL;
    }

    if (access(run->argv[0], X_OK) == -1) {
        return errno == ENOENT ? VZ_NOENT : VZ_INTERNAL;
    }

    in[0] = in[1] = out[0] = out[1] = -1;

    if (vz_spawn_pipes(run, in, out) == -1) {
        code = VZ_INTERNAL;
        goto failed;
    }

    s.run = run;
    s.in = in[1];
    s.out = out[0];
    s.sent = 0;
    s.end = vz_monotonic_msec() + run->timeout;

    rc = vz_spawn_start(&s, in[0], out[1]);
    if (rc != 0) {
        errno = rc;
        code = rc == ENOENT ? VZ_NOENT : VZ_INTERNAL;
        goto failed;
    }

    vz_spawn_close(&in[0]);
    vz_spawn_close(&out[1]);

    code = vz_spawn_reap(&s, vz_spawn_talk(&s));

    in[1] = s.in;
    out[0] = s.out;

failed:

    vz_spawn_close(&in[0]);
    vz_spawn_close(&in[1]);
    vz_spawn_close(&out[0]);
    vz_spawn_close(&out[1]);

    return code;
}


static int
vz_spawn_pipes(vz_spawn_t *run, int in[2], int out[2])
{
    if (pipe2(out, O_CLOEXEC) == -1
        || fcntl(out[0], F_SETFL, O_NONBLOCK) == -1)
    {
        return -1;
    }

    if (run->input == NULL) {
        in[0] = open("/dev/null", O_RDONLY|O_CLOEXEC);
        return in[0] == -1 ? -1 : 0;
    }

    if (pipe2(in, O_CLOEXEC) == -1) {
        return -1;
    }

    return fcntl(in[1], F_SETFL, O_NONBLOCK);
}


static int
vz_spawn_start(vz_spawned_t *s, int in, int out)
{
    int                         rc;
    char *const                *argv;
    posix_spawnattr_t           attr;
    posix_spawn_file_actions_t  acts;

    rc = posix_spawn_file_actions_init(&acts);
    if (rc != 0) {
        return rc;
    }

    rc = posix_spawnattr_init(&attr);
    if (rc != 0) {
        (void) posix_spawn_file_actions_destroy(&acts);
        return rc;
    }

    argv = (char *const *) (const void *) s->run->argv;

    if ((rc = posix_spawn_file_actions_adddup2(&acts, in, 0)) == 0
        && (rc = posix_spawn_file_actions_adddup2(&acts, out, 1)) == 0
        && (rc = posix_spawn_file_actions_adddup2(&acts, out, 2)) == 0
        && (rc = posix_spawn_file_actions_addclosefrom_np(&acts, 3)) == 0
        && (rc = vz_spawn_attrs(&attr)) == 0)
    {
        rc = posix_spawn(&s->pid, argv[0], &acts, &attr, argv, vz_spawn_env);
    }

    (void) posix_spawnattr_destroy(&attr);
    (void) posix_spawn_file_actions_destroy(&acts);

    if (rc == 0) {
        s->run->pid = s->pid;
        s->pidfd = (int) syscall(SYS_pidfd_open, s->pid, 0);
    }

    return rc;
}


static int
vz_spawn_attrs(posix_spawnattr_t *attr)
{
    int       rc;
    sigset_t  none, all;

    (void) sigemptyset(&none);
    (void) sigfillset(&all);

    if ((rc = posix_spawnattr_setsigmask(attr, &none)) != 0
        || (rc = posix_spawnattr_setsigdefault(attr, &all)) != 0
        || (rc = posix_spawnattr_setpgroup(attr, 0)) != 0)
    {
        return rc;
    }

    return posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK
                                    |POSIX_SPAWN_SETSIGDEF
                                    |POSIX_SPAWN_SETPGROUP);
}


/*
 * Waits for the end of the program. A grandchild that keeps the pipe open is
 * not waited for.
 */
static vz_code_e
vz_spawn_talk(vz_spawned_t *s)
{
    int            n;
    long           left;
    struct pollfd  pfd[3];

    for ( ;; ) {
        left = vz_spawn_left(s);
        if (left <= 0) {
            return VZ_TIMEOUT;
        }

        if (s->pidfd == -1 && left > VZ_SPAWN_LOOK) {
            left = VZ_SPAWN_LOOK;
        }

        pfd[0].fd = s->pidfd;
        pfd[0].events = POLLIN;
        pfd[1].fd = s->out;
        pfd[1].events = POLLIN;
        pfd[2].fd = s->in;
        pfd[2].events = POLLOUT;

        n = poll(pfd, 3, (int) left);

        if (n == -1) {
            if (errno == EINTR) {
                continue;
            }

            return VZ_INTERNAL;
        }

        if (pfd[2].revents) {
            vz_spawn_write(s);
        }

        if (pfd[1].revents && vz_spawn_read(s) == 0) {
            vz_spawn_close(&s->out);
        }

        if (vz_spawn_ended(s, &pfd[0])) {
            if (s->out != -1) {
                (void) vz_spawn_read(s);
            }

            return VZ_OK;
        }
    }
}


/* milliseconds until something must be done, whatever the program does */
static long
vz_spawn_left(vz_spawned_t *s)
{
    int   next;
    long  left;

    left = s->end - vz_monotonic_msec();

    if (s->run->tick == NULL || left <= 0) {
        return left;
    }

    next = s->run->tick(s->run->data);

    return next < left ? next : left;
}


/* Kernels before 5.3 have no pidfd; OpenVZ hosts run such. */
static int
vz_spawn_ended(vz_spawned_t *s, const struct pollfd *pfd)
{
    siginfo_t  info;

    if (s->pidfd != -1) {
        return pfd->revents != 0;
    }

    info.si_pid = 0;

    return waitid(P_PID, s->pid, &info, WEXITED|WNOHANG|WNOWAIT) == 0
           && info.si_pid == s->pid;
}


static void
vz_spawn_write(vz_spawned_t *s)
{
    ssize_t  n;

    n = write(s->in, s->run->input + s->sent, s->run->input_len - s->sent);

    if (n > 0) {
        s->sent += n;

    } else if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }

    if (n <= 0 || s->sent == s->run->input_len) {
        vz_spawn_close(&s->in);
    }
}


/* Returns 0 at the end of the output. */
static int
vz_spawn_read(vz_spawned_t *s)
{
    int      turns;
    char     buf[4096];
    ssize_t  n;

    for (turns = 0; turns < 64; turns++) {
        n = read(s->out, buf, sizeof(buf));

        if (n > 0) {
            vz_spawn_keep(s->run, buf, n);
            continue;
        }

        if (n == -1 && errno == EINTR) {
            continue;
        }

        return n == -1 && errno == EAGAIN;
    }

    return 1;
}


static void
vz_spawn_keep(vz_spawn_t *run, const char *buf, size_t n)
{
    size_t  room;

    if (run->output == NULL || run->output_size == 0) {
        return;
    }

    room = run->output_size - 1 - run->output_len;

    if (n > room) {
        n = room;
        run->cut = 1;
    }

    (void) memcpy(run->output + run->output_len, buf, n);

    run->output_len += n;
    run->output[run->output_len] = '\0';
}


static vz_code_e
vz_spawn_reap(vz_spawned_t *s, vz_code_e code)
{
    int    status;
    pid_t  pid;

    if (code != VZ_OK) {
        (void) kill(-s->pid, SIGKILL);
        (void) kill(s->pid, SIGKILL);
    }

    vz_spawn_close(&s->pidfd);

    do {
        pid = waitpid(s->pid, &status, 0);
    } while (pid == -1 && errno == EINTR);

    if (pid == -1) {
        return VZ_INTERNAL;
    }

    s->run->status = WIFEXITED(status) ? WEXITSTATUS(status)
                                       : 128 + WTERMSIG(status);

    if (code != VZ_OK) {
        return code;
    }

    return s->run->status == 0 ? VZ_OK : VZ_FAILED;
}


static void
vz_spawn_close(int *fd)
{
    if (*fd != -1) {
        (void) close(*fd);
        *fd = -1;
    }
}
