/*
 * What goes through a websocket.
 *
 * Bytes of the browser are read only as many as the stream takes now, and made
 * into records at once; records of the node are read only when all before them
 * was taken by the socket.  So nothing waits here but one buffer on its way
 * out.
 */

#include "runtime/websocket_core.h"


#define VZ_WEBSOCKET_READ   16384   /* bytes of one turn, in each direction */
#define VZ_WEBSOCKET_TURNS  16      /* then others have theirs */

/*
 * A part of a message becomes a record, whose head may be longer than what came
 * of the frame's: once for all bytes of a turn, as their first frame may have
 * begun before.
 */
#define VZ_WEBSOCKET_SPARE  (2 * VZ_CONSOLE_NUMBER)

/*
 * A record becomes a message: 1 byte longer where it has 126 bytes or more, or
 * begins before the turn.
 */
#define VZ_WEBSOCKET_OUT    (VZ_WEBSOCKET_READ + VZ_WEBSOCKET_READ / 64 + 32)


typedef struct {
    u_char   bytes[VZ_WEBSOCKET_READ + VZ_WEBSOCKET_SPARE];
    u_char  *last;
} vz_websocket_records_t;


static ngx_uint_t vz_websocket_carry_in(vz_websocket_t *ws,
    ngx_uint_t *gone);
static ssize_t vz_websocket_carry_recv(vz_websocket_t *ws, u_char *buf,
    size_t size);
static void vz_websocket_carry_frames(vz_websocket_t *ws, u_char *p,
    u_char *end, ngx_uint_t *gone);
static ngx_uint_t vz_websocket_carry_part(vz_websocket_t *ws,
    const vz_websocket_part_t *part, vz_websocket_records_t *records);
static ngx_uint_t vz_websocket_carry_number(vz_websocket_t *ws,
    const u_char *bytes, size_t len, ngx_uint_t last,
    vz_websocket_records_t *records);
static void vz_websocket_carry_answer(vz_websocket_t *ws, ngx_uint_t opcode,
    const void *bytes, size_t len);
static ngx_uint_t vz_websocket_carry_out(vz_websocket_t *ws,
    ngx_uint_t *gone);
static ngx_uint_t vz_websocket_carry_records(vz_websocket_t *ws);
static vz_code_e vz_websocket_carry_messages(vz_websocket_t *ws,
    const u_char *p, const u_char *end);
static void vz_websocket_carry_ended(vz_websocket_t *ws, vz_code_e code);
static ngx_int_t vz_websocket_carry_flush(vz_websocket_t *ws);
static ngx_int_t vz_websocket_carry_buffer(vz_websocket_t *ws);


/* of the one turn that there is at a time: the main stack's alone */
static u_char                  vz_websocket_carry_bytes[VZ_WEBSOCKET_READ];
static vz_websocket_records_t  vz_websocket_carry_made;


void
vz_websocket_carry(vz_websocket_t *ws)
{
    ngx_uint_t         turns, moved, gone;
    ngx_connection_t  *c;

    c = ws->request->connection;
    gone = 0;

    for (turns = 0; turns < VZ_WEBSOCKET_TURNS; turns++) {
        moved = vz_websocket_carry_out(ws, &gone);

        if (!gone) {
            moved += vz_websocket_carry_in(ws, &gone);
        }

        if (gone) {
            vz_websocket_end(ws);
            return;
        }

        if (!moved) {
            break;
        }
    }

    /* nothing more comes of it, nor goes to it */

    if (ws->closing && ws->scope.stream) {
        vz_relay_stream_close(ws->scope.stream, VZ_STATE);
        ws->scope.stream = NULL;
    }

    if (turns == VZ_WEBSOCKET_TURNS) {
        ngx_post_event(c->write, &ngx_posted_next_events);
    }

    if (ngx_handle_read_event(c->read, 0) != NGX_OK
        || ngx_handle_write_event(c->write, 0) != NGX_OK)
    {
        vz_websocket_end(ws);
    }
}


void
vz_websocket_carry_close(vz_websocket_t *ws, ngx_uint_t code,
    const char *reason)
{
    if (!ws->closing) {
        ws->closing = 1;
        ws->closed = ngx_current_msec;
        ws->code = code;
        ws->reason = reason;
    }
}


void
vz_websocket_carry_ping(vz_websocket_t *ws)
{
    if (ws->ncontrol == 0) {
        vz_websocket_carry_answer(ws, 9, NULL, 0);
    }
}


/* --- from the browser to the node --- */

static ngx_uint_t
vz_websocket_carry_in(vz_websocket_t *ws, ngx_uint_t *gone)
{
    size_t   size;
    u_char  *buf;
    ssize_t  n;

    buf = vz_websocket_carry_bytes;

    /* what comes behind a close is thrown away */

    if (ws->closing) {
        size = VZ_WEBSOCKET_READ;

    } else {
        size = vz_relay_stream_room(ws->scope.stream);

        if (size <= VZ_WEBSOCKET_SPARE) {
            return 0;
        }

        size = ngx_min(size - VZ_WEBSOCKET_SPARE, VZ_WEBSOCKET_READ);
    }

    n = vz_websocket_carry_recv(ws, buf, size);

    if (n == NGX_AGAIN) {
        return 0;
    }

    if (n <= 0) {
        *gone = 1;
        return 0;
    }

    ws->heard = ngx_current_msec;
    vz_websocket_carry_frames(ws, buf, buf + n, gone);

    return 1;
}


