/*
 * Verbs for tests: a body, a stream, a long one.
 */

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/monotonic.h"
#include "daemon/server/verb_test.h"
#include "wire/handshake.h"


#define VZ_VERB_TEST_STEP  100     /* ms between two looks of doze */


static vz_code_e vz_verb_test_there(vz_job_t *job);


vz_code_e
vz_verb_test_echo(vz_job_t *job)
{
    int        ends[2];
    vz_code_e  code;

    code = vz_verb_test_there(job);
    if (code != VZ_OK) {
        return code;
    }

    if (pipe2(ends, O_CLOEXEC) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "pipe: %s", strerror(errno));
    }

    return vz_job_stream(job, ends[0], ends[1]);
}


vz_code_e
vz_verb_test_lines(vz_job_t *job)
{
    char            hex[2 * EVP_MAX_MD_SIZE + 1];
    size_t          bytes;
    unsigned        i, n;
    vz_code_e       code;
    EVP_MD_CTX     *ctx;
    unsigned char   hash[EVP_MAX_MD_SIZE];

    code = vz_verb_test_there(job);
    if (code != VZ_OK) {
        return code;
    }

    bytes = 0;
    n = 0;
    ctx = EVP_MD_CTX_new();

    if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        return vz_job_end(job, VZ_INTERNAL, "no digest");
    }

    for (i = 0; job->body && i < job->body->nlines; i++) {
        bytes += strlen(job->body->line[i]);
        (void) EVP_DigestUpdate(ctx, job->body->line[i],
                                strlen(job->body->line[i]));
        (void) EVP_DigestUpdate(ctx, "\n", 1);
    }

    (void) EVP_DigestFinal_ex(ctx, hash, &n);
    EVP_MD_CTX_free(ctx);
    vz_handshake_hex(hex, hash, n);

    vz_job_data(job, "lines=%u bytes=%zu sha256=%s", i, bytes, hex);

    return VZ_OK;
}


vz_code_e
vz_verb_test_doze(vz_job_t *job)
{
    int64_t    begin, now, ms;
    vz_code_e  code;

    code = vz_verb_test_there(job);
    if (code != VZ_OK) {
        return code;
    }

    ms = strtol(job->req->argv[1], NULL, 10);
    begin = vz_monotonic_msec();

    for ( ;; ) {
        now = vz_monotonic_msec();

        if (now - begin >= ms) {
            break;
        }

        vz_job_progress(job, (unsigned) ((now - begin) * 100 / ms), "dozing");
        (void) poll(NULL, 0, VZ_VERB_TEST_STEP);
    }

    if (job->req->argc == 3) {
        (void) poll(NULL, 0, atoi(job->req->argv[2]));
    }

    return VZ_OK;
}


static vz_code_e
vz_verb_test_there(vz_job_t *job)
{
    char       tag[VZ_TAG_LEN + 1];
    vz_code_e  code;

    code = job->driver->tag ? job->driver->tag(job->conf, job->req->ctid, tag)
                            : VZ_OK;

    return code == VZ_OK
           ? VZ_OK : vz_job_end(job, code, "container %u does not exist",
                                job->req->ctid);
}
