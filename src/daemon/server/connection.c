#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/log.h"
#include "daemon/base/monotonic.h"
#include "daemon/server/connection.h"
#include "daemon/server/stream_pump.h"


#define VZ_CONNECTION_LEAVE  2000   /* ms for all that a refused one sends */
#define VZ_CONNECTION_DRAIN  (1 << 20)  /* bytes of it: a stream has a window
                                           and more on its way */
#define VZ_CONNECTION_RULE   "a line is printable ASCII with single spaces, " \
                        "at most 1024 bytes"
#define VZ_CONNECTION_SEAL   "the line is not what was sent here"
#define VZ_CONNECTION_BODY   10     /* s for all lines of a body */


typedef struct {
    const vz_connection_t  *serve;
    vz_seal_t               seal;
    vz_frame_t              frame;
} vz_conn_t;


static vz_code_e vz_connection_handshake(vz_conn_t *conn);
static vz_code_e vz_connection_auth(vz_conn_t *conn, vz_nonces_t *nonces,
    char *words);
static vz_code_e vz_connection_accept(vz_conn_t *conn,
    const vz_nonces_t *nonces, char *words);
static vz_code_e vz_connection_next(vz_conn_t *conn);
static vz_code_e vz_connection_act(vz_conn_t *conn, vz_job_t *job,
    const vz_request_t *req, vz_code_e code);
static vz_code_e vz_connection_verb(vz_conn_t *conn, vz_job_t *job,
    char **line, size_t *len);
static int vz_connection_wrong(vz_code_e code);
static vz_code_e vz_connection_body(vz_conn_t *conn, vz_job_t *job,
    const vz_verb_t *def, unsigned lines, vz_verb_body_t *body);
static vz_code_e vz_connection_body_line(vz_conn_t *conn, vz_job_t *job,
    const vz_verb_t *def, int64_t end, vz_verb_body_t *body);
static vz_code_e vz_connection_stream(vz_conn_t *conn, vz_job_t *job);
static vz_code_e vz_connection_line(vz_conn_t *conn, int64_t end,
    char **line, size_t *len);
static int64_t vz_connection_end(unsigned seconds);
static vz_code_e vz_connection_fill(vz_conn_t *conn, int64_t left);
static void vz_connection_leave(const vz_connection_t *serve);
static void vz_connection_wipe(vz_frame_t *frame);


void
vz_connection_serve(const vz_connection_t *serve)
{
    vz_conn_t  conn;
    vz_code_e  code;

    conn.serve = serve;
    (void) memset(&conn.seal, 0, sizeof(conn.seal));

    vz_frame_init(&conn.frame, VZ_LINE_MAX);

    code = vz_connection_handshake(&conn);

    while (code == VZ_OK) {
        code = vz_connection_next(&conn);
    }

    vz_frame_wipe(&conn.frame);
    vz_seal_free(&conn.seal);

    if (code != VZ_DOWN) {
        vz_connection_leave(serve);
    }
}


