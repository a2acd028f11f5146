/*
 * One connection of the daemon over a socketpair, with a driver of the
 * test's own, a good client and bad ones.
 *
 * sources: src/daemon/serve.c src/daemon/perform.c src/daemon/job.c
 * sources: src/daemon/lock.c
 * sources: src/daemon/log.c src/daemon/tree.c src/daemon/cache.c
 * sources: src/daemon/unpack.c src/daemon/prepare.c
 * libs: -larchive
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/serve.h"
#include "daemon/log.h"
#include "daemon/tree.h"


typedef struct {
    int         fd;
    pid_t       pid;
    size_t      have;
    char        buf[1 << 20];
} client_t;


static char         home[] = "/tmp/vz-serve-XXXXXX";
static char         logfile[64];
static vz_config_t  conf;
static vz_key_t     key;
static unsigned     handshake = 5;
static const char  *why_no_driver;
static int          no_key;


/* --- the driver: each verb is a case --- */

static vz_code_e
drv_open(const vz_config_t *c, char *words)
{
    (void) c;

    if (access(home, F_OK) == 0) {
        return VZ_OK;
    }

    (void) snprintf(words, VZ_WORDS_MAX, "not open");

    return VZ_FAILED;
}


static vz_code_e
drv_percent_falls(vz_job_t *job)
{
    vz_job_progress(job, 40, "writing %s", job->req->argv[1]);
    vz_job_progress(job, 10, "going\nback");
    vz_job_progress(job, 400, "%s", "");

    return vz_job_end(job, VZ_OK, "already");
}


static vz_code_e
drv_hostile_words(vz_job_t *job)
{
    return vz_job_end(job, VZ_FAILED, "a guest\nok\r\x1b[31m said \xc3\xb1%s",
                      "  ");
}


static vz_code_e
drv_many_lines(vz_job_t *job)
{
    unsigned  i;

    for (i = 0; i < 5000; i++) {
        vz_job_data(job, "id=%u hostname=vps%u.example.org state=stopped",
                    101 + i, i);
    }

    return VZ_OK;
}


static vz_code_e
drv_long_line(vz_job_t *job)
{
    char  big[2 * VZ_REPLY_MAX];

    (void) memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';

    vz_job_data(job, "a=1 b=\n c=%s", big);
    vz_job_data(job, "%s", big);

    return VZ_OK;
}


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


static vz_code_e
drv_marks(vz_job_t *job)
{
    int              fd;
    char             path[128];
    struct timespec  ts = { 0, 200000000 };

    vz_job_progress(job, 1, "marking");
    (void) nanosleep(&ts, NULL);
    vz_job_progress(job, 2, "marking");

    (void) snprintf(path, sizeof(path), "%s/mark", home);
    fd = open(path, O_WRONLY|O_CREAT|O_CLOEXEC, 0600);
    (void) close(fd);

    return vz_job_left(job) > 0 ? VZ_OK : VZ_TIMEOUT;
}


static vz_code_e
drv_odd_code(vz_job_t *job)
{
    (void) job;

    return VZ_CONFLICT;
}


static const vz_driver_t  driver = {
    .name = "test",
    .open = drv_open,
    .run = {
        [VZ_VERB_CREATE] = drv_percent_falls,
        [VZ_VERB_DESTROY] = drv_odd_code,
        [VZ_VERB_START] = drv_slow,
        [VZ_VERB_STOP] = drv_marks,
        [VZ_VERB_SETNAME] = drv_hostile_words,
        [VZ_VERB_LIST] = drv_many_lines,
        [VZ_VERB_NODE] = drv_long_line,
        [VZ_VERB_PASSWD] = drv_tells_secret
    }
};


/* --- the client --- */

static void
serve_child(int fd)
{
    vz_host_t   host;
    vz_serve_t  serve;

    host.conf = &conf;
    host.driver = why_no_driver ? NULL : &driver;
    host.why = why_no_driver;
    host.opened = 0;

    serve.host = &host;
    serve.key = no_key ? NULL : &key;
    serve.in = fd;
    serve.out = fd;
    serve.handshake = handshake;
    serve.peer = "test";

    if (vz_log_open(logfile, "info") == -1) {
        _exit(9);
    }

    vz_serve(&serve);
    _exit(0);
}


static client_t *
dial(void)
{
    int        fds[2];
    client_t  *c;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, fds),
                     0);

    c = calloc(1, sizeof(*c));
    assert_non_null(c);

    c->fd = fds[0];
    c->pid = fork();
    assert_true(c->pid != -1);

    if (c->pid == 0) {
        (void) close(fds[0]);
        serve_child(fds[1]);
    }

    (void) close(fds[1]);

    return c;
}


static void
hang_up(client_t *c)
{
    int  status;

    (void) close(c->fd);
    assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    free(c);
}


