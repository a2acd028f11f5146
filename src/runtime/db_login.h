/*
 * How a database is connected to, of its directive.
 */

#ifndef VZ_DB_LOGIN_H
#define VZ_DB_LOGIN_H

#include "runtime/db.h"
#include "runtime/db_conn.h"


/*
 * vz_db_login_make: fill login with what conf says, and with the statements
 * that set a session up; its texts are from pool.  NGX_ERROR without memory.
 */
ngx_int_t vz_db_login_make(ngx_pool_t *pool, const vz_db_conf_t *conf,
    vz_db_login_t *login);


#endif /* VZ_DB_LOGIN_H */
