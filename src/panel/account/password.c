/*
 * Passwords of people and of containers.
 */

#include "panel/account/password.h"
#include "runtime/call.h"
#include "runtime/crypt_line.h"


static void vz_password_fault(vz_call_t *call, vz_crypt_line_e line,
    vz_code_e rc);


vz_code_e
vz_password_random(vz_call_t *call, ngx_str_t *password)
{
    if (vz_crypt_random_password(call->pool, VZ_PASSWORD_DRAWN, password)
        != NGX_OK)
    {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


vz_code_e
vz_password_draw(vz_call_t *call, vz_crypt_line_e line, ngx_str_t *password,
    ngx_str_t *hash)
{
    vz_code_e         rc;
    vz_crypt_place_t  place;

    rc = vz_password_random(call, password);
    if (rc != VZ_OK) {
        return rc;
    }

    place = vz_guess_place(call, line);
    rc = vz_crypt_hash_drawn(call->pool, &place, password, hash);

    if (rc != VZ_OK) {
        ngx_explicit_memzero(password->data, password->len);
        vz_password_fault(call, line, rc);
    }

    return rc;
}


vz_code_e
vz_password_hash(vz_call_t *call, const ngx_str_t *password, ngx_str_t *hash)
{
    vz_code_e         rc;
    vz_crypt_place_t  place;

    place = vz_guess_place(call, VZ_CRYPT_KNOWN);
    rc = vz_crypt_hash(call->pool, &place, password, hash);

    if (rc != VZ_OK) {
        vz_password_fault(call, place.line, rc);
    }

    return rc;
}


vz_code_e
vz_password_verify(vz_call_t *call, const vz_guess_t *guess,
    const ngx_str_t *password, const ngx_str_t *hashes, ngx_uint_t n,
    ngx_uint_t *which)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    i = 0;

    do {
        *which = i;
        rc = vz_crypt_verify(&guess->place, password, &hashes[i]);
    } while (rc == VZ_DENIED && ++i < n);

    vz_guess_end(guess, rc);

    if (rc != VZ_OK && rc != VZ_DENIED) {
        vz_password_fault(call, guess->place.line, rc);
    }

    return rc;
}


static void
vz_password_fault(vz_call_t *call, vz_crypt_line_e line, vz_code_e rc)
{
    if (rc == VZ_OVERLOADED) {
        vz_call_busy(call, vz_crypt_line_delay(line));
        return;
    }

    vz_call_fault(call, "crypt", rc);
}
