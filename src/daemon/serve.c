#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "cache.h"
#include "job.h"
#include "lock.h"
#include "log.h"
#include "serve.h"


#define VZ_SERVE_LOCK   5000        /* ms a verb waits for its container */
#define VZ_SERVE_GRACE  15          /* s after the deadline until all ends */
#define VZ_SERVE_LEAVE  500         /* ms for what a refused client sends */
#define VZ_SERVE_DRAIN  65536       /* bytes of it */
#define VZ_SERVE_RULE   "a line is printable ASCII with single spaces, "      \
                        "at most 1024 bytes"


typedef struct {
    const vz_serve_t   *serve;
    vz_frame_t          frame;
    unsigned            opened;     /* the driver */
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
static vz_code_e vz_serve_verb(vz_conn_t *conn, vz_job_t *job);
static vz_code_e vz_serve_locked(vz_conn_t *conn, vz_job_t *job,
    vz_verb_pt run);
static vz_code_e vz_serve_driver(vz_conn_t *conn, vz_job_t *job,
    vz_verb_pt *run);
static vz_code_e vz_serve_run(vz_job_t *job, vz_verb_pt run);
static void vz_serve_hung(int signo);
static vz_code_e vz_serve_ping(vz_job_t *job);
static vz_code_e vz_serve_templates(vz_job_t *job);
static vz_code_e vz_serve_template(const vz_template_t *entry, void *data);
static void vz_serve_log(const vz_conn_t *conn, const vz_job_t *job,
    vz_code_e code, long ms);
static long vz_serve_now(void);


/* verbs that are the same on every driver */
static const vz_verb_pt  vz_serve_own[VZ_VERB_COUNT] = {
    [VZ_VERB_PING] = vz_serve_ping,
    [VZ_VERB_TEMPLATES] = vz_serve_templates
};

static vz_job_t *volatile  vz_serve_job;


void
vz_serve(const vz_serve_t *serve)
{
    vz_conn_t  conn;
    vz_code_e  code;

    conn.serve = serve;
    conn.opened = 0;

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

    vz_job_init(&job, conn->serve->conf, conn->serve->out);

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

    vz_job_init(&job, conn->serve->conf, conn->serve->out);

    step = vz_serve_line(conn, conn->serve->conf->silence, &line, &len);

    if (step == VZ_SYNTAX) {
        (void) vz_job_end(&job, step, VZ_SERVE_RULE);
        vz_serve_log(conn, &job, step, 0);
        vz_job_final(&job, step);
        return step;
    }

    if (step != VZ_OK) {
        return step;
    }

    start = vz_serve_now();
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
        code = vz_serve_verb(conn, &job);
    }

    if (req.def && req.def->secret) {
        explicit_bzero(secret, sizeof(secret));
    }

    vz_serve_log(conn, &job, code, vz_serve_now() - start);
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

    end = vz_serve_now() + (long) seconds * 1000;

    for ( ;; ) {
        code = vz_frame_next(&conn->frame, line, len);
        if (code != VZ_AGAIN) {
            return code;
        }

        code = vz_serve_fill(conn, end - vz_serve_now());
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

    code = vz_serve_line(conn, conn->serve->conf->silence, &line, &len);

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


static vz_code_e
vz_serve_verb(vz_conn_t *conn, vz_job_t *job)
{
    vz_code_e            code;
    vz_verb_pt           run;
    const vz_config_t   *conf;
    const vz_request_t  *req;

    req = job->req;
    conf = conn->serve->conf;

    (void) clock_gettime(CLOCK_MONOTONIC, &job->deadline);
    job->deadline.tv_sec += req->def->timeout;

    if (req->argc
        && (req->ctid < conf->ctid_min || req->ctid > conf->ctid_max))
    {
        return vz_job_end(job, VZ_RANGE, "%s: %u to %u on this host",
                          vz_field_name(VZ_FIELD_CTID), conf->ctid_min,
                          conf->ctid_max);
    }

    run = vz_serve_own[req->verb];

    if (run == NULL) {
        code = vz_serve_driver(conn, job, &run);
        if (code != VZ_OK) {
            return code;
        }
    }

    if (req->def->lock) {
        return vz_serve_locked(conn, job, run);
    }

    return vz_serve_run(job, run);
}


static vz_code_e
vz_serve_driver(vz_conn_t *conn, vz_job_t *job, vz_verb_pt *run)
{
    char                words[VZ_WORDS_MAX];
    vz_code_e           code;
    const vz_driver_t  *driver;

    driver = conn->serve->driver;

    if (driver == NULL) {
        return vz_job_end(job, VZ_UNSUPPORTED, "%s", conn->serve->why);
    }

    *run = driver->run[job->req->verb];

    if (*run == NULL) {
        return vz_job_end(job, VZ_UNSUPPORTED, "driver %s has no %s",
                          driver->name, job->req->def->name);
    }

    if (!conn->opened && driver->open) {
        words[0] = '\0';

        code = driver->open(conn->serve->conf, words);
        if (code != VZ_OK) {
            return vz_job_end(job, code, "%s", words);
        }
    }

    conn->opened = 1;

    return VZ_OK;
}


static vz_code_e
vz_serve_locked(vz_conn_t *conn, vz_job_t *job, vz_verb_pt run)
{
    char        name[16], holder[VZ_LOCK_HOLDER];
    vz_lock_t   lock;
    vz_code_e   code;

    (void) snprintf(name, sizeof(name), "%u", job->req->ctid);

    code = vz_lock_take(conn->serve->conf, name, job->req->def->name,
                        VZ_SERVE_LOCK, &lock, holder);

    if (code == VZ_BUSY) {
        return vz_job_end(job, code, "container %s is held by: %s", name,
                          holder[0] ? holder : "another process");
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "lock of container %s: %s", name,
                          strerror(errno));
    }

    code = vz_serve_run(job, run);

    vz_lock_drop(&lock);

    return code;
}


/* the alarm is for a library that hangs: drivers keep the deadline */
static vz_code_e
vz_serve_run(vz_job_t *job, vz_verb_pt run)
{
    vz_code_e         code;
    struct sigaction  sa;

    (void) memset(&sa, 0, sizeof(sa));
    sa.sa_handler = vz_serve_hung;
    sa.sa_flags = SA_RESETHAND|SA_NODEFER;
    (void) sigemptyset(&sa.sa_mask);
    (void) sigaction(SIGALRM, &sa, NULL);

    vz_serve_job = job;

    (void) alarm(vz_job_left(job) / 1000 + 1 + VZ_SERVE_GRACE);
    code = run(job);
    (void) alarm(0);

    return code;
}


/* nothing is safe to call here: the second alarm ends it, whatever happens */
static void
vz_serve_hung(int signo)
{
    static const char  line[] = "err timeout the verb hangs and was left\n";

    (void) signo;
    (void) alarm(2);

    (void) !send(vz_serve_job->out, line, sizeof(line) - 1,
                 MSG_DONTWAIT|MSG_NOSIGNAL);

    vz_log(LOG_ERR, "%s %u hangs and was left", vz_serve_job->req->def->name,
           vz_serve_job->req->ctid);

    _exit(1);
}


static vz_code_e
vz_serve_ping(vz_job_t *job)
{
    (void) job;

    return VZ_OK;
}


static vz_code_e
vz_serve_templates(vz_job_t *job)
{
    if (vz_cache_list(job->conf, vz_serve_template, job) != VZ_OK) {
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", job->conf->template_dir,
                          strerror(errno));
    }

    return VZ_OK;
}


