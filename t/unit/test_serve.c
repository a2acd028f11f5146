/*
 * One connection: the handshake, lines whole and broken, good clients and bad
 * ones.
 *
 * sources: src/daemon/server/connection.c src/daemon/server/dispatch.c
 * sources: src/daemon/server/stream_pump.c src/daemon/server/verb_test.c
 * sources: src/daemon/base/job.c src/daemon/base/lock.c src/daemon/base/log.c
 * sources: src/daemon/base/dirtree.c src/daemon/template/template_cache.c
 * sources: src/daemon/template/unpacker.c src/daemon/template/archive.c
 * sources: src/daemon/template/template_verdict.c src/daemon/base/run_folder.c
 * sources: src/daemon/rootfs/disk_space.c src/daemon/ct/ct_mark.c
 * sources: src/daemon/base/file.c t/unit/talk.c src/daemon/base/monotonic.c
 * sources: src/daemon/guest/guest_cloud.c
 * sources: src/daemon/guest/guest_files.c
 * sources: src/daemon/server/verb_host.c src/daemon/base/sysinfo.c
 * sources: src/daemon/backup/repositories.c src/daemon/base/check_line.c
 * sources: src/daemon/base/strbuf.c src/daemon/base/ip.c
 * sources: src/daemon/server/feature.c
 */

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "daemon/base/job.h"
#include "talk.h"
#include "daemon/base/monotonic.h"
#include "daemon/server/verb_host.h"
#include "daemon/server/verb_table.h"
#include "daemon/server/verb_test.h"


static vz_code_e
verb_tells_secret(vz_job_t *job)
{
    vz_job_data(job, "is=%d", strcmp(job->secret, "correct horse") == 0);

    return VZ_OK;
}


static vz_code_e
verb_slow(vz_job_t *job)
{
    struct timespec  ts = { 0, 400000000 };

    vz_job_progress(job, 1, "slow");
    (void) nanosleep(&ts, NULL);

    return VZ_OK;
}


static const vz_driver_t  driver = {
    .name = "test"
};

/* in place of server/verb_table.c */
const vz_verb_row_t  vz_verb_table[VZ_VERB_COUNT] = {
    [VZ_VERB_START] = { verb_slow, 0 },
    [VZ_VERB_PASSWD] = { verb_tells_secret, 0 },
    [VZ_VERB_TEMPLATES] = { vz_verb_host_templates, 1 },
    [VZ_VERB_PING] = { vz_verb_host_ping, 1 },
    [VZ_VERB_LINES] = { vz_verb_test_lines, 0 }
};


static void
the_right_key_is_let_in(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    ask(c, VZ_LIT("ping\n"));
    expect(c, "ok");
    ask(c, VZ_LIT("PiNg\n"));
    expect(c, "ok");
    hang_up(c);
}


static void
a_wrong_key_is_denied_and_logged(void **state)
{
    client_t     *c;
    vz_key_t      other;
    vz_nonces_t   nonces;

    (void) state;

    other = served.key;
    other.data[0] ^= 1;

    c = dial();
    greet(c, &nonces);
    prove(c, &other, &nonces);
    say(c, VZ_LIT("ping\n"));
    expect(c, "err denied the key is not ours");
    expect(c, NULL);
    hang_up(c);

    assert_true(log_has("test: denied: the key is not ours"));
}


static void
without_a_key_nobody_is_let_in(void **state)
{
    client_t     *c;
    vz_nonces_t   nonces;

    (void) state;

    served.no_key = 1;
    c = dial();
    served.no_key = 0;

    greet(c, &nonces);
    prove(c, &served.key, &nonces);
    expect_start(c, "err denied ");
    expect(c, NULL);
    hang_up(c);
}


static void
an_old_answer_is_worth_nothing(void **state)
{
    client_t     *a, *b;
    vz_nonces_t   one, two;

    (void) state;

    a = dial();
    greet(a, &one);
    b = dial();
    greet(b, &two);
    assert_string_not_equal(one.server, two.server);

    prove(b, &served.key, &one);
    expect_start(b, "err denied ");

    hang_up(a);
    hang_up(b);
}


/* a byte now and then, for as long as it is let: told, and closed */
static void
who_is_refused_leaves_soon_however_slowly_he_sends(void **state)
{
    long          from;
    client_t     *c;
    vz_nonces_t   nonces;

    (void) state;

    c = dial();
    greet(c, &nonces);
    say(c, VZ_LIT("rubbish\n"));
    expect_start(c, "err syntax ");
    from = vz_monotonic_msec();

    while (send(c->fd, "x", 1, MSG_NOSIGNAL) == 1) {
        assert_true(vz_monotonic_msec() - from < 3000);
        (void) poll(NULL, 0, 50);
    }

    hang_up(c);
}


