/*
 * Sealed lines: fixed ones, made by other programs than this; whatever is done
 * to one on its way, and hostile bytes in its place.
 */

#include <stdio.h>
#include <string.h>
#include "grammars.h"
#include "wire/frame.h"
#include "wire/seal.h"


static const vz_nonces_t  nonces = {
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
};

/* both ends of one connection */
static vz_seal_t  client, server;

static const vz_verb_t  *passwd, *several;


static int
meet(void **state)
{
    vz_key_t  key;

    (void) state;

    key.len = 32;
    memset(key.data, 'k', key.len);

    return vz_seal_init(&client, &key, &nonces) == VZ_OK
           && vz_seal_init(&server, &key, &nonces) == VZ_OK ? 0 : -1;
}


static int
part(void **state)
{
    (void) state;

    vz_seal_free(&client);
    vz_seal_free(&server);

    return 0;
}


/* the client's next line, without its LF */
static size_t
line(char buf[VZ_LINE_MAX], const char *text)
{
    size_t  n;

    n = (size_t) sprintf(buf, "%s\n", text);
    n = vz_seal_line(&client, buf, n);
    assert_true(n > 0);
    assert_int_equal(buf[n - 1], '\n');
    buf[n - 1] = '\0';
    assert_int_equal(vz_frame_check(buf, n - 1), VZ_OK);

    return n - 1;
}


/* the daemon's next answer, its last line in buf */
static size_t
answer(char buf[VZ_REPLY_MAX], const char *lines, const char *last)
{
    int   n;
    char  mac[VZ_SEAL_MAC + 1];

    vz_seal_add(&server, lines, strlen(lines));
    n = sprintf(buf, "%s\n", last);
    assert_int_equal(vz_seal_end(&server, buf, (size_t) n, mac), VZ_OK);

    return (size_t) sprintf(buf, "%s mac=%s", last, mac);
}


static vz_code_e
open_line(const char *text)
{
    char    buf[VZ_LINE_MAX];
    size_t  n;

    n = (size_t) snprintf(buf, sizeof(buf), "%s", text);

    return vz_seal_open_line(&server, buf, &n);
}


static vz_code_e
open_answer(const char *text)
{
    char    buf[VZ_REPLY_MAX];
    size_t  n;

    n = (size_t) snprintf(buf, sizeof(buf), "%s", text);

    return vz_seal_open_answer(&client, buf, &n);
}


static void
lines_are_those_of_the_document(void **state)
{
    char    buf[VZ_REPLY_MAX], secret[VZ_BODY_BYTES + 1];
    size_t  n;

    (void) state;

    (void) line(buf, "stop 101");
    assert_string_equal(buf, "stop 101 mac=c4de915b04572820980a0e202850f50e");
    (void) line(buf, "passwd 101");
    assert_string_equal(buf, "passwd 101 "
                        "mac=531c852db7aa62d11dfe6848becd2e00");

    n = vz_seal_body(&client, buf, passwd, VZ_LIT("correct horse"));
    buf[n - 1] = '\0';
    assert_string_equal(buf, "secret Ksx0YYPJtkeBXf1KNe73lV9X9qFZbIuF15DEnhs= "
                        "mac=746dc36905f4a098b596a6bc986fb298");

    server.lines = 2;
    assert_int_equal(vz_seal_open_body(&server, passwd, buf, n - 1, secret,
                                       &n), VZ_OK);
    assert_int_equal(n, 13);
    assert_string_equal(secret, "correct horse");

    (void) answer(buf, "+ 5 stopping\n", "ok killed");
    assert_string_equal(buf, "ok killed mac=123c12cbbc0aa273c609855d5b17490b");
    (void) answer(buf, "", "ok");
    assert_string_equal(buf, "ok mac=63776967cb6dffc5de39bdbd5b3cbf35");
}


