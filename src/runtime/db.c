/*
 * Statements and transactions on the pool's connections.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ctype.h>
#include "runtime/db_error.h"
#include "runtime/db_pool.h"
#include "runtime/db_rows.h"
#include "runtime/fiber.h"
#include "runtime/row.h"


#define VZ_DB_PREPARES  20              /* tries at the limit of statements */


struct vz_tx_s {
    vz_db_conn_t      *conn;
    vz_code_e          code;            /* why the transaction can't go on */
};


static vz_code_e vz_db_alone(ngx_pool_t *pool, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t nbinds, vz_rows_t *rows);
static ngx_uint_t vz_db_died(vz_db_conn_t *conn, ngx_uint_t fresh);
static vz_code_e vz_db_execute(vz_db_conn_t *conn, ngx_pool_t *pool,
    const vz_sql_t *sql, const vz_bind_t *binds, ngx_uint_t nbinds,
    vz_rows_t *rows, ngx_uint_t *sent);
static ngx_uint_t vz_db_prepare(vz_db_conn_t *conn, const vz_sql_t *sql,
    vz_db_stmt_t **stmt);
static void vz_db_result(vz_db_stmt_t *stmt, vz_rows_t *rows);
static vz_code_e vz_db_text(vz_db_conn_t *conn, const char *text);
static vz_code_e vz_db_error(vz_db_conn_t *conn, const char *name,
    ngx_uint_t err, ngx_uint_t words);
static ngx_uint_t vz_db_reads(const vz_sql_t *sql);
static void vz_db_tx_cleanup(void *data);
static void vz_db_tx_end(vz_tx_t *tx);


static uint64_t  vz_db_executed;


vz_code_e
vz_db_query(vz_tx_t *tx, ngx_pool_t *pool, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t nbinds, vz_rows_t *rows)
{
    ngx_uint_t  sent;
    vz_code_e   code;

    if (rows) {
        ngx_memzero(rows, sizeof(vz_rows_t));
    }

    if (tx == NULL) {
        return vz_db_alone(pool, sql, binds, nbinds, rows);
    }

    if (tx->code != VZ_OK) {
        return tx->code;
    }

    code = vz_db_execute(tx->conn, pool, sql, binds, nbinds, rows, &sent);

    if (code != VZ_OK && code != VZ_DUPLICATE) {
        tx->code = code;
    }

    return code;
}


static vz_code_e
vz_db_alone(ngx_pool_t *pool, const vz_sql_t *sql, const vz_bind_t *binds,
    ngx_uint_t nbinds, vz_rows_t *rows)
{
    vz_code_e      code;
    ngx_uint_t     again, sent, fresh;
    vz_db_conn_t  *conn;

    for (fresh = 0; /* void */ ; fresh = 1) {

        code = vz_db_pool_take(&conn, fresh);
        if (code != VZ_OK) {
            return code;
        }

        code = vz_db_execute(conn, pool, sql, binds, nbinds, rows, &sent);

        /* a statement that changes data must not run twice */

        again = code == VZ_DOWN && vz_db_died(conn, fresh)
                && (!sent || vz_db_reads(sql));

        vz_db_pool_put(conn);

        if (!again) {
            return code;
        }
    }
}


/* the connection died while it was idle, and nobody noticed */

static ngx_uint_t
vz_db_died(vz_db_conn_t *conn, ngx_uint_t fresh)
{
    return conn->broken && conn->kept && !conn->timedout && !fresh;
}


vz_code_e
vz_db_begin(ngx_pool_t *pool, vz_tx_t **out)
{
    vz_tx_t             *tx;
    vz_code_e            code;
    ngx_uint_t           fresh, again;
    vz_db_conn_t        *conn;
    ngx_pool_cleanup_t  *cln;

    *out = NULL;

    cln = ngx_pool_cleanup_add(pool, sizeof(vz_tx_t));
    if (cln == NULL) {
        return VZ_INTERNAL;
    }

    for (fresh = 0; /* void */ ; fresh = 1) {

        code = vz_db_pool_take(&conn, fresh);
        if (code != VZ_OK) {
            return code;
        }

        code = vz_db_text(conn, "START TRANSACTION");
        if (code == VZ_OK) {
            break;
        }

        again = vz_db_died(conn, fresh);

        vz_db_pool_put(conn);

        if (!again) {
            return code;
        }
    }

    tx = cln->data;
    tx->conn = conn;
    tx->code = VZ_OK;

    cln->handler = vz_db_tx_cleanup;

    *out = tx;

    return VZ_OK;
}


vz_code_e
vz_db_commit(vz_tx_t *tx)
{
    vz_code_e  code;

    if (tx->code != VZ_OK) {
        code = tx->code;
        vz_db_rollback(tx);
        return code;
    }

    code = vz_db_text(tx->conn, "COMMIT");

    if (code != VZ_OK) {
        /* the result is not known: let the server drop it with its session */
        tx->conn->broken = 1;
    }

    vz_db_tx_end(tx);

    return code;
}


void
vz_db_rollback(vz_tx_t *tx)
{
    if (!tx->conn->broken && vz_db_text(tx->conn, "ROLLBACK") != VZ_OK) {
        tx->conn->broken = 1;
    }

    vz_db_tx_end(tx);
}


vz_code_e
vz_db_end(vz_tx_t *tx, vz_code_e code)
{
    if (code == VZ_OK) {
        return vz_db_commit(tx);
    }

    vz_db_rollback(tx);

    return code;
}


