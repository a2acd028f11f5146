#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/backup/backup_cache.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_why.h"
#include "daemon/base/job.h"
#include "daemon/base/monotonic.h"
#include "daemon/base/process.h"


#define VZ_RESTIC_LOOK    5000      /* ms between two looks whether it works */
#define VZ_RESTIC_TURN    1000      /* ms of one wait, at most */
#define VZ_RESTIC_TRIES   5         /* more, of a repository with a lock */
#define VZ_RESTIC_PAUSE   3000      /* ms between them */

typedef struct {
    vz_job_t              *job;
    vz_restic_t           *run;
    vz_restic_process_t    process;
    char                  *line;
    size_t                 size;
    size_t                 len;
    char                   error[VZ_RESTIC_LINE];   /* a line of stderr that has
                                                       not ended */
    size_t                 errlen;
    int64_t                looked;
    uint64_t               moved;
} vz_restic_watch_t;


static vz_code_e vz_restic_watch(vz_restic_watch_t *watch);
static int vz_restic_time(vz_restic_watch_t *watch);
static vz_code_e vz_restic_lines(vz_restic_watch_t *watch, int *end);
static int vz_restic_errors(vz_restic_watch_t *watch);
static ssize_t vz_restic_more(int fd, char *buf, size_t size);
static void vz_restic_keep(vz_restic_t *run, const char *text, size_t len);


static vz_repositories_t  vz_restic_known;   /* one verb, one process */


vz_code_e
vz_restic_open(vz_job_t *job, const char *name,
    const vz_repository_t **repository)
{
    char       words[VZ_CONFIG_WORDS];
    vz_code_e  code;

    code = vz_repositories_load(job->conf, &vz_restic_known, words);

    if (code != VZ_OK) {
        return vz_job_end(job, code == VZ_DENIED ? VZ_FAILED : code,
                          "the node's repositories can't be used: %.140s",
                          words);
    }

    *repository = vz_repositories_find(&vz_restic_known, name);

    if (*repository == NULL) {
        vz_restic_close();
        return vz_job_end(job, VZ_UNSUPPORTED, "this node has no repository "
                          "%s", name);
    }

    return VZ_OK;
}


void
vz_restic_close(void)
{
    vz_repositories_wipe(&vz_restic_known);
}


