/*
 * The line reader, answers and pairs, byte by byte and at their limits.
 */

#include <stdio.h>
#include <string.h>
#include "unit.h"
#include "wire/frame.h"
#include "wire/pairs.h"
#include "wire/reply.h"


static size_t
feed(vz_frame_t *frame, const char *bytes, size_t len)
{
    char    *where;
    size_t   room;

    room = vz_frame_room(frame, &where);

    if (len > room) {
        len = room;
    }

    memcpy(where, bytes, len);
    vz_frame_fill(frame, len);

    return len;
}


static void
lines_come_one_after_another(void **state)
{
    char        *line;
    size_t       len;
    vz_frame_t   frame;

    (void) state;

    vz_frame_init(&frame, VZ_LINE_MAX);
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_AGAIN);

    feed(&frame, VZ_LIT("ping\nstart 101\nsto"));

    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_OK);
    assert_string_equal(line, "ping");
    assert_int_equal(len, 4);
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_OK);
    assert_string_equal(line, "start 101");
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_AGAIN);

    feed(&frame, VZ_LIT("p 101"));
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_AGAIN);
    feed(&frame, VZ_LIT("\n"));
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_OK);
    assert_string_equal(line, "stop 101");
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_AGAIN);
}


static void
bytes_may_come_one_at_a_time(void **state)
{
    char         text[] = "= a=1 b=2\nok\n", *line;
    size_t       i, len, lines;
    vz_code_e    rc;
    vz_frame_t   frame;

    (void) state;

    vz_frame_init(&frame, VZ_REPLY_MAX);
    lines = 0;

    for (i = 0; i < sizeof(text) - 1; i++) {
        assert_int_equal(feed(&frame, text + i, 1), 1);
        rc = vz_frame_next(&frame, &line, &len);

        assert_int_equal(rc, text[i] == '\n' ? VZ_OK : VZ_AGAIN);
        lines += rc == VZ_OK;
    }

    assert_int_equal(lines, 2);
    assert_string_equal(line, "ok");
}


static void
longest_line(size_t max)
{
    char         text[VZ_REPLY_MAX + 1], *line;
    size_t       len;
    vz_frame_t   frame;

    memset(text, 'x', sizeof(text));

    /* max - 1 bytes and their LF are a line, however they come */

    vz_frame_init(&frame, max);
    assert_int_equal(feed(&frame, text, max - 1), max - 1);
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_AGAIN);
    assert_int_equal(feed(&frame, "\n", 1), 1);
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_OK);
    assert_int_equal(len, max - 1);

    /* one more is not, with its LF and before it */

    vz_frame_init(&frame, max);
    feed(&frame, text, max);
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_SYNTAX);

    if (max < VZ_REPLY_MAX) {
        vz_frame_init(&frame, max);
        text[max] = '\n';
        feed(&frame, text, max + 1);
        assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_SYNTAX);
    }
}


static void
a_line_has_a_longest_length(void **state)
{
    (void) state;

    longest_line(VZ_LINE_MAX);
    longest_line(VZ_REPLY_MAX);
}


static void
a_full_buffer_makes_room_again(void **state)
{
    int          i;
    char         text[1500], *line, *where;
    size_t       len, at, lines;
    vz_frame_t   frame;

    (void) state;

    memset(text, 'y', sizeof(text));
    text[sizeof(text) - 1] = '\n';

    vz_frame_init(&frame, VZ_REPLY_MAX);
    at = 0;
    lines = 0;

    for (i = 0; i < 100; i++) {
        at += feed(&frame, text + at, sizeof(text) - at);

        if (at == sizeof(text)) {
            at = 0;
        }

        while (vz_frame_next(&frame, &line, &len) == VZ_OK) {
            assert_int_equal(len, sizeof(text) - 1);
            lines++;
        }

        assert_true(vz_frame_room(&frame, &where) >= 1);
    }

    assert_true(lines > 50);
}


