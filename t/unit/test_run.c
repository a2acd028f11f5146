/*
 * Processes of containers: a number that was used again is never taken for
 * the one that had it.
 *
 * sources: src/daemon/ct/ct_state.c src/daemon/ct/ct_store.c
 * sources: src/daemon/ct/ct_record.c src/daemon/base/strbuf.c
 * sources: src/daemon/base/file.c src/daemon/base/ip.c
 * sources: src/daemon/base/dirtree.c src/daemon/net/netlink.c
 * sources: src/daemon/base/process.c
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/ct/ct_state.h"
#include "daemon/net/netlink.h"


static vz_process_t
own(void)
{
    vz_process_t  process;

    assert_int_equal(vz_process_of(getpid(), &process), 0);

    return process;
}


static void
a_namespace_is_that_of_the_process(void **state)
{
    int           fd;
    struct stat   ours, st;
    vz_process_t  process;

    (void) state;

    process = own();

    fd = vz_process_ns(&process, "uts");
    assert_int_not_equal(fd, -1);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(stat("/proc/self/ns/uts", &ours), 0);
    assert_int_equal(st.st_ino, ours.st_ino);
    (void) close(fd);
}


static void
a_number_used_again_is_not(void **state)
{
    int           next;
    vz_netlink_t  nl;
    vz_process_t  process;

    (void) state;

    process = own();
    process.start--;
    next = dup(STDOUT_FILENO);
    (void) close(next);

    assert_int_equal(vz_process_ns(&process, "uts"), -1);
    assert_int_equal(errno, ESRCH);
    assert_int_equal(vz_netlink_open(&nl, &process, "lo"), -1);
    assert_int_equal(errno, ESRCH);

    process.pid = 0;
    assert_int_equal(vz_process_ns(&process, "net"), -1);

    /* and nothing is left open */

    assert_int_equal(dup(STDOUT_FILENO), next);
    (void) close(next);
}


/* a copy of its parent, then a program of its own, then nothing */
static void
a_start_is_over_when_it_is_executed(void **state)
{
    int           in[2];
    pid_t         pid;
    vz_process_t  process;

    (void) state;
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);

    pid = fork();

    if (pid == 0) {
        char  byte;

        (void) !read(in[0], &byte, 1);
        (void) execl("/bin/sleep", "sleep", "60", (char *) NULL);
        _exit(1);
    }

    assert_int_equal(vz_process_of(pid, &process), 0);
    assert_int_equal(vz_process_executed(&process), 0);

    (void) close(in[0]);
    assert_int_equal(write(in[1], "", 1), 1);

    while (!vz_process_executed(&process)) {
        assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    }

    process.start++;
    assert_int_equal(vz_process_executed(&process), 0);
    process.start--;

    (void) kill(pid, SIGKILL);
    (void) waitpid(pid, NULL, 0);
    (void) close(in[1]);
    assert_int_equal(vz_process_executed(&process), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_namespace_is_that_of_the_process),
        cmocka_unit_test(a_number_used_again_is_not),
        cmocka_unit_test(a_start_is_over_when_it_is_executed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
