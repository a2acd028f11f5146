/*
 * Which container is meant, by whom, and what was done before: verbs with
 * marks, by a driver of the test's own whose containers are files with a tag
 * in them, and which counts what it was made to do.
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

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/file.h"
#include "talk.h"
#include "daemon/base/job.h"
#include "daemon/server/verb_host.h"
#include "daemon/server/verb_table.h"


#define T1  "aaaaaaaaaaaaaaaa"
#define T2  "bbbbbbbbbbbbbbbb"
#define T3  "cccccccccccccccc"

#define test(name)  cmocka_unit_test_setup(name, forget)


static const char *
at(const char *name, unsigned ctid)
{
    static char  path[128];

    (void) snprintf(path, sizeof(path), "%s/%s-%u", served.home, name, ctid);

    return path;
}


static vz_code_e
drv_tag(const vz_config_t *c, uint32_t ctid, char tag[VZ_TAG_LEN + 1])
{
    (void) c;

    if (vz_file_read(at("ct", ctid), tag, VZ_TAG_LEN + 1) == -1) {
        return VZ_NOENT;
    }

    return tag[0] == '?' ? VZ_INTERNAL : VZ_OK;
}


static void
verb_count(vz_job_t *job)
{
    int  fd;

    fd = open(at("acts", job->req->ctid), O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC,
              0600);
    (void) !write(fd, "x", 1);
    (void) close(fd);
}


static void
put(unsigned ctid, const char *tag)
{
    (void) vz_file_replace(at("ct", ctid), tag, strlen(tag));
}


static vz_code_e
verb_create(vz_job_t *job)
{
    verb_count(job);

    if (access(at("ct", job->req->ctid), F_OK) == 0) {
        return vz_job_end(job, VZ_OK, "already");
    }

    if (strcmp(job->req->argv[1], "fails") == 0) {
        return vz_job_end(job, VZ_FAILED, "as asked");
    }

    put(job->req->ctid, job->req->mark.tag);

    return VZ_OK;
}


static vz_code_e
verb_destroy(vz_job_t *job)
{
    verb_count(job);

    return unlink(at("ct", job->req->ctid)) == 0
           ? VZ_OK : vz_job_end(job, VZ_OK, "already");
}


static vz_code_e
verb_adopt(vz_job_t *job)
{
    verb_count(job);

    if (access(at("ct", job->req->ctid), F_OK) == -1) {
        return vz_job_end(job, VZ_NOENT, "not there");
    }

    put(job->req->ctid, job->req->argv[1]);

    return VZ_OK;
}


static vz_code_e
verb_act(vz_job_t *job)
{
    verb_count(job);

    return access(at("ct", job->req->ctid), F_OK) == 0
           ? VZ_OK : vz_job_end(job, VZ_NOENT, "not there");
}


static vz_code_e
verb_fails(vz_job_t *job)
{
    verb_count(job);

    return vz_job_end(job, VZ_FAILED, "as always");
}


static vz_code_e
verb_slow(vz_job_t *job)
{
    struct timespec  ts = { 0, 300000000 };

    verb_count(job);
    vz_job_progress(job, 1, "slow");
    (void) nanosleep(&ts, NULL);

    return VZ_OK;
}


/* somebody else's container is put there while this one is looked at */
static vz_code_e
verb_status(vz_job_t *job)
{
    vz_job_data(job, "id=%u", job->req->ctid);

    if (job->req->ctid == 120) {
        put(120, T2);
    }

    return VZ_OK;
}


static const vz_driver_t  driver = {
    .name = "test",
    .tag = drv_tag
};

/* in place of server/verb_table.c */
const vz_verb_row_t  vz_verb_table[VZ_VERB_COUNT] = {
    [VZ_VERB_CREATE] = { verb_create, 0 },
    [VZ_VERB_DESTROY] = { verb_destroy, 0 },
    [VZ_VERB_ADOPT] = { verb_adopt, 0 },
    [VZ_VERB_START] = { verb_act, 0 },
    [VZ_VERB_STOP] = { verb_act, 0 },
    [VZ_VERB_RESTART] = { verb_fails, 0 },
    [VZ_VERB_SETNAME] = { verb_slow, 0 },
    [VZ_VERB_STATUS] = { verb_status, 0 },
    [VZ_VERB_TEMPLATES] = { vz_verb_host_templates, 1 },
    [VZ_VERB_PING] = { vz_verb_host_ping, 1 }
};