static void
say(client_t *c, const char *bytes, size_t len)
{
    assert_int_equal(send(c->fd, bytes, len, MSG_NOSIGNAL), (ssize_t) len);
}


/* one line without its LF, or NULL at the end; 10 s of patience */
static char *
hear(client_t *c)
{
    char           *lf;
    ssize_t         n;
    static char     line[VZ_REPLY_MAX + 1];
    struct pollfd   pfd = { c->fd, POLLIN, 0 };

    for ( ;; ) {
        lf = memchr(c->buf, '\n', c->have);

        if (lf) {
            assert_true(lf - c->buf < VZ_REPLY_MAX);
            (void) memcpy(line, c->buf, lf - c->buf);
            line[lf - c->buf] = '\0';
            c->have -= lf + 1 - c->buf;
            (void) memmove(c->buf, lf + 1, c->have);
            return line;
        }

        assert_int_equal(poll(&pfd, 1, 10000), 1);

        n = read(c->fd, c->buf + c->have, sizeof(c->buf) - c->have);
        if (n <= 0) {
            assert_int_equal(c->have, 0);
            return NULL;
        }

        c->have += n;
    }
}


static void
expect(client_t *c, const char *line)
{
    char  *got;

    got = hear(c);

    if (line == NULL) {
        assert_null(got);
        return;
    }

    assert_non_null(got);
    assert_string_equal(got, line);
}


static void
expect_start(client_t *c, const char *start)
{
    char  *got;

    got = hear(c);
    assert_non_null(got);

    if (strncmp(got, start, strlen(start)) != 0) {
        fail_msg("\"%s\" does not start with \"%s\"", got, start);
    }
}


static void
greet(client_t *c, char nonce[VZ_HEX_LEN + 1])
{
    char  *line;

    line = hear(c);
    assert_non_null(line);
    assert_int_equal(vz_greeting_parse(line, strlen(line), nonce), VZ_OK);
}


static client_t *
enter(void)
{
    char      nonce[VZ_HEX_LEN + 1], buf[VZ_LINE_MAX];
    size_t    n;
    client_t *c;

    c = dial();
    greet(c, nonce);

    n = vz_auth_print(buf, sizeof(buf), &key, nonce);
    assert_true(n > 0);
    buf[n++] = '\n';

    say(c, buf, n);
    expect(c, "ok");

    return c;
}


static int
log_has(const char *text)
{
    FILE    *file;
    size_t   n;

    static char  buf[1 << 16];

    file = fopen(logfile, "r");
    assert_non_null(file);
    n = fread(buf, 1, sizeof(buf) - 1, file);
    buf[n] = '\0';
    (void) fclose(file);

    return strstr(buf, text) != NULL;
}


/* --- the handshake --- */

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

    other = key;
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

    no_key = 1;
    c = dial();
    no_key = 0;

    greet(c, nonce);
    n = vz_auth_print(buf, sizeof(buf), &key, nonce);
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

    n = vz_auth_print(buf, sizeof(buf), &key, one);
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

    handshake = 1;
    c = dial();
    handshake = 5;

    greet(c, nonce);
    say(c, VZ_LIT("auth "));
    expect_start(c, "err timeout ");
    expect(c, NULL);
    hang_up(c);

    conf.silence = 1;
    c = enter();
    conf.silence = 5;

    say(c, VZ_LIT("pin"));
    expect(c, NULL);
    hang_up(c);
}


/* --- verbs --- */

static void
a_percent_never_falls(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    say(c, VZ_LIT("create 101 debian-12\n"));
    expect(c, "+ 40 writing debian-12");
    expect(c, "+ 40 going back");
    expect(c, "+ 100 working");
    expect(c, "ok already");
    hang_up(c);

    assert_true(log_has("test: create 101 debian-12: ok already"));
}


static void
what_a_guest_says_is_one_clean_line(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    say(c, VZ_LIT("setname 101 a.example.org\n"));
    expect(c, "err failed a guest ok [31m said");
    say(c, VZ_LIT("destroy 101\n"));
    expect_start(c, "err internal ");
    hang_up(c);
}


static void
lines_that_do_not_fit_lose_whole_pairs(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    say(c, VZ_LIT("node\n"));
    expect(c, "= a=1 b=?");
    expect(c, "ok");
    hang_up(c);
}