/* what the browser sent behind its request lies in the header's buffer */
static ssize_t
vz_websocket_carry_recv(vz_websocket_t *ws, u_char *buf, size_t size)
{
    size_t             n;
    ngx_buf_t         *b;
    ngx_connection_t  *c;

    c = ws->request->connection;
    b = ws->request->header_in;

    if (b->pos < b->last) {
        n = ngx_min(size, (size_t) (b->last - b->pos));
        ngx_memcpy(buf, b->pos, n);
        b->pos += n;

        return n;
    }

    return c->read->ready ? c->recv(c, buf, size) : NGX_AGAIN;
}


static void
vz_websocket_carry_frames(vz_websocket_t *ws, u_char *p, u_char *end,
    ngx_uint_t *gone)
{
    size_t                   sent;
    ngx_uint_t               wrong;
    vz_websocket_part_t      part;
    vz_websocket_frame_e     what;
    vz_websocket_records_t  *records;

    records = &vz_websocket_carry_made;
    records->last = records->bytes;
    wrong = 0;

    do {
        what = vz_websocket_frame_read(&ws->reader, &p, end, &part);

        switch (what) {

        case VZ_WEBSOCKET_FRAME_DATA:
            wrong = vz_websocket_carry_part(ws, &part, records);
            break;

        case VZ_WEBSOCKET_FRAME_PING:
            vz_websocket_carry_answer(ws, 10, part.bytes, part.len);
            break;

        case VZ_WEBSOCKET_FRAME_CLOSE:
            ws->answered = 1;

            if (ws->told) {
                *gone = 1;
                return;
            }

            vz_websocket_carry_close(ws, VZ_WEBSOCKET_NORMAL, "");
            break;

        case VZ_WEBSOCKET_FRAME_WRONG:
            wrong = part.code;
            break;

        default:
            break;
        }

        if (wrong) {
            vz_websocket_carry_close(ws, wrong, "");
        }

    } while (what != VZ_WEBSOCKET_FRAME_MORE && !wrong && !ws->answered);

    /* of rubbish nothing more is read, but what comes still has to go */

    if (wrong) {
        vz_websocket_frame_init(&ws->reader);
    }

    if (records->last > records->bytes && ws->scope.stream) {
        (void) vz_relay_stream_write(ws->scope.stream, records->bytes,
                                     records->last - records->bytes, 0,
                                     &sent);
    }
}


/* a part of a message as a record; the code to close with, or 0 */
static ngx_uint_t
vz_websocket_carry_part(vz_websocket_t *ws, const vz_websocket_part_t *part,
    vz_websocket_records_t *records)
{
    size_t         len;
    const u_char  *bytes;

    if (ws->closing) {
        return 0;
    }

    bytes = part->bytes;
    len = part->len;

    if (part->first) {
        ws->type = 0;
        ws->nnumber = 0;
    }

    if (ws->type == 0) {
        if (len == 0) {
            return part->last ? VZ_WEBSOCKET_POLICY : 0;
        }

        ws->type = *bytes++;
        len--;

        if (ngx_strchr(VZ_CONSOLE_TO_NODE, ws->type) == NULL) {
            return VZ_WEBSOCKET_POLICY;
        }
    }

    if (ws->type != VZ_CONSOLE_INPUT) {
        return vz_websocket_carry_number(ws, bytes, len, part->last, records);
    }

    if (len > 0) {
        vz_console_head(records->last, VZ_CONSOLE_INPUT, len);
        records->last = ngx_cpymem(records->last + VZ_CONSOLE_HEAD, bytes,
                                   len);
        ws->ntyped += len;
        ws->typed = ngx_current_msec;
    }

    return 0;
}


static ngx_uint_t
vz_websocket_carry_number(vz_websocket_t *ws, const u_char *bytes, size_t len,
    ngx_uint_t last, vz_websocket_records_t *records)
{
    if (len > sizeof(ws->number) - ws->nnumber) {
        return VZ_WEBSOCKET_POLICY;
    }

    ngx_memcpy(ws->number + ws->nnumber, bytes, len);
    ws->nnumber += len;

    if (!last) {
        return 0;
    }

    if (ws->nnumber != sizeof(ws->number)) {
        return VZ_WEBSOCKET_POLICY;
    }

    vz_console_head(records->last, ws->type, sizeof(ws->number));
    records->last = ngx_cpymem(records->last + VZ_CONSOLE_HEAD, ws->number,
                               sizeof(ws->number));

    return 0;
}


