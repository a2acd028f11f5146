/*
 * Messages: what is in them, and what can't get into them.
 *
 * sources: src/runtime/message.c
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "grammars.h"
#include "runtime/message.h"


#define X4(s)   s s s s
#define X64(s)  X4(X4(X4(s)))


static char  text[65536];


static vz_message_t
sample(void)
{
    vz_message_t  m = {
        { VZ_LIT("panel@example.org") },
        { VZ_LIT("ana@example.net") },
        { VZ_LIT("Your container") },
        { VZ_LIT("Hello\nWorld\n") },
        { VZ_LIT("task-17.1") },
        1763910000
    };

    return m;
}


/* prints, and checks what must hold of any message */
static size_t
print(const vz_message_t *m)
{
    char    *p, *end, *lf;
    size_t   n;

    n = vz_message_print(m, text, sizeof(text) - 1);
    assert_true(n <= vz_message_size(m));
    text[n] = '\0';
    assert_int_equal(strlen(text), n);

    for (p = text, end = text + n; p < end; p = lf + 1) {
        lf = strchr(p, '\n');
        assert_non_null(lf);
        assert_true(lf > p || lf == text + n - 1);
        assert_int_equal(lf[-1], '\r');
        assert_true(lf - p <= 300);
        assert_int_not_equal(*p, '.');
        assert_null(memchr(p, '\r', (size_t) (lf - p - 1)));
    }

    return n;
}


static const char *
body(void)
{
    char  *p;

    p = strstr(text, "\r\n\r\n");
    assert_non_null(p);

    return p + 4;
}


static void
headers_are_whole(void **state)
{
    vz_message_t  m = sample();

    (void) state;

    assert_true(print(&m) > 0);
    assert_string_equal(text,
        "Date: Sun, 23 Nov 2025 15:00:00 +0000\r\n"
        "From: panel@example.org\r\n"
        "To: ana@example.net\r\n"
        "Subject: Your container\r\n"
        "Message-ID: <task-17.1@example.org>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Hello\r\nWorld\r\n");
}


static void
addresses_and_ids_are_checked(void **state)
{
    size_t        i;
    vz_message_t  m;

    static const vz_part_t  addresses[] = {
        { VZ_LIT("") }, { VZ_LIT("ana") },
        { VZ_LIT("ana@example.net\r\nBcc: x@example.org") },
        { VZ_LIT("Ana <ana@example.net>") },
        { VZ_LIT("ana@example.net, x@example.org") }
    };

    static const vz_part_t  ids[] = {
        { VZ_LIT("") }, { VZ_LIT("a b") }, { VZ_LIT("a>\r\nX: y") },
        { VZ_LIT(".a") }, { VZ_LIT("a.") }, { VZ_LIT("a..b") },
        { VZ_LIT("a@b") }, { VZ_LIT(X64("a") "a") }, { VZ_LIT("a\0b") }
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(addresses); i++) {
        m = sample();
        m.to = addresses[i];
        assert_int_equal(print(&m), 0);

        m = sample();
        m.from = addresses[i];
        assert_int_equal(print(&m), 0);
    }

    for (i = 0; i < VZ_COUNT(ids); i++) {
        m = sample();
        m.message_id = ids[i];
        assert_int_equal(print(&m), 0);
    }
}


static void
subject(const char *from, size_t len, const char *to)
{
    char          expect[1024];
    vz_message_t  m = sample();

    m.subject.data = from;
    m.subject.len = len;
    assert_true(print(&m) > 0);

    (void) snprintf(expect, sizeof(expect), "\r\nSubject:%s\r\nMessage-ID:",
                    to);

    if (strstr(text, expect) == NULL) {
        fail_msg("no%s in\n%s", expect, text);
    }
}


static void
subjects_are_encoded_where_they_must(void **state)
{
    (void) state;

    subject(VZ_LIT("Su servidor 101"), " Su servidor 101");
    subject(VZ_LIT(""), "");
    subject(VZ_LIT("ñ"), " =?UTF-8?B?w7E=?=");
    subject(VZ_LIT("a\r\nBcc: x@y.z"),
            " =?UTF-8?B?YSAgQmNjOiB4QHkueg==?=");
    subject(VZ_LIT("a\0b"), " =?UTF-8?B?YSBi?=");
    subject(VZ_LIT("=?UTF-8?B?eA==?="),
            " =?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=");
    subject(VZ_LIT(" x"), " =?UTF-8?B?IHg=?=");
    subject(VZ_LIT("broken \xff"), " =?UTF-8?B?YnJva2VuID8=?=");

    /* lines of 76 characters, and never half a character */
    subject(VZ_LIT(X4("ñññññ") "ññññ"),
            " =?UTF-8?B?w7HDscOxw7HDscOxw7HDscOxw7HDscOxw7HDscOx"
            "w7HDscOxw7E=?=\r\n"
            " =?UTF-8?B?w7HDscOxw7HDsQ==?=");
}