static void
what_one_says_the_other_hears(void **state)
{
    char      buf[VZ_REPLY_MAX], text[32];
    size_t    n;
    unsigned  i;

    (void) state;

    for (i = 0; i < 1000; i++) {
        (void) sprintf(text, "stop %u", 101 + i);
        n = line(buf, text);
        assert_int_equal(vz_seal_open_line(&server, buf, &n), VZ_OK);
        assert_string_equal(buf, text);
        assert_int_equal(n, strlen(text));

        n = answer(buf, "+ 1 x\n= a=1 mac=2\n", "err noent 101");
        assert_int_equal(open_answer("+ 1 x"), VZ_OK);
        assert_int_equal(open_answer("= a=1 mac=2"), VZ_OK);
        assert_int_equal(vz_seal_open_answer(&client, buf, &n), VZ_OK);
        assert_string_equal(buf, "err noent 101");
        assert_int_equal(n, strlen(buf));
    }
}


static void
no_line_is_changed_added_or_repeated(void **state)
{
    char      one[VZ_LINE_MAX], two[VZ_LINE_MAX], bad[VZ_LINE_MAX];
    size_t    i, n;

    static const char *const  forged[] = {
        "stop 101", "stop 101 mac=", " mac=c4de915b04572820980a0e202850f50e",
        "mac=c4de915b04572820980a0e202850f50e", "stop 101 "
        "mac=C4DE915B04572820980A0E202850F50E", "x",
        "stop 101 mac=00000000000000000000000000000000"
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(forged); i++) {
        server.lines = 0;
        assert_int_equal(open_line(forged[i]), VZ_DENIED);
    }

    n = line(one, "stop 101");

    for (i = 0; i < n; i++) {
        (void) strcpy(bad, one);
        bad[i] ^= 1;
        server.lines = 0;
        assert_int_equal(open_line(bad), VZ_DENIED);
    }

    (void) line(two, "stop 101");
    assert_string_not_equal(one, two);

    /* left out, repeated, in another order */
    server.lines = 0;
    assert_int_equal(open_line(two), VZ_DENIED);
    server.lines = 0;
    assert_int_equal(open_line(one), VZ_OK);
    assert_int_equal(open_line(one), VZ_DENIED);
}


static void
no_answer_is_made_of_another(void **state)
{
    size_t    i, n;
    char      one[VZ_REPLY_MAX], bad[VZ_REPLY_MAX];

    (void) state;

    n = answer(one, "= state=stopped\n", "ok");

    assert_int_equal(open_answer("ok"), VZ_DENIED);
    client.answers = 0;
    assert_int_equal(open_answer(one), VZ_DENIED);
    client.answers = 0;
    assert_int_equal(open_answer("= state=running"), VZ_OK);
    assert_int_equal(open_answer(one), VZ_DENIED);
    client.answers = 0;
    assert_int_equal(open_answer("= state=stopped"), VZ_OK);
    assert_int_equal(open_answer("= state=stopped"), VZ_OK);
    assert_int_equal(open_answer(one), VZ_DENIED);

    for (i = 0; i < n; i++) {
        (void) part(state);
        assert_int_equal(meet(state), 0);

        (void) strcpy(bad, one);
        bad[i] ^= 1;
        assert_int_equal(open_answer("= state=stopped"), VZ_OK);

        /* what is not the last line any more ends nothing */
        if (i > 2) {
            assert_int_equal(open_answer(bad), VZ_DENIED);

        } else {
            assert_int_equal(open_answer(bad), VZ_OK);
            assert_int_equal(open_answer(one), VZ_DENIED);
        }
    }

    (void) part(state);
    assert_int_equal(meet(state), 0);
    assert_int_equal(open_answer("= state=stopped"), VZ_OK);
    assert_int_equal(open_answer(one), VZ_OK);

    /* that of before is none for what is asked next */
    assert_int_equal(open_answer("= state=stopped"), VZ_OK);
    assert_int_equal(open_answer(one), VZ_DENIED);
}