static void
hostile_lines_end_the_reader(void **state)
{
    char         *line;
    size_t        i, len;
    vz_frame_t    frame;

    static const char *const  bad[] = {
        "\n", " \n", " a\n", "a \n", "a  b\n", "a\r\n", "a\tb\n", "\x1b[2J\n",
        "a \x7f\n", "\xc3\xb1\n", "\xff\n"
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(bad); i++) {
        vz_frame_init(&frame, VZ_LINE_MAX);
        feed(&frame, bad[i], strlen(bad[i]));
        assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_SYNTAX);
    }

    vz_frame_init(&frame, VZ_LINE_MAX);
    feed(&frame, VZ_LIT("a\0b\n"));
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_SYNTAX);

    assert_int_equal(vz_frame_check("", 0), VZ_SYNTAX);
    assert_int_equal(vz_frame_check(NULL, 0), VZ_SYNTAX);
}


static void
a_lying_owner_does_no_harm(void **state)
{
    char        *line, *where;
    size_t       len;
    vz_frame_t   frame;

    (void) state;

    vz_frame_init(&frame, (size_t) -1);
    memset(frame.buf, 'x', sizeof(frame.buf));
    vz_frame_fill(&frame, (size_t) -1);
    assert_int_equal(vz_frame_next(&frame, &line, &len), VZ_SYNTAX);
    assert_int_equal(vz_frame_room(&frame, &where), 0);
}


static void
wiping_leaves_nothing(void **state)
{
    size_t      i;
    vz_frame_t  frame;

    (void) state;

    vz_frame_init(&frame, VZ_LINE_MAX);
    feed(&frame, VZ_LIT("secret aGVsbG8=\nping\n"));
    vz_frame_wipe(&frame);

    assert_int_equal(frame.start, 0);
    assert_int_equal(frame.end, 0);

    for (i = 0; i < sizeof(frame.buf); i++) {
        assert_int_equal(frame.buf[i], 0);
    }
}


typedef struct {
    const char  *line;
    vz_reply_e   kind;
    unsigned     percent;
    vz_code_e    code;
    const char  *text;
} vz_answer_case_t;

static const vz_answer_case_t  answers[] = {
    { "+ 0 starting", VZ_REPLY_PROGRESS, 0, VZ_OK, "starting" },
    { "+ 100 done and well", VZ_REPLY_PROGRESS, 100, VZ_OK, "done and well" },
    { "+ 5", VZ_REPLY_PROGRESS, 5, VZ_OK, "" },
    { "= a=1", VZ_REPLY_DATA, 0, VZ_OK, "a=1" },
    { "= a=1 b=2", VZ_REPLY_DATA, 0, VZ_OK, "a=1 b=2" },
    { "ok", VZ_REPLY_OK, 0, VZ_OK, "" },
    { "ok already", VZ_REPLY_OK, 0, VZ_OK, "already" },
    { "err noent container 999 does not exist", VZ_REPLY_ERR, 0, VZ_NOENT,
      "container 999 does not exist" },
    { "err busy", VZ_REPLY_ERR, 0, VZ_BUSY, "" },
    { "err teapot short and stout", VZ_REPLY_ERR, 0, VZ_INTERNAL,
      "short and stout" },
    { "err ok all is well", VZ_REPLY_ERR, 0, VZ_INTERNAL, "all is well" },
    { "err averyveryverylongcodethatnobodyknowsatall x", VZ_REPLY_ERR, 0,
      VZ_INTERNAL, "x" }
};

static const char *const  no_answers[] = {
    "", "+", "+ x", "+ 101 too much", "+ -1 x", "+ 05 x", "+5 x", "+ 5x", "=",
    "=a=1", "err", "OK", "okay", "Ok x", "error noent", "hello", "ping",
    "virtual-server 1 00", "ok  x", " ok", "ok ", "+ 99999999999999999999 x"
};


static void
answers_are_parsed(void **state)
{
    size_t      i;
    vz_reply_t  reply;

    (void) state;

    for (i = 0; i < VZ_COUNT(answers); i++) {
        memset(&reply, 0xa5, sizeof(reply));

        assert_int_equal(vz_reply_parse(answers[i].line,
                                        strlen(answers[i].line), &reply),
                         VZ_OK);
        assert_int_equal(reply.kind, answers[i].kind);
        assert_int_equal(reply.percent, answers[i].percent);
        assert_int_equal(reply.code, answers[i].code);
        assert_int_equal(reply.len, strlen(answers[i].text));
        assert_memory_equal(reply.text, answers[i].text, reply.len);
    }
}


