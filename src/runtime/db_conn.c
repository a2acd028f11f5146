/*
 * A connection to the database.  The library owns the socket; we watch it
 * with a connection of nginx's that is marked shared, so that only the
 * library closes the descriptor.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include "db_conn.h"


#define VZ_DB_IDLE      60000           /* ms an unused connection is kept */
#define VZ_DB_PASSWORD  256
#define VZ_DB_UNWIND    16              /* calls to let a failed one unwind */


typedef enum {
    VZ_DB_CONNECT = 0,
    VZ_DB_TEXT,
    VZ_DB_PREPARE,
    VZ_DB_EXECUTE,
    VZ_DB_STORE
} vz_db_op_e;

typedef struct {
    vz_db_op_e            op;
    vz_db_conn_t         *conn;
    MYSQL_STMT           *stmt;
    const char           *text;
    const vz_db_login_t  *login;
    const char           *password;

    int                   rc;           /* what the library returned */
    MYSQL                *connected;
} vz_db_step_t;


static ngx_int_t vz_db_conn_init(vz_db_conn_t *conn,
    const vz_db_login_t *login);
static ngx_uint_t vz_db_conn_login(vz_db_conn_t *conn,
    const vz_db_login_t *login);
static ngx_int_t vz_db_password(vz_db_conn_t *conn, const char *name,
    char *password, size_t size);
static ngx_uint_t vz_db_run(vz_db_step_t *step);
static int vz_db_start(vz_db_step_t *step);
static int vz_db_cont(vz_db_step_t *step, int ready);
static ngx_uint_t vz_db_errno(vz_db_step_t *step);
static int vz_db_await(vz_db_conn_t *conn, int wait);
static void vz_db_break(vz_db_conn_t *conn);
static ngx_int_t vz_db_attach(vz_db_conn_t *conn);
static void vz_db_detach(vz_db_conn_t *conn);
static void vz_db_event(ngx_event_t *ev);
static void vz_db_timer(vz_db_conn_t *conn);
static ngx_int_t vz_db_alive(vz_db_conn_t *conn);
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
    ngx_add_timer(conn->c->read, VZ_DB_IDLE);

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

    return NGX_OK;
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

    err = vz_db_run(&step);

    ngx_explicit_memzero(password, sizeof(password));

    if (err) {
        return err;
    }

    /* on a unix socket nothing may have had to wait */

    return vz_db_attach(conn) == NGX_OK ? 0 : VZ_DB_LOST;
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
        /* said once for an outage by who wants the connection */
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

    return vz_db_run(&step);
}


ngx_uint_t
vz_db_conn_prepare(vz_db_conn_t *conn, const vz_sql_t *sql,
    vz_db_stmt_t **found)
{
    my_bool         on;
    ngx_uint_t      err;
    vz_db_step_t    step;
    vz_db_stmt_t   *stmt, **bucket;

    bucket = vz_db_bucket(conn, sql);

    for (stmt = *bucket; stmt; stmt = stmt->next) {
        if (stmt->sql == sql) {
            *found = stmt;
            return 0;
        }
    }

    stmt = ngx_calloc(sizeof(vz_db_stmt_t), ngx_cycle->log);
    if (stmt == NULL) {
        return VZ_DB_NOMEM;
    }

    stmt->sql = sql;
    stmt->handle = mysql_stmt_init(conn->my);
    on = 1;

    if (stmt->handle == NULL
        || mysql_stmt_attr_set(stmt->handle, STMT_ATTR_UPDATE_MAX_LENGTH, &on))
    {
        err = VZ_DB_NOMEM;
        goto failed;
    }

    ngx_memzero(&step, sizeof(vz_db_step_t));
    step.op = VZ_DB_PREPARE;
    step.conn = conn;
    step.stmt = stmt->handle;
    step.text = sql->text;

    err = vz_db_run(&step);

    if (err) {
        goto failed;
    }

    stmt->next = *bucket;
    *bucket = stmt;
    *found = stmt;

    return 0;

failed:

    /* what was not prepared is freed without a word to the server */

    if (stmt->handle) {
        (void) mysql_stmt_close(stmt->handle);
    }

    ngx_free(stmt);

    return err;
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

    err = vz_db_run(&step);

    if (err || mysql_stmt_field_count(stmt->handle) == 0) {
        return err;
    }

    step.op = VZ_DB_STORE;

    return vz_db_run(&step);
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

    return vz_db_alive(conn);
}


