#include <string.h>
#include "daemon/base/job.h"
#include "daemon/server/verb_address.h"
#include "daemon/server/verb_end.h"


static vz_code_e vz_verb_address_parse(vz_job_t *job, unsigned i,
    vz_field_e field, const char *what, vz_ip_t *address);


vz_code_e
vz_verb_address_add(vz_job_t *job)
{
    vz_ip_t    address;
    vz_code_e  code;
    vz_done_t  done;

    code = vz_verb_address_parse(job, 1, VZ_FIELD_CIDR, "address", &address);
    if (code != VZ_OK) {
        return code;
    }

    (void) memset(&done, 0, sizeof(done));
    code = job->driver->address_add(job, &address, &done);

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_address_remove(vz_job_t *job)
{
    vz_ip_t    address;
    unsigned   one;
    vz_code_e  code;
    vz_done_t  done;

    one = job->req->argc > 1;
    code = VZ_OK;

    if (one) {
        code = vz_verb_address_parse(job, 1, VZ_FIELD_ADDRESS, "address",
                                     &address);
        if (code != VZ_OK) {
            return code;
        }
    }

    (void) memset(&done, 0, sizeof(done));
    code = job->driver->address_remove(job, one ? &address : NULL, &done);

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_address_gateway(vz_job_t *job)
{
    vz_ip_t    address;
    vz_code_e  code;
    vz_done_t  done;

    code = vz_verb_address_parse(job, 1, VZ_FIELD_GATEWAY, "gateway",
                                 &address);
    if (code != VZ_OK) {
        return code;
    }

    (void) memset(&done, 0, sizeof(done));
    code = job->driver->set_gateway(job, &address, &done);

    return vz_verb_end(job, code, &done);
}


vz_code_e
vz_verb_address_dns(vz_job_t *job)
{
    vz_ip_t    list[VZ_CT_STAT_DNS];
    unsigned   i, n;
    vz_code_e  code;

    n = 0;

    for (i = 1; i < job->req->argc && n < VZ_CT_STAT_DNS; i++) {
        code = vz_verb_address_parse(job, i, VZ_FIELD_ADDRESS, "name server",
                                     &list[n++]);
        if (code != VZ_OK) {
            return code;
        }
    }

    return job->driver->set_dns(job, list, n);
}


static vz_code_e
vz_verb_address_parse(vz_job_t *job, unsigned i, vz_field_e field,
    const char *what, vz_ip_t *address)
{
    return vz_ip_parse(job->req->argv[i], address) == 0
           ? VZ_OK
           : vz_job_end(job, VZ_RANGE, "%s: %s", what, vz_field_rule(field));
}
