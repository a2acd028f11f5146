/*
 * Variable envelope return paths: the envelope sender of a mail says which
 * one it was, "bounces+ID.MAC@host", and the MAC that it was ours.  Pure.
 *
 * The MAC is HMAC-SHA256 of the id, cut to 80 bits (RFC 2104, 5): it can be
 * tried only against a running panel, and what it guards is a mark on one
 * mail.
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
 * vz_verp_check: whether base, an address, can get an id; NULL, or what is
 * wrong with it, as the end of a sentence.
 */
const char *vz_verp_check(const char *base, size_t len);

/*
 * vz_verp_print: base with the id, terminated.  Its length, or 0 where it does
 * not fit or the key is none.
 */
size_t vz_verp_print(char *buf, size_t size, const char *base, size_t len,
    uint64_t id, const vz_key_t *key);

/*
 * vz_verp_read: the id in an address on base.  Capitals do not matter, nor
 * what the host is called, which mail servers rewrite.  VZ_OK, VZ_SYNTAX for
 * what is no such address, VZ_DENIED for a MAC that is not ours, VZ_INTERNAL
 * for a key that is none.
 */
vz_code_e vz_verp_read(const char *base, size_t len, const char *address,
    size_t size, const vz_key_t *key, uint64_t *id);


#endif /* VZ_VERP_H */