static void
a_secret_is_read_by_the_daemon_only(void **state)
{
    char    buf[VZ_REPLY_MAX], out[VZ_REPLY_MAX], text[VZ_SECRET_MAX + 1];
    size_t  i, len, n;

    (void) state;

    for (i = 0; i < sizeof(text); i++) {
        text[i] = (char) (i % 2 ? '!' + i % 90 : 0x80 + i % 100);
    }

    for (i = 1; i <= VZ_SECRET_MAX; i++) {
        len = vz_seal_body(&client, buf, passwd, text, i);
        assert_true(len > 8 && len <= VZ_LINE_MAX);
        assert_int_equal(buf[len - 1], '\n');
        buf[len - 1] = '\0';
        assert_int_equal(vz_frame_check(buf, len - 1), VZ_OK);

        memset(out, 'x', sizeof(out));
        assert_int_equal(vz_seal_open_body(&server, passwd, buf, len - 1, out,
                                           &n), VZ_OK);
        assert_int_equal(n, i);
        assert_memory_equal(out, text, n);
        assert_int_equal(out[n], '\0');
    }

    /* the same one looks different each time */
    (void) vz_seal_body(&client, buf, passwd, "aaaa", 4);
    (void) vz_seal_body(&client, out, passwd, "aaaa", 4);
    assert_memory_not_equal(buf + 7, out + 7, 24);

    assert_int_equal(vz_seal_body(&client, buf, passwd, text, 0), 0);
    assert_int_equal(vz_seal_body(&client, buf, passwd, text,
                                  VZ_SECRET_MAX + 1), 0);
}


static void
a_secret_can_not_smuggle_lines(void **state)
{
    char    buf[VZ_REPLY_MAX], out[VZ_BODY_BYTES + 1], big[VZ_SECRET_MAX + 1];
    size_t  i, n, len;

    static const struct {
        const char  *line;
        vz_code_e    code;
    } bad[] = {
        { "secret", VZ_SYNTAX },
        { "sekret YWFhYWFhYWFhYWFhYWFhYWFhYQ==", VZ_SYNTAX },
        { "stop 101", VZ_SYNTAX },
        { "secret YQ==", VZ_RANGE },
        { "secret YWFhYWFhYWFhYWFhYWFhYQ==", VZ_RANGE },
        { "secret YWFhYWFhYWFhYWFhYWFhYWFhY", VZ_RANGE },
        { "secret YWFhYWFhYWFhYWFhYWFhYWFhYQ== x", VZ_RANGE },
        { "secret YWFhYWFhYWFhYWFhYWFhYW=hYQ==", VZ_RANGE },
        { "secret YWFhYWFhYWFhYWFhYWFhYWFhYQ===", VZ_RANGE },
        { "body YWFhYWFhYWFhYWFhYWFhYWFhYQ==", VZ_SYNTAX },
        { "secret YWFhYWFhYWFhYWFhYWFhYWFhYQ==", VZ_DENIED }
    };

    static const struct {
        const char  *bytes;
        size_t       len;
    } odd[] = {
        { VZ_LIT("a\nroot:b") }, { VZ_LIT("a\0b") }, { VZ_LIT("a\x7f") }
    };

    (void) state;

    memset(big, 'x', sizeof(big));
    assert_int_equal(vz_verb_body_check(passwd, big, VZ_SECRET_MAX), VZ_OK);
    assert_int_equal(vz_verb_body_check(passwd, big, sizeof(big)), VZ_RANGE);
    assert_int_equal(vz_verb_body_check(passwd, big, 0), VZ_RANGE);

    for (i = 0; i < VZ_COUNT(odd); i++) {
        assert_int_equal(vz_verb_body_check(passwd, odd[i].bytes, odd[i].len),
                         VZ_RANGE);

        len = vz_seal_body(&client, buf, passwd, odd[i].bytes, odd[i].len);
        buf[len - 1] = '\0';
        assert_int_equal(vz_seal_open_body(&server, passwd, buf, len - 1, out,
                                           &n), VZ_RANGE);
    }

    for (i = 0; i < VZ_COUNT(bad); i++) {
        n = line(buf, bad[i].line);
        assert_int_equal(vz_seal_open_body(&server, passwd, buf, n, out, &n),
                         bad[i].code);
    }

    (void) strcpy(buf, "secret YWFhYWFhYWFhYWFhYWFhYWFhYQ==");
    assert_int_equal(vz_seal_open_body(&server, passwd, buf, strlen(buf), out,
                                       &n), VZ_DENIED);
}


