#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "job.h"
#include "log.h"
#include "serve.h"


#define VZ_SERVE_LEAVE  500         /* ms for what a refused client sends */
#define VZ_SERVE_DRAIN  65536       /* bytes of it */
#define VZ_SERVE_RULE   "a line is printable ASCII with single spaces, "      \
                        "at most 1024 bytes"


typedef struct {
    const vz_serve_t   *serve;
    vz_frame_t          frame;
} vz_conn_t;


static vz_code_e vz_serve_handshake(vz_conn_t *conn);
static vz_code_e vz_serve_auth(vz_conn_t *conn, const char *nonce,
    char *words);
static vz_code_e vz_serve_next(vz_conn_t *conn);
static vz_code_e vz_serve_line(vz_conn_t *conn, unsigned seconds,
    char **line, size_t *len);
static vz_code_e vz_serve_fill(vz_conn_t *conn, long left);
static vz_code_e vz_serve_secret(vz_conn_t *conn, vz_job_t *job,
    char *secret);
static void vz_serve_leave(const vz_serve_t *serve);
static void vz_serve_wipe(vz_frame_t *frame);


void
vz_serve(const vz_serve_t *serve)
{
    vz_conn_t  conn;
    vz_code_e  code;

    conn.serve = serve;

    vz_frame_init(&conn.frame, VZ_LINE_MAX);

    code = vz_serve_handshake(&conn);

    while (code == VZ_OK) {
        code = vz_serve_next(&conn);
    }

    vz_frame_wipe(&conn.frame);

    if (code != VZ_DOWN) {
        vz_serve_leave(serve);
    }
}


static vz_code_e
vz_serve_handshake(vz_conn_t *conn)
{
    char        nonce[VZ_HEX_LEN + 1], greeting[VZ_LINE_MAX];
    vz_job_t    job;
    vz_code_e   code;

    vz_job_init(&job, conn->serve->host->conf, conn->serve->out);

    if (vz_nonce(nonce) != VZ_OK
        || vz_greeting_print(greeting, sizeof(greeting), nonce) == 0)
    {
        vz_log(LOG_ERR, "no random bytes for a nonce");
        return VZ_INTERNAL;
    }

    vz_job_line(&job, greeting);
    vz_job_flush(&job);

    code = vz_serve_auth(conn, nonce, job.words);

    if (code == VZ_DOWN) {
        return code;
    }

    if (code != VZ_OK) {
        vz_log(LOG_WARNING, "%s: %s: %s", conn->serve->peer,
               vz_code_name(code), job.words);
    }

    vz_job_final(&job, code);

    return job.gone ? VZ_DOWN : code;
}


static vz_code_e
vz_serve_auth(vz_conn_t *conn, const char *nonce, char *words)
{
    char        *line;
    size_t       len;
    vz_code_e    code;
    const char  *why;

    code = vz_serve_line(conn, conn->serve->handshake, &line, &len);

    if (code == VZ_OK) {
        /* with no key the answer is read all the same, and refused */
        code = conn->serve->key
               ? vz_auth_check(line, len, conn->serve->key, nonce)
               : VZ_DENIED;
    }

    switch (code) {
    case VZ_OK:
        why = "";
        break;

    case VZ_TIMEOUT:
        why = "no answer to the handshake in time";
        break;

    case VZ_SYNTAX:
        why = "the handshake is: auth, a space, 64 hex digits";
        break;

    default:
        why = conn->serve->key ? "the key is not ours"
                               : "this host has no key that can be used";
    }

    (void) snprintf(words, VZ_WORDS_MAX, "%s", why);

    return code;
}