static void
a_long_subject_is_cut(void **state)
{
    vz_message_t  m = sample();

    (void) state;

    m.subject.data = X64("ñññññññññññññññññ");
    m.subject.len = strlen(m.subject.data);
    assert_true(print(&m) > 0);
    assert_true(print(&m) < 1500);
}


static void
encoded(const char *from, size_t len, const char *to)
{
    vz_message_t  m = sample();

    m.body.data = from;
    m.body.len = len;
    assert_true(print(&m) > 0);
    assert_string_equal(body(), to);
}


static void
bodies_are_quoted_printable(void **state)
{
    (void) state;

    encoded(VZ_LIT(""), "");
    encoded(VZ_LIT("a"), "a\r\n");
    encoded(VZ_LIT("a\r\nb"), "a\r\nb\r\n");
    encoded(VZ_LIT("a\rb\n"), "a=0Db\r\n");
    encoded(VZ_LIT("\n\n"), "\r\n\r\n");
    encoded(VZ_LIT("a=b"), "a=3Db\r\n");
    encoded(VZ_LIT("a \nb\t\n"), "a=20\r\nb=09\r\n");
    encoded(VZ_LIT("a b\tc"), "a b\tc\r\n");
    encoded(VZ_LIT("contraseña"), "contrase=C3=B1a\r\n");
    encoded(VZ_LIT("\0"), "=00\r\n");
    encoded(VZ_LIT(".\n.."), "=2E\r\n=2E.\r\n");
    encoded(VZ_LIT("a\n.\nMAIL FROM:<x>\n"),
            "a\r\n=2E\r\nMAIL FROM:<x>\r\n");
}


static void
long_lines_are_broken_softly(void **state)
{
    (void) state;

    encoded(VZ_LIT(X64("x") "1234567890a"),
            X64("x") "1234567890a\r\n");
    encoded(VZ_LIT(X64("x") "1234567890ab"),
            X64("x") "1234567890a=\r\nb\r\n");
    encoded(VZ_LIT(X64("x") "1234567890ñ"),
            X64("x") "1234567890=\r\n=C3=B1\r\n");
    encoded(VZ_LIT(X64("x") "1234567890a.b"),
            X64("x") "1234567890a=\r\n=2Eb\r\n");
}


/* every length and hostile byte fits in what vz_message_size() says */
static void
size_is_always_enough(void **state)
{
    size_t               i, n;
    vz_message_t         m = sample();
    static char          bytes[4096];
    static const char    fill[] = { 'x', '\n', '.', '\xff', ' ', '=' };

    (void) state;

    for (i = 0; i < sizeof(fill); i++) {
        memset(bytes, fill[i], sizeof(bytes));

        for (n = 0; n < sizeof(bytes); n += 61) {
            m.body.data = bytes;
            m.body.len = n;
            m.subject = m.body;
            assert_true(vz_message_print(&m, text, vz_message_size(&m)) > 0);
            (void) print(&m);
        }
    }
}


static void
too_small_a_buffer_is_refused(void **state)
{
    char          *buf;
    size_t         n, i;
    vz_message_t   m = sample();

    (void) state;

    n = print(&m);

    for (i = 0; i <= n; i += 7) {
        buf = test_malloc(i + 1);
        assert_int_equal(vz_message_print(&m, buf, i), i < n ? 0 : n);
        test_free(buf);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(headers_are_whole),
        cmocka_unit_test(addresses_and_ids_are_checked),
        cmocka_unit_test(subjects_are_encoded_where_they_must),
        cmocka_unit_test(a_long_subject_is_cut),
        cmocka_unit_test(bodies_are_quoted_printable),
        cmocka_unit_test(long_lines_are_broken_softly),
        cmocka_unit_test(size_is_always_enough),
        cmocka_unit_test(too_small_a_buffer_is_refused)
    };

    return cmocka_run_group_tests(tests, grammars_begin, grammars_end);
}