/* the newest ping is answered */
static void
vz_websocket_carry_answer(vz_websocket_t *ws, ngx_uint_t opcode,
    const void *bytes, size_t len)
{
    if (!ws->closing) {
        ws->ncontrol = vz_websocket_frame_control(ws->control, opcode, bytes,
                                                  len);
    }
}


/* --- from the node to the browser --- */

/* 1: something moved, and more may */
static ngx_uint_t
vz_websocket_carry_out(vz_websocket_t *ws, ngx_uint_t *gone)
{
    ngx_int_t  rc;

    rc = vz_websocket_carry_flush(ws);

    if (rc == NGX_ERROR || (rc == NGX_OK && ws->told && ws->answered)) {
        *gone = 1;
        return 0;
    }

    if (rc != NGX_OK || ws->told) {
        return 0;
    }

    if (ws->ncontrol == 0 && !ws->closing) {
        return vz_websocket_carry_records(ws);
    }

    if (vz_websocket_carry_buffer(ws) != NGX_OK) {
        *gone = 1;
        return 0;
    }

    if (ws->ncontrol) {
        ws->last = ngx_cpymem(ws->last, ws->control, ws->ncontrol);
        ws->ncontrol = 0;
    }

    if (ws->closing) {
        ws->control[0] = (u_char) (ws->code >> 8);
        ws->control[1] = (u_char) ws->code;
        (void) ngx_cpystrn(ws->control + 2, (u_char *) ws->reason,
                           sizeof(ws->control) - 4);
        ws->last += vz_websocket_frame_control(ws->last, 8, ws->control,
                                               2 + ngx_strlen(ws->control
                                                              + 2));
        ws->told = 1;
    }

    return 1;
}


static ngx_uint_t
vz_websocket_carry_records(vz_websocket_t *ws)
{
    size_t     n;
    u_char    *buf;
    vz_code_e  code;

    buf = vz_websocket_carry_bytes;
    code = vz_relay_stream_read(ws->scope.stream, buf, VZ_WEBSOCKET_READ, 0,
                                &n);

    if (code == VZ_AGAIN) {
        return 0;
    }

    if (code == VZ_OK && n > 0) {
        code = vz_websocket_carry_buffer(ws) == NGX_OK
               ? vz_websocket_carry_messages(ws, buf, buf + n) : VZ_INTERNAL;

        if (code == VZ_OK) {
            return 1;
        }
    }

    vz_websocket_carry_ended(ws, code);

    return 1;
}


static vz_code_e
vz_websocket_carry_messages(vz_websocket_t *ws, const u_char *p,
    const u_char *end)
{
    vz_code_e          code;
    vz_console_part_t  part;

    while ((code = vz_console_read(&ws->records, VZ_CONSOLE_FROM_NODE, &p,
                                   end, &part)) == VZ_OK)
    {
        if (part.bytes == NULL) {
            ws->last += vz_websocket_frame_head(ws->last, 5);
            *ws->last++ = part.type;
            *ws->last++ = (u_char) (part.number >> 24);
            *ws->last++ = (u_char) (part.number >> 16);
            *ws->last++ = (u_char) (part.number >> 8);
            *ws->last++ = (u_char) part.number;
            continue;
        }

        ws->last += vz_websocket_frame_head(ws->last, 1 + part.len);
        *ws->last++ = part.type;
        ws->last = ngx_cpymem(ws->last, part.bytes, part.len);
        ws->nshown += part.len;
    }

    return code == VZ_AGAIN ? VZ_OK : VZ_DOWN;
}


/* VZ_OK: the program has; else why it was cut off */
static void
vz_websocket_carry_ended(vz_websocket_t *ws, vz_code_e code)
{
    if (code == VZ_OK) {
        vz_relay_stream_end(ws->scope.stream);
        vz_websocket_carry_close(ws, VZ_WEBSOCKET_NORMAL, "ended");

    } else {
        vz_websocket_carry_close(ws, VZ_WEBSOCKET_NODE,
                                 vz_relay_trouble(code));
    }
}


/* NGX_OK: nothing is on its way any more */
static ngx_int_t
vz_websocket_carry_flush(vz_websocket_t *ws)
{
    ssize_t            n;
    ngx_connection_t  *c;

    c = ws->request->connection;

    while (ws->out) {

        if (ws->pos == ws->last) {
            ngx_free(ws->out);
            ws->out = NULL;
            break;
        }

        if (!c->write->ready) {
            return NGX_AGAIN;
        }

        n = c->send(c, ws->pos, ws->last - ws->pos);

        if (n == NGX_AGAIN) {
            return NGX_AGAIN;
        }

        if (n <= 0) {
            return NGX_ERROR;
        }

        ws->pos += n;
    }

    return NGX_OK;
}


static ngx_int_t
vz_websocket_carry_buffer(vz_websocket_t *ws)
{
    ws->out = ngx_alloc(VZ_WEBSOCKET_OUT, ngx_cycle->log);
    if (ws->out == NULL) {
        return NGX_ERROR;
    }

    ws->pos = ws->out;
    ws->last = ws->out;

    return NGX_OK;
}
