/*
 * Frames of websockets, as a client sends them, whole and byte by byte.
 *
 * sources: src/runtime/websocket_frame.c
 */

#include <stdio.h>
#include <string.h>
#include "unit.h"
#include "runtime/websocket_frame.h"


#define MASK  "\x12\x34\x56\x78"


typedef struct {
    const char  *bytes;
    size_t       len;
    const char  *said;          /* what comes of it; "!1002": refused */
} row_t;

/* with a mask of zeros the payload stands as it is */
#define Z     "\0\0\0\0"
#define ROW(bytes)  bytes, sizeof(bytes) - 1

static const row_t  rows[] = {
    { ROW("\x82\x85" Z "hello"), "<hello>" },
    { ROW("\x82\x85" MASK "\x7a\x51\x3a\x14\x7d"), "<hello>" },
    { ROW("\x82\x80" Z), "<>" },
    { ROW("\x02\x82" Z "he" "\x00\x81" Z "l" "\x80\x82" Z "lo"), "<hello>" },
    { ROW("\x02\x80" Z "\x00\x80" Z "\x80\x81" Z "x"), "<x>" },
    { ROW("\x02\x81" Z "a" "\x89\x82" Z "hi" "\x80\x81" Z "b"), "<a[hi]b>" },
    { ROW("\x8a\x80" Z "\x82\x81" Z "x"), "~<x>" },
    { ROW("\x89\x80" Z), "[]" },
    { ROW("\x88\x80" Z), "#1005" },
    { ROW("\x88\x85" Z "\x03\xe8" "bye"), "#1000" },
    { ROW("\x88\x82" Z "\x0f\xa1"), "#4001" },

    { ROW("\x82\x05hello"), "!1002" },          /* not masked */
    { ROW("\xc2\x85" Z "hello"), "!1002" },     /* reserved */
    { ROW("\xa2\x85" Z "hello"), "!1002" },
    { ROW("\x92\x85" Z "hello"), "!1002" },
    { ROW("\x83\x81" Z "x"), "!1002" },
    { ROW("\x8b\x80" Z), "!1002" },
    { ROW("\x81\x81" Z "x"), "!1003" },         /* text */
    { ROW("\x80\x81" Z "x"), "!1002" },         /* of nothing */
    { ROW("\x02\x81" Z "x" "\x82\x81" Z "y"), "<x!1002" },
    { ROW("\x02\x81" Z "x" "\x81\x81" Z "y"), "<x!1002" },
    { ROW("\x09\x80" Z), "!1002" },             /* a ping in fragments */
    { ROW("\x89\xfe\0\x7e" Z), "!1002" },       /* a long one */
    { ROW("\x82\xfe\0\x7d" Z), "!1002" },       /* 125 in two bytes */
    { ROW("\x82\xff\0\0\0\0\0\0\xff\xff" Z), "!1002" },
    { ROW("\x82\xff\x80\0\0\0\0\0\0\0" Z), "!1002" },
    { ROW("\x82\xff\0\0\0\0\0\1\0\1" Z), "!1009" },
    { ROW("\x82\xff\0\0\0\1\0\0\0\0" Z), "!1009" },
    { ROW("\x88\x81" Z "x"), "!1002" },         /* half a code */
    { ROW("\x88\x82" Z "\x03\xe7"), "!1002" },  /* 999 */
    { ROW("\x88\x82" Z "\x03\xec"), "!1002" },  /* 1004 */
    { ROW("\x88\x82" Z "\x03\xee"), "!1002" },  /* 1006 */
    { ROW("\x88\x82" Z "\x03\xf7"), "!1002" },  /* 1015 */
    { ROW("\x88\x82" Z "\x13\x88"), "!1002" }   /* 5000 */
};


/* what a reader makes of bytes that come n at a time */
static void
heard(char *to, const char *bytes, size_t len, size_t n)
{
    size_t                  at, part;
    unsigned char           copy[256], *p;
    vz_websocket_part_t     piece;
    vz_websocket_frame_e    what;
    vz_websocket_reader_t   reader;

    memcpy(copy, bytes, len);
    vz_websocket_frame_init(&reader);
    *to = '\0';

    for (at = 0; at < len; at += part) {
        part = len - at < n ? len - at : n;
        p = copy + at;

        while ((what = vz_websocket_frame_read(&reader, &p, copy + at + part,
                                               &piece))
               != VZ_WEBSOCKET_FRAME_MORE)
        {
            switch (what) {
            case VZ_WEBSOCKET_FRAME_DATA:
                to += sprintf(to, "%s%.*s%s", piece.first ? "<" : "",
                              (int) piece.len, (const char *) piece.bytes,
                              piece.last ? ">" : "");
                break;

            case VZ_WEBSOCKET_FRAME_PING:
                to += sprintf(to, "[%.*s]", (int) piece.len,
                              (const char *) piece.bytes);
                break;

            case VZ_WEBSOCKET_FRAME_PONG:
                to += sprintf(to, "~");
                break;

            case VZ_WEBSOCKET_FRAME_CLOSE:
                to += sprintf(to, "#%u", piece.code);
                break;

            default:
                to += sprintf(to, "!%u", piece.code);
                return;
            }
        }

        assert_ptr_equal(p, copy + at + part);
    }
}


static void
test_frames(void **state)
{
    char    text[512];
    size_t  i, n;

    (void) state;

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (n = 1; n <= rows[i].len; n++) {
            heard(text, rows[i].bytes, rows[i].len, n);
            assert_string_equal(text, rows[i].said);
        }
    }
}


/* a message in fragments has 64 KB, too */
static void
test_long(void **state)
{
    static unsigned char    bytes[8 + 40000];
    unsigned                code, i;
    unsigned char          *p, *end;
    vz_websocket_part_t     part;
    vz_websocket_reader_t   reader;

    (void) state;

    code = 0;
    vz_websocket_frame_init(&reader);

    for (i = 0; i < 2; i++) {
        memset(bytes, 0, sizeof(bytes));
        bytes[0] = i == 0 ? 0x02 : 0x80;
        bytes[1] = 0xfe;
        bytes[2] = 40000 >> 8;
        bytes[3] = 40000 & 0xff;

        p = bytes;
        end = bytes + sizeof(bytes);

        while (code == 0) {
            switch (vz_websocket_frame_read(&reader, &p, end, &part)) {
            case VZ_WEBSOCKET_FRAME_WRONG:
                code = part.code;
                break;
            case VZ_WEBSOCKET_FRAME_MORE:
                code = 1;
                break;
            default:
                break;
            }
        }

        assert_int_equal(code, i == 0 ? 1 : VZ_WEBSOCKET_LARGE);
        code = 0;
    }
}


static void
test_printed(void **state)
{
    unsigned char  to[2 + VZ_WEBSOCKET_FRAME_CONTROL];

    (void) state;

    assert_int_equal(vz_websocket_frame_head(to, 125), 2);
    assert_memory_equal(to, "\x82\x7d", 2);
    assert_int_equal(vz_websocket_frame_head(to, 126), 4);
    assert_memory_equal(to, "\x82\x7e\0\x7e", 4);
    assert_int_equal(vz_websocket_frame_head(to, 65535), 4);
    assert_memory_equal(to, "\x82\x7e\xff\xff", 4);
    assert_int_equal(vz_websocket_frame_control(to, 8, "\x03\xe8" "x", 3), 5);
    assert_memory_equal(to, "\x88\x03\x03\xe8" "x", 5);
    assert_int_equal(vz_websocket_frame_control(to, 9, NULL, 0), 2);
    assert_memory_equal(to, "\x89\0", 2);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_printed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