/* how often the driver was made to act on it */
static size_t
acts(unsigned ctid)
{
    struct stat  st;

    return stat(at("acts", ctid), &st) == 0 ? (size_t) st.st_size : 0;
}


/* LINE, its answer, how often the driver has acted by then */
static void
verb(client_t *c, const char *line, const char *answer, size_t n)
{
    char         buf[VZ_LINE_MAX];
    unsigned     ctid;
    const char  *p;

    ask(c, buf, (size_t) snprintf(buf, sizeof(buf), "%s\n", line));
    expect(c, answer);

    p = strstr(line, " 1");
    assert_non_null(p);
    assert_int_equal(sscanf(p, "%u", &ctid), 1);
    assert_int_equal(acts(ctid), n);
}


static void
a_number_is_not_an_identity(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    verb(c, "tag=" T1 " create 101 x", "ok", 1);
    verb(c, "tag=" T1 " create 101 x", "ok already", 2);
    verb(c, "tag=" T1 " start 101", "ok", 3);

    verb(c, "tag=" T2 " start 101",
         "err noent no container 101 has this tag", 3);
    verb(c, "start 101",
         "err noent no container 101 has this tag", 3);
    verb(c, "tag=" T2 " create 101 x",
         "err exists container 101 exists with another tag", 3);
    verb(c, "create 101 x",
         "err exists container 101 exists with another tag", 3);
    verb(c, "tag=" T2 " destroy 101", "ok already", 3);
    verb(c, "destroy 101", "ok already", 3);
    verb(c, "tag=" T1 " destroy 101", "ok", 4);
    hang_up(c);

    assert_true(log_has("test: tag=" T1 " destroy 101: ok"));
}


static void
those_without_a_tag_go_on_among_themselves(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    verb(c, "create 102 x", "ok", 1);
    verb(c, "start 102", "ok", 2);
    verb(c, "tag=" T1 " start 102",
         "err noent no container 102 has this tag", 2);
    verb(c, "tag=" T2 " create 102 x",
         "err exists container 102 exists with another tag", 2);
    verb(c, "tag=" T2 " destroy 102", "ok already", 2);
    verb(c, "destroy 102", "ok", 3);
    verb(c, "create 102 x", "ok", 4);
    hang_up(c);
}


static void
one_is_adopted_by_who_names_what_it_is(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    verb(c, "adopt 103 " T1, "err noent not there", 1);
    put(103, "");

    verb(c, "tag=" T2 " adopt 103 " T1,
         "err noent no container 103 has this tag", 1);
    verb(c, "fence=9 adopt 103 " T1, "ok", 2);
    verb(c, "adopt 103 " T1, "ok already", 2);
    verb(c, "tag=" T2 " adopt 103 " T1, "ok already", 2);
    verb(c, "fence=8 tag=" T1 " stop 103",
         "err stale 9 is the newest fence that was seen of container 103", 2);

    /* the next one counts from its own beginning */
    verb(c, "adopt 103 " T2,
         "err noent no container 103 has this tag", 2);
    verb(c, "fence=2 id=1.1 tag=" T1 " adopt 103 " T2, "ok", 3);
    verb(c, "fence=1 tag=" T2 " stop 103",
         "err stale 2 is the newest fence that was seen of container 103", 3);
    verb(c, "fence=2 tag=" T2 " stop 103", "ok", 4);
    verb(c, "fence=3 id=1.1 tag=" T2 " stop 103", "ok already done", 4);
    hang_up(c);
}