/* one verb; not VZ_OK: the connection is over */
static vz_code_e
vz_serve_next(vz_conn_t *conn)
{
    char           *line, secret[VZ_SECRET_MAX + 1];
    long            start;
    size_t          len;
    vz_job_t        job;
    vz_code_e       code, step;
    vz_request_t    req;

    vz_job_init(&job, conn->serve->host->conf, conn->serve->out);

    step = vz_serve_line(conn, conn->serve->host->conf->silence, &line, &len);

    if (step == VZ_SYNTAX) {
        (void) vz_job_end(&job, step, VZ_SERVE_RULE);
        vz_perform_log(conn->serve->peer, &job, step, 0);
        vz_job_final(&job, step);
        return step;
    }

    if (step != VZ_OK) {
        return step;
    }

    start = vz_perform_now();
    code = vz_verb_parse(line, len, &req, job.words);

    if (req.def) {
        job.req = &req;
    }

    /* the second line comes, whatever the first one was worth */
    if (req.def && req.def->secret) {
        step = vz_serve_secret(conn, &job, secret);

        if (step == VZ_DOWN || step == VZ_TIMEOUT) {
            explicit_bzero(secret, sizeof(secret));
            return step;
        }

        code = code == VZ_OK || step == VZ_SYNTAX ? step : code;
    }

    if (code == VZ_OK) {
        code = vz_perform(conn->serve->host, &job);
    }

    if (req.def && req.def->secret) {
        explicit_bzero(secret, sizeof(secret));
    }

    vz_perform_log(conn->serve->peer, &job, code, vz_perform_now() - start);
    vz_job_final(&job, code);

    if (job.gone) {
        return VZ_DOWN;
    }

    return step == VZ_SYNTAX ? step : VZ_OK;
}


/* VZ_OK, VZ_SYNTAX, VZ_TIMEOUT, or VZ_DOWN where the client has left */
static vz_code_e
vz_serve_line(vz_conn_t *conn, unsigned seconds, char **line, size_t *len)
{
    long       end;
    vz_code_e  code;

    end = vz_perform_now() + (long) seconds * 1000;

    for ( ;; ) {
        code = vz_frame_next(&conn->frame, line, len);
        if (code != VZ_AGAIN) {
            return code;
        }

        code = vz_serve_fill(conn, end - vz_perform_now());
        if (code != VZ_OK) {
            return code;
        }
    }
}


static vz_code_e
vz_serve_fill(vz_conn_t *conn, long left)
{
    int             n;
    char           *where;
    size_t          room;
    ssize_t         got;
    struct pollfd   pfd;

    if (left <= 0) {
        return VZ_TIMEOUT;
    }

    pfd.fd = conn->serve->in;
    pfd.events = POLLIN;

    n = poll(&pfd, 1, (int) left);

    if (n == 0) {
        return VZ_TIMEOUT;
    }

    if (n == -1) {
        return errno == EINTR ? VZ_OK : VZ_DOWN;
    }

    room = vz_frame_room(&conn->frame, &where);
    got = read(conn->serve->in, where, room);

    if (got > 0) {
        vz_frame_fill(&conn->frame, got);
        return VZ_OK;
    }

    return got == -1 && (errno == EINTR || errno == EAGAIN) ? VZ_OK : VZ_DOWN;
}


static vz_code_e
vz_serve_secret(vz_conn_t *conn, vz_job_t *job, char *secret)
{
    char       *line;
    size_t      len, n;
    vz_code_e   code;

    code = vz_serve_line(conn, conn->serve->host->conf->silence, &line, &len);

    if (code == VZ_OK) {
        code = vz_secret_parse(line, len, secret, &n);
    }

    vz_serve_wipe(&conn->frame);

    switch (code) {
    case VZ_OK:
        job->secret = secret;
        return code;

    case VZ_RANGE:
        return vz_job_end(job, code, "secret: base64 of 1 to %d bytes "
                          "without control characters", VZ_SECRET_MAX);

    case VZ_SYNTAX:
        return vz_job_end(job, code, "after passwd comes one line: secret, "
                          "a space, base64");

    default:
        return code;
    }
}


/* bytes left unread would make the close a reset, and our words be lost */
static void
vz_serve_leave(const vz_serve_t *serve)
{
    char            buf[VZ_LINE_MAX];
    unsigned        turns;
    struct pollfd   pfd;

    if (shutdown(serve->out, SHUT_WR) == -1) {
        return;
    }

    pfd.fd = serve->in;
    pfd.events = POLLIN;

    for (turns = 0; turns < VZ_SERVE_DRAIN / sizeof(buf); turns++) {

        if (poll(&pfd, 1, VZ_SERVE_LEAVE) <= 0
            || read(serve->in, buf, sizeof(buf)) <= 0)
        {
            return;
        }
    }
}


/* forget what was read, but not what waits to be read */
static void
vz_serve_wipe(vz_frame_t *frame)
{
    explicit_bzero(frame->buf, frame->start);
    explicit_bzero(frame->buf + frame->end, sizeof(frame->buf) - frame->end);
}
