#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/monotonic.h"
#include "wire/reply.h"
#include "wire/say.h"


#define VZ_JOB_PATIENCE  5000       /* ms to wait for a client that does not
                                       read */


static void vz_job_extend(vz_job_t *job);
static void vz_job_tell(vz_job_t *job);
static void vz_job_push(vz_job_t *job);
static void vz_job_hold(vz_job_t *job, const char *line, size_t len);
static ssize_t vz_job_send(int fd, const char *p, size_t len);


void
vz_job_init(vz_job_t *job, const vz_config_t *conf, int out)
{
    (void) memset(job, 0, offsetof(vz_job_t, hold));

    job->conf = conf;
    job->out = out;
}


void
vz_job_alone(vz_job_t *job, const vz_config_t *conf, int out, unsigned seconds)
{
    vz_job_init(job, conf, out);

    job->gone = (out == -1);
    (void) clock_gettime(CLOCK_MONOTONIC, &job->deadline);
    job->deadline.tv_sec += seconds;
}


void
vz_job_line(vz_job_t *job, const char *line)
{
    size_t  len;

    len = strlen(line);

    if (len < VZ_REPLY_MAX) {
        vz_job_hold(job, line, len);
        vz_job_hold(job, "\n", 1);
    }
}


void
vz_job_progress(vz_job_t *job, unsigned percent, const char *fmt, ...)
{
    int      n;
    char     words[VZ_WORDS_MAX], line[VZ_WORDS_MAX + 16];
    va_list  args;

    if (percent > 100) {
        percent = 100;
    }

    if (percent > job->percent) {
        job->percent = percent;
    }

    va_start(args, fmt);
    (void) vsnprintf(words, sizeof(words), fmt, args);
    va_end(args);

    if (vz_reply_clean(words) == 0) {
        (void) strcpy(words, "working");
    }

    (void) vz_say_mark(words, sizeof(words));

    n = snprintf(line, sizeof(line), "+ %u %s\n", job->percent, words);

    vz_job_hold(job, line, n);
    vz_job_flush(job);

    if (job->req && job->req->def->beat) {
        (void) strcpy(job->doing, words);
        job->told = vz_monotonic_msec();
        vz_job_extend(job);
    }
}


void
vz_job_start(vz_job_t *job, unsigned grace)
{
    job->told = vz_monotonic_msec();
    job->alarmed = grace;
    vz_job_extend(job);
}


/* the deadline is the verb's own time from now on */
static void
vz_job_extend(vz_job_t *job)
{
    (void) clock_gettime(CLOCK_MONOTONIC, &job->deadline);
    job->deadline.tv_sec += job->req->def->timeout;

    if (job->alarmed) {
        (void) alarm(job->req->def->timeout + 1 + job->alarmed);
    }
}


void
vz_job_moves(vz_job_t *job)
{
    if (job->req && job->req->def->beat) {
        vz_job_extend(job);
    }
}


int
vz_job_beat(vz_job_t *job)
{
    int       n, left, due;
    char      line[VZ_WORDS_MAX + 16];
    int64_t   now, every;

    left = vz_job_left(job);

    if (left == 0 || job->req == NULL || job->req->def->beat == 0) {
        return left;
    }

    /* well before the client's: what is late by a little is no silence */

    every = job->req->def->beat * 500;
    now = vz_monotonic_msec();

    if (now - job->told >= every) {
        n = snprintf(line, sizeof(line), "+ %u %s\n", job->percent,
                     job->doing[0] ? job->doing : "working say=working");
        vz_job_hold(job, line, n);
        vz_job_flush(job);
        job->told = now;
    }

    due = (int) (job->told + every - now);

    return due < left ? due : left;
}


vz_code_e
vz_job_stream(vz_job_t *job, int from, int to)
{
    job->streams = 1;
    job->from = from;
    job->to = to;

    return vz_job_end(job, VZ_OK, "stream");
}


void
vz_job_data(vz_job_t *job, const char *fmt, ...)
{
    int      n;
    char     line[VZ_REPLY_MAX], *p;
    va_list  args;

    line[0] = '=';
    line[1] = ' ';

    va_start(args, fmt);
    n = vsnprintf(line + 2, sizeof(line) - 3, fmt, args);
    va_end(args);

    if (n < 0) {
        return;
    }

    if ((size_t) n >= sizeof(line) - 3) {
        /* the last pair does not fit: leave it out */
        p = strrchr(line + 2, ' ');
        if (p == NULL) {
            return;
        }

        n = (int) (p - (line + 2));
    }

    for (p = line + 2; p < line + 2 + n; p++) {
        if (*p < ' ' || *p > '~') {
            *p = '?';
        }
    }

    line[2 + n] = '\n';

    vz_job_hold(job, line, 3 + n);
}


