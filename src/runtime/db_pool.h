/*
 * The pool of connections to the database; for db.c alone.
 */

#ifndef VZ_DB_POOL_H
#define VZ_DB_POOL_H

#include "runtime/db.h"
#include "runtime/db_conn.h"


/*
 * vz_db_pool_take: on a fiber, a connection for the caller until
 * vz_db_pool_put(); fresh: a new one instead of an idle one.  VZ_OK, VZ_DOWN
 * or VZ_OVERLOADED.
 */
vz_code_e vz_db_pool_take(vz_db_conn_t **conn, ngx_uint_t fresh);

/* vz_db_pool_put: give it back; a broken one is closed.  Never waits. */
void vz_db_pool_put(vz_db_conn_t *conn);

/* vz_db_pool_statements: how many a connection may keep prepared now. */
ngx_uint_t vz_db_pool_statements(void);

/* vz_db_pool_most: how many all connections of this worker may, at most. */
ngx_uint_t vz_db_pool_most(void);

/*
 * vz_db_pool_crowded: the server's limit of prepared statements is reached:
 * keep fewer for a while, and close an idle connection with all it has.
 * Returns whether there was one.
 */
ngx_uint_t vz_db_pool_crowded(void);


/* vz_db_pool_init, vz_db_pool_exit: worker start and stop. */
ngx_int_t vz_db_pool_init(ngx_cycle_t *cycle, vz_db_conf_t *conf);
void vz_db_pool_exit(void);


#endif /* VZ_DB_POOL_H */
