#include <stdio.h>
#include <string.h>
#include "daemon/backup/restic_why.h"
#include "daemon/base/job.h"


typedef struct {
    const char        *part;            /* of a sentence; small letters */
    vz_restic_why_e    why;
} vz_restic_why_t;


static const vz_restic_why_t *vz_restic_why_part(const char *said,
    const char **at);
static const char *vz_restic_why_line(const char *said, char *line,
    size_t size);


/*
 * In the order in which they are tried: what stands in others' sentences, too,
 * comes last: behind an ssh that was not let in restic sees an end of file.
 * "Is there a repository at the following location?" follows whatever keeps
 * restic from its configuration, and says nothing.
 */

static const vz_restic_why_t  vz_restic_whys[] = {
    { "wrong password or no key found", VZ_RESTIC_KEY },
    { "no key found", VZ_RESTIC_KEY },
    { "repository is already locked", VZ_RESTIC_LOCKED },
    { "unable to create lock in backend: repository is", VZ_RESTIC_LOCKED },

    { "no space left on device", VZ_RESTIC_FULL },
    { "disk quota exceeded", VZ_RESTIC_FULL },
    { "insufficient storage", VZ_RESTIC_FULL },
    { "(507)", VZ_RESTIC_FULL },
    { "(413)", VZ_RESTIC_FULL },
    { "quotaexceeded", VZ_RESTIC_FULL },
    { "write: sftp: \"failure\"", VZ_RESTIC_FULL },   /* it has no other word */

    { "does not match id", VZ_RESTIC_DAMAGED },
    { "ciphertext verification failed", VZ_RESTIC_DAMAGED },
    { "invalid data returned", VZ_RESTIC_DAMAGED },

    { "no snapshot found", VZ_RESTIC_GONE },
    { "no matching id found", VZ_RESTIC_GONE },
    { "no matching snapshot", VZ_RESTIC_GONE },
    { "cannot dump file", VZ_RESTIC_GONE },
    { "not found in snapshot", VZ_RESTIC_GONE },

    { "unauthorized", VZ_RESTIC_DENIED },
    { "permission denied", VZ_RESTIC_DENIED },
    { "access denied", VZ_RESTIC_DENIED },
    { "accessdenied", VZ_RESTIC_DENIED },
    { "x509:", VZ_RESTIC_DENIED },
    { "host key verification failed", VZ_RESTIC_DENIED },
    { "requested strict checking", VZ_RESTIC_DENIED },
    { "host identification has changed", VZ_RESTIC_DENIED },

    { "connection refused", VZ_RESTIC_SILENT },
    { "no route to host", VZ_RESTIC_SILENT },
    { "network is unreachable", VZ_RESTIC_SILENT },
    { "no such host", VZ_RESTIC_SILENT },
    { "i/o timeout", VZ_RESTIC_SILENT },
    { "deadline exceeded", VZ_RESTIC_SILENT },
    { "connection timed out", VZ_RESTIC_SILENT },
    { "connection reset", VZ_RESTIC_SILENT },
    { "unexpected eof", VZ_RESTIC_SILENT },
    { "server misbehaving", VZ_RESTIC_SILENT },
    { "broken pipe", VZ_RESTIC_SILENT },
    { "connection closed", VZ_RESTIC_SILENT },
    { ": eof", VZ_RESTIC_SILENT },
    { "bad gateway", VZ_RESTIC_SILENT },
    { "service unavailable", VZ_RESTIC_SILENT },

    { "repository contains errors", VZ_RESTIC_DAMAGED },
    { "not found in index", VZ_RESTIC_DAMAGED },
    { "not found in repository", VZ_RESTIC_DAMAGED },
    { "missing blob", VZ_RESTIC_DAMAGED },
    { "pack file", VZ_RESTIC_DAMAGED },
    { "loadtree", VZ_RESTIC_DAMAGED },

    { "unable to open config file", VZ_RESTIC_NO_REPOSITORY },
    { "read-only file system", VZ_RESTIC_APPEND },
    { "forbidden", VZ_RESTIC_APPEND },
    { "(403)", VZ_RESTIC_APPEND },
    { "unable to load index", VZ_RESTIC_DAMAGED }
};

#define VZ_RESTIC_WHYS  (sizeof(vz_restic_whys) / sizeof(vz_restic_whys[0]))