vz_code_e
vz_job_end(vz_job_t *job, vz_code_e code, const char *fmt, ...)
{
    va_list  args;

    va_start(args, fmt);
    (void) vsnprintf(job->words, sizeof(job->words), fmt, args);
    va_end(args);

    (void) vz_reply_clean(job->words);

    return code;
}


void
vz_job_said(vz_job_t *job, const char *text)
{
    size_t  len;

    len = strlen(text);

    if (len >= sizeof(job->said)) {
        text += len - (sizeof(job->said) - 1);
    }

    (void) strcpy(job->said, text);
}


void
vz_job_final(vz_job_t *job, vz_code_e code)
{
    int   n;
    char  line[VZ_WORDS_MAX + VZ_SEAL_LEN + 32], mac[VZ_SEAL_MAC + 1];
    char  words[VZ_WORDS_MAX];

    (void) vz_reply_clean(job->words);
    (void) strcpy(words, job->words);
    (void) vz_say_mark(words, sizeof(words));

    if (code != VZ_OK && job->secret == NULL) {
        vz_job_tell(job);
    }

    if (code == VZ_OK) {
        n = snprintf(line, sizeof(line), "ok%s%s\n",
                     words[0] ? " " : "", words);

    } else {
        n = snprintf(line, sizeof(line), "err %s %s\n", vz_code_name(code),
                     words[0] ? words : "no details are known");
    }

    if (job->held + sizeof(line) > sizeof(job->hold)) {
        vz_job_flush(job);
    }

    if (job->seal) {
        vz_seal_add(job->seal, job->hold, job->held);

        if (vz_seal_end(job->seal, line, n, mac) == VZ_OK) {
            n += sprintf(line + n - 1, " mac=%s\n", mac) - 1;
        }
    }

    vz_job_hold(job, line, n);
    vz_job_push(job);
}


static void
vz_job_tell(vz_job_t *job)
{
    char  *line, *save, words[VZ_WORDS_MAX];

    for (line = strtok_r(job->said, "\r\n", &save);
         line != NULL;
         line = strtok_r(NULL, "\r\n", &save))
    {
        (void) snprintf(words, sizeof(words), "%s", line);

        if (vz_reply_clean(words)) {
            vz_job_data(job, "%s", words);
        }
    }
}


void
vz_job_flush(vz_job_t *job)
{
    if (job->seal) {
        vz_seal_add(job->seal, job->hold, job->held);
    }

    vz_job_push(job);
}


static void
vz_job_push(vz_job_t *job)
{
    char           *p;
    size_t          len;
    ssize_t         n;
    struct pollfd   pfd;

    p = job->hold;
    len = job->held;
    job->held = 0;

    while (len && !job->gone) {

        n = vz_job_send(job->out, p, len);

        if (n > 0) {
            p += n;
            len -= n;
            continue;
        }

        if (n == -1 && errno == EINTR) {
            continue;
        }

        pfd.fd = job->out;
        pfd.events = POLLOUT;

        if (n == 0 || errno != EAGAIN
            || poll(&pfd, 1, VZ_JOB_PATIENCE) == 0)
        {
            job->gone = 1;
        }
    }
}


int
vz_job_left(const vz_job_t *job)
{
    long long        ms;
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    ms = (long long) (job->deadline.tv_sec - now.tv_sec) * 1000
         + (job->deadline.tv_nsec - now.tv_nsec) / 1000000;

    if (ms <= 0) {
        return 0;
    }

    return ms > INT_MAX ? INT_MAX : (int) ms;
}


static void
vz_job_hold(vz_job_t *job, const char *line, size_t len)
{
    if (job->gone) {
        return;
    }

    if (job->held + len > sizeof(job->hold)) {
        vz_job_flush(job);
    }

    (void) memcpy(job->hold + job->held, line, len);
    job->held += len;
}


/* Never blocks on a socket; on a terminal or a pipe it may. */
static ssize_t
vz_job_send(int fd, const char *p, size_t len)
{
    ssize_t  n;

    n = send(fd, p, len, MSG_DONTWAIT|MSG_NOSIGNAL);

    if (n == -1 && errno == ENOTSOCK) {
        n = write(fd, p, len);
    }

    return n;
}
