/*
 * A connection to a virtual-server on nginx's events.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_event_connect.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include "runtime/relay_conn.h"


/* bytes of a body's line over its base64: its word, GCM's tag, its MAC, LF */
#define VZ_RELAY_CONN_BODY  (16 + 24 + VZ_SEAL_LEN + 2)

#define VZ_RELAY_CONN_LATE  100     /* ms for what may lie there already */


static vz_code_e vz_relay_conn_connect(vz_relay_conn_t *conn,
    ngx_msec_t deadline);
static vz_code_e vz_relay_conn_handshake(vz_relay_conn_t *conn,
    ngx_msec_t deadline, char *words);
static vz_code_e vz_relay_conn_greeting(vz_relay_conn_t *conn,
    ngx_msec_t deadline, char *nonce, char *words);
static vz_code_e vz_relay_conn_prove(vz_relay_conn_t *conn,
    ngx_msec_t deadline, const vz_key_t *key, const vz_nonces_t *nonces,
    char *words);
static vz_code_e vz_relay_conn_said(const vz_reply_t *reply, char *words);
static vz_code_e vz_relay_conn_lost(vz_code_e code, const char *what,
    char *words);
static vz_code_e vz_relay_conn_send(vz_relay_conn_t *conn, const char *buf,
    size_t len, ngx_msec_t deadline, size_t *sent);
static vz_code_e vz_relay_conn_line(vz_relay_conn_t *conn,
    ngx_msec_t deadline, char **line, size_t *len);
static vz_code_e vz_relay_conn_wait(vz_relay_conn_t *conn,
    ngx_msec_t deadline);
static ngx_int_t vz_relay_conn_error(vz_relay_conn_t *conn);
static ngx_int_t vz_relay_conn_quiet(vz_relay_conn_t *conn);
static void vz_relay_conn_event(ngx_event_t *ev);
static void vz_relay_conn_idle(ngx_event_t *ev);
static void vz_relay_conn_ignore(ngx_event_t *ev);


static ngx_uint_t  vz_relay_conn_over;  /* worker_shutdown_timeout is */


vz_code_e
vz_relay_conn_open(vz_node_t *node, ngx_msec_t deadline,
    vz_relay_conn_t **out, char *words)
{
    vz_code_e         code;
    vz_relay_conn_t  *conn;

    words[0] = '\0';

    if (vz_relay_conn_over) {
        (void) snprintf(words, VZ_WORDS_MAX, "this worker leaves");
        return VZ_DOWN;
    }

    conn = ngx_calloc(sizeof(vz_relay_conn_t), ngx_cycle->log);
    if (conn == NULL) {
        return VZ_INTERNAL;
    }

    conn->node = node;
    vz_frame_init(&conn->frame, VZ_REPLY_MAX);

    code = vz_relay_conn_connect(conn, deadline);

    if (code == VZ_OK) {
        code = vz_relay_conn_handshake(conn, deadline, words);

    } else {
        (void) snprintf(words, VZ_WORDS_MAX, "no connection to %.*s",
                        (int) node->addr.name.len, node->addr.name.data);
    }

    if (code != VZ_OK) {
        vz_relay_conn_close(conn);
        return code;
    }

    *out = conn;

    return VZ_OK;
}


static vz_code_e
vz_relay_conn_connect(vz_relay_conn_t *conn, ngx_msec_t deadline)
{
    ngx_int_t               rc;
    vz_code_e               code;
    ngx_connection_t       *c;
    ngx_peer_connection_t   peer;

    ngx_memzero(&peer, sizeof(ngx_peer_connection_t));

    peer.sockaddr = conn->node->addr.sockaddr;
    peer.socklen = conn->node->addr.socklen;
    peer.name = &conn->node->addr.name;
    peer.get = ngx_event_get_peer;
    peer.log = ngx_cycle->log;
    peer.log_error = NGX_ERROR_INFO;

    rc = ngx_event_connect_peer(&peer);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        return VZ_DOWN;
    }

    c = peer.connection;
    c->data = conn;
    c->read->handler = vz_relay_conn_event;
    c->write->handler = vz_relay_conn_event;
    conn->connection = c;

    while (!c->write->ready) {
        code = vz_relay_conn_wait(conn, deadline);
        if (code != VZ_OK) {
            return VZ_DOWN;
        }
    }

    if (vz_relay_conn_error(conn) != NGX_OK) {
        return VZ_DOWN;
    }

    /* a key that follows what was shown of the last one waits for no ACK */

    if (peer.sockaddr->sa_family != AF_UNIX) {
        (void) ngx_tcp_nodelay(c);
    }

    return VZ_OK;
}


