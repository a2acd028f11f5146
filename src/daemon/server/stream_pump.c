/*
 * One loop over three or four descriptors, none of which is waited for alone.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "daemon/base/monotonic.h"
#include "daemon/server/stream_pump.h"


#define VZ_STREAM_PUMP_LEAVE  2000      /* ms for an abort to be sent */

enum { VZ_PUMP_IN = 0, VZ_PUMP_OUT, VZ_PUMP_FROM, VZ_PUMP_TO, VZ_PUMP_FDS };

typedef struct {
    vz_stream_pump_t  *pump;
    vz_stream_t       *stream;
    int64_t            heard;           /* when the client said something */
    int64_t            said;            /* when it was told something */
    size_t             have;            /* bytes of buf still to be written */
    size_t             start;
    unsigned char      buf[VZ_STREAM_CHUNK];
} vz_pump_t;


static vz_code_e vz_pump_turn(vz_pump_t *p);
static int vz_pump_wait(vz_pump_t *p, struct pollfd *pfd);
static int vz_pump_time(const vz_pump_t *p);
static vz_code_e vz_pump_hear(vz_pump_t *p);
static vz_code_e vz_pump_say(vz_pump_t *p);
static void vz_pump_read(vz_pump_t *p);
static void vz_pump_write(vz_pump_t *p);
static void vz_pump_leave(vz_pump_t *p);
static int vz_pump_child(vz_pump_t *p, int signo);
static void vz_pump_close(int *fd);
static int vz_pump_again(void);


vz_code_e
vz_stream_pump(vz_stream_pump_t *pump, const vz_seal_t *seal)
{
    vz_code_e         code;
    static vz_pump_t  p;                /* one connection, one process */

    p.pump = pump;
    p.have = 0;
    p.start = 0;
    p.heard = vz_monotonic_msec();
    p.said = p.heard;
    pump->received = 0;
    pump->sent = 0;

    p.stream = vz_stream_new(seal, 1);
    code = VZ_INTERNAL;

    if (p.stream != NULL
        && fcntl(pump->from, F_SETFL, O_RDONLY|O_NONBLOCK) != -1
        && fcntl(pump->to, F_SETFL, O_WRONLY|O_NONBLOCK) != -1)
    {
        do {
            code = vz_pump_turn(&p);
        } while (code == VZ_AGAIN);

        vz_pump_leave(&p);
        pump->most = p.stream->most;
    }

    vz_pump_close(&pump->from);
    vz_pump_close(&pump->to);
    (void) vz_pump_child(&p, pump->patient ? 0 : SIGKILL);
    vz_stream_free(p.stream);
    explicit_bzero(p.buf, sizeof(p.buf));

    return code;
}


/* VZ_AGAIN: it goes on */
static vz_code_e
vz_pump_turn(vz_pump_t *p)
{
    vz_code_e      code;
    struct pollfd  pfd[VZ_PUMP_FDS];

    if (vz_pump_wait(p, pfd) == -1) {
        return VZ_INTERNAL;
    }

    code = pfd[VZ_PUMP_IN].revents ? vz_pump_hear(p) : VZ_OK;

    /* it is asked first: who stood still may have it lying there */
    if (code == VZ_OK
        && vz_monotonic_msec() - p->heard >= VZ_STREAM_SILENCE)
    {
        code = VZ_TIMEOUT;
        vz_stream_abort(p->stream, code);
    }

    if (code != VZ_OK || p->stream->over) {
        return code != VZ_OK ? code : p->stream->code;
    }

    vz_pump_write(p);
    vz_pump_read(p);

    if (vz_monotonic_msec() - p->said >= VZ_STREAM_BEAT) {
        vz_stream_alive(p->stream);
    }

    code = vz_pump_say(p);

    if (code != VZ_OK || p->stream->over) {
        return code != VZ_OK ? code : p->stream->code;
    }

    return vz_stream_whole(p->stream) && p->have == 0 ? VZ_OK : VZ_AGAIN;
}


static int
vz_pump_wait(vz_pump_t *p, struct pollfd *pfd)
{
    unsigned              i;
    const unsigned char  *bytes;

    for (i = 0; i < VZ_PUMP_FDS; i++) {
        pfd[i].revents = 0;
    }

    pfd[VZ_PUMP_IN].fd = p->pump->in;
    pfd[VZ_PUMP_IN].events = POLLIN;

    pfd[VZ_PUMP_OUT].fd = vz_stream_pending(p->stream, &bytes)
                          ? p->pump->out : -1;
    pfd[VZ_PUMP_OUT].events = POLLOUT;

    pfd[VZ_PUMP_FROM].fd = vz_stream_writable(p->stream) ? p->pump->from : -1;
    pfd[VZ_PUMP_FROM].events = POLLIN;

    pfd[VZ_PUMP_TO].fd = p->have || p->stream->held ? p->pump->to : -1;
    pfd[VZ_PUMP_TO].events = POLLOUT;

    return poll(pfd, VZ_PUMP_FDS, vz_pump_time(p)) == -1 && errno != EINTR
           ? -1 : 0;
}


/* milliseconds until one of the two clocks strikes */
static int
vz_pump_time(const vz_pump_t *p)
{
    int64_t  now, beat, silence, left;

    now = vz_monotonic_msec();
    beat = p->said + VZ_STREAM_BEAT - now;
    silence = p->heard + VZ_STREAM_SILENCE - now;
    left = beat < silence ? beat : silence;

    return left > 0 ? (int) left : 0;
}


