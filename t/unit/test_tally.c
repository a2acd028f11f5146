/*
 * What a container has sent and got: differences are added once, whoever dies
 * between two readings; counters that begin anew; a file that is torn.
 *
 * sources: src/daemon/history/tally.c
 */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/history/tally.h"


#define BOOT  1796083200ULL         /* an epoch */


static char        path[128];
static vz_tally_t  tally;


static void
again(void)
{
    vz_tally_close(&tally);
    assert_int_equal(vz_tally_take(path, &tally), VZ_OK);
}


static int
setup(void **state)
{
    (void) state;

    (void) snprintf(path, sizeof(path), "/tmp/vz-tally-%d", (int) getpid());
    (void) unlink(path);
    tally.fd = -1;
    again();

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    vz_tally_close(&tally);
    (void) unlink(path);

    return 0;
}


static void
add(uint64_t epoch, uint64_t in, uint64_t out)
{
    const uint64_t  seen[] = { in, out };

    assert_int_equal(vz_tally_add(&tally, epoch, seen, 1, 1796083200), 0);
}


static void
is(uint64_t in, uint64_t out)
{
    vz_tally_state_t  state;

    vz_tally_read(path, &state);
    assert_int_not_equal(state.counter, 0);
    assert_int_equal(state.total[0], in);
    assert_int_equal(state.total[1], out);
}


static void
differences_are_added(void **state)
{
    (void) state;

    add(BOOT, 100, 50);
    is(100, 50);
    add(BOOT, 150, 50);
    add(BOOT, 150, 50);
    is(150, 50);
}


static void
what_is_much_goes_to_the_disk(void **state)
{
    (void) state;

    add(BOOT, VZ_TALLY_AHEAD / 2, 0);
    assert_int_equal(tally.ahead, 0);           /* it began there */
    add(BOOT, VZ_TALLY_AHEAD, VZ_TALLY_AHEAD / 2 - 1);
    assert_int_equal(tally.ahead, VZ_TALLY_AHEAD - 1);
    add(BOOT, VZ_TALLY_AHEAD, VZ_TALLY_AHEAD / 2);
    assert_int_equal(tally.ahead, 0);
    is(VZ_TALLY_AHEAD, VZ_TALLY_AHEAD / 2);
    again();
    is(VZ_TALLY_AHEAD, VZ_TALLY_AHEAD / 2);
}


static void
a_reader_that_died_goes_on(void **state)
{
    uint64_t  counter;

    (void) state;

    add(BOOT, 100, 50);
    counter = tally.state.counter;
    again();
    add(BOOT, 100, 50);
    add(BOOT, 300, 60);
    again();
    add(BOOT, 301, 60);
    is(301, 60);
    assert_int_equal(tally.state.counter, counter);
}


static void
counters_begin_anew(void **state)
{
    (void) state;

    add(BOOT, 100, 50);
    add(BOOT + 1, 30, 200);
    is(130, 250);

    /* without another epoch: it fell */

    add(BOOT + 1, 10, 210);
    is(140, 260);
}


static void
one_that_was_there_before_begins_at_nothing(void **state)
{
    const uint64_t  seen[] = { 1000, 2000 }, then[] = { 1007, 2001 };

    (void) state;

    assert_int_equal(vz_tally_add(&tally, BOOT, seen, 0, 1), 0);
    is(0, 0);
    assert_int_equal(vz_tally_add(&tally, BOOT, then, 0, 2), 0);
    is(7, 1);
}


/* the place that was being written when the node lost its power */

static void
a_torn_place_leaves_the_other(void **state)
{
    int   fd;
    char  waste[72];

    (void) state;

    add(BOOT, 100, 50);
    add(BOOT, 200, 60);

    memset(waste, 0x5a, sizeof(waste));
    fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, waste, sizeof(waste),
                            tally.state.serial % 2 * 512),
                     sizeof(waste));
    (void) close(fd);

    is(100, 50);
    again();
    add(BOOT, 210, 60);
    is(210, 60);
}


static void
a_torn_file_is_another_count(void **state)
{
    uint64_t          counter;
    vz_tally_state_t  none;

    (void) state;

    add(BOOT, 100, 50);
    counter = tally.state.counter;
    assert_int_equal(truncate(path, 20), 0);
    vz_tally_read(path, &none);
    assert_int_equal(none.counter, 0);

    again();
    add(BOOT, 100, 50);
    assert_int_not_equal(tally.state.counter, counter);
    is(0, 0);
    add(BOOT, 101, 50);
    is(1, 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(differences_are_added, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_much_goes_to_the_disk, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_reader_that_died_goes_on, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(counters_begin_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(
            one_that_was_there_before_begins_at_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_torn_place_leaves_the_other, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_torn_file_is_another_count, setup,
                                        teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