static void
version_1_is_told_what_this_is(void **state)
{
    client_t     *c;
    vz_nonces_t   nonces;

    (void) state;

    c = dial();
    greet(c, &nonces);
    say(c, VZ_LIT("auth 9f86d081884c7d659a2feaa0c55ad015"
                  "a3bf4f1b2b0b822cd15d6c15b0f00a08\n"));
    expect(c, "err unsupported the client speaks version 1 of the protocol, "
              "this is version 3");
    expect(c, NULL);
    hang_up(c);

    assert_true(log_has("unsupported: the client speaks version 1"));
}


static void
denied(client_t *c, const char *bytes, size_t len)
{
    say(c, bytes, len);
    expect(c, "err denied the line is not what was sent here");
    expect(c, NULL);
    hang_up(c);
}


static void
who_sits_between_is_noticed(void **state)
{
    char       one[VZ_LINE_MAX], two[VZ_LINE_MAX];
    size_t     n, m;
    client_t  *c;

    (void) state;

    /* no MAC, another line's, one that is left out */
    denied(enter(), VZ_LIT("stop 101\n"));

    c = enter();
    n = seal(c, VZ_LIT("start 101\n"), one);
    one[8] ^= 1;
    denied(c, one, n);

    c = enter();
    (void) seal(c, VZ_LIT("ping\n"), one);
    n = seal(c, VZ_LIT("ping\n"), one);
    denied(c, one, n);

    /* repeated */
    c = enter();
    n = seal(c, VZ_LIT("ping\n"), one);
    say(c, one, n);
    expect(c, "ok");
    denied(c, one, n);

    /* from another connection */
    c = enter();
    n = seal(c, VZ_LIT("ping\n"), one);
    hang_up(c);
    denied(enter(), one, n);

    /* a secret of before, behind another verb */
    c = enter();
    n = seal(c, VZ_LIT("body=1 passwd 101\nsecret Y29ycmVjdCBob3JzZQ==\n"),
             one);
    m = seal(c, VZ_LIT("body=1 passwd 102\nsecret Y29ycmVjdCBob3JzZQ==\n"),
             two);
    say(c, one, n);
    expect(c, "= is=1");
    expect(c, "ok");
    say(c, two, (size_t) ((char *) memchr(two, '\n', m) + 1 - two));
    n = (size_t) (one + n - ((char *) memchr(one, '\n', n) + 1));
    denied(c, (char *) memchr(one, '\n', sizeof(one)) + 1, n);

    assert_true(log_has("test: -: denied the line is not what was sent here"));
    assert_true(log_has("test: passwd 102: denied "));
}


static void
no_verb_runs_before_the_handshake(void **state)
{
    size_t     i;
    client_t     *c;
    vz_nonces_t   nonces;

    static const char *const  first[] = {
        "ping\n", "stop 101\n", "GET / HTTP/1.0\r\n\r\n", "\n", "auth \n",
        "auth  00\n", "\x16\x03\x01\n", "auth 0\nstop 101\n"
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(first); i++) {
        c = dial();
        greet(c, &nonces);
        say(c, first[i], strlen(first[i]));
        expect_start(c, "err syntax ");
        expect(c, NULL);
        hang_up(c);
    }
}


static void
who_says_nothing_is_closed(void **state)
{
    client_t     *c;
    vz_nonces_t   nonces;

    (void) state;

    served.handshake = 1;
    c = dial();
    served.handshake = 5;

    greet(c, &nonces);
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
    char       buf[8 * VZ_LINE_MAX];
    size_t     n;
    client_t  *c;

    (void) state;

    c = enter();
    n = seal(c, VZ_LIT("ping\nbody=1 passwd 101\nsecret Y29ycmVjdCBob3JzZQ==\n"
                       "ping\nstart 101\n"), buf);
    say(c, buf, n - 40);
    expect(c, "ok");
    expect(c, "= is=1");
    expect(c, "ok");
    expect(c, "ok");
    say(c, buf + n - 40, 40);
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
    ask(c, VZ_LIT("body=1 passwd 1\nsecret Y29ycmVjdCBob3JzZQ==\n"));
    expect_start(c, "err range ctid");
    ask(c, VZ_LIT("body=1 passwd 101 x\nsecret Y29ycmVjdCBob3JzZQ==\n"));
    expect_start(c, "err syntax ");

    /* "a\nroot:x", and not base64 */
    ask(c, VZ_LIT("body=1 passwd 101\nsecret YQpyb290Ong=\n"));
    expect_start(c, "err range secret");
    ask(c, VZ_LIT("body=1 passwd 101\nsecret !!!!\n"));
    expect_start(c, "err range secret");

    ask(c, VZ_LIT("body=1 passwd 101\nstop 101\n"));
    expect_start(c, "err syntax ");
    expect(c, NULL);
    hang_up(c);

    c = enter();
    ask(c, VZ_LIT("secret Y29ycmVjdCBob3JzZQ==\n"));
    expect_start(c, "err unknown ");
    hang_up(c);

    assert_false(log_has("Y29y"));
    assert_false(log_has("correct"));
    assert_false(log_has("!!!!"));
}