static vz_code_e
vz_relay_conn_handshake(vz_relay_conn_t *conn, ngx_msec_t deadline,
    char *words)
{
    vz_key_t     key;
    vz_code_e    code;
    vz_nonces_t  nonces;

    code = vz_relay_conn_greeting(conn, deadline, nonces.server, words);

    if (code != VZ_OK) {
        return code;
    }

    /* read each time, so that a key may be changed under a running worker */

    code = vz_handshake_key_read((char *) conn->node->key_file.data, &key);

    if (code != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "the key file can't be used: %s",
                        code == VZ_RANGE ? "wrong length"
                                         : strerror(ngx_errno));
        return VZ_DENIED;
    }

    code = vz_handshake_nonce(nonces.client);

    if (code == VZ_OK) {
        code = vz_relay_conn_prove(conn, deadline, &key, &nonces, words);
    }

    if (code == VZ_OK) {
        code = vz_seal_init(&conn->seal, &key, &nonces);
    }

    OPENSSL_cleanse(&key, sizeof(vz_key_t));

    return code;
}


static vz_code_e
vz_relay_conn_greeting(vz_relay_conn_t *conn, ngx_msec_t deadline,
    char *nonce, char *words)
{
    char        *line;
    size_t       len;
    unsigned     version;
    vz_code_e    code;
    vz_reply_t   reply;

    code = vz_relay_conn_line(conn, deadline, &line, &len);
    if (code != VZ_OK) {
        return vz_relay_conn_lost(code, "the greeting", words);
    }

    if (vz_reply_parse(line, len, &reply) == VZ_OK
        && reply.kind == VZ_REPLY_ERR)
    {
        return vz_relay_conn_said(&reply, words);
    }

    code = vz_handshake_greeting_parse(line, len, nonce, &version);

    if (code == VZ_UNSUPPORTED) {
        (void) snprintf(words, VZ_WORDS_MAX, "the virtual-server speaks "
                        "version %u of the protocol, this panel version %d",
                        version, VZ_PROTOCOL);
        return VZ_DOWN;
    }

    if (code != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX,
                        "what answers there is no virtual-server");
        return VZ_DOWN;
    }

    return VZ_OK;
}


static vz_code_e
vz_relay_conn_prove(vz_relay_conn_t *conn, ngx_msec_t deadline,
    const vz_key_t *key, const vz_nonces_t *nonces, char *words)
{
    char         buf[VZ_HEX_LEN * 3], *line;
    size_t       len, sent;
    vz_code_e    code;
    vz_reply_t   reply;

    len = vz_handshake_auth_print(buf, sizeof(buf) - 1, key, nonces);

    if (len == 0) {
        return VZ_INTERNAL;
    }

    buf[len++] = '\n';

    code = vz_relay_conn_send(conn, buf, len, deadline, &sent);
    if (code == VZ_OK) {
        code = vz_relay_conn_line(conn, deadline, &line, &len);
    }

    if (code == VZ_OK) {
        code = vz_reply_parse(line, len, &reply);
    }

    if (code != VZ_OK) {
        return vz_relay_conn_lost(code, "the handshake", words);
    }

    if (reply.kind != VZ_REPLY_OK) {
        return vz_relay_conn_said(&reply, words);
    }

    if (vz_handshake_accept_check(reply.text, reply.len, key,
                                  nonces) != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "what answers there does not "
                        "know the key, and is told nothing");
        return VZ_DENIED;
    }

    return VZ_OK;
}


/*
 * An answer where none should be, or one that says no.  It is not proved to be
 * the daemon's, so no code of a verb may come of it.
 */

static vz_code_e
vz_relay_conn_said(const vz_reply_t *reply, char *words)
{
    (void) snprintf(words, VZ_WORDS_MAX, "%.*s", (int) reply->len,
                    reply->text);

    return reply->kind == VZ_REPLY_ERR && reply->code == VZ_DENIED
           ? VZ_DENIED : VZ_DOWN;
}


