/*
 * The database: a pool of connections per worker on libmariadb's
 * non-blocking calls, prepared statements only, each prepared once per
 * connection and kept.  Every call belongs on a fiber.
 */

#ifndef VZ_DB_H
#define VZ_DB_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "runtime/bind.h"
#include "runtime/cell.h"
#include "wire/code.h"


/* Where the database is; filled by the module's configuration. */
typedef struct {
    ngx_str_t     socket;           /* path of a unix socket, or empty */
    ngx_str_t     host;             /* numeric address, or empty */
    in_port_t     port;
    ngx_str_t     user;
    ngx_str_t     password_file;    /* read for every new connection */
    ngx_str_t     name;
    ngx_flag_t    tls;              /* or no connection at all */
    ngx_str_t     ca_file;          /* or empty: the system's */
    ngx_uint_t    connections;      /* per worker, at most */
    ngx_uint_t    statements;       /* kept prepared per connection, at most */
    ngx_msec_t    timeout;          /* of connecting and of one statement */
} vz_db_conf_t;


/*
 * A statement.  One static object each, in the file that uses it; its
 * address is its identity for the per-connection cache.
 */
typedef struct {
    const char   *name;             /* for logs */
    const char   *text;             /* with ? for every value */
} vz_sql_t;

#define vz_sql(name, text)  { name, text }


typedef struct vz_tx_s  vz_tx_t;    /* a connection held across calls */


/*
 * vz_db_query: run one statement; tx is NULL for one that stands alone.
 * rows may be NULL where nothing of the answer is wanted.
 *
 *   VZ_OK
 *   VZ_DUPLICATE    a unique key refused; rows->key names it
 *   VZ_CONFLICT     deadlock or lock wait: the transaction is gone, repeat
 *   VZ_DOWN         no connection could be had or it broke; a statement that
 *                   only reads is repeated once on a fresh connection first
 *   VZ_OVERLOADED   no connection came free before the deadline
 *   VZ_UNFIT        a value that the column does not take; logged, because its
 *                   form should not have taken it
 *   VZ_INTERNAL     the server refused the statement: our bug, logged
 *
 * Dates are read and written as text or by UNIX_TIMESTAMP(); the session's
 * time zone is UTC, its character set utf8mb4, its sql_mode strict, its
 * isolation READ COMMITTED.  Integers and BIT read as numbers, and so does a
 * DECIMAL without a fraction, as SUM() makes it; other numbers are text.
 */
vz_code_e vz_db_query(vz_tx_t *tx, ngx_pool_t *pool, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t nbinds, vz_rows_t *rows);

/*
 * Transactions.  vz_db_begin() takes a connection; exactly one of commit and
 * rollback gives it back, also after an error.  A commit that returns VZ_DOWN
 * may have happened: the caller must be able to find out.
 */
vz_code_e vz_db_begin(ngx_pool_t *pool, vz_tx_t **tx);
vz_code_e vz_db_commit(vz_tx_t *tx);
void vz_db_rollback(vz_tx_t *tx);

/* vz_db_end: commit for VZ_OK, else roll back and return that code. */
vz_code_e vz_db_end(vz_tx_t *tx, vz_code_e code);


/*
 * vz_db_fits: on a fiber, whether the server's limit of prepared statements has
 * room for what so many workers like this one may keep; what has none is
 * logged.
 */
void vz_db_fits(ngx_pool_t *pool, ngx_uint_t workers);

/* vz_db_statements: executed by this worker so far, for metrics and tests. */
uint64_t vz_db_statements(void);


#endif /* VZ_DB_H */