static void
who_was_followed_by_another_is_told(void **state)
{
    client_t  *c;

    (void) state;

    c = enter();
    verb(c, "fence=5 tag=" T1 " create 104 x", "ok", 1);
    verb(c, "fence=7 tag=" T1 " stop 104", "ok", 2);
    verb(c, "fence=6 tag=" T1 " stop 104",
         "err stale 7 is the newest fence that was seen of container 104", 2);
    verb(c, "fence=6 tag=" T1 " destroy 104",
         "err stale 7 is the newest fence that was seen of container 104", 2);
    verb(c, "fence=7 tag=" T1 " stop 104", "ok", 3);
    verb(c, "tag=" T1 " stop 104", "ok", 4);

    /* also where the newer one failed, or came to nothing */
    verb(c, "fence=9 tag=" T1 " restart 104", "err failed as always", 5);
    verb(c, "fence=8 tag=" T1 " stop 104",
         "err stale 9 is the newest fence that was seen of container 104", 5);

    /* another's verb says nothing about this one */
    verb(c, "fence=99 tag=" T2 " stop 104",
         "err noent no container 104 has this tag", 5);
    verb(c, "fence=9 tag=" T1 " stop 104", "ok", 6);
    verb(c, "fence=9 tag=" T1 " destroy 104", "ok", 7);

    verb(c, "fence=1 tag=" T3 " create 104 fails", "err failed as asked", 8);
    verb(c, "fence=3 tag=" T3 " create 104 fails", "err failed as asked", 9);
    verb(c, "fence=2 tag=" T3 " create 104 x",
         "err stale 3 is the newest fence that was seen of container 104", 9);
    verb(c, "fence=1 tag=" T2 " start 104", "err noent not there", 10);
    hang_up(c);
}


static void
a_verb_that_was_done_is_not_done_again(void **state)
{
    char       line[64];
    unsigned   i;
    client_t  *c;

    (void) state;

    put(105, "");

    c = enter();
    verb(c, "id=1.0 stop 105", "ok", 1);
    verb(c, "id=1.0 stop 105", "ok already done", 1);
    verb(c, "id=1.0 start 105", "ok already done", 1);
    verb(c, "stop 105", "ok", 2);

    /* what failed is tried again */
    verb(c, "id=2.0 restart 105", "err failed as always", 3);
    verb(c, "id=2.0 restart 105", "err failed as always", 4);

    for (i = 1; i <= 16; i++) {
        (void) snprintf(line, sizeof(line), "fence=3 id=3.%u stop 105", i);
        verb(c, line, "ok", 4 + i);
    }

    verb(c, "fence=4 id=3.1 stop 105", "ok already done", 20);
    verb(c, "fence=3 id=3.1 stop 105",
         "err stale 4 is the newest fence that was seen of container 105",
         20);
    verb(c, "id=1.0 stop 105", "ok", 21);
    hang_up(c);
}


static void
one_that_is_under_way_is_waited_for_and_not_done_again(void **state)
{
    client_t  *a, *b;

    (void) state;

    put(112, T1);

    a = enter();
    b = enter();
    ask(a, VZ_LIT("fence=1 id=7.1 tag=" T1 " setname 112 web\n"));
    expect(a, "+ 1 slow");
    ask(b, VZ_LIT("fence=1 id=7.1 tag=" T1 " setname 112 web\n"));
    expect(b, "ok already done");
    expect(a, "ok");
    assert_int_equal(acts(112), 1);
    hang_up(a);
    hang_up(b);
}


static void
what_can_not_be_read_counts_as_nothing(void **state)
{
    size_t      i;
    char        path[128];
    client_t   *c;

    static const char  *texts[] = {
        "", "\n", T1, T1 " x 3.1", T2 " 9 3.1", "- 9 3.1", "\xff\xfe"
    };

    (void) state;

    put(106, T1);
    (void) snprintf(path, sizeof(path), "%s/mark/106", served.home);

    c = enter();

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        verb(c, "fence=9 id=3.1 tag=" T1 " stop 106", "ok", i + 1);
        assert_int_equal(vz_file_replace(path, texts[i], strlen(texts[i])),
                         0);
    }

    verb(c, "fence=2 tag=" T1 " stop 106", "ok", i + 1);

    /* a record that can't be read is for whose name its marks have */
    put(106, "?");
    verb(c, "tag=" T2 " destroy 106", "ok already", i + 1);
    verb(c, "tag=" T1 " stop 106", "ok", i + 2);

    /* without them for who has no name for it, to be rid of it */
    assert_int_equal(vz_file_forget(path), 0);
    verb(c, "tag=" T1 " destroy 106",
         "err internal the record of container 106 is broken", i + 2);
    verb(c, "start 106",
         "err internal the record of container 106 is broken", i + 2);
    verb(c, "stop 106", "ok", i + 3);
    verb(c, "destroy 106", "ok", i + 4);
    hang_up(c);
}


