/*
 * One-time codes by time: RFC 6238 with SHA-1, six digits, 30 seconds, which is
 * what every app of this kind takes.  By liboath.
 */

#ifndef VZ_OTP_H
#define VZ_OTP_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "wire/code.h"


#define VZ_OTP_SECRET  20           /* bytes: as long as the hash (RFC 4226) */
#define VZ_OTP_DIGITS  6


/*
 * vz_otp_draw: draw n random bytes, from pool: VZ_OTP_SECRET of them are a
 * secret.  NGX_OK or NGX_ERROR.
 */
ngx_int_t vz_otp_draw(ngx_pool_t *pool, size_t n, ngx_str_t *secret);

/*
 * vz_otp_base32: bytes as people type them into an app, from pool: A to Z and 2
 * to 7, without "=" where 5 bytes divide their number.  NGX_OK or NGX_ERROR.
 */
ngx_int_t vz_otp_base32(ngx_pool_t *pool, const ngx_str_t *bytes,
    ngx_str_t *text);

/*
 * vz_otp_check: whether code is that of now, of the 30 seconds before or of
 * those to come: clocks differ.  VZ_OK, and *step is the number of its 30
 * seconds since 1970, by which the caller refuses a code that was used; or
 * VZ_DENIED.
 */
vz_code_e vz_otp_check(const ngx_str_t *secret, time_t now,
    const ngx_str_t *code, uint64_t *step);


#endif /* VZ_OTP_H */
