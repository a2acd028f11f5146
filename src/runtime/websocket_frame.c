/*
 * Frames of a websocket.
 */

#include <string.h>
#include "runtime/websocket_frame.h"


#define VZ_WEBSOCKET_FIN       0x80
#define VZ_WEBSOCKET_RESERVED  0x70
#define VZ_WEBSOCKET_OPCODE    0x0f
#define VZ_WEBSOCKET_MASKED    0x80
#define VZ_WEBSOCKET_LENGTH    0x7f

#define VZ_WEBSOCKET_NO_CODE   1005     /* a close frame without one */

enum {
    VZ_WEBSOCKET_OP_MORE = 0,
    VZ_WEBSOCKET_OP_TEXT = 1,
    VZ_WEBSOCKET_OP_BINARY = 2,
    VZ_WEBSOCKET_OP_CLOSE = 8,
    VZ_WEBSOCKET_OP_PING = 9,
    VZ_WEBSOCKET_OP_PONG = 10
};


static unsigned vz_websocket_head(vz_websocket_reader_t *reader);
static unsigned vz_websocket_wanted(const vz_websocket_reader_t *reader);
static unsigned vz_websocket_kind(const vz_websocket_reader_t *reader);
static unsigned vz_websocket_begin(vz_websocket_reader_t *reader);
static vz_websocket_frame_e vz_websocket_data(vz_websocket_reader_t *reader,
    unsigned char **p, unsigned char *end, vz_websocket_part_t *part);
static vz_websocket_frame_e vz_websocket_control(
    vz_websocket_reader_t *reader, unsigned char **p, unsigned char *end,
    vz_websocket_part_t *part);
static vz_websocket_frame_e vz_websocket_close(
    const vz_websocket_reader_t *reader, vz_websocket_part_t *part);
static unsigned char *vz_websocket_unmask(vz_websocket_reader_t *reader,
    unsigned char **p, unsigned char *end, size_t *len);


void
vz_websocket_frame_init(vz_websocket_reader_t *reader)
{
    memset(reader, 0, sizeof(vz_websocket_reader_t));
    reader->in_head = 1;
}


vz_websocket_frame_e
vz_websocket_frame_read(vz_websocket_reader_t *reader, unsigned char **p,
    unsigned char *end, vz_websocket_part_t *part)
{
    unsigned  code;

    memset(part, 0, sizeof(vz_websocket_part_t));

    while (reader->in_head) {

        if (*p == end) {
            return VZ_WEBSOCKET_FRAME_MORE;
        }

        reader->head[reader->have++] = *(*p)++;
        code = vz_websocket_head(reader);

        if (code) {
            part->code = code;
            return VZ_WEBSOCKET_FRAME_WRONG;
        }
    }

    return reader->opcode >= VZ_WEBSOCKET_OP_CLOSE
           ? vz_websocket_control(reader, p, end, part)
           : vz_websocket_data(reader, p, end, part);
}


/* one more byte of it has come; the code to close with, or 0 */

static unsigned
vz_websocket_head(vz_websocket_reader_t *reader)
{
    unsigned  code;

    if (reader->have < 2) {
        return 0;
    }

    if (reader->have == 2) {
        code = vz_websocket_kind(reader);
        if (code) {
            return code;
        }
    }

    return reader->have == vz_websocket_wanted(reader)
           ? vz_websocket_begin(reader) : 0;
}


/* bytes of a head whose first two have come: a length, and the mask */

static unsigned
vz_websocket_wanted(const vz_websocket_reader_t *reader)
{
    unsigned  len;

    len = reader->head[1] & VZ_WEBSOCKET_LENGTH;

    return 2 + (len == 126 ? 2 : len == 127 ? 8 : 0) + 4;
}


static unsigned
vz_websocket_kind(const vz_websocket_reader_t *reader)
{
    unsigned  opcode, fin, len;

    fin = reader->head[0] & VZ_WEBSOCKET_FIN;
    opcode = reader->head[0] & VZ_WEBSOCKET_OPCODE;
    len = reader->head[1] & VZ_WEBSOCKET_LENGTH;

    /* no extension was agreed on, and a client masks */

    if ((reader->head[0] & VZ_WEBSOCKET_RESERVED)
        || !(reader->head[1] & VZ_WEBSOCKET_MASKED))
    {
        return VZ_WEBSOCKET_PROTOCOL;
    }

    switch (opcode) {

    case VZ_WEBSOCKET_OP_MORE:
        return reader->open ? 0 : VZ_WEBSOCKET_PROTOCOL;

    case VZ_WEBSOCKET_OP_TEXT:
    case VZ_WEBSOCKET_OP_BINARY:
        return reader->open ? VZ_WEBSOCKET_PROTOCOL
               : opcode == VZ_WEBSOCKET_OP_TEXT ? VZ_WEBSOCKET_DATA : 0;

    case VZ_WEBSOCKET_OP_CLOSE:
    case VZ_WEBSOCKET_OP_PING:
    case VZ_WEBSOCKET_OP_PONG:
        return fin && len <= VZ_WEBSOCKET_FRAME_CONTROL
               ? 0 : VZ_WEBSOCKET_PROTOCOL;

    default:
        return VZ_WEBSOCKET_PROTOCOL;
    }
}


