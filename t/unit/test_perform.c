/*
 * A verb carried out by a table of the test's own, in which each verb is a
 * case: what it answers, what it locks, a client that leaves meanwhile.
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

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "talk.h"
#include "daemon/base/lock.h"
#include "daemon/server/verb_host.h"
#include "daemon/server/verb_table.h"
#include "daemon/server/verb_test.h"


static vz_code_e
drv_open(const vz_config_t *c, char *words)
{
    (void) c;

    if (access(served.home, F_OK) == 0) {
        return VZ_OK;
    }

    (void) snprintf(words, VZ_WORDS_MAX, "not open");

    return VZ_FAILED;
}


static vz_code_e
verb_percent_falls(vz_job_t *job)
{
    vz_job_progress(job, 40, "writing %s", job->req->argv[1]);
    vz_job_progress(job, 10, "going\nback");
    vz_job_progress(job, 400, "%s", "");

    return vz_job_end(job, VZ_OK, "already");
}


static vz_code_e
verb_hostile_words(vz_job_t *job)
{
    return vz_job_end(job, VZ_FAILED, "a guest\nok\r\x1b[31m said \xc3\xb1%s",
                      "  ");
}


static vz_code_e
verb_many_lines(vz_job_t *job)
{
    unsigned  i;

    for (i = 0; i < 5000; i++) {
        vz_job_data(job, "id=%u hostname=vps%u.example.org state=stopped",
                    101 + i, i);
    }

    return VZ_OK;
}


static vz_code_e
verb_long_line(vz_job_t *job)
{
    char  big[2 * VZ_REPLY_MAX];

    (void) memset(big, 'x', sizeof(big) - 1);
    big[sizeof(big) - 1] = '\0';

    vz_job_data(job, "a=1 b=\n c=%s", big);
    vz_job_data(job, "%s", big);

    return VZ_OK;
}


/* fails where another one is at work on the same container */
static vz_code_e
verb_slow(vz_job_t *job)
{
    int              fd;
    char             path[128];
    struct timespec  ts = { 0, 400000000 };

    (void) snprintf(path, sizeof(path), "%s/at-%u", served.home,
                    job->req->ctid);

    fd = open(path, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);
    if (fd == -1) {
        return vz_job_end(job, VZ_STATE, "two at once");
    }

    (void) close(fd);

    vz_job_progress(job, 1, "slow");
    (void) nanosleep(&ts, NULL);
    (void) unlink(path);

    return VZ_OK;
}


static vz_code_e
verb_marks(vz_job_t *job)
{
    int              fd;
    char             path[128];
    struct timespec  ts = { 0, 200000000 };

    vz_job_progress(job, 1, "marking");
    (void) nanosleep(&ts, NULL);
    vz_job_progress(job, 2, "marking");

    (void) snprintf(path, sizeof(path), "%s/mark", served.home);
    fd = open(path, O_WRONLY|O_CREAT|O_CLOEXEC, 0600);
    (void) close(fd);

    return vz_job_left(job) > 0 ? VZ_OK : VZ_TIMEOUT;
}


static vz_code_e
verb_odd_code(vz_job_t *job)
{
    (void) job;

    return VZ_CONFLICT;
}


static const vz_driver_t  driver = {
    .name = "test",
    .open = drv_open
};


/* a long one that waits: for what never comes, or with progress */
static vz_code_e
verb_waits(vz_job_t *job)
{
    int       ms;
    unsigned  i;

    if (job->ctid == 101) {
        vz_job_progress(job, 7, "waiting");

        while ((ms = vz_job_beat(job)) > 0) {
            (void) usleep((useconds_t) ms * 1000);
        }

        return vz_job_end(job, VZ_TIMEOUT, "nothing moves");
    }

    for (i = 0; i < 7; i++) {
        vz_job_progress(job, i, "moving");
        (void) usleep(900000);
    }

    return vz_job_left(job) > 0 ? VZ_OK : VZ_TIMEOUT;
}


/* in place of server/verb_table.c */
const vz_verb_row_t  vz_verb_table[VZ_VERB_COUNT] = {
    [VZ_VERB_CREATE] = { verb_percent_falls, 0 },
    [VZ_VERB_DESTROY] = { verb_odd_code, 0 },
    [VZ_VERB_START] = { verb_slow, 0 },
    [VZ_VERB_STOP] = { verb_marks, 0 },
    [VZ_VERB_SETNAME] = { verb_hostile_words, 0 },
    [VZ_VERB_LIST] = { verb_many_lines, 0 },
    [VZ_VERB_NODE] = { verb_long_line, 0 },
    [VZ_VERB_TEMPLATES] = { vz_verb_host_templates, 1 },
    [VZ_VERB_PING] = { vz_verb_host_ping, 1 },
    [VZ_VERB_ECHO] = { vz_verb_test_echo, 0 },
    [VZ_VERB_DOZE] = { verb_waits, 0 }
};


