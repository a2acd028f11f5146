/*
 * Streams on nginx's events.  Bytes are taken from the socket by its handlers,
 * whether a fiber waits for them or not: credit for what is written may lie
 * behind data that nobody has read yet.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include "runtime/relay_core.h"
#include "runtime/relay_pool.h"
#include "runtime/relay_stream.h"
#include "wire/stream.h"


#define VZ_RELAY_STREAM_TICK   (VZ_STREAM_BEAT / 2)
#define VZ_RELAY_STREAM_LATE   100      /* ms for what may lie there */

/* reads of one turn: then others have theirs */
#define VZ_RELAY_STREAM_TURNS  (4 * VZ_STREAM_WINDOW / VZ_STREAM_CHUNK)

struct vz_relay_stream_s {
    vz_node_t        *node;
    const char       *verb;
    vz_relay_conn_t  *conn;         /* NULL: it was cut off, or is over */
    vz_stream_t      *stream;
    vz_code_e         code;         /* why it is over; VZ_OK: it is not */
    ngx_event_t       timer;
    ngx_msec_t        heard;        /* when the node said something */
    ngx_msec_t        said;
    ngx_uint_t        late;         /* 1: nothing was heard for so long */
    vz_fiber_t       *reader;       /* who waits */
    vz_fiber_t       *writer;
    ngx_event_t       changed;      /* posted for who watches it */
    vz_relay_stream_pt  watch;      /* NULL: nobody does */
    void             *data;
};


static void vz_relay_stream_attach(vz_relay_stream_t *s);
static void vz_relay_stream_leftover(vz_relay_stream_t *s);
static void vz_relay_stream_event(ngx_event_t *ev);
static void vz_relay_stream_tick(ngx_event_t *ev);
static void vz_relay_stream_pull(vz_relay_stream_t *s);
static void vz_relay_stream_push(vz_relay_stream_t *s);
static void vz_relay_stream_fail(vz_relay_stream_t *s, vz_code_e code,
    const char *why);
static void vz_relay_stream_cut(vz_relay_stream_t *s);
static void vz_relay_stream_wake(vz_relay_stream_t *s);
static void vz_relay_stream_changed(ngx_event_t *ev);
static ngx_int_t vz_relay_stream_wait(vz_fiber_t **place,
    ngx_msec_t deadline);


/* what nginx's debug log reads a descriptor's number from */
static ngx_connection_t  vz_relay_stream_ident = { .fd = (ngx_socket_t) -1 };


vz_code_e
vz_relay_stream_open(vz_node_t *node, ngx_pool_t *pool,
    const vz_relay_act_t *act, vz_answer_t *answer,
    vz_relay_stream_t **stream)
{
    vz_code_e           code;
    vz_relay_conn_t    *conn;
    vz_relay_stream_t  *s;

    *stream = NULL;

    code = vz_relay_take(node, pool, act, answer, &conn);

    if (conn == NULL) {
        return code == VZ_OK ? VZ_STATE : code;
    }

    s = ngx_calloc(sizeof(vz_relay_stream_t), ngx_cycle->log);

    if (s != NULL) {
        s->stream = vz_stream_new(&conn->seal, 0);
    }

    if (s == NULL || s->stream == NULL) {
        vz_relay_conn_close(conn);
        vz_relay_pool_leave(node->pool, VZ_RELAY_POOL_STREAM);

        if (s) {
            ngx_free(s);
        }

        return VZ_INTERNAL;
    }

    s->node = node;
    s->verb = vz_verb_def(act->verb)->name;
    s->conn = conn;

    vz_relay_stream_attach(s);
    *stream = s;

    return VZ_OK;
}


static void
vz_relay_stream_attach(vz_relay_stream_t *s)
{
    ngx_connection_t  *c;

    c = s->conn->connection;
    c->data = s;
    c->read->handler = vz_relay_stream_event;
    c->write->handler = vz_relay_stream_event;

    s->heard = ngx_current_msec;
    s->said = ngx_current_msec;

    s->timer.data = &vz_relay_stream_ident;
    s->timer.handler = vz_relay_stream_tick;
    s->timer.log = ngx_cycle->log;
    ngx_add_timer(&s->timer, VZ_RELAY_STREAM_TICK);

    vz_relay_stream_leftover(s);
    vz_relay_stream_pull(s);
    vz_relay_stream_push(s);
}


/* what came together with "ok stream" */

static void
vz_relay_stream_leftover(vz_relay_stream_t *s)
{
    u_char      *where;
    size_t       n, room;
    vz_code_e    code;
    vz_frame_t  *frame;

    frame = &s->conn->frame;

    while (frame->start < frame->end) {
        room = vz_stream_room(s->stream, &where);
        n = ngx_min(room, frame->end - frame->start);

        ngx_memcpy(where, frame->buf + frame->start, n);
        frame->start += n;

        code = vz_stream_fill(s->stream, n);

        if (code != VZ_OK) {
            vz_relay_stream_fail(s, code, "sent what is no frame");
            return;
        }
    }
}


