/*
 * The pool of connections and the meaning of errors; for db.c alone.
 */

#ifndef VZ_DB_POOL_H
#define VZ_DB_POOL_H

#include "runtime/db.h"
#include "runtime/db_conn.h"


/*
 * vz_db_pool_take: a connection of the caller's own until vz_db_pool_put();
 * fresh: a new one and none that was idle.  VZ_DOWN, VZ_OVERLOADED.
 * vz_db_pool_put: give it back; a broken one is closed.  Never waits.
 */
vz_code_e vz_db_pool_take(vz_db_conn_t **conn, ngx_uint_t fresh);
void vz_db_pool_put(vz_db_conn_t *conn);

/*
 * vz_db_pool_statements: how many a connection may keep prepared now;
 * vz_db_pool_most: how many all of this worker's may at most.
 * vz_db_pool_crowded: the server takes no more of them: fewer are kept for a
 * while, and an idle connection is closed with all it has; whether there was
 * one.
 */
ngx_uint_t vz_db_pool_statements(void);
ngx_uint_t vz_db_pool_most(void);
ngx_uint_t vz_db_pool_crowded(void);


typedef struct {
    ngx_uint_t         err;
    vz_code_e          code;
    unsigned           close:1;         /* the connection is of no more use */
    unsigned           words:1;         /* the message holds no values */
} vz_db_error_t;

/* Worker start and stop. */
ngx_int_t vz_db_pool_init(ngx_cycle_t *cycle, vz_db_conf_t *conf);
void vz_db_pool_exit(void);


#endif /* VZ_DB_POOL_H */