/* the head is whole */

static unsigned
vz_websocket_begin(vz_websocket_reader_t *reader)
{
    unsigned  i, n;
    uint64_t  len;

    len = reader->head[1] & VZ_WEBSOCKET_LENGTH;
    n = reader->have - 4;

    if (n > 2) {
        for (len = 0, i = 2; i < n; i++) {
            len = len << 8 | reader->head[i];
        }

        if (len < (n == 4 ? 126 : 65536) || len >> 63) {
            return VZ_WEBSOCKET_PROTOCOL;
        }
    }

    reader->mask = n;
    reader->at = 0;
    reader->have = 0;
    reader->in_head = 0;
    reader->left = len;
    reader->fin = reader->head[0] & VZ_WEBSOCKET_FIN;
    reader->opcode = reader->head[0] & VZ_WEBSOCKET_OPCODE;
    reader->ncontrol = 0;

    if (reader->opcode >= VZ_WEBSOCKET_OP_CLOSE) {
        return 0;
    }

    if (reader->opcode == VZ_WEBSOCKET_OP_BINARY) {
        reader->open = 1;
        reader->first = 1;
        reader->message = 0;
    }

    if (len > VZ_WEBSOCKET_FRAME_MESSAGE - reader->message) {
        return VZ_WEBSOCKET_LARGE;
    }

    reader->message += (size_t) len;

    return 0;
}


static vz_websocket_frame_e
vz_websocket_data(vz_websocket_reader_t *reader, unsigned char **p,
    unsigned char *end, vz_websocket_part_t *part)
{
    if (*p == end && reader->left) {
        return VZ_WEBSOCKET_FRAME_MORE;
    }

    part->bytes = vz_websocket_unmask(reader, p, end, &part->len);
    part->first = reader->first;
    reader->first = 0;

    if (reader->left == 0) {
        reader->in_head = 1;

        if (reader->fin) {
            reader->open = 0;
            part->last = 1;
        }
    }

    return VZ_WEBSOCKET_FRAME_DATA;
}


static vz_websocket_frame_e
vz_websocket_control(vz_websocket_reader_t *reader, unsigned char **p,
    unsigned char *end, vz_websocket_part_t *part)
{
    size_t          len;
    unsigned char  *bytes;

    bytes = vz_websocket_unmask(reader, p, end, &len);

    if (len) {
        memcpy(reader->control + reader->ncontrol, bytes, len);
        reader->ncontrol += (unsigned) len;
    }

    if (reader->left) {
        return VZ_WEBSOCKET_FRAME_MORE;
    }

    reader->in_head = 1;
    part->bytes = reader->control;
    part->len = reader->ncontrol;

    switch (reader->opcode) {

    case VZ_WEBSOCKET_OP_PING:
        return VZ_WEBSOCKET_FRAME_PING;

    case VZ_WEBSOCKET_OP_PONG:
        return VZ_WEBSOCKET_FRAME_PONG;

    default:
        return vz_websocket_close(reader, part);
    }
}


/* 1004 to 1006 and 1015 are never sent; below 3000 others are not defined */

static vz_websocket_frame_e
vz_websocket_close(const vz_websocket_reader_t *reader,
    vz_websocket_part_t *part)
{
    unsigned  code;

    if (reader->ncontrol == 0) {
        part->code = VZ_WEBSOCKET_NO_CODE;
        return VZ_WEBSOCKET_FRAME_CLOSE;
    }

    code = (unsigned) reader->control[0] << 8 | reader->control[1];

    if (reader->ncontrol == 1
        || code < 1000 || code > 4999 || (code > 1014 && code < 3000)
        || (code > 1003 && code < 1007))
    {
        part->code = VZ_WEBSOCKET_PROTOCOL;
        return VZ_WEBSOCKET_FRAME_WRONG;
    }

    part->code = code;

    return VZ_WEBSOCKET_FRAME_CLOSE;
}


/* what has come of the frame's payload, in place */

static unsigned char *
vz_websocket_unmask(vz_websocket_reader_t *reader, unsigned char **p,
    unsigned char *end, size_t *len)
{
    size_t          i;
    unsigned char  *bytes;

    bytes = *p;
    *len = (size_t) (end - bytes);

    if (*len > reader->left) {
        *len = (size_t) reader->left;
    }

    for (i = 0; i < *len; i++) {
        bytes[i] ^= reader->head[reader->mask + (reader->at++ & 3)];
    }

    reader->left -= *len;
    *p += *len;

    return bytes;
}


size_t
vz_websocket_frame_head(unsigned char *to, size_t len)
{
    to[0] = VZ_WEBSOCKET_FIN | VZ_WEBSOCKET_OP_BINARY;

    if (len < 126) {
        to[1] = (unsigned char) len;
        return 2;
    }

    to[1] = 126;
    to[2] = (unsigned char) (len >> 8);
    to[3] = (unsigned char) len;

    return 4;
}


size_t
vz_websocket_frame_control(unsigned char *to, unsigned opcode,
    const void *bytes, size_t len)
{
    to[0] = (unsigned char) (VZ_WEBSOCKET_FIN | opcode);
    to[1] = (unsigned char) len;

    if (len) {
        memcpy(to + 2, bytes, len);
    }

    return 2 + len;
}
