/*
 * Wrong passwords: what they are counted under, and who has to wait.
 *
 * A network that guesses is slowed down, of IPv4 an address, of IPv6 64 bits,
 * and at a higher bound what is around it.  An account is locked for nobody:
 * while it is guessed at from many networks, each of them has fewer tries.
 * A browser that signed in before has a counter of its own.
 */

#ifndef VZ_GUESS_H
#define VZ_GUESS_H

#include "runtime/crypt.h"
#include "runtime/call.h"
#include "runtime/zone_limit.h"


#define VZ_GUESS_KEYS  3

typedef struct {
    vz_limit_t        limits[VZ_GUESS_KEYS];
    ngx_uint_t        n;
    vz_crypt_place_t  place;        /* in the line of those who are checked */
} vz_guess_t;


/*
 * vz_guess_known: by a browser, or a session, that is known by this name.
 * vz_guess_stranger: by anybody, for an account: who is "user 7", or what was
 * typed where nobody is called that.
 * vz_guess_ask: by anybody, for a link.
 *
 * VZ_OK: it is counted as a wrong try; or VZ_BUSY, with 429 as the reply.
 */
vz_code_e vz_guess_known(vz_call_t *call, vz_guess_t *guess, ngx_str_t name);
vz_code_e vz_guess_stranger(vz_call_t *call, vz_guess_t *guess,
    ngx_str_t who);
vz_code_e vz_guess_ask(vz_call_t *call, vz_guess_t *guess);

/*
 * vz_guess_end: what became of it: VZ_DENIED is a wrong try, after all else it
 * is taken back.  Who found no place in line goes first when he comes again.
 */
void vz_guess_end(const vz_guess_t *guess, vz_code_e rc);

/* vz_guess_place: where a call stands in a line whose ranks are one. */
vz_crypt_place_t vz_guess_place(vz_call_t *call, vz_crypt_line_e line);


#endif /* VZ_GUESS_H */