uint64_t
vz_db_statements(void)
{
    return vz_db_executed;
}


void
vz_db_fits(ngx_pool_t *pool, ngx_uint_t workers)
{
    int64_t    limit;
    vz_rows_t  rows;

    static const vz_sql_t  ask = vz_sql("statements of the server",
        "SELECT @@GLOBAL.max_prepared_stmt_count AS most");

    if (vz_db_query(NULL, pool, &ask, vz_no_binds, &rows) != VZ_OK) {
        return;
    }

    limit = vz_row_int(&rows, 0, "most");

    if ((int64_t) (workers * vz_db_pool_most()) > limit) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "vzpanel: %ui workers may keep %ui statements prepared, "
                      "the database's max_prepared_stmt_count is %L: raise "
                      "that, or lower statements= or connections= of "
                      "vzpanel_database", workers,
                      workers * vz_db_pool_most(), limit);
    }
}


/* the pool is destroyed with an open transaction: end it */

static void
vz_db_tx_cleanup(void *data)
{
    vz_tx_t  *tx = data;

    if (tx->conn == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                  "vzpanel: a transaction was neither committed "
                  "nor rolled back");

    tx->conn->broken = 1;
    vz_db_tx_end(tx);
}


static void
vz_db_tx_end(vz_tx_t *tx)
{
    vz_db_conn_t  *conn;

    conn = tx->conn;
    tx->conn = NULL;
    tx->code = VZ_INTERNAL;

    vz_db_pool_put(conn);
}


static vz_code_e
vz_db_execute(vz_db_conn_t *conn, ngx_pool_t *pool, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t nbinds, vz_rows_t *rows,
    ngx_uint_t *sent)
{
    ngx_int_t      rc;
    vz_code_e      code;
    ngx_uint_t     err;
    vz_db_stmt_t  *stmt;

    *sent = 0;

    err = vz_db_prepare(conn, sql, &stmt);
    if (err) {
        return vz_db_error(conn, sql->name, err, 1);
    }

    *sent = 1;
    vz_db_executed++;

    err = vz_db_conn_execute(conn, stmt, pool, binds, nbinds);

    if (err) {
        code = vz_db_error(conn, sql->name, err, 0);

        if (code == VZ_DUPLICATE && rows) {
            rows->key = vz_db_error_key(pool, (char *) conn->words);
        }

        return code;
    }

    rc = NGX_OK;

    if (rows) {
        rc = vz_db_rows_read(stmt->handle, pool, rows);
        vz_db_result(stmt, rows);
    }

    vz_db_conn_done(stmt);

    if (rc != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "vzpanel: the rows of \"%s\" can't be copied",
                      sql->name);
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


/*
 * At the server's limit of prepared statements make room: first by those of
 * this connection that are not needed now, then by idle connections, then by
 * those of others, for which it waits a little.
 */

static ngx_uint_t
vz_db_prepare(vz_db_conn_t *conn, const vz_sql_t *sql, vz_db_stmt_t **stmt)
{
    ngx_uint_t  i, err, closed;

    for (i = 0; i < VZ_DB_PREPARES; i++) {

        err = vz_db_conn_prepare(conn, sql, vz_db_pool_statements(), stmt);
        if (err != VZ_DB_CROWDED) {
            return err;
        }

        closed = vz_db_pool_crowded() || conn->nstmts;

        err = vz_db_conn_trim(conn, 0);
        if (err) {
            return err;
        }

        if (!closed) {
            vz_fiber_sleep(10 + ngx_random() % 40);
        }
    }

    return VZ_DB_CROWDED;
}


static void
vz_db_result(vz_db_stmt_t *stmt, vz_rows_t *rows)
{
    if (rows->columns == 0) {
        rows->affected = mysql_stmt_affected_rows(stmt->handle);
    }

    rows->insert_id = mysql_stmt_insert_id(stmt->handle);
}


static vz_code_e
vz_db_text(vz_db_conn_t *conn, const char *text)
{
    ngx_uint_t  err;

    vz_db_executed++;

    err = vz_db_conn_text(conn, text);
    if (err == 0) {
        return VZ_OK;
    }

    return vz_db_error(conn, text, err, 1);
}


/* words: the message holds no values */

static vz_code_e
vz_db_error(vz_db_conn_t *conn, const char *name, ngx_uint_t err,
    ngx_uint_t words)
{
    ngx_uint_t            level;
    const vz_db_error_t  *meaning;

    meaning = vz_db_error_find(err);

    if (conn->timedout) {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "vzpanel: statement \"%s\" took more than %M ms, its "
                      "connection is closed", name, conn->timeout);

    } else if (meaning->code == VZ_INTERNAL || meaning->code == VZ_UNFIT) {
        level = meaning->code == VZ_UNFIT ? NGX_LOG_WARN : NGX_LOG_ERR;

        ngx_log_error(level, ngx_cycle->log, 0,
                      "vzpanel: the database refused statement \"%s\": "
                      "%ui %s", name, err,
                      words || meaning->words ? (char *) conn->words : "");

    } else if (meaning->code != VZ_DUPLICATE) {
        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "vzpanel: statement \"%s\" failed: %ui", name, err);
    }

    if (meaning->close) {
        conn->broken = 1;
    }

    return meaning->code;
}


static ngx_uint_t
vz_db_reads(const vz_sql_t *sql)
{
    const char  *p;

    for (p = sql->text; isspace((u_char) *p); p++) { /* void */ }

    return ngx_strncasecmp((u_char *) p, (u_char *) "SELECT", 6) == 0;
}
