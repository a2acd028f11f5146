/*
 * A connection to the database, and the statements prepared on it.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include "runtime/db_rows.h"
#include "runtime/db_step.h"


#define VZ_DB_PASSWORD   256
#define VZ_DB_HANDSHAKE  2              /* seconds */


static ngx_int_t vz_db_conn_init(vz_db_conn_t *conn,
    const vz_db_login_t *login);
static ngx_int_t vz_db_conn_tls(vz_db_conn_t *conn,
    const vz_db_login_t *login);
static ngx_uint_t vz_db_conn_login(vz_db_conn_t *conn,
    const vz_db_login_t *login);
static ngx_int_t vz_db_password(vz_db_conn_t *conn, const char *name,
    char *password, size_t size);
static ngx_uint_t vz_db_stmt_make(vz_db_conn_t *conn, const vz_sql_t *sql,
    vz_db_stmt_t **made);
static vz_db_stmt_t **vz_db_bucket(vz_db_conn_t *conn, const vz_sql_t *sql);


vz_db_conn_t *
vz_db_conn_open(const vz_db_login_t *login, ngx_uint_t *err,
    u_char words[MYSQL_ERRMSG_SIZE])
{
    vz_db_conn_t  *conn;

    words[0] = '\0';

    conn = ngx_calloc(sizeof(vz_db_conn_t), ngx_cycle->log);
    if (conn == NULL) {
        *err = VZ_DB_NOMEM;
        return NULL;
    }

    conn->timeout = login->timeout;
    ngx_queue_init(&conn->used_stmts);

    if (vz_db_conn_init(conn, login) != NGX_OK) {
        *err = VZ_DB_NOMEM;
        vz_db_conn_close(conn);
        return NULL;
    }

    *err = vz_db_conn_login(conn, login);

    if (*err) {
        ngx_cpystrn(words, conn->words, MYSQL_ERRMSG_SIZE);
        vz_db_conn_close(conn);
        return NULL;
    }

    conn->used = ngx_current_msec;
    conn->c->read->cancelable = 1;
    vz_db_step_timer(conn);

    return conn;
}


static ngx_int_t
vz_db_conn_init(vz_db_conn_t *conn, const vz_db_login_t *login)
{
    ngx_uint_t  i, tcp;

    conn->my = mysql_init(NULL);
    if (conn->my == NULL) {
        return NGX_ERROR;
    }

    tcp = MYSQL_PROTOCOL_TCP;

    if (mysql_options(conn->my, MYSQL_OPT_NONBLOCK, NULL)
        || mysql_options(conn->my, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        || (login->host
            && mysql_options(conn->my, MYSQL_OPT_PROTOCOL, &tcp)))
    {
        return NGX_ERROR;
    }

    for (i = 0; i < 2; i++) {
        if (mysql_options(conn->my, MYSQL_INIT_COMMAND, login->setup[i])) {
            return NGX_ERROR;
        }
    }

    return vz_db_conn_tls(conn, login);
}


/*
 * The library blocks in the handshake of TLS, after the server's greeting; it
 * gets this time at most.
 */

static ngx_int_t
vz_db_conn_tls(vz_db_conn_t *conn, const vz_db_login_t *login)
{
    my_bool     on;
    ngx_uint_t  seconds;

    on = (login->tls != 0);
    seconds = VZ_DB_HANDSHAKE;

    if (mysql_options(conn->my, MYSQL_OPT_SSL_ENFORCE, &on)
        || mysql_options(conn->my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on))
    {
        return NGX_ERROR;
    }

    if (!on) {
        return NGX_OK;
    }

    return mysql_options(conn->my, MYSQL_OPT_CONNECT_TIMEOUT, &seconds)
           || (login->ca_file
               && mysql_options(conn->my, MYSQL_OPT_SSL_CA, login->ca_file))
           ? NGX_ERROR : NGX_OK;
}


static ngx_uint_t
vz_db_conn_login(vz_db_conn_t *conn, const vz_db_login_t *login)
{
    char          password[VZ_DB_PASSWORD];
    ngx_uint_t    err;
    vz_db_step_t  step;

    if (vz_db_password(conn, login->password_file, password,
                       sizeof(password))
        != NGX_OK)
    {
        return VZ_DB_LOST;
    }

    ngx_memzero(&step, sizeof(vz_db_step_t));
    step.op = VZ_DB_CONNECT;
    step.conn = conn;
    step.login = login;
    step.password = password;

    err = vz_db_step_run(&step);

    ngx_explicit_memzero(password, sizeof(password));

    if (err) {
        return err;
    }

    /* on a unix socket there may have been nothing to wait for */

    return vz_db_step_attach(conn) == NGX_OK ? 0 : VZ_DB_LOST;
}


static ngx_int_t
vz_db_password(vz_db_conn_t *conn, const char *name, char *password,
    size_t size)
{
    ssize_t   n;
    ngx_fd_t  fd;

    password[0] = '\0';

    if (name == NULL) {
        return NGX_OK;
    }

    fd = ngx_open_file(name, NGX_FILE_RDONLY|O_CLOEXEC, NGX_FILE_OPEN, 0);
    n = (fd == NGX_INVALID_FILE) ? -1 : ngx_read_fd(fd, password, size - 1);

    if (n == -1) {
        /* logged once per outage, by the caller */
        (void) ngx_snprintf(conn->words, sizeof(conn->words) - 1,
                            "\"%s\" can't be read, errno %d%Z", name,
                            ngx_errno);
    }

    if (fd != NGX_INVALID_FILE && ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "vzpanel: " ngx_close_file_n " \"%s\" failed", name);
    }

    if (n == -1) {
        return NGX_ERROR;
    }

    while (n > 0 && (password[n - 1] == LF || password[n - 1] == CR)) {
        n--;
    }

    password[n] = '\0';

    return NGX_OK;
}