static void
a_percent_never_falls(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    ask(c, VZ_LIT("create 101 debian-12\n"));
    expect(c, "+ 40 writing debian-12");
    expect(c, "+ 40 going back");
    expect(c, "+ 100 working say=working");
    expect(c, "ok already say=already");
    hang_up(c);

    assert_true(log_has("test: create 101 debian-12: ok already"));
}


static void
what_a_guest_says_is_one_clean_line(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    ask(c, VZ_LIT("setname 101 a.example.org\n"));
    expect(c, "err failed a guest ok [31m said");
    ask(c, VZ_LIT("destroy 101\n"));
    expect_start(c, "err internal ");
    hang_up(c);
}


static void
lines_that_do_not_fit_lose_whole_pairs(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    ask(c, VZ_LIT("node\n"));
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
    ask(c, VZ_LIT("frobnicate 101\n"));
    expect_start(c, "err unknown ");
    ask(c, VZ_LIT("start 100\n"));
    expect_start(c, "err range ctid");
    ask(c, VZ_LIT("start 5001\n"));
    expect(c, "err range ctid: 101 to 5000 on this host");
    ask(c, VZ_LIT("start\n"));
    expect_start(c, "err syntax ");
    ask(c, VZ_LIT("create 101 ../../etc\n"));
    expect_start(c, "err range template");
    ask(c, VZ_LIT("restart 101\n"));
    expect(c, "err unsupported driver test has no restart");
    ask(c, VZ_LIT("templates\n"));
    expect_start(c, "err internal ");
    ask(c, VZ_LIT("ping\n"));
    expect(c, "ok");
    hang_up(c);
}


