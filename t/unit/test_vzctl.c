/*
 * A vzctl that takes long: as long as it and its tar write, the verb goes on;
 * one that hangs or turns in a circle ends with the verb's time.
 *
 * sources: src/daemon/vzctl/vzctl_run.c src/daemon/base/spawn.c
 * sources: src/daemon/base/job.c src/daemon/base/process.c
 * sources: src/daemon/base/file.c src/daemon/base/monotonic.c
 */

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/base/job.h"
#include "daemon/base/monotonic.h"
#include "daemon/vzctl/vzctl_run.h"


static char             home[] = "/tmp/vzctl.XXXXXX";
static vz_verb_t        verb = { .name = "create", .timeout = 2, .beat = 1 };
static vz_request_t     request;
static vz_config_t      conf;


/* what the verb "create" says where vzctl is this script; ms it took */

static vz_code_e
run(const char *script, int64_t *ms)
{
    int        out;
    FILE      *file;
    vz_job_t   job;
    vz_code_e  code;

    (void) snprintf(conf.vzctl, sizeof(conf.vzctl), "%s/vzctl", home);

    file = fopen(conf.vzctl, "w");
    assert_non_null(file);
    (void) fprintf(file, "#!/bin/sh\ncd %s\n%s\n", home, script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(conf.vzctl, 0700), 0);

    out = open("/dev/null", O_WRONLY);
    vz_job_init(&job, &conf, out);
    request.def = &verb;
    job.req = &request;
    vz_job_start(&job, 0);

    *ms = vz_monotonic_msec();
    code = vz_vzctl_run(&job, "create", NULL, INT_MAX, NULL);
    *ms = vz_monotonic_msec() - *ms;
    (void) close(out);

    return code;
}


/* tar is a child of vzctl's, and ends before vzctl does */

static void
one_that_writes_takes_its_time(void **state)
{
    int64_t  ms;

    (void) state;

    assert_int_equal(run("for i in 1 2 3 4 5 6 7 8 9 10; do"
                         " head -c 100000 /dev/zero > f$i; sleep 0.5; done",
                         &ms),
                     VZ_OK);
    assert_true(ms >= 4500);
}


static void
one_that_hangs_ends_in_time(void **state)
{
    int64_t  ms;

    (void) state;

    assert_int_equal(run("exec sleep 60", &ms), VZ_TIMEOUT);
    assert_true(ms >= 1900);
    assert_true(ms < 30000);
}


static void
one_that_turns_in_a_circle_ends_in_time(void **state)
{
    int64_t  ms;

    (void) state;

    assert_int_equal(run("while :; do :; done", &ms), VZ_TIMEOUT);
    assert_true(ms < 30000);
}


int
main(void)
{
    int   rc;
    char  command[64];

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(one_that_writes_takes_its_time),
        cmocka_unit_test(one_that_hangs_ends_in_time),
        cmocka_unit_test(one_that_turns_in_a_circle_ends_in_time)
    };

    if (mkdtemp(home) == NULL) {
        return 1;
    }

    rc = cmocka_run_group_tests(tests, NULL, NULL);
    (void) snprintf(command, sizeof(command), "rm -rf %s", home);

    return system(command) == 0 ? rc : 1;
}
