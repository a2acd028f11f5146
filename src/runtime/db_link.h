/*
 * A connection to a database beside the panel's own: another schema, perhaps
 * on another server, that may be away without the panel caring.  It is opened
 * for one piece of work and closed behind it.
 */

#ifndef VZ_DB_LINK_H
#define VZ_DB_LINK_H

#include "runtime/db.h"


typedef struct vz_db_link_s  vz_db_link_t;


/*
 * vz_db_link_init: worker start; conf has no name where there is no such
 * database.  NGX_ERROR without memory.
 */
ngx_int_t vz_db_link_init(ngx_cycle_t *cycle, const vz_db_conf_t *conf);

/*
 * vz_db_link_open: on a fiber, connect; pool closes the connection where
 * nobody has.  VZ_OK; VZ_DOWN, logged; VZ_INTERNAL without memory.
 */
vz_code_e vz_db_link_open(ngx_pool_t *pool, vz_db_link_t **link);

/*
 * vz_db_link_query: as vz_db_query() in a transaction: behind an error all
 * others return the same until vz_db_link_end().
 */
vz_code_e vz_db_link_query(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_sql_t *sql, const vz_bind_t *binds, ngx_uint_t nbinds,
    vz_rows_t *rows);

/*
 * vz_db_link_begin: start a transaction.  vz_db_link_end: commit it for VZ_OK,
 * else roll it back and return that code.
 */
vz_code_e vz_db_link_begin(vz_db_link_t *link);
vz_code_e vz_db_link_end(vz_db_link_t *link, vz_code_e code);

/* vz_db_link_close: close it; never waits. */
void vz_db_link_close(vz_db_link_t *link);


#endif /* VZ_DB_LINK_H */