/* the number of files in gone */
static unsigned
graves(void)
{
    DIR             *dir;
    char             path[64];
    unsigned         n;
    struct dirent   *entry;

    (void) snprintf(path, sizeof(path), "%s/gone", served.home);
    dir = opendir(path);
    assert_non_null(dir);

    n = 0;

    while ((entry = readdir(dir)) != NULL) {
        n += entry->d_name[0] != '.';
    }

    (void) closedir(dir);

    return n;
}


static void
grave(unsigned n, time_t age)
{
    int              fd;
    char             path[128];
    struct timespec  times[2];

    (void) snprintf(path, sizeof(path), "%s/gone/dead%012x", served.home, n);
    fd = open(path, O_WRONLY|O_CREAT|O_CLOEXEC, 0600);
    assert_true(fd != -1);

    (void) memset(times, 0, sizeof(times));
    times[0].tv_sec = times[1].tv_sec = time(NULL) - age;
    assert_int_equal(futimens(fd, times), 0);
    (void) close(fd);
}


static void
who_was_destroyed_is_not_made_by_who_comes_late(void **state)
{
    unsigned   i, before;
    client_t  *c;

    (void) state;

    c = enter();
    verb(c, "tag=dddddddddddddddd create 107 x", "ok", 1);
    verb(c, "tag=dddddddddddddddd destroy 107", "ok", 2);
    verb(c, "tag=dddddddddddddddd create 107 x",
         "err noent that container was destroyed", 2);
    verb(c, "adopt 107 dddddddddddddddd",
         "err noent that container was destroyed", 2);
    verb(c, "tag=" T3 " create 107 x", "ok", 3);

    /* never made, or another in its place: gone all the same */
    verb(c, "tag=eeeeeeeeeeeeeeee destroy 107", "ok already", 3);
    verb(c, "tag=eeeeeeeeeeeeeeee create 108 x",
         "err noent that container was destroyed", 0);

    /* for a day, and not without end */
    before = graves();
    grave(1, 86401);
    verb(c, "tag=dead000000000001 create 109 x", "ok", 1);
    verb(c, "tag=ffffffffffffffff destroy 110", "ok already", 1);
    assert_int_equal(graves(), before + 1);
    hang_up(c);

    for (i = 2; i <= 4200; i++) {
        grave(i, 3600 + i);
    }

    c = enter();

    for (i = 0; i < 110; i++) {
        verb(c, "tag=ffffffffffffffff destroy 110", "ok already", 2 + i);
    }

    assert_true(graves() <= 4200 - 100);
    verb(c, "tag=dead000000000002 create 111 x",
         "err noent that container was destroyed", 0);
    hang_up(c);
}


static void
a_read_is_of_the_one_that_is_meant(void **state)
{
    client_t  *c;

    (void) state;

    put(119, T1);
    put(120, T1);

    c = enter();
    ask(c, VZ_LIT("status 119\n"));
    expect(c, "= id=119");
    expect(c, "ok");
    ask(c, VZ_LIT("tag=" T1 " status 119\n"));
    expect(c, "= id=119");
    expect(c, "ok");
    ask(c, VZ_LIT("tag=" T2 " status 119\n"));
    expect(c, "err noent no container 119 has this tag");
    ask(c, VZ_LIT("tag=" T2 " status 121\n"));
    expect_start(c, "err noent ");

    /* another took the number while it was read */
    ask(c, VZ_LIT("tag=" T1 " status 120\n"));
    expect(c, "err noent no container 120 has this tag");
    hang_up(c);
}


/* the tags that one test destroyed are the next one's */
static int
forget(void **state)
{
    char  path[64];

    (void) state;
    (void) snprintf(path, sizeof(path), "%s/gone", served.home);

    return vz_dirtree_remove(path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test(a_number_is_not_an_identity),
        test(those_without_a_tag_go_on_among_themselves),
        test(one_is_adopted_by_who_names_what_it_is),
        test(who_was_followed_by_another_is_told),
        test(a_verb_that_was_done_is_not_done_again),
        test(one_that_is_under_way_is_waited_for_and_not_done_again),
        test(what_can_not_be_read_counts_as_nothing),
        test(who_was_destroyed_is_not_made_by_who_comes_late),
        test(a_read_is_of_the_one_that_is_meant)
    };

    return talk_main(&driver, tests, VZ_COUNT(tests));
}