ngx_uint_t
vz_db_conn_text(vz_db_conn_t *conn, const char *text)
{
    vz_db_step_t  step;

    ngx_memzero(&step, sizeof(vz_db_step_t));
    step.op = VZ_DB_TEXT;
    step.conn = conn;
    step.text = text;

    return vz_db_step_run(&step);
}


ngx_uint_t
vz_db_conn_prepare(vz_db_conn_t *conn, const vz_sql_t *sql, ngx_uint_t most,
    vz_db_stmt_t **found)
{
    ngx_uint_t     err;
    vz_db_stmt_t  *stmt, **bucket;

    bucket = vz_db_bucket(conn, sql);

    for (stmt = *bucket; stmt; stmt = stmt->next) {
        if (stmt->sql == sql) {
            ngx_queue_remove(&stmt->queue);
            ngx_queue_insert_head(&conn->used_stmts, &stmt->queue);
            *found = stmt;
            return 0;
        }
    }

    err = vz_db_conn_trim(conn, most - 1);

    if (err == 0) {
        err = vz_db_stmt_make(conn, sql, &stmt);
    }

    if (err) {
        return err;
    }

    stmt->next = *bucket;
    *bucket = stmt;
    *found = stmt;

    ngx_queue_insert_head(&conn->used_stmts, &stmt->queue);
    conn->nstmts++;

    return 0;
}


static ngx_uint_t
vz_db_stmt_make(vz_db_conn_t *conn, const vz_sql_t *sql, vz_db_stmt_t **made)
{
    my_bool        on;
    ngx_uint_t     err;
    vz_db_step_t   step;
    vz_db_stmt_t  *stmt;

    stmt = ngx_calloc(sizeof(vz_db_stmt_t), ngx_cycle->log);
    if (stmt == NULL) {
        return VZ_DB_NOMEM;
    }

    stmt->sql = sql;
    stmt->handle = mysql_stmt_init(conn->my);
    on = 1;
    err = VZ_DB_NOMEM;

    if (stmt->handle == NULL
        || mysql_stmt_attr_set(stmt->handle, STMT_ATTR_UPDATE_MAX_LENGTH, &on))
    {
        goto failed;
    }

    ngx_memzero(&step, sizeof(vz_db_step_t));
    step.op = VZ_DB_PREPARE;
    step.conn = conn;
    step.stmt = stmt->handle;
    step.text = sql->text;

    err = vz_db_step_run(&step);

    if (err == 0) {
        *made = stmt;
        return 0;
    }

failed:

    /*
     * a handle that was not prepared is freed without a packet to the server
     */

    if (stmt->handle) {
        (void) mysql_stmt_close(stmt->handle);
    }

    ngx_free(stmt);

    return err;
}


