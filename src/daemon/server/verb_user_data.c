#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/base/job.h"
#include "daemon/server/verb_user_data.h"


#define VZ_VERB_USER_DATA_CODE  (4 * ((VZ_USER_DATA_MAX + 2) / 3))
#define VZ_VERB_USER_DATA_PIECE 2700        /* bytes of text on a line of an
                                               answer; in base64 3600 */


static int vz_verb_user_data_decode(const vz_verb_body_t *body, char *data);


vz_code_e
vz_verb_user_data_set(vz_job_t *job)
{
    int        len;
    char      *data;
    vz_code_e  code;

    data = malloc(VZ_VERB_USER_DATA_CODE + 4);
    if (data == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    len = job->body ? vz_verb_user_data_decode(job->body, data) : -1;

    if (len <= 0 || len > VZ_USER_DATA_MAX
        || memchr(data, '\0', (size_t) len) != NULL)
    {
        code = vz_job_end(job, VZ_RANGE, "body: base64 of 1 to %d bytes, none "
                          "of them NUL", VZ_USER_DATA_MAX);

    } else {
        code = job->driver->set_user_data(job, data, (size_t) len);
    }

    explicit_bzero(data, VZ_VERB_USER_DATA_CODE + 4);
    free(data);

    return code;
}


/* the lines as one text; -1 where it is no base64, or too long */
static int
vz_verb_user_data_decode(const vz_verb_body_t *body, char *data)
{
    int       len;
    char     *code;
    size_t    n, used;
    unsigned  i;

    code = malloc(VZ_VERB_USER_DATA_CODE + 1);
    if (code == NULL) {
        return -1;
    }

    len = 0;
    used = 0;

    for (i = 0; i < body->nlines && len == 0; i++) {
        n = strlen(body->line[i]);

        if (n > VZ_VERB_USER_DATA_CODE - used) {
            len = -1;

        } else {
            (void) memcpy(code + used, body->line[i], n);
            used += n;
        }
    }

    if (len == 0 && used && used % 4 == 0) {
        len = EVP_DecodeBlock((unsigned char *) data,
                              (const unsigned char *) code, (int) used);

        /* it counts the padding */

        for (n = used; len > 0 && n > used - 2 && code[n - 1] == '='; n--) {
            len--;
        }
    }

    explicit_bzero(code, used);
    free(code);

    return len;
}


vz_code_e
vz_verb_user_data_show(vz_job_t *job)
{
    char             code[4 * ((VZ_VERB_USER_DATA_PIECE + 2) / 3) + 1];
    size_t           n, left;
    vz_code_e        rc;
    const char      *at;
    vz_user_data_t   stat;

    static const char *const  states[] = {
        [VZ_USER_DATA_NONE] = "none",
        [VZ_USER_DATA_WAITING] = "waiting",
        [VZ_USER_DATA_RUNNING] = "running",
        [VZ_USER_DATA_DONE] = "done",
        [VZ_USER_DATA_TIMEOUT] = "timeout",
        [VZ_USER_DATA_STOPPED] = "stopped"
    };

    rc = job->driver->user_data(job, &stat);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_job_data(job, "state=%s status=%u seconds=%u", states[stat.state],
                stat.status, stat.seconds);

    at = stat.text;

    for (left = strlen(at); left > 0; left -= n, at += n) {
        n = left < VZ_VERB_USER_DATA_PIECE ? left : VZ_VERB_USER_DATA_PIECE;
        (void) EVP_EncodeBlock((unsigned char *) code,
                               (const unsigned char *) at, (int) n);
        vz_job_data(job, "text=%s", code);
    }

    return VZ_OK;
}