static void
a_line_of_a_body_arrives_as_it_was(void **state)
{
    char    buf[VZ_REPLY_MAX], out[VZ_BODY_BYTES + 1], text[VZ_BODY_BYTES];
    size_t  i, len, n;

    (void) state;

    memset(text, 'a', sizeof(text));
    (void) memcpy(text, VZ_LIT("  two  spaces, \xc3\xb1, = "));

    for (i = 1; i <= several->body_bytes; i++) {
        len = vz_seal_body(&client, buf, several, text, i);
        assert_true(len > 0);
        buf[len - 1] = '\0';
        assert_int_equal(vz_frame_check(buf, len - 1), VZ_OK);
        assert_memory_equal(buf, "body ", 5);
        assert_int_equal(vz_seal_open_body(&server, several, buf, len - 1, out,
                                           &n), VZ_OK);
        assert_int_equal(n, i);
        assert_memory_equal(out, text, n);
    }

    assert_int_equal(vz_seal_body(&client, buf, several, text, i), 0);

    /* of another verb: too long for it, or a secret that is none */
    len = vz_seal_body(&client, buf, several, text, 300);
    buf[len - 1] = '\0';
    assert_int_equal(vz_seal_open_body(&server, passwd, buf, len - 1, out,
                                       &n), VZ_SYNTAX);
    len = vz_seal_body(&client, buf, passwd, text, 9);
    buf[len - 1] = '\0';
    assert_int_equal(vz_seal_open_body(&server, several, buf, len - 1, out,
                                       &n), VZ_SYNTAX);

    /* where nobody knows whose it is, it is passed over */
    len = vz_seal_body(&client, buf, passwd, text, 9);
    buf[len - 1] = '\0';
    assert_int_equal(vz_seal_open_body(&server, NULL, buf, len - 1, out, &n),
                     VZ_OK);
    assert_int_equal(n, 0);
}


static void
what_is_too_long_is_not_sealed(void **state)
{
    char  buf[VZ_LINE_MAX];

    (void) state;

    memset(buf, 'x', sizeof(buf));
    assert_int_equal(vz_seal_line(&client, buf, 0), 0);
    assert_int_equal(vz_seal_line(&client, buf,
                                  VZ_LINE_MAX - VZ_SEAL_LEN + 1), 0);
    assert_int_equal(vz_seal_line(&client, buf, VZ_LINE_MAX - VZ_SEAL_LEN),
                     VZ_LINE_MAX);
    assert_int_equal(buf[VZ_LINE_MAX - 1], '\n');
}


#define test(name)  cmocka_unit_test_setup_teardown(name, meet, part)


static int
init(void **state)
{
    passwd = vz_verb_def(VZ_VERB_PASSWD);
    several = vz_verb_def(VZ_VERB_LINES);

    return grammars_begin(state);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test(lines_are_those_of_the_document),
        test(what_one_says_the_other_hears),
        test(no_line_is_changed_added_or_repeated),
        test(no_answer_is_made_of_another),
        test(a_secret_is_read_by_the_daemon_only),
        test(a_secret_can_not_smuggle_lines),
        test(a_line_of_a_body_arrives_as_it_was),
        test(what_is_too_long_is_not_sealed)
    };

    return cmocka_run_group_tests(tests, init, grammars_end);
}
