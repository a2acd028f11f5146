/*
 * Processes of containers: a number that was used again is never taken for
 * the one that had it.
 *
 * sources: src/daemon/run.c src/daemon/store.c src/daemon/record.c
 * sources: src/daemon/text.c src/daemon/file.c src/daemon/address.c
 * sources: src/daemon/tree.c src/daemon/netlink.c
 */

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/netlink.h"
#include "daemon/run.h"


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
    vz_nl_t       nl;
    vz_process_t  process;

    (void) state;

    process = own();
    process.start--;
    next = dup(STDOUT_FILENO);
    (void) close(next);

    assert_int_equal(vz_process_ns(&process, "uts"), -1);
    assert_int_equal(errno, ESRCH);
    assert_int_equal(vz_nl_open(&nl, &process, "lo"), -1);
    assert_int_equal(errno, ESRCH);

    process.pid = 0;
    assert_int_equal(vz_process_ns(&process, "net"), -1);

    /* and nothing is left open */

    assert_int_equal(dup(STDOUT_FILENO), next);
    (void) close(next);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_namespace_is_that_of_the_process),
        cmocka_unit_test(a_number_used_again_is_not)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
