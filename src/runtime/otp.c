/*
 * One-time codes by time.
 */

#include <openssl/rand.h>
#include <liboath/oath.h>
#include "runtime/otp.h"


#define VZ_OTP_SECONDS  30
#define VZ_OTP_AROUND   1           /* steps before and behind that of now */


ngx_int_t
vz_otp_draw(ngx_pool_t *pool, size_t n, ngx_str_t *secret)
{
    secret->len = n;
    secret->data = ngx_pnalloc(pool, n);

    if (secret->data == NULL || RAND_bytes(secret->data, (int) n) != 1) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
vz_otp_base32(ngx_pool_t *pool, const ngx_str_t *bytes, ngx_str_t *text)
{
    char       *out;
    size_t      len;
    ngx_int_t   rc;

    if (oath_base32_encode((const char *) bytes->data, bytes->len, &out, &len)
        != OATH_OK)
    {
        return NGX_ERROR;
    }

    text->len = len;
    text->data = ngx_pnalloc(pool, len);
    rc = NGX_ERROR;

    if (text->data != NULL) {
        ngx_memcpy(text->data, out, len);
        rc = NGX_OK;
    }

    ngx_explicit_memzero(out, len);
    free(out);

    return rc;
}


vz_code_e
vz_otp_check(const ngx_str_t *secret, time_t now, const ngx_str_t *code,
    uint64_t *step)
{
    int         at, rc;
    char        text[VZ_OTP_DIGITS + 1];
    ngx_uint_t  i;

    if (code->len != VZ_OTP_DIGITS) {
        return VZ_DENIED;
    }

    for (i = 0; i < VZ_OTP_DIGITS; i++) {
        if (code->data[i] < '0' || code->data[i] > '9') {
            return VZ_DENIED;
        }

        text[i] = (char) code->data[i];
    }

    text[VZ_OTP_DIGITS] = '\0';

    rc = oath_totp_validate3((const char *) secret->data, secret->len, now,
                             VZ_OTP_SECONDS, 0, VZ_OTP_AROUND, &at, step,
                             text);

    return rc < 0 ? VZ_DENIED : VZ_OK;
}