static vz_code_e
vz_serve_template(const vz_template_t *entry, void *data)
{
    char        date[32];
    struct tm   tm;

    if (gmtime_r(&entry->mtime, &tm) == NULL
        || strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
    {
        return VZ_OK;
    }

    vz_job_data(data, "name=%s size=%llu date=%s", entry->name,
                (unsigned long long) entry->size, date);

    return VZ_OK;
}


/* who asked for what, and what came of it; a line we can't name is not told */
static void
vz_serve_log(const vz_conn_t *conn, const vz_job_t *job, vz_code_e code,
    long ms)
{
    int                  level;
    char                 what[VZ_LINE_MAX];
    size_t               n;
    unsigned             i;
    const vz_request_t  *req;

    req = job->req;
    n = snprintf(what, sizeof(what), "%s", req ? req->def->name : "-");

    for (i = 0; req && code != VZ_SYNTAX && i < req->argc
                && i < VZ_ARGS_MAX; i++)
    {
        if (n + strlen(req->argv[i]) + 2 > sizeof(what)) {
            break;
        }

        n += sprintf(what + n, " %s", req->argv[i]);
    }

    if (code == VZ_FAILED || code >= VZ_INTERNAL) {
        level = LOG_WARNING;

    } else if (code == VZ_OK && !req->def->lock) {
        level = LOG_INFO;

    } else {
        level = LOG_NOTICE;
    }

    vz_log(level, "%s: %s: %s%s%s (%ld ms)", conn->serve->peer, what,
           code == VZ_OK ? "ok" : vz_code_name(code),
           job->words[0] ? " " : "", job->words, ms);
}


static long
vz_serve_now(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
