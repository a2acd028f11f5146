/*
 * libcurl's multi interface on nginx's events, and bytes over what it
 * connected.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include "runtime/smtp_conn.h"


#define VZ_SMTP_LINES  64           /* of one reply */


static vz_code_e vz_smtp_conn_line(vz_smtp_conn_t *conn, ngx_uint_t *last);
static void vz_smtp_conn_note(vz_smtp_conn_t *conn, const char *line,
    size_t len);
static vz_code_e vz_smtp_conn_wait(vz_smtp_conn_t *conn, ngx_event_t *ev,
    ngx_int_t event);
static ngx_int_t vz_smtp_conn_sleep(vz_smtp_conn_t *conn);
static void vz_smtp_conn_wake(vz_smtp_conn_t *conn);
static ngx_connection_t *vz_smtp_conn_watch(vz_smtp_conn_t *conn,
    curl_socket_t fd, ngx_event_handler_pt handler);
static void vz_smtp_conn_unwatch(ngx_connection_t *c);
static ngx_int_t vz_smtp_conn_want(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t want);
static int vz_smtp_conn_socket_callback(CURL *easy, curl_socket_t fd, int what,
    void *data, void *watched);
static int vz_smtp_conn_timer_callback(CURLM *multi, long msec, void *data);
static size_t vz_smtp_conn_header_callback(char *line, size_t size, size_t n,
    void *data);
static size_t vz_smtp_conn_body_callback(char *p, size_t size, size_t n,
    void *data);
static void vz_smtp_conn_socket_event(ngx_event_t *ev);
static void vz_smtp_conn_timer_event(ngx_event_t *ev);
static void vz_smtp_conn_check(vz_smtp_conn_t *conn);
static void vz_smtp_conn_wire_event(ngx_event_t *ev);


/* what nginx's debug log reads a descriptor's number from */
static ngx_connection_t  vz_smtp_conn_ident = { .fd = (ngx_socket_t) -1 };


