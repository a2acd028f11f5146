/*
 * The meaning of the server's and the library's errors.
 */

#ifndef VZ_DB_ERROR_H
#define VZ_DB_ERROR_H

#include "runtime/db.h"


typedef struct {
    ngx_uint_t         err;             /* its number */
    vz_code_e          code;            /* of vz_db_query() */
    unsigned           close:1;         /* the connection can't be used again */
    unsigned           words:1;         /* the message holds no values */
} vz_db_error_t;


/*
 * vz_db_error_find: the meaning of an error number; never NULL, an unknown one
 * is VZ_INTERNAL.
 */
const vz_db_error_t *vz_db_error_find(ngx_uint_t err);

/* vz_db_error_key: the key named in a duplicate's message, from pool. */
ngx_str_t vz_db_error_key(ngx_pool_t *pool, const char *words);


#endif /* VZ_DB_ERROR_H */
