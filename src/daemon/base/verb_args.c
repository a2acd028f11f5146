#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/verb_args.h"
#include "wire/field_value.h"


#define VZ_VERB_ARGS_WAIT  10000    /* ms, for the lock over addresses */


vz_code_e
vz_verb_args_pair(vz_job_t *job, uint64_t *barrier, uint64_t *limit)
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
vz_verb_args_address(vz_job_t *job, unsigned i, vz_field_e field,
                     const char *what,
    vz_ip_t *address)
{
    return vz_ip_parse(job->req->argv[i], address) == 0
           ? VZ_OK
           : vz_job_end(job, VZ_RANGE, "%s: %s", what, vz_field_rule(field));
}


vz_code_e
vz_verb_args_dns(vz_job_t *job, vz_ip_t *list, unsigned max, unsigned *n)
{
    unsigned   i;
    vz_code_e  code;

    *n = 0;

    for (i = 1; i < job->req->argc && *n < max; i++) {
        code = vz_verb_args_address(job, i, VZ_FIELD_ADDRESS, "name server",
                                    &list[(*n)++]);
        if (code != VZ_OK) {
            return code;
        }
    }

    return VZ_OK;
}


vz_code_e
vz_verb_args_setip(vz_job_t *job, vz_verb_args_setip_pt function)
{
    char       holder[VZ_LOCK_HOLDER];
    vz_lock_t  lock;
    vz_code_e  code;
    vz_ip_t    address;

    code = vz_verb_args_address(job, 1, VZ_FIELD_CIDR, "address", &address);
    if (code != VZ_OK) {
        return code;
    }

    if (vz_lock_take(job->conf, "addresses", "setip", VZ_VERB_ARGS_WAIT, &lock,
                     holder) != VZ_OK)
    {
        return vz_job_end(job, VZ_BUSY, "addresses: %s", holder);
    }

    code = function(job, &address);
    vz_lock_drop(&lock);

    return code;
}


vz_code_e
vz_verb_args_deleteip(vz_job_t *job, const vz_ip_t *list, unsigned n,
    unsigned *first, unsigned *last)
{
    int        found;
    vz_code_e  code;
    vz_ip_t    address;

    *first = 0;
    *last = n;

    if (job->req->argc > 1) {
        code = vz_verb_args_address(job, 1, VZ_FIELD_ADDRESS, "address",
                                    &address);
        if (code != VZ_OK) {
            return code;
        }

        found = vz_ip_find(list, n, &address);
        *first = found == -1 ? n : (unsigned) found;
        *last = found == -1 ? n : *first + 1;
    }

    return *first == *last ? vz_job_end(job, VZ_OK, "already") : VZ_OK;
}


vz_code_e
vz_verb_args_secret(vz_job_t *job)
{
    if (job->secret == NULL || job->secret[0] == '\0'
        || strpbrk(job->secret, "\r\n") != NULL)
    {
        return vz_job_end(job, VZ_RANGE, "password: one line, not empty");
    }

    return VZ_OK;
}


/* sha512crypt: templates of 2010 know no better */
vz_code_e
vz_verb_args_hash(vz_job_t *job, char hash[VZ_VERB_ARGS_HASH])
{
    char               setting[CRYPT_GENSALT_OUTPUT_SIZE];
    vz_code_e          code;
    const char        *text;
    struct crypt_data  data;

    (void) memset(&data, 0, sizeof(data));

    text = crypt_gensalt_rn("$6$", 0, NULL, 0, setting, sizeof(setting))
           ? crypt_r(job->secret, setting, &data) : NULL;

    if (text == NULL || text[0] == '*') {
        code = vz_job_end(job, VZ_INTERNAL, "hashing: %s", strerror(errno));

    } else {
        (void) snprintf(hash, VZ_VERB_ARGS_HASH, "%s", text);
        code = VZ_OK;
    }

    explicit_bzero(&data, sizeof(data));

    return code;
}
