/*
 * What the server's errors mean to a caller.
 */

#ifndef VZ_DB_ERROR_H
#define VZ_DB_ERROR_H

#include "runtime/db_pool.h"


/* vz_db_error_find: never NULL; an unknown error is a mistake of ours. */
const vz_db_error_t *vz_db_error_find(ngx_uint_t err);

/* vz_db_error_key: the key's name in the message of a duplicate, from pool. */
ngx_str_t vz_db_error_key(ngx_pool_t *pool, const char *words);


#endif /* VZ_DB_ERROR_H */