vz_code_e
vz_restic_run(vz_job_t *job, vz_restic_t *run)
{
    char                       words[VZ_WORDS_MAX];
    vz_code_e                  code;
    static vz_restic_watch_t   watch;

    (void) memset(&watch, 0, sizeof(watch));
    watch.job = job;
    watch.run = run;
    watch.size = run->line_max ? run->line_max : VZ_RESTIC_LINE;
    watch.line = malloc(watch.size);
    watch.looked = vz_monotonic_msec();
    run->said[0] = '\0';
    run->status = 0;

    if (watch.line == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    code = vz_restic_process_start(job->conf, run, &watch.process, words);

    if (code != VZ_OK) {
        free(watch.line);
        return vz_job_end(job, code, "%s", words);
    }

    code = vz_restic_watch(&watch);
    free(watch.line);

    if (code == VZ_OK) {
        run->status = vz_restic_process_end(&watch.process, 0);
        code = run->status == 0 ? VZ_OK
               : run->program ? VZ_FAILED : vz_restic_why(job, run);

    } else {
        (void) vz_restic_process_end(&watch.process, 1);
        code = code == VZ_AGAIN ? VZ_OK : code;
    }

    if (run->program == NULL) {
        vz_backup_cache_bound(job->conf, run->tag);
    }

    return code;
}


/* VZ_OK at the end of all that it says */
static vz_code_e
vz_restic_watch(vz_restic_watch_t *watch)
{
    int             end, time;
    vz_code_e       code;
    struct pollfd   pfd[2];

    for ( ;; ) {
        time = vz_restic_time(watch);

        if (vz_backup_lock_ended()) {
            return vz_backup_lock_why(watch->job);
        }

        if (time == 0) {
            return vz_restic_why_silent(watch->job, watch->run);
        }

        pfd[0].fd = watch->process.out;
        pfd[1].fd = watch->process.err;
        pfd[0].events = pfd[1].events = POLLIN;
        pfd[0].revents = pfd[1].revents = 0;

        if (poll(pfd, 2, time) == -1 && errno != EINTR) {
            return vz_job_end(watch->job, VZ_INTERNAL, "poll: %s",
                              strerror(errno));
        }

        if (pfd[1].revents) {
            if (vz_restic_errors(watch) == 0) {
                vz_restic_process_close(&watch->process.err);
            }

            /* it would try for minutes */

            if (vz_restic_why_final(watch->run)) {
                return vz_restic_why(watch->job, watch->run);
            }
        }

        if (pfd[0].revents) {
            code = vz_restic_lines(watch, &end);

            if (code != VZ_OK) {
                return code;
            }

            if (end) {
                vz_restic_process_close(&watch->process.out);
            }
        }

        if (watch->process.out == -1 && watch->process.err == -1) {
            return VZ_OK;
        }
    }
}


/* milliseconds to wait; 0: it has done nothing for too long */
static int
vz_restic_time(vz_restic_watch_t *watch)
{
    int       time;
    int64_t   now;
    uint64_t  moved;

    now = vz_monotonic_msec();

    if (!watch->run->told && now - watch->looked >= VZ_RESTIC_LOOK) {
        watch->looked = now;
        moved = vz_process_group_moved(watch->process.pid);

        if (moved != watch->moved) {
            watch->moved = moved;
            vz_job_moves(watch->job);
        }
    }

    time = vz_job_beat(watch->job);

    return time > VZ_RESTIC_TURN ? VZ_RESTIC_TURN : time;
}


static vz_code_e
vz_restic_lines(vz_restic_watch_t *watch, int *end)
{
    char       *lf, *from;
    ssize_t     n;
    vz_code_e   code;

    *end = 0;

    n = read(watch->process.out, watch->line + watch->len,
             watch->size - 1 - watch->len);

    if (n == -1 && errno == EINTR) {
        return VZ_OK;
    }

    if (n <= 0) {
        *end = 1;
        return VZ_OK;
    }

    if (watch->run->line == NULL) {
        return VZ_OK;
    }

    watch->line[watch->len + (size_t) n] = '\0';

    /* rsync writes its progress over itself; of restic's a name may have one */

    for (lf = watch->line + watch->len;
         watch->run->program && (lf = strchr(lf, '\r')) != NULL;
         lf++)
    {
        *lf = '\n';
    }

    watch->len += (size_t) n;
    code = VZ_OK;

    for (from = watch->line; code == VZ_OK; from = lf + 1) {
        lf = memchr(from, '\n', watch->len - (size_t) (from - watch->line));

        if (lf == NULL) {
            break;
        }

        *lf = '\0';
        code = watch->run->line(watch->job, from, (size_t) (lf - from),
                                watch->run->line_data);
    }

    watch->len -= (size_t) (from - watch->line);
    (void) memmove(watch->line, from, watch->len);

    if (code == VZ_OK && watch->len == watch->size - 1) {
        return vz_job_end(watch->job, VZ_FAILED, "restic printed a line of "
                          "more than %zu bytes", watch->size);
    }

    return code;
}


/* as vz_restic_read(), of what is a failure */
static int
vz_restic_errors(vz_restic_watch_t *watch)
{
    char         *lf, *from;
    size_t        len;
    ssize_t       n;
    vz_restic_t  *run;

    run = watch->run;

    if (run->error == NULL) {
        return vz_restic_read(run, watch->process.err);
    }

    n = vz_restic_more(watch->process.err, watch->error + watch->errlen,
                       sizeof(watch->error) - watch->errlen);

    if (n > 0) {
        watch->errlen += (size_t) n;
    }

    from = watch->error;

    while ((lf = memchr(from, '\n', watch->errlen)) != NULL) {
        len = (size_t) (lf + 1 - from);

        if (!run->error(from, len - 1, run->line_data)) {
            vz_restic_keep(run, from, len);
        }

        from += len;
        watch->errlen -= len;
    }

    (void) memmove(watch->error, from, watch->errlen);

    /* what has no end is kept as it is */

    if (n == 0 || watch->errlen == sizeof(watch->error)) {
        vz_restic_keep(run, watch->error, watch->errlen);
        watch->errlen = 0;
    }

    return n != 0;
}


int
vz_restic_read(vz_restic_t *run, int err)
{
    char     buf[1024];
    ssize_t  n;

    n = vz_restic_more(err, buf, sizeof(buf));

    if (n > 0) {
        vz_restic_keep(run, buf, (size_t) n);
    }

    return n != 0;
}


/* 0 at its end, -1 where there is nothing now */
static ssize_t
vz_restic_more(int fd, char *buf, size_t size)
{
    ssize_t  n;

    n = read(fd, buf, size);

    return n == -1 && errno != EINTR && errno != EAGAIN ? 0 : n;
}


/* the last of it says why */
static void
vz_restic_keep(vz_restic_t *run, const char *text, size_t len)
{
    size_t  have, keep;

    if (len >= sizeof(run->said)) {
        text += len - (sizeof(run->said) - 1);
        len = sizeof(run->said) - 1;
    }

    have = strlen(run->said);

    if (have + len >= sizeof(run->said)) {
        keep = sizeof(run->said) - 1 - len;
        keep = keep < have ? keep : have;
        (void) memmove(run->said, run->said + have - keep, keep);
        have = keep;
    }

    (void) memcpy(run->said + have, text, len);
    run->said[have + len] = '\0';
}


vz_code_e
vz_restic_again(vz_job_t *job, vz_restic_t *run)
{
    unsigned            tries;
    vz_code_e           code;
    vz_restic_t         unlock;
    static const char  *args[] = { "unlock", NULL };

    (void) memset(&unlock, 0, sizeof(unlock));
    unlock.repository = run->repository;
    unlock.tag = run->tag;
    unlock.args = args;

    for (tries = 0; /* void */; tries++) {
        code = vz_restic_run(job, run);

        if (code != VZ_BUSY || tries == VZ_RESTIC_TRIES
            || vz_restic_why_find(run->said) != VZ_RESTIC_LOCKED)
        {
            return code;
        }

        /*
         * restic knows its own host's processes, and whose lock is old; one
         * that was killed is a process until init has waited for it
         */
        if (tries) {
            (void) poll(NULL, 0, VZ_RESTIC_PAUSE);
        }

        code = vz_restic_run(job, &unlock);

        if (code != VZ_OK) {
            return code;
        }
    }
}
