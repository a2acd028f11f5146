/*
 * Passwords: yescrypt through libxcrypt in an nginx thread pool of its own,
 * and what else is random or hashed.  Hash and verify belong on a fiber.
 */

#ifndef VZ_CRYPT_H
#define VZ_CRYPT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_thread_pool.h>
#include "wire/code.h"


#define VZ_CRYPT_THREADS  3         /* of the pool that the module makes */

/* Three lines, none of which waits for a flood in another. */
typedef enum {
    VZ_CRYPT_KNOWN = 0,             /* who is known without his password */
    VZ_CRYPT_ORDER,                 /* visitors' orders */
    VZ_CRYPT_STRANGER,              /* anybody who says that he is somebody */
    VZ_CRYPT_LINES
} vz_crypt_line_e;

/* Where somebody stands. */
typedef struct {
    vz_crypt_line_e   line;
    ngx_uint_t        rank;         /* the least goes first */
    uint32_t          network;      /* those of one rank take turns by it */
} vz_crypt_place_t;


/*
 * vz_crypt_hash: "$y$j9T$..." with a fresh salt, from pool.
 *
 * vz_crypt_hash_drawn: the same of what vz_crypt_random_password() drew, at
 * the least cost: 91 bits are guessed at no cost, and many orders in one
 * instant cost little.
 *
 * vz_crypt_verify: VZ_OK or VZ_DENIED; against an empty hash, or a cheaper
 * one, it takes as long as against any, so that neither an unknown account
 * nor one with a password that was drawn can be told by time.
 *
 * All stand in line for a thread, and return VZ_OVERLOADED where it is too
 * long, of strangers where more than a second is to be expected; VZ_INTERNAL.
 * Copies of the password are wiped.
 */
vz_code_e vz_crypt_hash(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, ngx_str_t *hash);
vz_code_e vz_crypt_hash_drawn(ngx_pool_t *pool, const vz_crypt_place_t *place,
    const ngx_str_t *password, ngx_str_t *hash);
vz_code_e vz_crypt_verify(const vz_crypt_place_t *place,
    const ngx_str_t *password, const ngx_str_t *hash);

/* vz_crypt_random_hex: n random bytes in hex (2n characters) from pool. */
ngx_int_t vz_crypt_random_hex(ngx_pool_t *pool, ngx_uint_t n, ngx_str_t *hex);

/*
 * vz_crypt_random_password: n characters that people can read aloud: no 0 O 1
 * l I, drawn without bias; 16 of them hold 91 bits.
 */
ngx_int_t vz_crypt_random_password(ngx_pool_t *pool, ngx_uint_t n,
    ngx_str_t *out);

/* vz_crypt_sha256: 32 raw bytes. */
void vz_crypt_sha256(const void *data, size_t len, u_char out[32]);

/* vz_crypt_sha256_hex: the same as a string of 64 from pool. */
ngx_int_t vz_crypt_sha256_hex(ngx_pool_t *pool, const ngx_str_t *in,
    ngx_str_t *hex);

/*
 * vz_crypt_init: worker start.  In all workers together as many jobs run at a
 * time as there are CPUs, but one in each at least, and one more of who is
 * known; own: in the pool that the module makes.
 */
void vz_crypt_init(ngx_thread_pool_t *pool, ngx_uint_t own,
    ngx_uint_t workers);


#endif /* VZ_CRYPT_H */