vz_code_e
vz_relay_stream_read(vz_relay_stream_t *s, void *buf, size_t size,
    ngx_msec_t wait, size_t *n)
{
    ngx_msec_t  deadline;

    deadline = ngx_current_msec + wait;

    for ( ;; ) {
        *n = vz_stream_read(s->stream, buf, size);

        if (*n > 0) {
            vz_relay_stream_push(s);
            vz_relay_stream_wake(s);
            return VZ_OK;
        }

        if (s->stream->done && !s->stream->over) {
            return VZ_OK;
        }

        if (s->code != VZ_OK) {
            return s->code;
        }

        if (vz_relay_stream_wait(&s->reader, deadline) != NGX_OK) {
            return VZ_AGAIN;
        }
    }
}


vz_code_e
vz_relay_stream_write(vz_relay_stream_t *s, const void *buf, size_t len,
    ngx_msec_t wait, size_t *sent)
{
    size_t      n;
    ngx_msec_t  deadline;

    *sent = 0;
    deadline = ngx_current_msec + wait;

    while (*sent < len) {

        if (s->code != VZ_OK) {
            return s->code;
        }

        if (s->stream->ended || s->stream->ending) {
            return VZ_STATE;
        }

        n = vz_stream_write(s->stream, (const u_char *) buf + *sent,
                            len - *sent);
        *sent += n;

        if (n > 0) {
            vz_relay_stream_push(s);
            vz_relay_stream_wake(s);
            continue;
        }

        if (vz_relay_stream_wait(&s->writer, deadline) != NGX_OK) {
            return VZ_AGAIN;
        }
    }

    return VZ_OK;
}


void
vz_relay_stream_end(vz_relay_stream_t *s)
{
    vz_stream_end(s->stream);
    vz_relay_stream_push(s);
}


void
vz_relay_stream_close(vz_relay_stream_t *s, vz_code_e code)
{
    if (s->reader || s->writer) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "vzpanel: a stream closed that a fiber waits for");
        vz_relay_stream_wake(s);
    }

    if (s->conn && !vz_stream_whole(s->stream)) {
        vz_stream_abort(s->stream, code == VZ_OK ? VZ_STATE : code);
        vz_relay_stream_push(s);
    }

    vz_relay_stream_cut(s);

    if (s->timer.timer_set) {
        ngx_del_timer(&s->timer);
    }

    if (s->changed.posted) {
        ngx_delete_posted_event(&s->changed);
    }

    vz_relay_pool_leave(s->node->pool, VZ_RELAY_POOL_STREAM);
    vz_stream_free(s->stream);
    ngx_free(s);
}


void
vz_relay_stream_watch(vz_relay_stream_t *s, vz_relay_stream_pt handler,
    void *data)
{
    s->watch = handler;
    s->data = data;
    s->changed.data = s;
    s->changed.handler = vz_relay_stream_changed;
    s->changed.log = ngx_cycle->log;

    ngx_post_event(&s->changed, &ngx_posted_events);
}


/* the watcher may close it */

static void
vz_relay_stream_changed(ngx_event_t *ev)
{
    vz_relay_stream_t  *s = ev->data;

    s->watch(s->data);
}


size_t
vz_relay_stream_room(const vz_relay_stream_t *s)
{
    return s->code == VZ_OK ? vz_stream_writable(s->stream) : 0;
}


size_t
vz_relay_stream_most(const vz_relay_stream_t *s)
{
    return s->stream->most;
}


static void
vz_relay_stream_event(ngx_event_t *ev)
{
    ngx_connection_t   *c;
    vz_relay_stream_t  *s;

    c = ev->data;
    s = c->data;

    if (c->close) {
        vz_relay_stream_fail(s, VZ_DOWN, "was left: this worker leaves");
        return;
    }

    if (!ev->write) {
        vz_relay_stream_pull(s);
    }

    vz_relay_stream_push(s);
    vz_relay_stream_wake(s);
}


/*
 * Timers of a worker that stood still strike before it hears what lies there:
 * who seems silent gets one more turn of the event loop.
 */

static void
vz_relay_stream_tick(ngx_event_t *ev)
{
    vz_relay_stream_t  *s;

    s = (vz_relay_stream_t *) ((u_char *) ev
                               - offsetof(vz_relay_stream_t, timer));

    if (s->conn == NULL) {
        return;
    }

    if (ngx_current_msec - s->heard < VZ_STREAM_SILENCE) {
        s->late = 0;

    } else if (s->late) {
        vz_relay_stream_fail(s, VZ_TIMEOUT, "fell silent");
        return;

    } else {
        s->late = 1;
        ngx_add_timer(ev, VZ_RELAY_STREAM_LATE);
        return;
    }

    if (ngx_current_msec - s->said >= VZ_RELAY_STREAM_TICK) {
        vz_stream_alive(s->stream);
    }

    vz_relay_stream_push(s);
    vz_relay_stream_wake(s);

    if (s->conn) {
        ngx_add_timer(ev, VZ_RELAY_STREAM_TICK);
    }
}