void
vz_db_conn_close(vz_db_conn_t *conn)
{
    ngx_uint_t     i;
    ngx_socket_t   fd;
    vz_db_stmt_t  *stmt, *next;

    if (conn->my) {
        fd = mysql_get_socket(conn->my);

        /* a goodbye must not wait for a server that does not read */

        if (conn->gone == NULL && fd != MARIADB_INVALID_SOCKET) {
            (void) shutdown(fd, SHUT_RDWR);
        }

        vz_db_detach(conn);
        mysql_close(conn->my);
    }

    /* without their connection statements are closed without a word */

    for (i = 0; i < VZ_DB_BUCKETS; i++) {
        for (stmt = conn->stmts[i]; stmt; stmt = next) {
            next = stmt->next;
            (void) mysql_stmt_close(stmt->handle);
            ngx_free(stmt);
        }
    }

    ngx_free(conn);
}


/* one operation of the library from its start to its end */

static ngx_uint_t
vz_db_run(vz_db_step_t *step)
{
    int            wait, ready;
    ngx_uint_t     n;
    vz_db_conn_t  *conn;

    conn = step->conn;

    if (conn->broken) {
        return VZ_DB_LOST;
    }

    conn->deadline = ngx_current_msec + conn->timeout;

    wait = vz_db_start(step);

    for (n = 0; wait && n < VZ_DB_UNWIND; /* void */ ) {

        ready = vz_db_await(conn, wait);

        if (conn->broken) {
            n++;
        }

        wait = vz_db_cont(step, ready);
    }

    if (conn->broken) {
        ngx_cpystrn(conn->words, (u_char *) "no answer in time",
                    sizeof(conn->words));
        return VZ_DB_LOST;
    }

    return vz_db_errno(step);
}


static int
vz_db_start(vz_db_step_t *step)
{
    MYSQL                *my;
    const vz_db_login_t  *login;

    my = step->conn->my;
    login = step->login;

    switch (step->op) {

    case VZ_DB_CONNECT:
        return mysql_real_connect_start(&step->connected, my, login->host,
                                        login->user, step->password,
                                        login->name, login->port,
                                        login->socket, 0);

    case VZ_DB_TEXT:
        return mysql_real_query_start(&step->rc, my, step->text,
                                      ngx_strlen(step->text));

    case VZ_DB_PREPARE:
        return mysql_stmt_prepare_start(&step->rc, step->stmt, step->text,
                                        ngx_strlen(step->text));

    case VZ_DB_EXECUTE:
        return mysql_stmt_execute_start(&step->rc, step->stmt);

    default: /* VZ_DB_STORE */
        return mysql_stmt_store_result_start(&step->rc, step->stmt);
    }
}


static int
vz_db_cont(vz_db_step_t *step, int ready)
{
    MYSQL  *my;

    my = step->conn->my;

    switch (step->op) {

    case VZ_DB_CONNECT:
        return mysql_real_connect_cont(&step->connected, my, ready);

    case VZ_DB_TEXT:
        return mysql_real_query_cont(&step->rc, my, ready);

    case VZ_DB_PREPARE:
        return mysql_stmt_prepare_cont(&step->rc, step->stmt, ready);

    case VZ_DB_EXECUTE:
        return mysql_stmt_execute_cont(&step->rc, step->stmt, ready);

    default: /* VZ_DB_STORE */
        return mysql_stmt_store_result_cont(&step->rc, step->stmt, ready);
    }
}


static ngx_uint_t
vz_db_errno(vz_db_step_t *step)
{
    ngx_uint_t   err;
    const char  *words;

    if (step->op == VZ_DB_CONNECT ? step->connected != NULL : step->rc == 0) {
        return 0;
    }

    if (step->stmt) {
        err = mysql_stmt_errno(step->stmt);
        words = mysql_stmt_error(step->stmt);

    } else {
        err = mysql_errno(step->conn->my);
        words = mysql_error(step->conn->my);
    }

    ngx_cpystrn(step->conn->words, (u_char *) words,
                sizeof(step->conn->words));

    return err ? err : VZ_DB_LOST;
}


/* wait for the socket; after a deadline the library is told of a timeout */

