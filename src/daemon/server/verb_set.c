#include <stdlib.h>
#include <string.h>
#include "daemon/base/job.h"
#include "daemon/base/strbuf.h"
#include "daemon/guest/guest_password.h"
#include "daemon/server/verb_end.h"
#include "daemon/server/verb_set.h"
#include "wire/field_value.h"
#include "wire/ssh_key.h"


static vz_code_e vz_verb_set_pair(vz_job_t *job, uint64_t *barrier,
    uint64_t *limit);
static vz_code_e vz_verb_set_number(vz_job_t *job, unsigned i,
    vz_field_e field, const char *what, uint32_t *number);


vz_code_e
vz_verb_set_memory(vz_job_t *job)
{
    uint64_t     barrier, limit;
    vz_code_e    code;
    vz_done_t    done;
    vz_memory_e  which;

    code = vz_verb_set_pair(job, &barrier, &limit);
    if (code != VZ_OK) {
        return code;
    }

    which = job->req->verb == VZ_VERB_SETMEMORYVM ? VZ_MEMORY_VMGUAR
            : job->req->verb == VZ_VERB_SETMEMORYOO ? VZ_MEMORY_OOMGUAR
            : VZ_MEMORY_PRIVVM;

    (void) memset(&done, 0, sizeof(done));
    code = job->driver->set_memory(job, which, barrier, limit, &done);

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_set_disk(vz_job_t *job)
{
    uint64_t   soft, hard;
    vz_code_e  code;
    vz_done_t  done;

    code = vz_verb_set_pair(job, &soft, &hard);
    if (code != VZ_OK) {
        return code;
    }

    (void) memset(&done, 0, sizeof(done));
    code = job->driver->set_disk(job, soft, hard, &done);

    return vz_verb_end(job, code, &done);
}


/* one value stands for both */
static vz_code_e
vz_verb_set_pair(vz_job_t *job, uint64_t *barrier, uint64_t *limit)
{
    const char  *low, *high;

    low = job->req->argv[1];
    high = job->req->argc > 2 ? job->req->argv[2] : low;

    if (vz_field_value_limit(low, strlen(low), barrier) != VZ_OK
        || vz_field_value_limit(high, strlen(high), limit) != VZ_OK)
    {
        return vz_job_end(job, VZ_RANGE, "size: %s",
                          vz_field_rule(VZ_FIELD_SIZE));
    }

    return VZ_OK;
}


vz_code_e
vz_verb_set_cpu(vz_job_t *job)
{
    uint32_t   units, percent;
    vz_code_e  code;

    units = 0;
    percent = VZ_KEEP;
    code = vz_verb_set_number(job, 1, VZ_FIELD_UNITS, "units", &units);

    if (code == VZ_OK && job->req->argc > 2) {
        code = vz_verb_set_number(job, 2, VZ_FIELD_PERCENT, "percent",
                                  &percent);
    }

    return code == VZ_OK ? job->driver->set_cpu(job, units, percent) : code;
}


static vz_code_e
vz_verb_set_number(vz_job_t *job, unsigned i, vz_field_e field,
    const char *what, uint32_t *number)
{
    uint64_t     n;
    const char  *arg;

    arg = job->req->argv[i];

    if (vz_field_value_number(arg, strlen(arg), VZ_KEEP - 1, &n) != VZ_OK) {
        return vz_job_end(job, VZ_RANGE, "%s: %s", what,
                          vz_field_rule(field));
    }

    *number = (uint32_t) n;

    return VZ_OK;
}


vz_code_e
vz_verb_set_name(vz_job_t *job)
{
    return job->driver->set_hostname(job, job->req->argv[1]);
}


vz_code_e
vz_verb_set_password(vz_job_t *job)
{
    if (job->secret == NULL || job->secret[0] == '\0'
        || strpbrk(job->secret, "\r\n") != NULL)
    {
        return vz_job_end(job, VZ_RANGE, "password: one line, not empty");
    }

    return job->driver->set_password(job, job->secret);
}


vz_code_e
vz_verb_set_hash(vz_job_t *job)
{
    if (job->secret == NULL || !vz_guest_password_hashed(job->secret)) {
        return vz_job_end(job, VZ_RANGE, "hash: a password's of crypt(5), "
                          "$6$...");
    }

    return job->driver->set_hash(job, job->secret);
}


/* each line is checked again, and written anew of its parts */
vz_code_e
vz_verb_set_keys(vz_job_t *job)
{
    char          *lines;
    size_t         size;
    unsigned       i, n;
    vz_code_e      code;
    vz_strbuf_t    text;
    vz_ssh_key_t   key;

    n = job->body ? job->body->nlines : 0;
    size = (size_t) n * (VZ_SSH_KEY_LINE + 4) + 1;

    lines = malloc(size);
    if (lines == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    vz_strbuf_init(&text, lines, size);

    for (i = 0; i < n; i++) {
        if (vz_ssh_key_read(job->body->line[i], strlen(job->body->line[i]),
                            &key)
            != VZ_OK)
        {
            free(lines);
            return vz_job_end(job, VZ_RANGE, "body: line %u: "
                              VZ_SSH_KEY_RULE, i + 1);
        }

        vz_strbuf_put(&text, "%.*s %.*s%s%.*s\n", (int) key.type_len, key.type,
                      (int) key.blob_len, key.blob, key.name_len ? " " : "",
                      (int) key.name_len, key.name);
    }

    code = job->driver->set_keys(job, lines);
    free(lines);

    return code;
}