vz_restic_why_e
vz_restic_why_find(const char *said)
{
    const char              *at;
    const vz_restic_why_t   *part;

    part = vz_restic_why_part(said, &at);

    if (part == NULL) {
        return VZ_RESTIC_OTHER;
    }

    /* whoever takes an error for an absence would make a second one */

    return part->why == VZ_RESTIC_NO_REPOSITORY
           && strstr(said, "does not exist") == NULL
           && strstr(said, "no such file") == NULL
           && strstr(said, "not exist") == NULL
           ? VZ_RESTIC_SILENT : part->why;
}


/* the first of the table that it says, and where */
static const vz_restic_why_t *
vz_restic_why_part(const char *said, const char **at)
{
    size_t  i;

    for (i = 0; i < VZ_RESTIC_WHYS; i++) {
        *at = strcasestr(said, vz_restic_whys[i].part);

        if (*at != NULL) {
            return &vz_restic_whys[i];
        }
    }

    return NULL;
}


int
vz_restic_why_final(const vz_restic_t *run)
{
    vz_restic_why_e  why;

    if (run->program != NULL) {
        return 0;
    }

    why = vz_restic_why_find(run->said);

    return why == VZ_RESTIC_APPEND || why == VZ_RESTIC_FULL;
}


vz_code_e
vz_restic_why(vz_job_t *job, const vz_restic_t *run)
{
    char         line[VZ_WORDS_MAX];
    const char  *name;

    name = run->repository->name;
    vz_job_said(job, run->said);

    switch (vz_restic_why_find(run->said)) {

    case VZ_RESTIC_NO_REPOSITORY:
        return vz_job_end(job, VZ_NOENT, "repository %s has no backups of this "
                          "container", name);

    case VZ_RESTIC_SILENT:
        return vz_job_end(job, VZ_FAILED, "repository %s does not answer: "
                          "%.120s", name, vz_restic_why_line(run->said, line,
                          sizeof(line)));

    case VZ_RESTIC_KEY:
        return vz_job_end(job, VZ_FAILED, "repository %s was made with another "
                          "key than the node's", name);

    case VZ_RESTIC_FULL:
        if (strstr(run->said, job->conf->backup_cache) != NULL) {
            return vz_job_end(job, VZ_NOSPACE, "the node's disk is nearly "
                              "full: %.120s", job->conf->backup_cache);
        }

        return vz_job_end(job, VZ_NOSPACE, "repository %s is full", name);

    case VZ_RESTIC_APPEND:
        return vz_job_end(job, VZ_UNSUPPORTED, "repository %s lets nobody here "
                          "remove anything", name);

    case VZ_RESTIC_LOCKED:
        return vz_job_end(job, VZ_BUSY, "repository %s is in use by another "
                          "program", name);

    case VZ_RESTIC_DENIED:
        return vz_job_end(job, VZ_FAILED, "repository %s does not let this "
                          "node in: %.110s", name,
                          vz_restic_why_line(run->said, line, sizeof(line)));

    case VZ_RESTIC_GONE:
        return vz_job_end(job, VZ_NOENT, "the backup has no such file, or is "
                          "removed");

    case VZ_RESTIC_DAMAGED:
        return vz_job_end(job, VZ_FAILED, "repository %s is damaged: %.120s",
                          name, vz_restic_why_line(run->said, line,
                          sizeof(line)));

    default:
        return vz_job_end(job, VZ_FAILED, "restic ended with %d: %.150s",
                          run->status, vz_restic_why_line(run->said, line,
                          sizeof(line)));
    }
}


vz_code_e
vz_restic_why_silent(vz_job_t *job, const vz_restic_t *run)
{
    char  line[VZ_WORDS_MAX];

    vz_job_said(job, run->said);

    return vz_job_end(job, VZ_TIMEOUT, "repository %s does not answer: %.120s",
                      run->repository->name,
                      vz_restic_why_line(run->said, line, sizeof(line)));
}


/* the last line that tells why, or else the first fatal one, or its last one */
static const char *
vz_restic_why_line(const char *said, char *line, size_t size)
{
    const char              *p, *next;
    const vz_restic_why_t   *part;

    part = vz_restic_why_part(said, &p);

    if (part == NULL) {
        p = strstr(said, "Fatal: ");
    }

    while (part != NULL && (next = strcasestr(p + 1, part->part)) != NULL) {
        p = next;
    }

    if (p == NULL) {
        p = said + strlen(said);

        while (p > said && p[-1] == '\n') {
            p--;
        }
    }

    while (p > said && p[-1] != '\n') {
        p--;
    }

    if (strncmp(p, "Fatal: ", sizeof("Fatal: ") - 1) == 0) {
        p += sizeof("Fatal: ") - 1;
    }

    (void) snprintf(line, size, "%.*s", (int) strcspn(p, "\n"), p);

    return line[0] ? line : "it said nothing";
}