static int
vz_db_await(vz_db_conn_t *conn, int wait)
{
    ngx_int_t       rc;
    ngx_msec_int_t  left;

    if (conn->broken) {
        return MYSQL_WAIT_TIMEOUT;
    }

    left = (ngx_msec_int_t) (conn->deadline - ngx_current_msec);

    if (vz_db_attach(conn) != NGX_OK) {
        vz_db_break(conn);
        return MYSQL_WAIT_TIMEOUT;
    }

    conn->wait = wait;
    conn->ready = 0;
    conn->fiber = vz_fiber_self();

    rc = left > 0 ? vz_fiber_wait(left) : NGX_DECLINED;

    conn->fiber = NULL;

    if (rc == NGX_OK && !conn->broken) {
        return conn->ready;
    }

    conn->timedout = (rc != NGX_OK);
    vz_db_break(conn);

    return MYSQL_WAIT_TIMEOUT;
}


static void
vz_db_break(vz_db_conn_t *conn)
{
    ngx_socket_t  fd;

    conn->broken = 1;

    fd = mysql_get_socket(conn->my);

    if (fd != MARIADB_INVALID_SOCKET) {
        (void) shutdown(fd, SHUT_RDWR);
    }
}


/* the descriptor may change while it connects: the next address */

static ngx_int_t
vz_db_attach(vz_db_conn_t *conn)
{
    ngx_socket_t       fd;
    ngx_connection_t  *c;

    fd = mysql_get_socket(conn->my);

    if (fd == MARIADB_INVALID_SOCKET) {
        return NGX_ERROR;
    }

    if (conn->c) {
        if (conn->c->fd == fd) {
            return NGX_OK;
        }

        vz_db_detach(conn);
    }

    c = ngx_get_connection(fd, ngx_cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = conn;
    c->shared = 1;
    c->log_error = NGX_ERROR_ERR;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    c->read->handler = vz_db_event;
    c->write->handler = vz_db_event;
    c->read->log = c->log;
    c->write->log = c->log;

    if (ngx_add_conn(c) != NGX_OK) {
        ngx_close_connection(c);
        return NGX_ERROR;
    }

    conn->c = c;

    return NGX_OK;
}


static void
vz_db_detach(vz_db_conn_t *conn)
{
    ngx_connection_t  *c;

    c = conn->c;

    if (c == NULL) {
        return;
    }

    conn->c = NULL;

    ngx_del_conn(c, NGX_CLOSE_EVENT);
    ngx_close_connection(c);
}


static void
vz_db_event(ngx_event_t *ev)
{
    int                ready;
    vz_db_conn_t      *conn;
    ngx_connection_t  *c;

    c = ev->data;
    conn = c->data;

    if (ev->timedout) {
        ev->timedout = 0;
        vz_db_timer(conn);
        return;
    }

    if (conn->gone) {
        if (c->close || vz_db_alive(conn) != NGX_OK) {
            conn->gone(conn);
        }

        return;
    }

    ready = ev->write ? MYSQL_WAIT_WRITE : MYSQL_WAIT_READ;

    if (c->close) {
        /* the worker's time to leave is up */
        conn->broken = 1;
        ready = conn->wait;
    }

    if (conn->fiber == NULL) {
        return;
    }

    conn->ready |= ready & conn->wait;

    if (conn->ready) {
        vz_fiber_wake(conn->fiber);
        conn->fiber = NULL;
    }
}


static void
vz_db_timer(vz_db_conn_t *conn)
{
    ngx_msec_t  idle;

    idle = conn->gone ? ngx_current_msec - conn->used : 0;

    if (idle >= VZ_DB_IDLE) {
        conn->gone(conn);
        return;
    }

    ngx_add_timer(conn->c->read, VZ_DB_IDLE - idle);
}


/* an idle server says nothing: what can be read is its end */

static ngx_int_t
vz_db_alive(vz_db_conn_t *conn)
{
    char     buf[1];
    ssize_t  n;

    /* the library leaves its socket blocking */

    n = recv(conn->c->fd, buf, 1, MSG_PEEK|MSG_DONTWAIT);

    return n == -1 && ngx_socket_errno == NGX_EAGAIN ? NGX_OK : NGX_DECLINED;
}


static vz_db_stmt_t **
vz_db_bucket(vz_db_conn_t *conn, const vz_sql_t *sql)
{
    return &conn->stmts[((uintptr_t) sql / sizeof(vz_sql_t)) % VZ_DB_BUCKETS];
}