vz_code_e
vz_smtp_conn_init(vz_smtp_conn_t *conn)
{
    conn->timer.data = &vz_smtp_conn_ident;
    conn->timer.handler = vz_smtp_conn_timer_event;
    conn->timer.log = ngx_cycle->log;
    conn->timer.cancelable = 1;

    conn->multi = curl_multi_init();
    conn->easy = curl_easy_init();

    if (conn->multi == NULL || conn->easy == NULL
        || curl_multi_setopt(conn->multi, CURLMOPT_SOCKETFUNCTION,
                             vz_smtp_conn_socket_callback)
        || curl_multi_setopt(conn->multi, CURLMOPT_SOCKETDATA, conn)
        || curl_multi_setopt(conn->multi, CURLMOPT_TIMERFUNCTION,
                             vz_smtp_conn_timer_callback)
        || curl_multi_setopt(conn->multi, CURLMOPT_TIMERDATA, conn)
        || curl_easy_setopt(conn->easy, CURLOPT_ERRORBUFFER, conn->error)
        || curl_easy_setopt(conn->easy, CURLOPT_HEADERFUNCTION,
                            vz_smtp_conn_header_callback)
        || curl_easy_setopt(conn->easy, CURLOPT_HEADERDATA, conn)
        || curl_easy_setopt(conn->easy, CURLOPT_WRITEFUNCTION,
                            vz_smtp_conn_body_callback)
        || curl_easy_setopt(conn->easy, CURLOPT_CONNECT_ONLY, 1L)
        || curl_easy_setopt(conn->easy, CURLOPT_NOSIGNAL, 1L)
        || curl_easy_setopt(conn->easy, CURLOPT_QUICK_EXIT, 1L))
    {
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


/* a handle that is removed while it is connected sends no QUIT */

void
vz_smtp_conn_close(vz_smtp_conn_t *conn)
{
    if (conn->wire) {
        vz_smtp_conn_unwatch(conn->wire);
        conn->wire = NULL;
    }

    if (conn->multi && conn->easy) {
        (void) curl_multi_remove_handle(conn->multi, conn->easy);
    }

    if (conn->easy) {
        curl_easy_cleanup(conn->easy);
    }

    if (conn->multi) {
        (void) curl_multi_cleanup(conn->multi);
    }

    if (conn->timer.timer_set) {
        ngx_del_timer(&conn->timer);
    }

    OPENSSL_cleanse(conn->buf, sizeof(conn->buf));
}


vz_code_e
vz_smtp_conn_connect(vz_smtp_conn_t *conn)
{
    curl_socket_t  fd;

    (void) snprintf(conn->words, VZ_WORDS_MAX,
                    "the mail server did not answer in time");

    if (curl_multi_add_handle(conn->multi, conn->easy) != CURLM_OK) {
        return VZ_INTERNAL;
    }

    while (!conn->done) {
        if (vz_smtp_conn_sleep(conn) != NGX_OK) {
            return VZ_DOWN;
        }
    }

    if (conn->result != CURLE_OK) {
        if (conn->reply < 400) {
            (void) snprintf(conn->words, VZ_WORDS_MAX, "%.190s",
                            conn->error[0] ? conn->error
                                           : curl_easy_strerror(conn->result));
        }

        return VZ_DOWN;
    }

    if (curl_easy_getinfo(conn->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK
        || fd == CURL_SOCKET_BAD)
    {
        return VZ_DOWN;
    }

    conn->wire = vz_smtp_conn_watch(conn, fd, vz_smtp_conn_wire_event);

    return conn->wire ? VZ_OK : VZ_INTERNAL;
}


vz_code_e
vz_smtp_conn_write(vz_smtp_conn_t *conn, const char *p, size_t len)
{
    size_t     n;
    CURLcode   rc;
    vz_code_e  code;

    while (len > 0) {
        n = 0;
        rc = curl_easy_send(conn->easy, p, len, &n);

        if (rc == CURLE_OK && n > 0) {
            p += n;
            len -= n;
            continue;
        }

        if (rc != CURLE_OK && rc != CURLE_AGAIN) {
            return VZ_DOWN;
        }

        code = vz_smtp_conn_wait(conn, conn->wire->write, NGX_WRITE_EVENT);
        if (code != VZ_OK) {
            return code;
        }
    }

    return VZ_OK;
}


/* a whole reply; its last line is kept in words */

vz_code_e
vz_smtp_conn_read(vz_smtp_conn_t *conn)
{
    size_t      n;
    CURLcode    rc;
    vz_code_e   code;
    ngx_uint_t  last, lines;

    lines = 0;

    for ( ;; ) {
        code = vz_smtp_conn_line(conn, &last);

        if (code == VZ_OK) {
            if (last) {
                return VZ_OK;
            }

            if (++lines > VZ_SMTP_LINES) {
                return VZ_SYNTAX;
            }

            continue;
        }

        if (code != VZ_AGAIN) {
            return code;
        }

        n = 0;
        rc = curl_easy_recv(conn->easy, conn->buf + conn->have,
                            sizeof(conn->buf) - conn->have, &n);

        if (rc == CURLE_OK && n > 0) {
            conn->have += n;
            continue;
        }

        if (rc != CURLE_AGAIN) {
            return VZ_DOWN;
        }

        code = vz_smtp_conn_wait(conn, conn->wire->read, NGX_READ_EVENT);
        if (code != VZ_OK) {
            return code;
        }
    }
}


/* RFC 5321, 4.2.1: three digits, and a hyphen on all lines but the last */

static vz_code_e
vz_smtp_conn_line(vz_smtp_conn_t *conn, ngx_uint_t *last)
{
    char    *lf;
    size_t   len;

    lf = memchr(conn->buf, '\n', conn->have);

    if (lf == NULL) {
        return conn->have < sizeof(conn->buf) ? VZ_AGAIN : VZ_SYNTAX;
    }

    len = lf - conn->buf;
    conn->reply = 0;
    vz_smtp_conn_note(conn, conn->buf, len);
    *last = (len < 4 || conn->buf[3] != '-');

    conn->have -= len + 1;
    ngx_memmove(conn->buf, lf + 1, conn->have);

    return conn->reply ? VZ_OK : VZ_SYNTAX;
}


static void
vz_smtp_conn_note(vz_smtp_conn_t *conn, const char *line, size_t len)
{
    ngx_int_t  reply;

    if (len < 3) {
        return;
    }

    reply = ngx_atoi((u_char *) line, 3);

    if (reply < 200 || reply > 599) {
        return;
    }

    conn->reply = reply;
    (void) snprintf(conn->words, VZ_WORDS_MAX, "%.*s", (int) len, line);
}


static vz_code_e
vz_smtp_conn_wait(vz_smtp_conn_t *conn, ngx_event_t *ev, ngx_int_t event)
{
    ngx_int_t  rc;

    if (vz_smtp_conn_want(ev, event, 1) != NGX_OK) {
        return VZ_DOWN;
    }

    rc = vz_smtp_conn_sleep(conn);

    if (vz_smtp_conn_want(ev, event, 0) != NGX_OK || conn->aborted) {
        return VZ_DOWN;
    }

    return rc == NGX_OK ? VZ_OK : VZ_TIMEOUT;
}


static ngx_int_t
vz_smtp_conn_sleep(vz_smtp_conn_t *conn)
{
    ngx_int_t       rc;
    ngx_msec_int_t  left;

    left = (ngx_msec_int_t) (conn->deadline - ngx_current_msec);

    if (left <= 0 || conn->aborted) {
        return NGX_DECLINED;
    }

    conn->fiber = vz_fiber_self();
    rc = vz_fiber_wait(left);
    conn->fiber = NULL;

    return rc;
}


static void
vz_smtp_conn_wake(vz_smtp_conn_t *conn)
{
    vz_fiber_t  *fiber;

    fiber = conn->fiber;

    if (fiber) {
        conn->fiber = NULL;
        vz_fiber_wake(fiber);
    }
}


/* libcurl owns the descriptor, and wants level-triggered events */

static ngx_connection_t *
vz_smtp_conn_watch(vz_smtp_conn_t *conn, curl_socket_t fd,
    ngx_event_handler_pt handler)
{
    ngx_connection_t  *c;

    c = ngx_get_connection(fd, ngx_cycle->log);
    if (c == NULL) {
        return NULL;
    }

    c->shared = 1;
    c->data = conn;
    c->log_error = NGX_ERROR_INFO;
    c->read->handler = handler;
    c->write->handler = handler;
    c->read->log = ngx_cycle->log;
    c->write->log = ngx_cycle->log;

    return c;
}


static void
vz_smtp_conn_unwatch(ngx_connection_t *c)
{
    (void) vz_smtp_conn_want(c->read, NGX_READ_EVENT, 0);
    (void) vz_smtp_conn_want(c->write, NGX_WRITE_EVENT, 0);

    ngx_close_connection(c);
}


static ngx_int_t
vz_smtp_conn_want(ngx_event_t *ev, ngx_int_t event, ngx_uint_t want)
{
    if (want && !ev->active) {
        return ngx_add_event(ev, event, NGX_LEVEL_EVENT);
    }

    if (!want && ev->active) {
        return ngx_del_event(ev, event, 0);
    }

    return NGX_OK;
}


static int
vz_smtp_conn_socket_callback(CURL *easy, curl_socket_t fd, int what,
    void *data, void *watched)
{
    ngx_uint_t         in, out;
    vz_smtp_conn_t    *conn;
    ngx_connection_t  *c;

    conn = data;
    c = watched;

    if (what == CURL_POLL_REMOVE) {
        if (c) {
            (void) curl_multi_assign(conn->multi, fd, NULL);
            vz_smtp_conn_unwatch(c);
        }

        return 0;
    }

    if (c == NULL) {
        c = vz_smtp_conn_watch(conn, fd, vz_smtp_conn_socket_event);
        if (c == NULL) {
            return -1;
        }

        (void) curl_multi_assign(conn->multi, fd, c);
    }

    in = (what & CURL_POLL_IN) != 0;
    out = (what & CURL_POLL_OUT) != 0;

    if (vz_smtp_conn_want(c->read, NGX_READ_EVENT, in) != NGX_OK
        || vz_smtp_conn_want(c->write, NGX_WRITE_EVENT, out) != NGX_OK)
    {
        return -1;
    }

    return 0;
}


static int
vz_smtp_conn_timer_callback(CURLM *multi, long msec, void *data)
{
    vz_smtp_conn_t  *conn;

    conn = data;

    if (conn->timer.timer_set) {
        ngx_del_timer(&conn->timer);
    }

    if (msec >= 0) {
        ngx_add_timer(&conn->timer, (ngx_msec_t) msec);
    }

    return 0;
}


/* replies while libcurl connects */

static size_t
vz_smtp_conn_header_callback(char *line, size_t size, size_t n, void *data)
{
    size_t  len;

    len = size * n;

    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r')) {
        len--;
    }

    vz_smtp_conn_note(data, line, len);

    return size * n;
}


static size_t
vz_smtp_conn_body_callback(char *p, size_t size, size_t n, void *data)
{
    return size * n;
}


static void
vz_smtp_conn_socket_event(ngx_event_t *ev)
{
    int                running;
    vz_smtp_conn_t    *conn;
    ngx_connection_t  *c;

    c = ev->data;
    conn = c->data;

    if (c->close) {
        vz_smtp_conn_wire_event(ev);
        return;
    }

    /* c may be gone after this */

    (void) curl_multi_socket_action(conn->multi, c->fd,
                                    ev->write ? CURL_CSELECT_OUT
                                              : CURL_CSELECT_IN,
                                    &running);
    vz_smtp_conn_check(conn);
}


static void
vz_smtp_conn_timer_event(ngx_event_t *ev)
{
    int             running;
    vz_smtp_conn_t  *conn;

    conn = (vz_smtp_conn_t *)
               ((u_char *) ev - offsetof(vz_smtp_conn_t, timer));

    (void) curl_multi_socket_action(conn->multi, CURL_SOCKET_TIMEOUT, 0,
                                    &running);
    vz_smtp_conn_check(conn);
}


static void
vz_smtp_conn_check(vz_smtp_conn_t *conn)
{
    int       left;
    CURLMsg  *message;

    while ((message = curl_multi_info_read(conn->multi, &left)) != NULL) {

        if (message->msg == CURLMSG_DONE) {
            conn->result = message->data.result;
            conn->done = 1;
            vz_smtp_conn_wake(conn);
        }
    }
}


static void
vz_smtp_conn_wire_event(ngx_event_t *ev)
{
    vz_smtp_conn_t    *conn;
    ngx_connection_t  *c;

    c = ev->data;
    conn = c->data;

    if (c->close) {
        conn->aborted = 1;
    }

    vz_smtp_conn_wake(conn);
}