ngx_uint_t
vz_db_conn_trim(vz_db_conn_t *conn, ngx_uint_t most)
{
    ngx_uint_t     err;
    ngx_queue_t   *q;
    vz_db_step_t   step;
    vz_db_stmt_t  *stmt, **bucket;

    while (conn->nstmts > most) {

        if (conn->broken) {
            return VZ_DB_LOST;          /* the statements are closed with
                                           the connection */
        }

        q = ngx_queue_last(&conn->used_stmts);
        stmt = ngx_queue_data(q, vz_db_stmt_t, queue);

        for (bucket = vz_db_bucket(conn, stmt->sql);
             *bucket != stmt;
             bucket = &(*bucket)->next)
        {
            /* void */
        }

        *bucket = stmt->next;
        ngx_queue_remove(q);
        conn->nstmts--;

        ngx_memzero(&step, sizeof(vz_db_step_t));
        step.op = VZ_DB_CLOSE;
        step.conn = conn;
        step.stmt = stmt->handle;

        err = vz_db_step_run(&step);
        ngx_free(stmt);

        if (err) {
            return err;
        }
    }

    return 0;
}


ngx_uint_t
vz_db_conn_execute(vz_db_conn_t *conn, vz_db_stmt_t *stmt, ngx_pool_t *pool,
    const vz_bind_t *binds, ngx_uint_t nbinds)
{
    ngx_uint_t    err;
    vz_db_step_t  step;

    if (mysql_stmt_param_count(stmt->handle) != nbinds) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "vzpanel: statement \"%s\" takes %ul values, %ui given",
                      stmt->sql->name, mysql_stmt_param_count(stmt->handle),
                      nbinds);
        conn->words[0] = '\0';
        return 1210;                    /* ER_WRONG_ARGUMENTS */
    }

    if (vz_db_rows_bind(stmt->handle, pool, binds, nbinds) != NGX_OK) {
        return VZ_DB_NOMEM;
    }

    ngx_memzero(&step, sizeof(vz_db_step_t));
    step.op = VZ_DB_EXECUTE;
    step.conn = conn;
    step.stmt = stmt->handle;

    err = vz_db_step_run(&step);

    if (err || mysql_stmt_field_count(stmt->handle) == 0) {
        return err;
    }

    step.op = VZ_DB_STORE;

    return vz_db_step_run(&step);
}


void
vz_db_conn_done(vz_db_stmt_t *stmt)
{
    if (mysql_stmt_field_count(stmt->handle)) {
        (void) mysql_stmt_free_result(stmt->handle);
    }
}


void
vz_db_conn_keep(vz_db_conn_t *conn, vz_db_gone_pt gone)
{
    conn->gone = gone;
    conn->used = ngx_current_msec;
    conn->kept = 1;
    conn->c->idle = 1;
}


ngx_int_t
vz_db_conn_use(vz_db_conn_t *conn)
{
    conn->gone = NULL;
    conn->c->idle = 0;

    return vz_db_step_alive(conn);
}


void
vz_db_conn_close(vz_db_conn_t *conn)
{
    ngx_uint_t     i;
    ngx_socket_t   fd;
    vz_db_stmt_t  *stmt, *next;

    if (conn->my) {
        fd = mysql_get_socket(conn->my);

        /* COM_QUIT must not wait for a server that does not read */

        if (conn->gone == NULL && fd != MARIADB_INVALID_SOCKET) {
            (void) shutdown(fd, SHUT_RDWR);
        }

        vz_db_step_detach(conn);
        mysql_close(conn->my);
    }

    /* without their connection statements are closed without a packet */

    for (i = 0; i < VZ_DB_BUCKETS; i++) {
        for (stmt = conn->stmts[i]; stmt; stmt = next) {
            next = stmt->next;
            (void) mysql_stmt_close(stmt->handle);
            ngx_free(stmt);
        }
    }

    ngx_free(conn);
}


static vz_db_stmt_t **
vz_db_bucket(vz_db_conn_t *conn, const vz_sql_t *sql)
{
    return &conn->stmts[((uintptr_t) sql / sizeof(vz_sql_t)) % VZ_DB_BUCKETS];
}
