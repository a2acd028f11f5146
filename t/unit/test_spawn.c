/*
 * Programs without a shell: input, output, deadline, what they inherit.
 *
 * sources: src/daemon/base/spawn.c src/daemon/base/monotonic.c
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/base/spawn.h"


static char  output[256];


static vz_spawn_t
job(const char *const *argv)
{
    vz_spawn_t  run;

    (void) memset(&run, 0, sizeof(run));

    run.argv = argv;
    run.output = output;
    run.output_size = sizeof(output);
    run.timeout = 20000;

    return run;
}


static void
output_and_status_come_back(void **state)
{
    vz_spawn_t         run;
    const char *const  yes[] = { "/bin/echo", "a  b", "$HOME;`id`", NULL };
    const char *const  no[] = { "/bin/sh", "-c", "echo e >&2; exit 7", NULL };
    const char *const  dead[] = { "/bin/sh", "-c", "kill -9 $$", NULL };

    (void) state;

    run = job(yes);
    assert_int_equal(vz_spawn(&run), VZ_OK);
    assert_string_equal(output, "a  b $HOME;`id`\n");
    assert_int_equal(run.output_len, strlen(output));
    assert_int_equal(run.status, 0);

    run = job(no);
    assert_int_equal(vz_spawn(&run), VZ_FAILED);
    assert_string_equal(output, "e\n");
    assert_int_equal(run.status, 7);

    run = job(dead);
    assert_int_equal(vz_spawn(&run), VZ_FAILED);
    assert_int_equal(run.status, 128 + SIGKILL);
}


static void
a_program_must_be_there_by_its_whole_path(void **state)
{
    vz_spawn_t         run;
    const char *const  none[] = { "/bin/no-such-program", NULL };
    const char *const  bare[] = { "echo", NULL };

    (void) state;

    run = job(none);
    assert_int_equal(vz_spawn(&run), VZ_NOENT);
    run = job(bare);
    assert_int_equal(vz_spawn(&run), VZ_INTERNAL);
}


static void
input_larger_than_a_pipe_is_written(void **state)
{
    static char        input[1 << 20];
    vz_spawn_t         run;
    const char *const  argv[] = { "/usr/bin/wc", "-c", NULL };
    const char *const  deaf[] = { "/bin/true", NULL };

    (void) state;

    (void) memset(input, 'x', sizeof(input));

    run = job(argv);
    run.input = input;
    run.input_len = sizeof(input);
    assert_int_equal(vz_spawn(&run), VZ_OK);
    assert_string_equal(output, "1048576\n");

    run = job(deaf);
    run.input = input;
    run.input_len = sizeof(input);
    assert_int_equal(vz_spawn(&run), VZ_OK);

    run = job(argv);
    assert_int_equal(vz_spawn(&run), VZ_OK);
    assert_string_equal(output, "0\n");
}


static void
more_output_than_asked_for_is_cut(void **state)
{
    vz_spawn_t         run;
    const char *const  argv[] = { "/usr/bin/head", "-c", "300000",
                                  "/dev/zero", NULL };

    (void) state;

    run = job(argv);
    assert_int_equal(vz_spawn(&run), VZ_OK);
    assert_int_equal(run.output_len, sizeof(output) - 1);
    assert_int_equal(run.cut, 1);

    run = job(argv);
    run.output = NULL;
    assert_int_equal(vz_spawn(&run), VZ_OK);
}


static void
the_deadline_kills_it_with_its_children(void **state)
{
    long               ms;
    vz_spawn_t         run;
    struct timespec    a, b;
    const char *const  argv[] = { "/bin/sh", "-c",
                                  "sleep 30 & echo $!; sleep 30", NULL };

    (void) state;

    run = job(argv);
    run.timeout = 300;

    (void) clock_gettime(CLOCK_MONOTONIC, &a);
    assert_int_equal(vz_spawn(&run), VZ_TIMEOUT);
    (void) clock_gettime(CLOCK_MONOTONIC, &b);

    ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
    assert_in_range(ms, 250, 5000);

    /* main() made us the parent of an orphan that its dying parent left */
    (void) waitpid(atoi(output), NULL, 0);
    assert_int_equal(kill(atoi(output), 0), -1);
    assert_int_equal(errno, ESRCH);
}


static void
a_grandchild_with_the_pipe_is_not_waited_for(void **state)
{
    vz_spawn_t         run;
    const char *const  argv[] = { "/bin/sh", "-c", "sleep 5 & echo $!",
                                  NULL };

    (void) state;

    run = job(argv);
    run.timeout = 4000;
    assert_int_equal(vz_spawn(&run), VZ_OK);
    assert_int_equal(kill(atoi(output), SIGKILL), 0);
    assert_int_equal(waitpid(atoi(output), NULL, 0), atoi(output));
}


static void
nothing_of_ours_is_inherited(void **state)
{
    int                fd;
    vz_spawn_t         run;
    const char *const  fds[] = { "/bin/ls", "/proc/self/fd", NULL };
    const char *const  env[] = { "/usr/bin/env", NULL };

    (void) state;

    /* not close-on-exec */
    fd = open("/dev/null", O_RDONLY);
    assert_true(fd != -1);
    assert_int_equal(setenv("VZ_TEST", "1", 1), 0);

    run = job(fds);
    assert_int_equal(vz_spawn(&run), VZ_OK);
    /* 3 is what ls itself has opened */
    assert_string_equal(output, "0\n1\n2\n3\n");

    run = job(env);
    assert_int_equal(vz_spawn(&run), VZ_OK);
    assert_null(strstr(output, "VZ_TEST"));
    assert_non_null(strstr(output, "LC_ALL=C\n"));

    (void) close(fd);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(output_and_status_come_back),
        cmocka_unit_test(a_program_must_be_there_by_its_whole_path),
        cmocka_unit_test(input_larger_than_a_pipe_is_written),
        cmocka_unit_test(more_output_than_asked_for_is_cut),
        cmocka_unit_test(the_deadline_kills_it_with_its_children),
        cmocka_unit_test(a_grandchild_with_the_pipe_is_not_waited_for),
        cmocka_unit_test(nothing_of_ours_is_inherited)
    };

    (void) signal(SIGPIPE, SIG_IGN);
    (void) prctl(PR_SET_CHILD_SUBREAPER, 1);

    return cmocka_run_group_tests(tests, NULL, NULL);
}