static void
a_body_belongs_to_its_verb(void **state)
{
    int        n;
    char       lines[8192];
    unsigned   i;
    client_t  *c;

    (void) state;

    c = enter();
    ask(c, VZ_LIT("body=2 lines 101\nbody YQ==\nbody YmM=\n"));
    expect(c, "= lines=2 bytes=3 sha256=4b8d1dd1e2b97bee100f449a998ac84a"
              "292fb223d969296c4737b44459e545de");
    expect(c, "ok");
    ask(c, VZ_LIT("lines 101\n"));
    expect_start(c, "= lines=0 bytes=0 ");
    expect(c, "ok");

    /* of a verb that is wrong it is read all the same */
    ask(c, VZ_LIT("body=2 lines 7\nbody YQ==\nbody YmM=\n"));
    expect_start(c, "err range ctid");
    ask(c, VZ_LIT("body=1 ping\nbody YQ==\n"));
    expect(c, "err syntax ping takes no body");
    ask(c, VZ_LIT("body=1 dance\nbody YQ==\n"));
    expect(c, "err unknown no verb dance");

    /* 200 are the most that it takes, 256 that anybody does */
    n = sprintf(lines, "body=201 lines 101\n");

    for (i = 0; i < 201; i++) {
        n += sprintf(lines + n, "body YQ==\n");
    }

    ask(c, lines, (size_t) n);
    expect(c, "err syntax lines takes a body of 0 to 200 lines");
    ask(c, VZ_LIT("ping\n"));
    expect(c, "ok");

    ask(c, VZ_LIT("body=257 lines 101\n"));
    expect_start(c, "err syntax body: 1 to 256 lines");
    expect(c, NULL);
    hang_up(c);
}


static void
a_body_that_is_out_of_step_ends_the_connection(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    ask(c, VZ_LIT("body=2 lines 101\nbody YQ==\nping\n"));
    expect_start(c, "err syntax a line of the body was announced");
    expect(c, NULL);
    hang_up(c);

    /* cut off: nothing is done */
    c = enter();
    ask(c, VZ_LIT("body=2 lines 101\nbody YQ==\n"));
    (void) shutdown(c->fd, SHUT_WR);
    expect(c, NULL);
    hang_up(c);

    /* who asks as it was asked before */
    c = enter();
    ask(c, VZ_LIT("passwd 101\nsecret Y29ycmVjdCBob3JzZQ==\n"));
    expect(c, "err syntax passwd takes a body of 1 line");
    expect_start(c, "err unknown no verb secret");
    hang_up(c);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_right_key_is_let_in),
        cmocka_unit_test(a_wrong_key_is_denied_and_logged),
        cmocka_unit_test(without_a_key_nobody_is_let_in),
        cmocka_unit_test(an_old_answer_is_worth_nothing),
        cmocka_unit_test(who_is_refused_leaves_soon_however_slowly_he_sends),
        cmocka_unit_test(version_1_is_told_what_this_is),
        cmocka_unit_test(who_sits_between_is_noticed),
        cmocka_unit_test(no_verb_runs_before_the_handshake),
        cmocka_unit_test(who_says_nothing_is_closed),
        cmocka_unit_test(a_broken_line_ends_the_connection),
        cmocka_unit_test(verbs_may_come_in_a_heap),
        cmocka_unit_test(a_secret_is_neither_lost_nor_logged),
        cmocka_unit_test(a_body_belongs_to_its_verb),
        cmocka_unit_test(a_body_that_is_out_of_step_ends_the_connection)
    };

    return talk_main(&driver, tests, VZ_COUNT(tests));
}
