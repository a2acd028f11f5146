/*
 * Hostile bytes through the reader of websockets and that of a terminal's
 * records, in pieces whose sizes come from the input.  What comes of it is the
 * same in whichever pieces.
 *
 * sources: src/runtime/websocket_frame.c
 */

#include <stdlib.h>
#include <string.h>
#include "runtime/websocket_frame.h"
#include "wire/console.h"


#define MOST  8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


typedef struct {
    unsigned char  text[4 * MOST];      /* all payload, in its order */
    size_t         len;
    unsigned       messages;
    unsigned       controls;
    unsigned       code;                /* that ended it */
} heard_t;


static void
must(int truth)
{
    if (!truth) {
        abort();
    }
}


static void
take(heard_t *heard, vz_websocket_frame_e what, const vz_websocket_part_t *part)
{
    switch (what) {

    case VZ_WEBSOCKET_FRAME_DATA:
        heard->messages += part->last;
        break;

    case VZ_WEBSOCKET_FRAME_PING:
    case VZ_WEBSOCKET_FRAME_PONG:
        must(part->len <= VZ_WEBSOCKET_FRAME_CONTROL);
        heard->controls++;
        break;

    default:
        must(part->code >= 1000 && part->code < 5000);
        heard->code = part->code;
        return;
    }

    must(heard->len + part->len <= sizeof(heard->text));

    if (part->len) {
        memcpy(heard->text + heard->len, part->bytes, part->len);
        heard->len += part->len;
    }
}


static void
listen_to(heard_t *heard, const uint8_t *data, size_t size, size_t step)
{
    size_t                  at, n;
    unsigned char           copy[MOST], *p;
    vz_websocket_part_t     part;
    vz_websocket_frame_e    what;
    vz_websocket_reader_t   reader;

    memset(heard, 0, sizeof(heard_t));
    vz_websocket_frame_init(&reader);

    for (at = 0; at < size && heard->code == 0; at += n) {
        n = size - at < step ? size - at : step;
        memcpy(copy, data + at, n);
        p = copy;

        while (heard->code == 0) {
            what = vz_websocket_frame_read(&reader, &p, copy + n, &part);
            must(p >= copy && p <= copy + n);

            if (what == VZ_WEBSOCKET_FRAME_MORE) {
                must(p == copy + n);
                break;
            }

            take(heard, what, &part);
        }
    }
}


static size_t
records(const uint8_t *data, size_t size, size_t step, vz_code_e *code)
{
    size_t                at, n, sum;
    vz_console_part_t     part;
    vz_console_reader_t   reader;
    const unsigned char  *p;

    memset(&reader, 0, sizeof(reader));
    sum = 0;
    *code = VZ_AGAIN;

    for (at = 0; at < size; at += n) {
        n = size - at < step ? size - at : step;
        p = data + at;

        while ((*code = vz_console_read(&reader, VZ_CONSOLE_TO_NODE, &p,
                                        data + at + n, &part)) == VZ_OK)
        {
            must(part.bytes == NULL || part.len > 0);
            sum += part.bytes ? part.len : part.number;
        }

        if (*code != VZ_AGAIN) {
            return sum;
        }

        must(p == data + at + n);
    }

    return sum;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t          step;
    vz_code_e       one, other;
    static heard_t  whole, pieces;

    if (size < 2 || size > MOST) {
        return 0;
    }

    step = 1 + data[0] % 32;
    data++;
    size--;

    listen_to(&whole, data, size, size);
    listen_to(&pieces, data, size, step);

    must(whole.code == pieces.code && whole.messages == pieces.messages
         && whole.controls == pieces.controls && whole.len == pieces.len
         && memcmp(whole.text, pieces.text, whole.len) == 0);

    must(records(data, size, size, &one) == records(data, size, step, &other)
         && one == other);

    return 0;
}
