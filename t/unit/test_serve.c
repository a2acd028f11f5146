/*
 * One connection: the handshake, lines whole and broken, good clients and bad
 * ones.
 *
 * sources: src/daemon/serve.c src/daemon/perform.c src/daemon/job.c
 * sources: src/daemon/lock.c src/daemon/log.c src/daemon/tree.c
 * sources: src/daemon/cache.c src/daemon/unpack.c src/daemon/prepare.c
 * sources: src/daemon/mark.c src/daemon/file.c t/unit/talk.c
 * libs: -larchive
 */

#include <stdio.h>
#include <string.h>
#include <time.h>
#include "talk.h"


static vz_code_e
drv_tells_secret(vz_job_t *job)
{
    vz_job_data(job, "is=%d", strcmp(job->secret, "correct horse") == 0);

    return VZ_OK;
}


static vz_code_e
drv_slow(vz_job_t *job)
{
    struct timespec  ts = { 0, 400000000 };

    vz_job_progress(job, 1, "slow");
    (void) nanosleep(&ts, NULL);

    return VZ_OK;
}


static const vz_driver_t  driver = {
    .name = "test",
    .run = {
        [VZ_VERB_START] = drv_slow,
        [VZ_VERB_PASSWD] = drv_tells_secret
    }
};


static void
the_right_key_is_let_in(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    say(c, VZ_LIT("ping\n"));
    expect(c, "ok");
    say(c, VZ_LIT("PiNg\n"));
    expect(c, "ok");
    hang_up(c);
}


static void
a_wrong_key_is_denied_and_logged(void **state)
{
    char       nonce[VZ_HEX_LEN + 1], buf[VZ_LINE_MAX];
    size_t     n;
    client_t  *c;
    vz_key_t   other;

    (void) state;

    other = served.key;
    other.data[0] ^= 1;

    c = dial();
    greet(c, nonce);
    n = vz_auth_print(buf, sizeof(buf), &other, nonce);
    (void) memcpy(buf + n, "\nping\n", 6);
    say(c, buf, n + 6);
    expect_start(c, "err denied ");
    expect(c, NULL);
    hang_up(c);

    assert_true(log_has("test: denied: the key is not ours"));
}


static void
without_a_key_nobody_is_let_in(void **state)
{
    char       nonce[VZ_HEX_LEN + 1], buf[VZ_LINE_MAX];
    size_t     n;
    client_t  *c;

    (void) state;

    served.no_key = 1;
    c = dial();
    served.no_key = 0;

    greet(c, nonce);
    n = vz_auth_print(buf, sizeof(buf), &served.key, nonce);
    buf[n++] = '\n';
    say(c, buf, n);
    expect_start(c, "err denied ");
    expect(c, NULL);
    hang_up(c);
}


static void
an_old_answer_is_worth_nothing(void **state)
{
    char       one[VZ_HEX_LEN + 1], two[VZ_HEX_LEN + 1], buf[VZ_LINE_MAX];
    size_t     n;
    client_t  *a, *b;

    (void) state;

    a = dial();
    greet(a, one);
    b = dial();
    greet(b, two);
    assert_string_not_equal(one, two);

    n = vz_auth_print(buf, sizeof(buf), &served.key, one);
    buf[n++] = '\n';
    say(b, buf, n);
    expect_start(b, "err denied ");

    hang_up(a);
    hang_up(b);
}


static void
no_verb_runs_before_the_handshake(void **state)
{
    size_t     i;
    char       nonce[VZ_HEX_LEN + 1];
    client_t  *c;

    static const char *const  first[] = {
        "ping\n", "stop 101\n", "GET / HTTP/1.0\r\n\r\n", "\n", "auth \n",
        "auth  00\n", "\x16\x03\x01\n", "auth 0\nstop 101\n"
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(first); i++) {
        c = dial();
        greet(c, nonce);
        say(c, first[i], strlen(first[i]));
        expect_start(c, "err syntax ");
        expect(c, NULL);
        hang_up(c);
    }
}


