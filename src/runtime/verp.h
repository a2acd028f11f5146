/*
 * Variable envelope return paths: the envelope sender of a mail carries its id
 * and a MAC that proves it to be ours, "bounces+ID.MAC@host".  Pure.
 *
 * The MAC is HMAC-SHA256 of the id, cut to 80 bits (RFC 2104, 5): it can be
 * guessed only against a running panel, and it protects nothing but the mark
 * that one mail bounced.
 */

#ifndef VZ_VERP_H
#define VZ_VERP_H

#include <stdint.h>
#include "wire/handshake.h"


#define VZ_VERP_MAC   20            /* hex digits */
#define VZ_VERP_BASE  23            /* bytes in front of the @: with the rest
                                       64 (RFC 5321, 4.5.3.1.1) */
#define VZ_VERP_SIZE  320           /* of a buffer for any address */


/*
 * vz_verp_check: whether an id can be put into the address base.  NULL, or what
 * is wrong with it, as the end of a sentence.
 */
const char *vz_verp_check(const char *base, size_t len);

/*
 * vz_verp_print: write base with the id, terminated.  Returns its length; 0
 * where it does not fit or the key is not usable.
 */
size_t vz_verp_print(char *buf, size_t size, const char *base, size_t len,
    uint64_t id, const vz_key_t *key);

/*
 * vz_verp_read: extract the mail id from an address on base, without regard to
 * case or to the host, which mail servers rewrite.  VZ_OK; VZ_SYNTAX: not such
 * an address; VZ_DENIED: bad MAC; VZ_INTERNAL: the key is not usable.
 */
vz_code_e vz_verp_read(const char *base, size_t len, const char *address,
    size_t size, const vz_key_t *key, uint64_t *id);


#endif /* VZ_VERP_H */
