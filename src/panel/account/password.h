/*
 * Passwords of people and of containers: drawn, hashed and verified, each with
 * the reply where that could not be done.
 */

#ifndef VZ_PASSWORD_H
#define VZ_PASSWORD_H

#include "panel/account/guess.h"
#include "runtime/crypt.h"
#include "runtime/http.h"


#define VZ_PASSWORD_DRAWN  16       /* characters of a password that we draw */


/*
 * vz_password_random: draw a password that is never hashed here, that of a
 * container's root.  It is from the call's pool, and the caller wipes it.
 * VZ_OK, or VZ_INTERNAL with the reply set.
 */
vz_code_e vz_password_random(vz_call_t *call, ngx_str_t *password);

/*
 * vz_password_draw: draw a password for somebody and hash it; the call waits
 * in that line of the crypt service.  Both texts are from the call's pool, and
 * the caller wipes the password.  Otherwise what the crypt service returned,
 * with the reply set and the password wiped.
 */
vz_code_e vz_password_draw(vz_call_t *call, vz_crypt_line_e line,
    ngx_str_t *password, ngx_str_t *hash);

/*
 * vz_password_hash: hash a password that a known person chose.  The hash is
 * from the call's pool.  Otherwise what the crypt service returned, with the
 * reply set.
 */
vz_code_e vz_password_hash(vz_call_t *call, const ngx_str_t *password,
    ngx_str_t *hash);

/*
 * vz_password_verify: compare a password with each of n hashes in turn, at
 * least with one (an empty hash fits nothing, and takes as long); all of it is
 * one try of guess, which this ends.
 *
 *   VZ_OK      it fits hashes[*which]
 *   VZ_DENIED  it fits none; the caller sets the reply
 *   other      of the crypt service, with the reply set
 */
vz_code_e vz_password_verify(vz_call_t *call, const vz_guess_t *guess,
    const ngx_str_t *password, const ngx_str_t *hashes, ngx_uint_t n,
    ngx_uint_t *which);


#endif /* VZ_PASSWORD_H */
