/*
 * Passwords: yescrypt through libxcrypt in an nginx thread pool of its own,
 * and what else is random or hashed.  Hash and verify belong on a fiber.
 */

#ifndef VZ_CRYPT_H
#define VZ_CRYPT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_thread_pool.h>
#include "../wire/code.h"


#define VZ_CRYPT_THREADS  2         /* of the pool that the module makes */

/*
 * vz_crypt_hash: "$y$j9T$..." with a fresh salt, from pool.
 * vz_crypt_verify: VZ_OK or VZ_DENIED; against an empty hash it takes as long
 * as against a real one, so that an unknown account can't be told by time.
 * Both stand in line for a thread; checks and hashes take turns.  Both:
 * VZ_OVERLOADED where more than 15 s in line are to be expected, VZ_INTERNAL.
 * Copies of the password are wiped.
 */
vz_code_e vz_crypt_hash(ngx_pool_t *pool, const ngx_str_t *password,
    ngx_str_t *hash);
vz_code_e vz_crypt_verify(ngx_pool_t *pool, const ngx_str_t *password,
    const ngx_str_t *hash);

/*
 * vz_crypt_delay: after VZ_OVERLOADED, the seconds until those are done who
 * stand in line now.
 */
ngx_uint_t vz_crypt_delay(void);

/* vz_random_hex: n random bytes in hex (2n characters) from pool. */
ngx_int_t vz_random_hex(ngx_pool_t *pool, ngx_uint_t n, ngx_str_t *hex);

/*
 * vz_random_password: n characters that people can read aloud: no 0 O 1 l I,
 * drawn without bias; 16 of them hold 91 bits.
 */
ngx_int_t vz_random_password(ngx_pool_t *pool, ngx_uint_t n, ngx_str_t *out);

/* vz_sha256: 32 raw bytes. */
void vz_sha256(const void *data, size_t len, u_char out[32]);

/* vz_sha256_hex: the same as a string of 64 from pool. */
ngx_int_t vz_sha256_hex(ngx_pool_t *pool, const ngx_str_t *in, ngx_str_t *hex);

/* vz_crypt_init: worker start; so many jobs are in the pool at once. */
void vz_crypt_init(ngx_thread_pool_t *pool, ngx_uint_t threads);


#endif /* VZ_CRYPT_H */
