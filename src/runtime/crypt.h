/*
 * Passwords, by yescrypt of libxcrypt in an nginx thread pool of its own;
 * random values and hashes.
 */

#ifndef VZ_CRYPT_H
#define VZ_CRYPT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_thread_pool.h>
#include "wire/code.h"


#define VZ_CRYPT_THREADS  3         /* of the pool that the module makes */

/* Three queues for threads; a flood in one does not delay the others. */
typedef enum {
    VZ_CRYPT_KNOWN = 0,             /* callers known by other means, too */
    VZ_CRYPT_ORDER,                 /* visitors' orders */
    VZ_CRYPT_STRANGER,              /* anybody who signs in */
    VZ_CRYPT_LINES
} vz_crypt_line_e;

/* A place in a queue. */
typedef struct {
    vz_crypt_line_e   line;
    ngx_uint_t        rank;         /* the lowest goes first */
    uint32_t          network;      /* networks take turns within a rank */
} vz_crypt_place_t;


/*
 * vz_crypt_hash: on a fiber, hash a password with a fresh salt: "$y$j9T$...",
 * from pool.  VZ_OK; VZ_OVERLOADED where the queue for a thread is too long
 * (of strangers where more than a second is to be expected); VZ_INTERNAL.
 * Copies of the password are wiped.
 */
vz_code_e vz_crypt_hash(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, ngx_str_t *hash);

/*
 * vz_crypt_hash_drawn: as vz_crypt_hash(), at the least cost, for a password
 * of
 * vz_crypt_random_password(): nobody guesses 91 bits at any cost, and many
 * orders at a time cost little.
 */
vz_code_e vz_crypt_hash_drawn(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, ngx_str_t *hash);

/*
 * vz_crypt_hash_guest: the same for root of a container, as its /etc/shadow
 * has it: "$6$rounds=1000$...".
 */
vz_code_e vz_crypt_hash_guest(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, ngx_str_t *hash);

/*
 * vz_crypt_verify: on a fiber, whether a password has that hash: VZ_OK or
 * VZ_DENIED, or as vz_crypt_hash().  An empty or a cheaper hash takes as long
 * as any other, so that time tells neither an unknown account nor a generated
 * password.
 */
vz_code_e vz_crypt_verify(const vz_crypt_place_t *place,
    const ngx_str_t *password, const ngx_str_t *hash);

/* vz_crypt_random_hex: n random bytes in hex (2n characters) from pool. */
ngx_int_t vz_crypt_random_hex(ngx_pool_t *pool, ngx_uint_t n, ngx_str_t *hex);

/*
 * vz_crypt_random_password: n random characters that people can read aloud (no
 * 0 O 1 l I), without bias, from pool; 16 of them hold 91 bits.
 */
ngx_int_t vz_crypt_random_password(ngx_pool_t *pool, ngx_uint_t n,
    ngx_str_t *out);

/* vz_crypt_sha256: the hash of len bytes, in 32 raw bytes. */
void vz_crypt_sha256(const void *data, size_t len, u_char out[32]);

/* vz_crypt_sha256_hex: the hash of a text in 64 hex digits, from pool. */
ngx_int_t vz_crypt_sha256_hex(ngx_pool_t *pool, const ngx_str_t *in,
    ngx_str_t *hex);

/*
 * vz_crypt_init: worker start.  All workers together run as many jobs at a
 * time as there are CPUs, each worker at least one, and one more of known
 * callers. own: the pool is the one that the module makes.
 */
void vz_crypt_init(ngx_thread_pool_t *pool, ngx_uint_t own,
    ngx_uint_t workers);


#endif /* VZ_CRYPT_H */