static void
who_says_nothing_is_closed(void **state)
{
    char       nonce[VZ_HEX_LEN + 1];
    client_t  *c;

    (void) state;

    served.handshake = 1;
    c = dial();
    served.handshake = 5;

    greet(c, nonce);
    say(c, VZ_LIT("auth "));
    expect_start(c, "err timeout ");
    expect(c, NULL);
    hang_up(c);

    served.conf.silence = 1;
    c = enter();
    served.conf.silence = 5;

    say(c, VZ_LIT("pin"));
    expect(c, NULL);
    hang_up(c);
}


static void
a_broken_line_ends_the_connection(void **state)
{
    size_t     i;
    char       big[4096];
    client_t  *c;

    static const struct {
        const char  *bytes;
        size_t       len;
    } broken[] = {
        { VZ_LIT("\n") }, { VZ_LIT("ping \n") }, { VZ_LIT("ping\r\n") },
        { VZ_LIT("pi\0ng\n") }, { VZ_LIT("start  101\n") },
        { VZ_LIT("\xc3\xb1\n") }
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(broken); i++) {
        c = enter();
        say(c, broken[i].bytes, broken[i].len);
        say(c, VZ_LIT("ping\n"));
        expect_start(c, "err syntax ");
        expect(c, NULL);
        hang_up(c);
    }

    (void) memset(big, 'a', sizeof(big));
    c = enter();
    say(c, big, sizeof(big));
    expect_start(c, "err syntax ");
    expect(c, NULL);
    hang_up(c);
}


static void
verbs_may_come_in_a_heap(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    say(c, VZ_LIT("ping\npasswd 101\nsecret Y29ycmVjdCBob3JzZQ==\nping\nst"));
    expect(c, "ok");
    expect(c, "= is=1");
    expect(c, "ok");
    expect(c, "ok");
    say(c, VZ_LIT("art 101\n"));
    expect(c, "+ 1 slow");
    expect(c, "ok");
    hang_up(c);
}


static void
a_secret_is_neither_lost_nor_logged(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();

    /* the second line belongs to passwd, however wrong the first one is */
    say(c, VZ_LIT("passwd 1\nsecret Y29ycmVjdCBob3JzZQ==\n"));
    expect_start(c, "err range ctid");
    say(c, VZ_LIT("passwd 101 x\nsecret Y29ycmVjdCBob3JzZQ==\n"));
    expect_start(c, "err syntax ");

    /* "a\nroot:x", and not base64 */
    say(c, VZ_LIT("passwd 101\nsecret YQpyb290Ong=\n"));
    expect_start(c, "err range secret");
    say(c, VZ_LIT("passwd 101\nsecret !!!!\n"));
    expect_start(c, "err range secret");

    say(c, VZ_LIT("passwd 101\nstop 101\n"));
    expect_start(c, "err syntax ");
    expect(c, NULL);
    hang_up(c);

    c = enter();
    say(c, VZ_LIT("secret Y29ycmVjdCBob3JzZQ==\n"));
    expect_start(c, "err unknown ");
    hang_up(c);

    assert_false(log_has("Y29y"));
    assert_false(log_has("correct"));
    assert_false(log_has("!!!!"));
}


static int
setup(void **state)
{
    served.driver = &driver;

    return talk_setup(state);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_right_key_is_let_in),
        cmocka_unit_test(a_wrong_key_is_denied_and_logged),
        cmocka_unit_test(without_a_key_nobody_is_let_in),
        cmocka_unit_test(an_old_answer_is_worth_nothing),
        cmocka_unit_test(no_verb_runs_before_the_handshake),
        cmocka_unit_test(who_says_nothing_is_closed),
        cmocka_unit_test(a_broken_line_ends_the_connection),
        cmocka_unit_test(verbs_may_come_in_a_heap),
        cmocka_unit_test(a_secret_is_neither_lost_nor_logged)
    };

    return cmocka_run_group_tests(tests, setup, talk_teardown);
}