static void
vz_relay_stream_pull(vz_relay_stream_t *s)
{
    u_char            *where;
    size_t             room;
    ssize_t            n;
    vz_code_e          code;
    ngx_uint_t         turns;
    ngx_connection_t  *c;

    for (turns = 0; s->conn && turns < VZ_RELAY_STREAM_TURNS; turns++) {
        c = s->conn->connection;
        room = vz_stream_room(s->stream, &where);
        n = c->recv(c, where, room);

        if (n == NGX_AGAIN) {
            if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
                vz_relay_stream_fail(s, VZ_INTERNAL, "has no event");
            }

            return;
        }

        if (n <= 0) {
            if (s->stream->done && s->stream->ended) {
                vz_relay_stream_cut(s);

            } else {
                vz_relay_stream_fail(s, VZ_DOWN, "was cut off");
            }

            return;
        }

        s->heard = ngx_current_msec;
        code = vz_stream_fill(s->stream, n);

        if (code != VZ_OK) {
            vz_relay_stream_fail(s, code, "broke the rules");
            return;
        }

        if (s->stream->over) {
            vz_relay_stream_fail(s, s->stream->code, "was ended by the node");
            return;
        }
    }

    if (s->conn) {
        ngx_post_event(s->conn->connection->read, &ngx_posted_next_events);
    }
}


static void
vz_relay_stream_push(vz_relay_stream_t *s)
{
    size_t             len;
    ssize_t            n;
    ngx_connection_t  *c;

    const unsigned char  *from;

    while (s->conn && (len = vz_stream_pending(s->stream, &from)) > 0) {
        c = s->conn->connection;
        n = c->send(c, (u_char *) from, len);

        if (n > 0) {
            vz_stream_sent(s->stream, n);
            s->said = ngx_current_msec;
            continue;
        }

        if (n != NGX_AGAIN || ngx_handle_write_event(c->write, 0) != NGX_OK) {
            vz_relay_stream_fail(s, VZ_DOWN, "was cut off");
        }

        return;
    }
}


/* it is told the node where that is still possible, and the log */

static void
vz_relay_stream_fail(vz_relay_stream_t *s, vz_code_e code, const char *why)
{
    ssize_t               n;
    size_t                len;
    ngx_connection_t     *c;
    const unsigned char  *from;

    if (s->code != VZ_OK) {
        return;
    }

    /* what a node does wrong is no code of a verb */

    s->code = code == VZ_SYNTAX || code == VZ_RANGE ? VZ_DOWN : code;

    /* what came before it was cut off can still be read */

    if (code != VZ_DOWN) {
        vz_stream_abort(s->stream, code);
    }

    if (s->conn) {
        c = s->conn->connection;
        len = vz_stream_pending(s->stream, &from);
        n = len ? c->send(c, (u_char *) from, len) : 0;

        if (n > 0) {
            vz_stream_sent(s->stream, n);
        }
    }

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "vzpanel: node \"%V\": the stream of %s %s: %s",
                  &s->node->name, s->verb, why, vz_relay_trouble(s->code));

    vz_relay_stream_cut(s);
    vz_relay_stream_wake(s);
}


static void
vz_relay_stream_cut(vz_relay_stream_t *s)
{
    ngx_connection_t  *c;

    if (s->conn == NULL) {
        return;
    }

    c = s->conn->connection;

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    vz_relay_conn_close(s->conn);
    s->conn = NULL;
}


static void
vz_relay_stream_wake(vz_relay_stream_t *s)
{
    vz_fiber_t  *fiber;

    fiber = s->reader;

    if (fiber && (s->code != VZ_OK || s->stream->held || s->stream->done)) {
        s->reader = NULL;
        vz_fiber_wake(fiber);
    }

    fiber = s->writer;

    if (fiber && (s->code != VZ_OK || vz_stream_writable(s->stream))) {
        s->writer = NULL;
        vz_fiber_wake(fiber);
    }

    if (s->watch) {
        ngx_post_event(&s->changed, &ngx_posted_events);
    }
}


static ngx_int_t
vz_relay_stream_wait(vz_fiber_t **place, ngx_msec_t deadline)
{
    ngx_int_t       rc;
    ngx_msec_int_t  left;

    left = (ngx_msec_int_t) (deadline - ngx_current_msec);

    if (left <= 0) {
        return NGX_DECLINED;
    }

    *place = vz_fiber_self();
    rc = vz_fiber_wait(left);
    *place = NULL;

    return rc;
}
