/*
 * A connection to a database beside the panel's own.
 */

#include "runtime/db_conn.h"
#include "runtime/db_error.h"
#include "runtime/db_link.h"
#include "runtime/db_login.h"
#include "runtime/db_rows.h"


#define VZ_DB_LINK_STATEMENTS  32       /* kept prepared */


struct vz_db_link_s {
    vz_db_conn_t  *conn;                /* NULL: closed */
    vz_code_e      code;                /* why the transaction can't go on */
};


static void vz_db_link_cleanup(void *data);
static vz_code_e vz_db_link_text(vz_db_link_t *link, const char *text);
static vz_code_e vz_db_link_failed(vz_db_link_t *link, const char *name,
    ngx_uint_t err);


static vz_db_login_t  vz_db_link_login;
static ngx_uint_t     vz_db_link_down;      /* the error that was told */


ngx_int_t
vz_db_link_init(ngx_cycle_t *cycle, const vz_db_conf_t *conf)
{
    ngx_memzero(&vz_db_link_login, sizeof(vz_db_login_t));

    if (conf->name.len == 0) {
        return NGX_OK;
    }

    return vz_db_login_make(cycle->pool, conf, &vz_db_link_login);
}


vz_code_e
vz_db_link_open(ngx_pool_t *pool, vz_db_link_t **out)
{
    ngx_uint_t           err, level;
    vz_db_link_t        *link;
    ngx_pool_cleanup_t  *cln;

    u_char               words[MYSQL_ERRMSG_SIZE];

    *out = NULL;

    if (vz_db_link_login.name == NULL) {
        return VZ_DOWN;
    }

    cln = ngx_pool_cleanup_add(pool, sizeof(vz_db_link_t));
    if (cln == NULL) {
        return VZ_INTERNAL;
    }

    link = cln->data;
    link->code = VZ_OK;
    link->conn = vz_db_conn_open(&vz_db_link_login, &err, words);

    if (link->conn == NULL) {
        level = err != vz_db_link_down ? NGX_LOG_WARN : NGX_LOG_INFO;

        ngx_log_error(level, ngx_cycle->log, 0,
                      "vzpanel: the database \"%s\" can't be connected to: "
                      "%ui %s", vz_db_link_login.name, err, words);
        vz_db_link_down = err;

        return VZ_DOWN;
    }

    if (vz_db_link_down) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "vzpanel: the database \"%s\" is back",
                      vz_db_link_login.name);
        vz_db_link_down = 0;
    }

    cln->handler = vz_db_link_cleanup;
    *out = link;

    return VZ_OK;
}


static void
vz_db_link_cleanup(void *data)
{
    vz_db_link_close(data);
}


void
vz_db_link_close(vz_db_link_t *link)
{
    vz_db_conn_t  *conn;

    conn = link->conn;
    link->conn = NULL;
    link->code = VZ_DOWN;

    if (conn != NULL) {
        vz_db_conn_close(conn);
    }
}


vz_code_e
vz_db_link_query(vz_db_link_t *link, ngx_pool_t *pool, const vz_sql_t *sql,
    const vz_bind_t *binds, ngx_uint_t nbinds, vz_rows_t *rows)
{
    ngx_int_t      rc;
    ngx_uint_t     err;
    vz_db_stmt_t  *stmt;

    if (rows) {
        ngx_memzero(rows, sizeof(vz_rows_t));
    }

    if (link->code != VZ_OK) {
        return link->code;
    }

    err = vz_db_conn_prepare(link->conn, sql, VZ_DB_LINK_STATEMENTS, &stmt);

    if (err == 0) {
        err = vz_db_conn_execute(link->conn, stmt, pool, binds, nbinds);
    }

    if (err) {
        return vz_db_link_failed(link, sql->name, err);
    }

    rc = NGX_OK;

    if (rows) {
        rc = vz_db_rows_read(stmt->handle, pool, rows);

        if (rows->columns == 0) {
            rows->affected = mysql_stmt_affected_rows(stmt->handle);
        }
    }

    vz_db_conn_done(stmt);

    if (rc != NGX_OK) {
        link->code = VZ_INTERNAL;
    }

    return link->code;
}


vz_code_e
vz_db_link_begin(vz_db_link_t *link)
{
    return vz_db_link_text(link, "START TRANSACTION");
}


vz_code_e
vz_db_link_end(vz_db_link_t *link, vz_code_e code)
{
    vz_code_e  rc;

    if (code == VZ_OK && link->code == VZ_OK) {
        return vz_db_link_text(link, "COMMIT");
    }

    rc = link->code;

    if (link->conn != NULL && !link->conn->broken) {
        link->code = VZ_OK;
        (void) vz_db_link_text(link, "ROLLBACK");
    }

    return code != VZ_OK ? code : rc;
}


static vz_code_e
vz_db_link_text(vz_db_link_t *link, const char *text)
{
    ngx_uint_t  err;

    if (link->code != VZ_OK) {
        return link->code;
    }

    err = vz_db_conn_text(link->conn, text);

    return err ? vz_db_link_failed(link, text, err) : VZ_OK;
}


static vz_code_e
vz_db_link_failed(vz_db_link_t *link, const char *name, ngx_uint_t err)
{
    const vz_db_error_t  *meaning;

    meaning = vz_db_error_find(err);

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "vzpanel: the database \"%s\" failed statement \"%s\": "
                  "%ui %s", vz_db_link_login.name, name, err,
                  link->conn->words);

    if (meaning->close || link->conn->timedout) {
        link->conn->broken = 1;
    }

    link->code = meaning->code;

    return link->code;
}