static void
what_is_no_answer_is_refused(void **state)
{
    size_t      i;
    vz_reply_t  reply;

    (void) state;

    for (i = 0; i < VZ_COUNT(no_answers); i++) {
        if (vz_reply_parse(no_answers[i], strlen(no_answers[i]), &reply)
            != VZ_SYNTAX)
        {
            fail_msg("taken: %s", no_answers[i]);
        }
    }
}


static void
cleaned(const char *from, const char *to)
{
    char  buf[512];

    snprintf(buf, sizeof(buf), "%s", from);
    assert_int_equal(vz_reply_clean(buf), strlen(to));
    assert_string_equal(buf, to);
}


static void
words_are_cleaned(void **state)
{
    int   i;
    char  buf[1024];

    (void) state;

    cleaned("", "");
    cleaned(" ", "");
    cleaned("\r\n\t", "");
    cleaned("a", "a");
    cleaned("  no   such\tfile \n", "no such file");
    cleaned("line\r\nerr ok\n", "line err ok");
    cleaned("\x1b[31mred\x1b[0m", "[31mred [0m");
    cleaned("espa\xc3\xb1" "a", "espa a");

    for (i = 0; i < 1023; i++) {
        buf[i] = (char) ('a' + i % 26);
    }

    buf[1023] = '\0';
    assert_int_equal(vz_reply_clean(buf), VZ_WORDS_MAX - 1);
    assert_int_equal(strlen(buf), VZ_WORDS_MAX - 1);

    for (i = 0; i < 1023; i++) {
        buf[i] = i % 2 ? ' ' : 'x';
    }

    assert_true(vz_reply_clean(buf) < VZ_WORDS_MAX);
    assert_int_equal(vz_frame_check(buf, strlen(buf)), VZ_OK);
}


static void
pairs_are_walked_and_broken_ones_skipped(void **state)
{
    vz_pairs_t         pairs;
    static const char  text[] = "a=1 broken =nokey empty= b=c=d last=x";

    (void) state;

    vz_pairs_init(&pairs, text, sizeof(text) - 1);

    assert_int_equal(vz_pairs_next(&pairs), 1);
    assert_memory_equal(pairs.key, "a", pairs.key_len);
    assert_memory_equal(pairs.value, "1", pairs.value_len);

    assert_int_equal(vz_pairs_next(&pairs), 1);
    assert_int_equal(pairs.key_len, 5);
    assert_int_equal(pairs.value_len, 0);

    assert_int_equal(vz_pairs_next(&pairs), 1);
    assert_int_equal(pairs.key_len, 1);
    assert_int_equal(pairs.value_len, 3);
    assert_memory_equal(pairs.value, "c=d", 3);

    assert_int_equal(vz_pairs_next(&pairs), 1);
    assert_int_equal(pairs.key_len, 4);
    assert_int_equal(pairs.value_len, 1);

    assert_int_equal(vz_pairs_next(&pairs), 0);
    assert_int_equal(vz_pairs_next(&pairs), 0);

    vz_pairs_init(&pairs, "", 0);
    assert_int_equal(vz_pairs_next(&pairs), 0);
    vz_pairs_init(&pairs, "   ", 3);
    assert_int_equal(vz_pairs_next(&pairs), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(lines_come_one_after_another),
        cmocka_unit_test(bytes_may_come_one_at_a_time),
        cmocka_unit_test(a_line_has_a_longest_length),
        cmocka_unit_test(a_full_buffer_makes_room_again),
        cmocka_unit_test(hostile_lines_end_the_reader),
        cmocka_unit_test(a_lying_owner_does_no_harm),
        cmocka_unit_test(wiping_leaves_nothing),
        cmocka_unit_test(answers_are_parsed),
        cmocka_unit_test(what_is_no_answer_is_refused),
        cmocka_unit_test(words_are_cleaned),
        cmocka_unit_test(pairs_are_walked_and_broken_ones_skipped)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