static vz_code_e
vz_connection_handshake(vz_conn_t *conn)
{
    char         greeting[VZ_LINE_MAX];
    vz_job_t     job;
    vz_code_e    code;
    vz_nonces_t  nonces;

    vz_job_init(&job, conn->serve->host->conf, conn->serve->out);

    if (vz_handshake_nonce(nonces.server) != VZ_OK
        || vz_handshake_greeting_print(greeting, sizeof(greeting),
                                       nonces.server) == 0)
    {
        vz_log(LOG_ERR, "no random bytes for a nonce");
        return VZ_INTERNAL;
    }

    vz_job_line(&job, greeting);
    vz_job_flush(&job);

    code = vz_connection_auth(conn, &nonces, job.words);

    if (code == VZ_OK) {
        code = vz_connection_accept(conn, &nonces, job.words);
    }

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
vz_connection_auth(vz_conn_t *conn, vz_nonces_t *nonces, char *words)
{
    char        *line;
    size_t       len;
    vz_code_e    code;
    const char  *why;

    code = vz_connection_line(conn, vz_connection_end(conn->serve->handshake),
                              &line, &len);

    if (code == VZ_OK) {
        /* with no key the answer is read all the same, and refused */
        code = conn->serve->key
               ? vz_handshake_auth_check(line, len, conn->serve->key, nonces)
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
        why = "the handshake is: auth and twice a space and 64 hex digits";
        break;

    case VZ_UNSUPPORTED:
        why = "the client speaks version 1 of the protocol, this is version 3";
        break;

    default:
        why = conn->serve->key ? "the key is not ours"
                               : "this host has no key that can be used";
    }

    (void) snprintf(words, VZ_WORDS_MAX, "%s", why);

    return code;
}


/* words: the proof that we know the key, too */
static vz_code_e
vz_connection_accept(vz_conn_t *conn, const vz_nonces_t *nonces, char *words)
{
    if (vz_handshake_accept_print(words, conn->serve->key, nonces) == VZ_OK
        && vz_seal_init(&conn->seal, conn->serve->key, nonces) == VZ_OK)
    {
        return VZ_OK;
    }

    (void) snprintf(words, VZ_WORDS_MAX, "no keys can be made");

    return VZ_INTERNAL;
}


/* one verb; not VZ_OK: the connection is over */
static vz_code_e
vz_connection_next(vz_conn_t *conn)
{
    char          *line;
    size_t         len;
    vz_job_t       job;
    vz_code_e      step;
    vz_request_t   req;

    vz_job_init(&job, conn->serve->host->conf, conn->serve->out);
    job.seal = &conn->seal;

    step = vz_connection_verb(conn, &job, &line, &len);

    if (step != VZ_OK) {
        if (vz_connection_wrong(step)) {
            vz_dispatch_log(conn->serve->peer, &job, step, 0);
            vz_job_final(&job, step);
        }

        return step;
    }

    step = vz_verb_parse(line, len, &req, job.words);

    if (req.def) {
        job.req = &req;
    }

    step = vz_connection_act(conn, &job, &req, step);

    if (step != VZ_OK || !job.streams) {
        return job.gone ? VZ_DOWN : step;
    }

    return vz_connection_stream(conn, &job);
}


/* code is what the verb's line was worth: its body comes in any case */
static vz_code_e
vz_connection_act(vz_conn_t *conn, vz_job_t *job, const vz_request_t *req,
    vz_code_e code)
{
    int64_t          start;
    vz_code_e        step;
    vz_verb_body_t   body;

    start = vz_monotonic_msec();
    (void) memset(&body, 0, sizeof(body));

    step = req->lost ? code : VZ_OK;

    if (req->body) {
        /* of a line that is wrong the body is passed over */
        step = vz_connection_body(conn, job, code == VZ_OK ? req->def : NULL,
                                  req->body, &body);

        if (step == VZ_DOWN) {
            vz_verb_body_free(&body);
            return step;
        }

        code = step == VZ_OK ? code : step;
        step = step == VZ_RANGE ? VZ_OK : step;
    }

    if (code == VZ_OK) {
        code = vz_dispatch(conn->serve->host, job);
    }

    job->body = NULL;
    vz_verb_body_free(&body);

    vz_dispatch_log(conn->serve->peer, job, code, vz_monotonic_msec() - start);
    vz_job_final(job, code);
    job->secret = NULL;

    return job->gone ? VZ_DOWN : step;
}


/* as vz_connection_line(), or VZ_DENIED: somebody sits between; both said */
static vz_code_e
vz_connection_verb(vz_conn_t *conn, vz_job_t *job, char **line, size_t *len)
{
    vz_code_e  code;

    code = vz_connection_line(conn,
                              vz_connection_end(conn->serve->host->conf
                                                    ->silence), line, len);

    if (code == VZ_OK) {
        code = vz_seal_open_line(&conn->seal, *line, len);
    }

    return vz_connection_wrong(code)
           ? vz_job_end(job, code, code == VZ_SYNTAX ? VZ_CONNECTION_RULE
                                                     : VZ_CONNECTION_SEAL)
           : code;
}


/* lines that leave nothing to go on with */
static int
vz_connection_wrong(vz_code_e code)
{
    return code == VZ_SYNTAX || code == VZ_DENIED;
}


/* VZ_OK, VZ_SYNTAX, VZ_TIMEOUT, or VZ_DOWN where the client has left */
static vz_code_e
vz_connection_line(vz_conn_t *conn, int64_t end, char **line, size_t *len)
{
    vz_code_e  code;

    for ( ;; ) {
        code = vz_frame_next(&conn->frame, line, len);
        if (code != VZ_AGAIN) {
            return code;
        }

        code = vz_connection_fill(conn, end - vz_monotonic_msec());
        if (code != VZ_OK) {
            return code;
        }
    }
}


static int64_t
vz_connection_end(unsigned seconds)
{
    return vz_monotonic_msec() + (int64_t) seconds * 1000;
}


static vz_code_e
vz_connection_fill(vz_conn_t *conn, int64_t left)
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


/*
 * All of its lines, however many of them are bad.  VZ_OK, VZ_RANGE, or what
 * ends the connection; said but for VZ_DOWN.
 */
static vz_code_e
vz_connection_body(vz_conn_t *conn, vz_job_t *job, const vz_verb_t *def,
    unsigned lines, vz_verb_body_t *body)
{
    int64_t    end;
    unsigned   i;
    vz_code_e  code, one;

    if (def && vz_verb_body_init(body, def, lines) != VZ_OK) {
        return vz_job_end(job, VZ_INTERNAL, "no memory for a body");
    }

    end = vz_connection_end(VZ_CONNECTION_BODY);
    code = VZ_OK;

    vz_frame_limit(&conn->frame, VZ_REPLY_MAX);

    for (i = 0; i < lines; i++) {
        one = vz_connection_body_line(conn, job, def, end, body);

        if (one != VZ_OK && one != VZ_RANGE) {
            return one;
        }

        if (one == VZ_RANGE && code == VZ_OK) {
            code = vz_job_end(job, one, "%s: line %u: 1 to %u bytes without "
                              "control characters, in base64",
                              def->secret ? "secret" : "body", i + 1,
                              def->body_bytes);
        }
    }

    vz_frame_limit(&conn->frame, VZ_LINE_MAX);

    if (def && code == VZ_OK) {
        job->body = body;
        job->secret = def->secret ? body->line[0] : NULL;
    }

    return code;
}


static vz_code_e
vz_connection_body_line(vz_conn_t *conn, vz_job_t *job, const vz_verb_t *def,
    int64_t end, vz_verb_body_t *body)
{
    char       *line, bytes[VZ_BODY_BYTES + 1];
    size_t      len, n;
    vz_code_e   code;

    code = vz_connection_line(conn, end, &line, &len);

    if (code == VZ_OK) {
        code = vz_seal_open_body(&conn->seal, def, line, len, bytes, &n);
    }

    if (code == VZ_OK && def) {
        code = vz_verb_body_add(body, bytes, n);
    }

    /* whether it is a secret or not: nothing of it is needed any more */

    vz_connection_wipe(&conn->frame);
    explicit_bzero(bytes, sizeof(bytes));

    switch (code) {
    case VZ_OK:
    case VZ_RANGE:
    case VZ_DOWN:
        return code;

    case VZ_DENIED:
        return vz_job_end(job, code, VZ_CONNECTION_SEAL);

    case VZ_TIMEOUT:
        return vz_job_end(job, code, "the body did not come in %d s",
                          VZ_CONNECTION_BODY);

    default:
        return vz_job_end(job, VZ_SYNTAX, "a line of the body was announced: "
                          "body or secret, a space, base64");
    }
}


/* the connection ends with its stream */
static vz_code_e
vz_connection_stream(vz_conn_t *conn, vz_job_t *job)
{
    int64_t           start;
    vz_code_e         code;
    vz_stream_pump_t  pump;

    pump.in = conn->serve->in;
    pump.out = conn->serve->out;
    pump.from = job->from;
    pump.to = job->to;
    pump.child = job->child;
    pump.patient = job->patient;
    start = vz_monotonic_msec();

    /* nothing may be said before the answer is heard */

    if (conn->frame.start != conn->frame.end) {
        (void) close(job->from);
        (void) close(job->to);
        return VZ_SYNTAX;
    }

    code = vz_stream_pump(&pump, &conn->seal);

    vz_log(code == VZ_OK ? LOG_INFO : LOG_NOTICE, "%s: the stream of %s %u: "
           "%s, %llu bytes received, %llu sent (%lld ms)", conn->serve->peer,
           job->req->def->name, job->req->ctid,
           code == VZ_DOWN ? "cut off" : vz_code_name(code),
           (unsigned long long) pump.received, (unsigned long long) pump.sent,
           (long long) (vz_monotonic_msec() - start));

    return code == VZ_OK ? VZ_SYNTAX : code;
}


/* bytes left unread would make the close a reset, and our words be lost */
static void
vz_connection_leave(const vz_connection_t *serve)
{
    char            buf[VZ_LINE_MAX];
    long            end, left;
    size_t          drained;
    ssize_t         n;
    struct pollfd   pfd;

    if (shutdown(serve->out, SHUT_WR) == -1) {
        return;
    }

    pfd.fd = serve->in;
    pfd.events = POLLIN;
    end = vz_monotonic_msec() + VZ_CONNECTION_LEAVE;

    for (drained = 0; drained < VZ_CONNECTION_DRAIN; drained += (size_t) n) {
        left = end - vz_monotonic_msec();

        if (left <= 0 || poll(&pfd, 1, (int) left) <= 0) {
            return;
        }

        n = read(serve->in, buf, sizeof(buf));

        if (n <= 0) {
            return;
        }
    }
}


/* forget what was read, but not what waits to be read */
static void
vz_connection_wipe(vz_frame_t *frame)
{
    explicit_bzero(frame->buf, frame->start);
    explicit_bzero(frame->buf + frame->end, sizeof(frame->buf) - frame->end);
}