static vz_code_e
vz_relay_conn_lost(vz_code_e code, const char *what, char *words)
{
    const char  *how;

    switch (code) {

    case VZ_TIMEOUT:
        how = "did not come in time";
        break;

    case VZ_SYNTAX:
        how = "was garbage";
        break;

    default:
        how = "was cut off";
    }

    (void) snprintf(words, VZ_WORDS_MAX, "%s %s", what, how);

    return VZ_DOWN;
}


void
vz_relay_conn_close(vz_relay_conn_t *conn)
{
    if (conn->connection) {
        ngx_close_connection(conn->connection);
    }

    vz_seal_free(&conn->seal);
    ngx_free(conn);
}


vz_code_e
vz_relay_conn_ask(vz_relay_conn_t *conn, const vz_verb_t *def,
    const char *line, size_t len, const ngx_str_t *body, ngx_uint_t nbody,
    ngx_msec_t deadline, size_t *sent)
{
    char        *buf;
    size_t       size, n, more;
    vz_code_e    code;
    ngx_uint_t   i;

    *sent = 0;
    size = len + VZ_LINE_MAX;

    for (i = 0; i < nbody; i++) {
        size += ngx_base64_encoded_length(body[i].len) + VZ_RELAY_CONN_BODY;
    }

    buf = ngx_alloc(size, ngx_cycle->log);
    if (buf == NULL) {
        return VZ_DOWN;
    }

    /* all lines at once: the daemon reads the body in any case */

    ngx_memcpy(buf, line, len);
    n = vz_seal_line(&conn->seal, buf, len);
    more = n;

    for (i = 0; i < nbody && more; i++) {
        more = vz_seal_body(&conn->seal, buf + n, def, body[i].data,
                            body[i].len);
        n += more;
    }

    code = more ? vz_relay_conn_send(conn, buf, n, deadline, sent) : VZ_DOWN;

    ngx_free(buf);

    return code;
}


vz_code_e
vz_relay_conn_answer(vz_relay_conn_t *conn, ngx_msec_t deadline, char **line,
    size_t *len)
{
    vz_code_e  code;

    code = vz_relay_conn_line(conn, deadline, line, len);

    return code == VZ_OK ? vz_seal_open_answer(&conn->seal, *line, len)
                         : code;
}


static vz_code_e
vz_relay_conn_send(vz_relay_conn_t *conn, const char *buf, size_t len,
    ngx_msec_t deadline, size_t *sent)
{
    ssize_t            n;
    vz_code_e          code;
    ngx_connection_t  *c;

    c = conn->connection;
    *sent = 0;

    while (*sent < len) {
        n = c->send(c, (u_char *) buf + *sent, len - *sent);

        if (n > 0) {
            *sent += n;
            continue;
        }

        if (n != NGX_AGAIN || ngx_handle_write_event(c->write, 0) != NGX_OK) {
            return VZ_DOWN;
        }

        code = vz_relay_conn_wait(conn, deadline);
        if (code != VZ_OK) {
            return code;
        }
    }

    return VZ_OK;
}


static vz_code_e
vz_relay_conn_line(vz_relay_conn_t *conn, ngx_msec_t deadline, char **line,
    size_t *len)
{
    char              *where;
    size_t             room;
    ssize_t            n;
    vz_code_e          code;
    ngx_uint_t         late;
    ngx_connection_t  *c;

    c = conn->connection;
    late = 0;

    for ( ;; ) {
        code = vz_frame_next(&conn->frame, line, len);
        if (code != VZ_AGAIN) {
            return code;
        }

        room = vz_frame_room(&conn->frame, &where);
        n = c->recv(c, (u_char *) where, room);

        if (n > 0) {
            vz_frame_fill(&conn->frame, n);
            continue;
        }

        if (n != NGX_AGAIN || ngx_handle_read_event(c->read, 0) != NGX_OK) {
            return VZ_DOWN;
        }

        code = vz_relay_conn_wait(conn, deadline);

        if (code == VZ_TIMEOUT && !late) {
            /* timers strike first where the worker stood still */
            late = 1;
            deadline = ngx_current_msec + VZ_RELAY_CONN_LATE;
            continue;
        }

        if (code != VZ_OK) {
            return code;
        }
    }
}