static void
what_is_wrong_is_named_and_the_next_verb_runs(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    say(c, VZ_LIT("frobnicate 101\n"));
    expect_start(c, "err unknown ");
    say(c, VZ_LIT("start 100\n"));
    expect_start(c, "err range ctid");
    say(c, VZ_LIT("start 5001\n"));
    expect(c, "err range ctid: 101 to 5000 on this host");
    say(c, VZ_LIT("start\n"));
    expect_start(c, "err syntax ");
    say(c, VZ_LIT("create 101 ../../etc\n"));
    expect_start(c, "err range template");
    say(c, VZ_LIT("restart 101\n"));
    expect(c, "err unsupported driver test has no restart");
    say(c, VZ_LIT("templates\n"));
    expect_start(c, "err internal ");
    say(c, VZ_LIT("ping\n"));
    expect(c, "ok");
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


static void
five_thousand_lines_arrive(void **state)
{
    char       line[128];
    unsigned   i;
    client_t  *c;

    (void) state;

    c = enter();
    say(c, VZ_LIT("list\n"));
    (void) usleep(200000);

    for (i = 0; i < 5000; i++) {
        (void) snprintf(line, sizeof(line),
                        "= id=%u hostname=vps%u.example.org state=stopped",
                        101 + i, i);
        expect(c, line);
    }

    expect(c, "ok");
    hang_up(c);
}


static void
a_container_is_locked_and_its_holder_named(void **state)
{
    client_t  *a, *b;
    char       path[128];

    (void) state;

    a = enter();
    b = enter();

    say(a, VZ_LIT("start 101\n"));
    expect(a, "+ 1 slow");

    (void) snprintf(path, sizeof(path), "%s/lock/101", home);
    assert_int_equal(access(path, F_OK), 0);

    /* reads and other containers do not wait */
    say(b, VZ_LIT("ping\nstart 102\n"));
    expect(b, "ok");
    expect(b, "+ 1 slow");
    expect(b, "ok");

    say(b, VZ_LIT("start 101\n"));
    expect(a, "ok");
    expect(b, "+ 1 slow");
    expect(b, "ok");

    assert_int_not_equal(access(path, F_OK), 0);

    hang_up(a);
    hang_up(b);
}


static void
a_holder_that_dies_leaves_no_lock(void **state)
{
    client_t  *a, *b;

    (void) state;

    a = enter();
    b = enter();

    say(a, VZ_LIT("start 101\n"));
    expect(a, "+ 1 slow");
    assert_int_equal(kill(a->pid, SIGKILL), 0);
    assert_int_equal(waitpid(a->pid, NULL, 0), a->pid);
    (void) close(a->fd);
    free(a);

    say(b, VZ_LIT("start 101\n"));
    expect(b, "+ 1 slow");
    expect(b, "ok");
    hang_up(b);
}


static void
a_client_that_leaves_does_not_stop_its_verb(void **state)
{
    char       path[128];
    client_t  *c;

    (void) state;

    c = enter();
    say(c, VZ_LIT("stop 101\n"));
    expect(c, "+ 1 marking");
    hang_up(c);

    (void) snprintf(path, sizeof(path), "%s/mark", home);
    assert_int_equal(unlink(path), 0);
    assert_true(log_has("test: stop 101: ok"));
}


static void
a_host_without_driver_says_so(void **state)
{
    client_t  *c;

    (void) state;

    why_no_driver = "no cgroups";
    c = enter();
    why_no_driver = NULL;

    say(c, VZ_LIT("start 101\n"));
    expect(c, "err unsupported no cgroups");
    say(c, VZ_LIT("ping\n"));
    expect(c, "ok");
    hang_up(c);
}


static int
setup(void **state)
{
    (void) state;

    if (mkdtemp(home) == NULL || vz_field_init() != VZ_OK) {
        return -1;
    }

    (void) snprintf(logfile, sizeof(logfile), "%s/log", home);
    (void) snprintf(conf.lxc_path, sizeof(conf.lxc_path), "%s", home);
    (void) snprintf(conf.template_dir, sizeof(conf.template_dir), "%s/none",
                    home);
    conf.ctid_min = 101;
    conf.ctid_max = 5000;
    conf.silence = 5;

    key.len = 32;
    (void) memset(key.data, 'k', key.len);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    vz_field_free();

    return vz_tree_remove(home);
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
        cmocka_unit_test(a_percent_never_falls),
        cmocka_unit_test(what_a_guest_says_is_one_clean_line),
        cmocka_unit_test(lines_that_do_not_fit_lose_whole_pairs),
        cmocka_unit_test(what_is_wrong_is_named_and_the_next_verb_runs),
        cmocka_unit_test(a_broken_line_ends_the_connection),
        cmocka_unit_test(verbs_may_come_in_a_heap),
        cmocka_unit_test(a_secret_is_neither_lost_nor_logged),
        cmocka_unit_test(five_thousand_lines_arrive),
        cmocka_unit_test(a_container_is_locked_and_its_holder_named),
        cmocka_unit_test(a_holder_that_dies_leaves_no_lock),
        cmocka_unit_test(a_client_that_leaves_does_not_stop_its_verb),
        cmocka_unit_test(a_host_without_driver_says_so)
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
