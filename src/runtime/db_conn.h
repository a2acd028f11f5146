/*
 * One connection to the database: libmariadb's non-blocking calls on nginx's
 * events, and the statements prepared on it.  For db.c, db_pool.c and db_link.c
 * alone.
 *
 * What waits belongs on a fiber, ends within the login's timeout, and returns
 * 0 or an error number: the server's, or the client library's of 2000 and
 * above, after which the connection is good for nothing but
 * vz_db_conn_close().
 */

#ifndef VZ_DB_CONN_H
#define VZ_DB_CONN_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <mysql.h>
#include "runtime/db.h"
#include "runtime/fiber.h"


#define VZ_DB_LOST      2013    /* CR_SERVER_LOST */
#define VZ_DB_NOMEM     2008    /* CR_OUT_OF_MEMORY */
#define VZ_DB_CROWDED   1461    /* ER_MAX_PREPARED_STMT_COUNT_REACHED */
#define VZ_DB_BUCKETS   64


typedef struct {
    const char          *socket;        /* or NULL */
    const char          *host;          /* or NULL */
    const char          *user;
    const char          *password_file; /* or NULL */
    const char          *name;
    const char          *ca_file;       /* or NULL: the system's */
    unsigned             port;
    unsigned             tls;
    ngx_msec_t           timeout;       /* of connecting, of a statement */
    const char          *setup[2];      /* statements for a new session */
} vz_db_login_t;

typedef struct vz_db_stmt_s  vz_db_stmt_t;
typedef struct vz_db_conn_s  vz_db_conn_t;

typedef void (*vz_db_gone_pt)(vz_db_conn_t *conn);

struct vz_db_stmt_s {
    ngx_queue_t          queue;         /* the connection's, used last first */
    const vz_sql_t      *sql;
    MYSQL_STMT          *handle;
    vz_db_stmt_t        *next;
};

struct vz_db_conn_s {
    ngx_queue_t          queue;         /* the pool's */
    MYSQL               *my;
    ngx_connection_t    *c;
    vz_fiber_t          *fiber;         /* that waits for the socket */
    vz_db_gone_pt        gone;          /* set while idle */
    ngx_msec_t           timeout;
    ngx_msec_t           deadline;
    ngx_msec_t           used;
    int                  wait;
    int                  ready;
    vz_db_stmt_t        *stmts[VZ_DB_BUCKETS];
    ngx_queue_t          used_stmts;
    ngx_uint_t           nstmts;
    u_char               words[MYSQL_ERRMSG_SIZE];  /* of the last error */
    unsigned             kept:1;        /* was idle before */
    unsigned             broken:1;
    unsigned             timedout:1;
};


/*
 * vz_db_conn_open: connect and set the session up.  NULL, with the error's
 * number and its message in words.
 */
vz_db_conn_t *vz_db_conn_open(const vz_db_login_t *login, ngx_uint_t *err,
    u_char words[MYSQL_ERRMSG_SIZE]);

/* vz_db_conn_text: run a statement that has neither values nor rows. */
ngx_uint_t vz_db_conn_text(vz_db_conn_t *conn, const char *text);

/*
 * vz_db_conn_prepare: prepare a statement, or take it from the connection's
 * cache.  The least recently used ones beyond most are closed.
 */
ngx_uint_t vz_db_conn_prepare(vz_db_conn_t *conn, const vz_sql_t *sql,
    ngx_uint_t most, vz_db_stmt_t **stmt);

/* vz_db_conn_trim: close the least recently used statements beyond most. */
ngx_uint_t vz_db_conn_trim(vz_db_conn_t *conn, ngx_uint_t most);

/*
 * vz_db_conn_execute: run a statement and fetch its whole answer into the
 * library's memory.  vz_db_rows_read() copies that to the caller's pool;
 * vz_db_conn_done() must follow a success.
 */
ngx_uint_t vz_db_conn_execute(vz_db_conn_t *conn, vz_db_stmt_t *stmt,
    ngx_pool_t *pool, const vz_bind_t *binds, ngx_uint_t nbinds);

/* vz_db_conn_done: free the answer of a statement. */
void vz_db_conn_done(vz_db_stmt_t *stmt);

/*
 * vz_db_conn_keep: keep a connection idle.  gone is called, on the main stack,
 * when it died, when it was idle for too long or when the worker leaves; it
 * has to close the connection.
 */
void vz_db_conn_keep(vz_db_conn_t *conn, vz_db_gone_pt gone);

/* vz_db_conn_use: use an idle one again; NGX_DECLINED when it has died. */
ngx_int_t vz_db_conn_use(vz_db_conn_t *conn);

/* vz_db_conn_close: close it and free all it has; never waits. */
void vz_db_conn_close(vz_db_conn_t *conn);


#endif /* VZ_DB_CONN_H */