static vz_code_e
vz_relay_conn_wait(vz_relay_conn_t *conn, ngx_msec_t deadline)
{
    ngx_int_t       rc;
    ngx_msec_int_t  left;

    left = (ngx_msec_int_t) (deadline - ngx_current_msec);

    if (left <= 0) {
        return VZ_TIMEOUT;
    }

    conn->fiber = vz_fiber_self();
    rc = vz_fiber_wait(left);
    conn->fiber = NULL;

    if (conn->connection->close) {
        return VZ_DOWN;
    }

    return rc == NGX_OK ? VZ_OK : VZ_TIMEOUT;
}


static ngx_int_t
vz_relay_conn_error(vz_relay_conn_t *conn)
{
    int        err;
    socklen_t  len;

    err = 0;
    len = sizeof(int);

    if (getsockopt(conn->connection->fd, SOL_SOCKET, SO_ERROR, (void *) &err,
                   &len)
        == -1)
    {
        err = ngx_socket_errno;
    }

    if (err) {
        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, err,
                      "vzpanel: connect() to node \"%V\" failed",
                      &conn->node->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
vz_relay_conn_event(ngx_event_t *ev)
{
    vz_fiber_t        *fiber;
    vz_relay_conn_t   *conn;
    ngx_connection_t  *c;

    c = ev->data;
    conn = c->data;
    fiber = conn->fiber;

    if (c->close) {
        vz_relay_conn_over = 1;
    }

    if (fiber) {
        conn->fiber = NULL;
        vz_fiber_wake(fiber);
    }
}


void
vz_relay_conn_keep(vz_relay_conn_t *conn, ngx_queue_t *idle)
{
    ngx_connection_t  *c;

    c = conn->connection;

    if (ngx_exiting || ngx_terminate || c->close
        || ngx_handle_read_event(c->read, 0) != NGX_OK
        || !vz_relay_conn_quiet(conn))
    {
        vz_relay_conn_close(conn);
        return;
    }

    c->idle = 1;
    c->read->handler = vz_relay_conn_idle;
    c->write->handler = vz_relay_conn_ignore;
    c->read->cancelable = 1;

    ngx_add_timer(c->read, VZ_RELAY_IDLE);

    conn->kept = 1;
    ngx_queue_insert_head(idle, &conn->queue);
}


vz_relay_conn_t *
vz_relay_conn_take(ngx_queue_t *idle)
{
    ngx_queue_t       *q;
    vz_relay_conn_t   *conn;
    ngx_connection_t  *c;

    while (!ngx_queue_empty(idle)) {
        q = ngx_queue_head(idle);
        ngx_queue_remove(q);

        conn = ngx_queue_data(q, vz_relay_conn_t, queue);

        if (!vz_relay_conn_quiet(conn)) {
            vz_relay_conn_close(conn);
            continue;
        }

        c = conn->connection;

        if (c->read->timer_set) {
            ngx_del_timer(c->read);
        }

        c->idle = 0;
        c->read->cancelable = 0;
        c->read->handler = vz_relay_conn_event;
        c->write->handler = vz_relay_conn_event;

        return conn;
    }

    return NULL;
}


/* whether nothing was said and nobody hung up since the last answer */

static ngx_int_t
vz_relay_conn_quiet(vz_relay_conn_t *conn)
{
    int   n;
    char  buf[1];

    n = recv(conn->connection->fd, buf, 1, MSG_PEEK);

    if (n > 0 || conn->frame.start != conn->frame.end) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "vzpanel: node \"%V\" says what nobody asked for",
                      &conn->node->name);
        return 0;
    }

    return n == -1 && ngx_socket_errno == NGX_EAGAIN;
}


static void
vz_relay_conn_idle(ngx_event_t *ev)
{
    vz_relay_conn_t   *conn;
    ngx_connection_t  *c;

    c = ev->data;
    conn = c->data;

    if (!c->close && !ev->timedout && vz_relay_conn_quiet(conn)) {
        ev->ready = 0;

        if (ngx_handle_read_event(ev, 0) == NGX_OK) {
            return;
        }
    }

    ngx_queue_remove(&conn->queue);
    vz_relay_conn_close(conn);
}


static void
vz_relay_conn_ignore(ngx_event_t *ev)
{
    ngx_log_debug0(NGX_LOG_DEBUG_EVENT, ev->log, 0,
                   "vzpanel: write event of an idle connection");
}
