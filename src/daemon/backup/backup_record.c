#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include "daemon/backup/backup_record.h"
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_why.h"
#include "daemon/base/job.h"


#define VZ_BACKUP_RECORD_TURN   500         /* ms of one wait */
#define VZ_BACKUP_RECORD_PANEL  (66 << 10)  /* bytes of the body of backup */
#define VZ_BACKUP_RECORD_PART   800         /* of a line that is told */
#define VZ_BACKUP_RECORD_PATH   64
#define VZ_BACKUP_RECORD_BLANK  "\\u0020"


typedef struct {
    vz_job_t              *job;
    vz_restic_t            run;
    vz_restic_process_t    process;
    int                    to;
    size_t                 left;            /* bytes that may still come */
} vz_backup_record_t;


static vz_code_e vz_backup_record_watch(vz_backup_record_t *record);
static vz_code_e vz_backup_record_some(vz_backup_record_t *record);
static vz_code_e vz_backup_record_parse(vz_job_t *job, int fd);
static vz_code_e vz_backup_record_print(vz_job_t *job, const json_t *known);


vz_code_e
vz_backup_record_tell(vz_job_t *job, const vz_repository_t *repository,
    const vz_backup_t *from)
{
    int        fd;
    vz_code_e  code;

    fd = memfd_create("panel", MFD_CLOEXEC);

    if (fd == -1) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    code = vz_backup_record_copy(job, repository, from, "panel", fd,
                                 VZ_BACKUP_RECORD_PANEL);

    if (code == VZ_OK) {
        code = vz_backup_record_parse(job, fd);
    }

    (void) close(fd);

    return code;
}


vz_code_e
vz_backup_record_copy(vz_job_t *job, const vz_repository_t *repository,
    const vz_backup_t *from, const char *name, int to, size_t max)
{
    char                  path[VZ_BACKUP_RECORD_PATH], words[VZ_WORDS_MAX];
    vz_code_e             code;
    const char           *args[] = {
        "--no-lock", "dump", "--", from->snapshot, path, NULL
    };
    vz_backup_record_t    record;

    (void) snprintf(path, sizeof(path), "/record/%s", name);

    (void) memset(&record, 0, sizeof(record));
    record.job = job;
    record.run.repository = repository;
    record.run.tag = from->tag;
    record.run.args = args;
    record.run.urgent = 1;
    record.to = to;
    record.left = max;

    code = vz_restic_process_start(job->conf, &record.run, &record.process,
                                   words);

    if (code != VZ_OK) {
        return vz_job_end(job, code, "%s", words);
    }

    code = vz_backup_record_watch(&record);
    record.run.status = vz_restic_process_end(&record.process, code != VZ_OK);

    return code == VZ_OK && record.run.status != 0
           ? vz_restic_why(job, &record.run) : code;
}


/* VZ_OK at the end of all that it says */
static vz_code_e
vz_backup_record_watch(vz_backup_record_t *record)
{
    int             left;
    vz_code_e       code;
    struct pollfd   pfd[2];

    pfd[0].fd = record->process.out;
    pfd[1].fd = record->process.err;
    pfd[0].events = pfd[1].events = POLLIN;

    while (pfd[0].fd != -1 || pfd[1].fd != -1) {
        left = vz_job_beat(record->job);

        if (left == 0) {
            return vz_restic_why_silent(record->job, &record->run);
        }

        if (poll(pfd, 2, left < VZ_BACKUP_RECORD_TURN ? left
                                                      : VZ_BACKUP_RECORD_TURN)
            <= 0)
        {
            continue;
        }

        if (pfd[1].revents
            && vz_restic_read(&record->run, record->process.err) == 0)
        {
            pfd[1].fd = -1;
        }

        if (pfd[0].revents) {
            code = vz_backup_record_some(record);

            if (code == VZ_AGAIN) {
                pfd[0].fd = -1;

            } else if (code != VZ_OK) {
                return code;
            }
        }
    }

    return VZ_OK;
}


/* VZ_AGAIN at its end */
static vz_code_e
vz_backup_record_some(vz_backup_record_t *record)
{
    char      buf[16384], *p;
    ssize_t   n, written;

    n = read(record->process.out, buf, sizeof(buf));

    if (n <= 0) {
        return n == -1 && errno == EINTR ? VZ_OK : VZ_AGAIN;
    }

    if ((size_t) n > record->left) {
        return vz_job_end(record->job, VZ_FAILED, "what the backup has beside "
                          "the container's files is too long");
    }

    record->left -= (size_t) n;

    for (p = buf; n > 0; p += written, n -= written) {
        written = write(record->to, p, (size_t) n);

        if (written == -1 && errno == EINTR) {
            written = 0;
        }

        if (written == -1) {
            return vz_job_end(record->job,
                              errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                              "writing what the backup has: %s",
                              strerror(errno));
        }
    }

    return VZ_OK;
}


/* the lines of the body are parts of one document, cut anywhere */
static vz_code_e
vz_backup_record_parse(vz_job_t *job, int fd)
{
    char          *text, *from, *to;
    json_t        *known;
    ssize_t        n;
    vz_code_e      code;
    json_error_t   error;

    text = malloc(VZ_BACKUP_RECORD_PANEL);

    if (text == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    n = pread(fd, text, VZ_BACKUP_RECORD_PANEL, 0);

    for (from = to = text; n > 0 && from < text + n; from++) {
        if (*from != '\n') {
            *to++ = *from;
        }
    }

    known = json_loadb(text, (size_t) (to - text), 0, &error);
    free(text);

    code = json_is_object(known)
           ? vz_backup_record_print(job, known)
           : vz_job_end(job, VZ_FAILED, "what the panel knew of the container "
                        "can't be read");

    json_decref(known);

    return code;
}


/* a blank, which is in a string, could end a line or follow another one */
static vz_code_e
vz_backup_record_print(vz_job_t *job, const json_t *known)
{
    char     part[VZ_BACKUP_RECORD_PART + 1], *text, *p;
    size_t   n;

    text = json_dumps(known, JSON_COMPACT|JSON_ENSURE_ASCII);

    if (text == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    n = 0;

    for (p = text; *p != '\0'; p++) {
        if (*p == ' ') {
            (void) memcpy(part + n, VZ_BACKUP_RECORD_BLANK,
                          sizeof(VZ_BACKUP_RECORD_BLANK) - 1);
            n += sizeof(VZ_BACKUP_RECORD_BLANK) - 1;
        } else {
            part[n++] = *p;
        }

        if (n > VZ_BACKUP_RECORD_PART - sizeof(VZ_BACKUP_RECORD_BLANK)
            || p[1] == '\0')
        {
            part[n] = '\0';
            vz_job_data(job, "panel=%s", part);
            n = 0;
        }
    }

    free(text);

    return VZ_OK;
}
