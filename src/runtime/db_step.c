/*
 * Operations of libmariadb.  The library owns the socket; we watch it with a
 * connection of nginx's that is marked shared, so that only the library closes
 * the descriptor.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include "runtime/db_step.h"


#define VZ_DB_IDLE    60000             /* ms that an unused connection is
                                           kept */
#define VZ_DB_UNWIND  16                /* calls until a failed operation
                                           has unwound */


static int vz_db_step_start(vz_db_step_t *step);
static int vz_db_step_cont(vz_db_step_t *step, int ready);
static ngx_uint_t vz_db_step_errno(vz_db_step_t *step);
static int vz_db_step_await(vz_db_conn_t *conn, int wait);
static void vz_db_step_break(vz_db_conn_t *conn);
static void vz_db_step_event(ngx_event_t *ev);


ngx_uint_t
vz_db_step_run(vz_db_step_t *step)
{
    int            wait, ready;
    ngx_uint_t     n;
    vz_db_conn_t  *conn;

    conn = step->conn;

    if (conn->broken) {
        return VZ_DB_LOST;
    }

    conn->deadline = ngx_current_msec + conn->timeout;

    wait = vz_db_step_start(step);

    for (n = 0; wait && n < VZ_DB_UNWIND; /* void */ ) {

        ready = vz_db_step_await(conn, wait);

        if (conn->broken) {
            n++;
        }

        wait = vz_db_step_cont(step, ready);
    }

    if (conn->broken) {
        ngx_cpystrn(conn->words, (u_char *) "no answer in time",
                    sizeof(conn->words));
        return VZ_DB_LOST;
    }

    return vz_db_step_errno(step);
}


static int
vz_db_step_start(vz_db_step_t *step)
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

    case VZ_DB_CLOSE:
        return mysql_stmt_close_start(&step->closed, step->stmt);

    default: /* VZ_DB_STORE */
        return mysql_stmt_store_result_start(&step->rc, step->stmt);
    }
}


static int
vz_db_step_cont(vz_db_step_t *step, int ready)
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

    case VZ_DB_CLOSE:
        return mysql_stmt_close_cont(&step->closed, step->stmt, ready);

    default: /* VZ_DB_STORE */
        return mysql_stmt_store_result_cont(&step->rc, step->stmt, ready);
    }
}


static ngx_uint_t
vz_db_step_errno(vz_db_step_t *step)
{
    ngx_uint_t   err;
    const char  *words;

    if (step->op == VZ_DB_CONNECT ? step->connected != NULL
                                  : step->rc == 0 && !step->closed)
    {
        return 0;
    }

    if (step->stmt && step->op != VZ_DB_CLOSE) {
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
vz_db_step_await(vz_db_conn_t *conn, int wait)
{
    ngx_int_t       rc;
    ngx_msec_int_t  left;

    if (conn->broken) {
        return MYSQL_WAIT_TIMEOUT;
    }

    left = (ngx_msec_int_t) (conn->deadline - ngx_current_msec);

    if (vz_db_step_attach(conn) != NGX_OK) {
        vz_db_step_break(conn);
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
    vz_db_step_break(conn);

    return MYSQL_WAIT_TIMEOUT;
}


static void
vz_db_step_break(vz_db_conn_t *conn)
{
    ngx_socket_t  fd;

    conn->broken = 1;

    fd = mysql_get_socket(conn->my);

    if (fd != MARIADB_INVALID_SOCKET) {
        (void) shutdown(fd, SHUT_RDWR);
    }
}


/* the descriptor may change while it connects: the next address */

ngx_int_t
vz_db_step_attach(vz_db_conn_t *conn)
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

        vz_db_step_detach(conn);
    }

    c = ngx_get_connection(fd, ngx_cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = conn;
    c->shared = 1;
    c->log_error = NGX_ERROR_ERR;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    c->read->handler = vz_db_step_event;
    c->write->handler = vz_db_step_event;
    c->read->log = c->log;
    c->write->log = c->log;

    if (ngx_add_conn(c) != NGX_OK) {
        ngx_close_connection(c);
        return NGX_ERROR;
    }

    conn->c = c;

    return NGX_OK;
}


void
vz_db_step_detach(vz_db_conn_t *conn)
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
vz_db_step_event(ngx_event_t *ev)
{
    int                ready;
    vz_db_conn_t      *conn;
    ngx_connection_t  *c;

    c = ev->data;
    conn = c->data;

    if (ev->timedout) {
        ev->timedout = 0;
        vz_db_step_timer(conn);
        return;
    }

    if (conn->gone) {
        if (c->close || vz_db_step_alive(conn) != NGX_OK) {
            conn->gone(conn);
        }

        return;
    }

    ready = ev->write ? MYSQL_WAIT_WRITE : MYSQL_WAIT_READ;

    if (c->close) {
        /* the worker has to leave */
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


void
vz_db_step_timer(vz_db_conn_t *conn)
{
    ngx_msec_t  idle;

    idle = conn->gone ? ngx_current_msec - conn->used : 0;

    if (idle >= VZ_DB_IDLE) {
        conn->gone(conn);
        return;
    }

    ngx_add_timer(conn->c->read, VZ_DB_IDLE - idle);
}


/* an idle server sends nothing: readable means closed */

ngx_int_t
vz_db_step_alive(vz_db_conn_t *conn)
{
    char     buf[1];
    ssize_t  n;

    /* the library leaves its socket in blocking mode */

    n = recv(conn->c->fd, buf, 1, MSG_PEEK|MSG_DONTWAIT);

    return n == -1 && ngx_socket_errno == NGX_EAGAIN ? NGX_OK : NGX_DECLINED;
}
