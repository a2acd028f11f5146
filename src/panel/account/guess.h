/*
 * Wrong passwords: the keys that they are counted under, and how long the next
 * try has to wait.
 *
 * A network that guesses is slowed down: an address of IPv4 or 64 bits of IPv6,
 * and at a higher bound the network around it.  An account is never locked:
 * while many networks guess its password, each of them has fewer tries.  A
 * browser that signed in before has a counter of its own.
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
    vz_crypt_place_t  place;        /* in the queue for hashing */
} vz_guess_t;


/*
 * vz_guess_known: begin a try by a browser or session that is known by this
 * name.  VZ_OK, and the try is counted as a wrong one; or VZ_BUSY, with 429 as
 * the reply.
 */
vz_code_e vz_guess_known(vz_call_t *call, vz_guess_t *guess, ngx_str_t name);

/*
 * vz_guess_stranger: begin a try by anybody else, for an account.  who is
 * "user 7", or the typed text where there is no such account.  Returns as
 * vz_guess_known().
 */
vz_code_e vz_guess_stranger(vz_call_t *call, vz_guess_t *guess,
    ngx_str_t who);

/*
 * vz_guess_ask: begin a request for a link by mail, by anybody.  Returns as
 * vz_guess_known().
 */
vz_code_e vz_guess_ask(vz_call_t *call, vz_guess_t *guess);

/*
 * vz_guess_end: end a try: VZ_DENIED leaves it counted as wrong, any other code
 * takes it back.  A caller for whom hashing had no place (VZ_OVERLOADED) goes
 * first at the next try.
 */
void vz_guess_end(const vz_guess_t *guess, vz_code_e rc);

/*
 * vz_guess_place: the call's place in a queue for hashing in which all have the
 * same rank.
 */
vz_crypt_place_t vz_guess_place(vz_call_t *call, vz_crypt_line_e line);


#endif /* VZ_GUESS_H */