static void
five_thousand_lines_arrive(void **state)
{
    char       line[128];
    unsigned   i;
    client_t  *c;

    (void) state;

    c = enter();
    ask(c, VZ_LIT("list\n"));
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
a_container_is_locked(void **state)
{
    client_t  *a, *b;
    char       path[128];

    (void) state;

    a = enter();
    b = enter();

    ask(a, VZ_LIT("start 101\n"));
    expect(a, "+ 1 slow");

    (void) snprintf(path, sizeof(path), "%s/run%s/lock/101", served.home,
                    served.home);
    assert_int_equal(access(path, F_OK), 0);

    /* reads and other containers do not wait */
    ask(b, VZ_LIT("ping\nstart 102\n"));
    expect(b, "ok");
    expect(b, "+ 1 slow");
    expect(b, "ok");

    ask(b, VZ_LIT("start 101\n"));
    expect(a, "ok");
    expect(b, "+ 1 slow");
    expect(b, "ok");

    assert_int_not_equal(access(path, F_OK), 0);

    hang_up(a);
    hang_up(b);
}


static void
who_holds_it_is_named(void **state)
{
    char             holder[VZ_LOCK_HOLDER];
    client_t        *c;
    vz_lock_t        lock;
    struct timespec  from, to;

    (void) state;

    assert_int_equal(vz_lock_take(&served.conf, "101", "backup", 0, &lock,
                                  holder), VZ_OK);

    c = enter();
    (void) clock_gettime(CLOCK_MONOTONIC, &from);
    ask(c, VZ_LIT("start 101\n"));
    expect_start(c, "err busy container 101 is held by: backup, pid ");
    (void) clock_gettime(CLOCK_MONOTONIC, &to);
    assert_in_range(to.tv_sec - from.tv_sec, 4, 6);

    vz_lock_drop(&lock);
    ask(c, VZ_LIT("start 101\n"));
    expect(c, "+ 1 slow");
    expect(c, "ok");
    hang_up(c);
}


static void
a_holder_that_dies_leaves_no_lock(void **state)
{
    char       path[128];
    client_t  *a, *b;

    (void) state;

    a = enter();
    b = enter();

    ask(a, VZ_LIT("start 101\n"));
    expect(a, "+ 1 slow");
    assert_int_equal(kill(a->pid, SIGKILL), 0);
    assert_int_equal(waitpid(a->pid, NULL, 0), a->pid);
    (void) close(a->fd);
    vz_seal_free(&a->seal);
    free(a);

    (void) snprintf(path, sizeof(path), "%s/at-101", served.home);
    assert_int_equal(unlink(path), 0);

    ask(b, VZ_LIT("start 101\n"));
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
    ask(c, VZ_LIT("stop 101\n"));
    expect(c, "+ 1 marking");
    hang_up(c);

    (void) snprintf(path, sizeof(path), "%s/mark", served.home);
    assert_int_equal(unlink(path), 0);
    assert_true(log_has("test: stop 101: ok"));
}


/* its table gives it 4 s without progress, and 1 s without a line */
static void
a_long_verb_ends_when_nothing_moves(void **state)
{
    unsigned         i;
    client_t        *c;
    struct timespec  from, to;

    (void) state;

    c = enter();
    (void) clock_gettime(CLOCK_MONOTONIC, &from);
    ask(c, VZ_LIT("doze 101 1000\n"));

    for (i = 0; i < 8; i++) {
        expect(c, "+ 7 waiting");
    }

    expect(c, "err timeout nothing moves");
    (void) clock_gettime(CLOCK_MONOTONIC, &to);
    assert_in_range(to.tv_sec - from.tv_sec, 3, 5);

    ask(c, VZ_LIT("ping\n"));
    expect(c, "ok");
    hang_up(c);
}


static void
a_long_verb_goes_on_while_something_moves(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    ask(c, VZ_LIT("doze 102 1000\n"));
    expect(c, "+ 0 moving");
    expect(c, "+ 1 moving");
    expect(c, "+ 2 moving");
    expect(c, "+ 3 moving");
    expect(c, "+ 4 moving");
    expect(c, "+ 5 moving");
    expect(c, "+ 6 moving");
    expect(c, "ok");
    hang_up(c);
}


static void
a_stream_holds_no_lock(void **state)
{
    client_t  *a, *b;

    (void) state;

    a = enter();
    b = enter();

    ask(a, VZ_LIT("echo 101\n"));
    expect(a, "ok stream");
    ask(b, VZ_LIT("start 101\n"));
    expect(b, "+ 1 slow");
    expect(b, "ok");

    /* he leaves without a word */
    hang_up(a);
    hang_up(b);
    assert_true(log_has("test: the stream of echo 101: cut off"));
}


static void
verbs_for_tests_are_known_to_tests_alone(void **state)
{
    client_t  *c;

    (void) state;

    (void) strcpy(served.conf.test_verbs, "no");
    c = enter();
    (void) strcpy(served.conf.test_verbs, "yes");

    ask(c, VZ_LIT("echo 101\n"));
    expect(c, "err unknown no verb echo");
    ask(c, VZ_LIT("body=1 lines 101\nbody YQ==\n"));
    expect(c, "err unknown no verb lines");
    ask(c, VZ_LIT("ping\n"));
    expect(c, "ok");
    hang_up(c);
}


static void
a_host_without_driver_says_so(void **state)
{
    client_t  *c;

    (void) state;

    served.driver = NULL;
    served.why = "no cgroups";
    c = enter();
    served.driver = &driver;

    ask(c, VZ_LIT("start 101\n"));
    expect(c, "err unsupported no cgroups");
    ask(c, VZ_LIT("ping\n"));
    expect(c, "ok");
    hang_up(c);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_percent_never_falls),
        cmocka_unit_test(what_a_guest_says_is_one_clean_line),
        cmocka_unit_test(lines_that_do_not_fit_lose_whole_pairs),
        cmocka_unit_test(what_is_wrong_is_named_and_the_next_verb_runs),
        cmocka_unit_test(five_thousand_lines_arrive),
        cmocka_unit_test(a_container_is_locked),
        cmocka_unit_test(who_holds_it_is_named),
        cmocka_unit_test(a_holder_that_dies_leaves_no_lock),
        cmocka_unit_test(a_client_that_leaves_does_not_stop_its_verb),
        cmocka_unit_test(a_long_verb_ends_when_nothing_moves),
        cmocka_unit_test(a_long_verb_goes_on_while_something_moves),
        cmocka_unit_test(a_stream_holds_no_lock),
        cmocka_unit_test(verbs_for_tests_are_known_to_tests_alone),
        cmocka_unit_test(a_host_without_driver_says_so)
    };

    return talk_main(&driver, tests, VZ_COUNT(tests));
}