static vz_code_e
vz_pump_hear(vz_pump_t *p)
{
    size_t          room;
    ssize_t         n;
    unsigned        turns;
    vz_code_e       code;
    unsigned char  *where;

    /* no more than a window at a time: the others have their turn, too */
    for (turns = 0; turns < 2 * VZ_STREAM_WINDOW / VZ_STREAM_CHUNK; turns++) {
        room = vz_stream_room(p->stream, &where);
        n = recv(p->pump->in, where, room, MSG_DONTWAIT);

        if (n == 0 || (n == -1 && !vz_pump_again())) {
            return VZ_DOWN;
        }

        if (n == -1) {
            return VZ_OK;
        }

        p->heard = vz_monotonic_msec();
        code = vz_stream_fill(p->stream, (size_t) n);

        if (code != VZ_OK || p->stream->over) {
            return code;
        }
    }

    return VZ_OK;
}


static vz_code_e
vz_pump_say(vz_pump_t *p)
{
    size_t                len;
    ssize_t               n;
    const unsigned char  *bytes;

    while ((len = vz_stream_pending(p->stream, &bytes)) > 0) {
        n = send(p->pump->out, bytes, len, MSG_DONTWAIT|MSG_NOSIGNAL);

        if (n == -1) {
            return vz_pump_again() ? VZ_OK : VZ_DOWN;
        }

        vz_stream_sent(p->stream, (size_t) n);
        p->said = vz_monotonic_msec();
    }

    return VZ_OK;
}


/* what is to be sent; its end is our END */
static void
vz_pump_read(vz_pump_t *p)
{
    size_t          most;
    ssize_t         n;
    unsigned char   buf[VZ_STREAM_CHUNK];

    while (p->pump->from != -1) {
        most = vz_stream_writable(p->stream);

        if (most == 0) {
            return;
        }

        n = read(p->pump->from, buf, most);

        if (n == -1 && vz_pump_again()) {
            return;
        }

        if (n <= 0) {
            /* a terminal whose last process has gone reads as EIO */
            vz_pump_close(&p->pump->from);

            if (p->pump->patient) {
                vz_pump_close(&p->pump->to);
            }

            if (vz_pump_child(p, 0) == 0) {
                vz_stream_end(p->stream);
            } else {
                vz_stream_abort(p->stream, VZ_FAILED);
            }

            return;
        }

        p->pump->sent += (uint64_t) n;
        (void) vz_stream_write(p->stream, buf, (size_t) n);
    }
}


/* what has come; it is dropped once nobody is left who reads it */
static void
vz_pump_write(vz_pump_t *p)
{
    ssize_t  n;

    for ( ;; ) {

        if (p->have == 0) {
            p->start = 0;
            p->have = vz_stream_read(p->stream, p->buf, sizeof(p->buf));
        }

        if (p->have == 0) {
            break;
        }

        n = p->pump->to == -1
            ? (ssize_t) p->have
            : write(p->pump->to, p->buf + p->start, p->have);

        if (n == -1 && vz_pump_again()) {
            return;
        }

        /* nobody reads it any more: the end of what is sent says how it went */

        if (n == -1) {
            vz_pump_close(&p->pump->to);
            n = (ssize_t) p->have;
        }

        p->start += (size_t) n;
        p->have -= (size_t) n;
        p->pump->received += (uint64_t) n;
    }

    if (p->stream->done && p->stream->held == 0) {
        vz_pump_close(&p->pump->to);
    }
}


/*
 * Why it is over is told, in so much time and no more.  What still comes is
 * thrown away meanwhile: who writes and does not read would wait for us as we
 * wait for him.
 */
static void
vz_pump_leave(vz_pump_t *p)
{
    int64_t               end, left;
    struct pollfd         pfd[2];
    const unsigned char  *bytes;

    end = vz_monotonic_msec() + VZ_STREAM_PUMP_LEAVE;
    pfd[0].fd = p->pump->out;
    pfd[0].events = POLLOUT;
    pfd[1].fd = p->pump->in;
    pfd[1].events = POLLIN;

    while (vz_stream_pending(p->stream, &bytes) > 0) {
        left = end - vz_monotonic_msec();

        if (left <= 0 || poll(pfd, 2, (int) left) <= 0
            || vz_pump_say(p) != VZ_OK)
        {
            return;
        }

        if (pfd[1].revents
            && recv(p->pump->in, p->buf, sizeof(p->buf), MSG_DONTWAIT) == 0)
        {
            pfd[1].fd = -1;
        }
    }
}


/* its status, once it has ended; 0 where there is none any more */
static int
vz_pump_child(vz_pump_t *p, int signo)
{
    int    status;
    pid_t  pid;

    if (p->pump->child == 0) {
        return 0;
    }

    if (signo) {
        (void) kill(p->pump->child, signo);
    }

    do {
        pid = waitpid(p->pump->child, &status, 0);
    } while (pid == -1 && errno == EINTR);

    p->pump->child = 0;

    return pid == -1 ? -1 : status;
}


static void
vz_pump_close(int *fd)
{
    if (*fd != -1) {
        (void) close(*fd);
        *fd = -1;
    }
}


static int
vz_pump_again(void)
{
    return errno == EAGAIN || errno == EINTR;
}
