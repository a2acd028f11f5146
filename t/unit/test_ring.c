/*
 * The history of a container: slots at their times, clocks that jump, rings
 * that wrap, files that are torn or foreign, recorders that die.
 *
 * sources: src/daemon/history/ring.c src/daemon/history/series.c
 * libs: -lm
 */

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "unit.h"
#include "daemon/history/ring.h"


#define NOON   1796083200U          /* a multiple of a day */


static char       path[128];
static char       aside[160];
static vz_ring_t  ring;


static void
take(unsigned set_aside)
{
    unsigned  was;

    assert_int_equal(vz_ring_take(path, &ring, &was), VZ_OK);
    assert_int_equal(was, set_aside);
}


static int
setup(void **state)
{
    (void) state;

    (void) snprintf(path, sizeof(path), "/tmp/vz-ring-%d", (int) getpid());
    (void) snprintf(aside, sizeof(aside), "%s" VZ_RING_ASIDE, path);
    (void) unlink(path);
    (void) unlink(aside);
    take(0);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    vz_ring_close(&ring);
    (void) unlink(path);
    (void) unlink(aside);

    return 0;
}


static void
sample_of(uint32_t at, float cpu, float memory, float kills,
    vz_ring_sample_t *sample)
{
    unsigned  i;

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        sample->value[i] = NAN;
    }

    sample->at = at;
    sample->up = 1;
    sample->value[VZ_SERIES_CPU] = cpu;
    sample->value[VZ_SERIES_MEMORY] = memory;
    sample->value[VZ_SERIES_KILLS] = kills;
}


static void
add(uint32_t at, float cpu, float memory, float kills)
{
    vz_ring_sample_t  sample;

    sample_of(at, cpu, memory, kills, &sample);
    assert_int_equal(vz_ring_add(&ring, &sample), 0);
}


static vz_ring_slot_t
slot_at(unsigned resolution, uint32_t at)
{
    vz_ring_t       reader;
    vz_ring_slot_t  slot;

    /* as another process reads it */

    assert_int_equal(vz_ring_open(path, &reader), VZ_OK);
    assert_int_equal(vz_ring_read(&reader, resolution, at, 1, &slot), VZ_OK);
    vz_ring_close(&reader);

    return slot;
}


static void
test_means(void **state)
{
    vz_ring_slot_t  slot;

    (void) state;

    add(NOON, 10, 100, 0);
    add(NOON + 10, 20, NAN, 2);
    add(NOON + 20, NAN, 300, 1);

    slot = slot_at(0, NOON + 10);
    assert_int_equal(slot.at, NOON + 10);
    assert_int_equal(slot.n, 1);
    assert_true(slot.mean[VZ_SERIES_CPU] == 20);
    assert_true(isnan(slot.mean[VZ_SERIES_MEMORY]));

    /* of each series the samples that know it; events are a sum */

    slot = slot_at(1, NOON);
    assert_int_equal(slot.n, 3);
    assert_int_equal(slot.up, 3);
    assert_true(slot.mean[VZ_SERIES_CPU] == 15);
    assert_true(slot.most[VZ_SERIES_CPU] == 20);
    assert_true(slot.mean[VZ_SERIES_MEMORY] == 200);
    assert_true(slot.mean[VZ_SERIES_KILLS] == 3);
    assert_true(isnan(slot.mean[VZ_SERIES_DISK]));

    assert_int_equal(slot_at(0, NOON + 30).at, 0);
    assert_int_equal(slot_at(4, NOON).n, 3);
}


static void
test_turns(void **state)
{
    unsigned        i;
    vz_ring_slot_t  slot;

    (void) state;

    /* an hour and a minute: the rings keep what is complete */

    for (i = 0; i < 366; i++) {
        add(NOON + 10 * i, (float) (i / 6), 1, 0);
    }

    for (i = 0; i < 61; i++) {
        slot = slot_at(1, NOON + 60 * i);
        assert_int_equal(slot.n, 6);
        assert_true(slot.mean[VZ_SERIES_CPU] == (float) i);
    }

    slot = slot_at(3, NOON);
    assert_int_equal(slot.n, 360);
    assert_true(fabsf(slot.mean[VZ_SERIES_CPU] - 29.5F) < 0.001F);
    assert_true(slot.most[VZ_SERIES_CPU] == 59);
    assert_int_equal(slot_at(3, NOON + 3600).n, 6);
}


static void
test_wrap(void **state)
{
    unsigned        i;
    vz_ring_slot_t  slots[3];

    (void) state;

    for (i = 0; i < 725; i++) {
        add(NOON + 10 * i, (float) i, 1, 0);
    }

    /* its slot has another time: it is none */

    assert_int_equal(slot_at(0, NOON + 40).at, 0);
    assert_int_equal(slot_at(0, NOON + 50).n, 1);

    /* one reading, around the end of the ring */

    assert_int_equal(vz_ring_read(&ring, 0, NOON + 7180, 3, slots), VZ_OK);

    for (i = 0; i < 3; i++) {
        assert_int_equal(slots[i].at, NOON + 7180 + 10 * i);
        assert_true(slots[i].mean[VZ_SERIES_CPU] == (float) (718 + i));
    }
}


static void
test_gap(void **state)
{
    (void) state;

    add(NOON, 1, 1, 0);
    add(NOON + 7200, 2, 1, 0);      /* the same slot of the finest ring */

    assert_int_equal(slot_at(0, NOON).at, 0);
    assert_int_equal(slot_at(0, NOON + 7200).n, 1);
    assert_int_equal(slot_at(1, NOON).n, 1);
    assert_int_equal(slot_at(1, NOON + 60).at, 0);
    assert_int_equal(slot_at(3, NOON + 3600).at, 0);
    assert_int_equal(slot_at(3, NOON + 7200).n, 1);
}


static void
test_back(void **state)
{
    unsigned  i;

    (void) state;

    for (i = 0; i < 60; i++) {
        add(NOON + 10 * i, 50, 1, 0);
    }

    /* five minutes back: what is after that has not been */

    add(NOON + 290, 70, 1, 0);
    add(NOON + 300, 70, 1, 0);

    assert_int_equal(slot_at(0, NOON + 280).n, 1);
    assert_int_equal(slot_at(0, NOON + 290).n, 1);
    assert_true(slot_at(0, NOON + 290).mean[VZ_SERIES_CPU] == 70);
    assert_int_equal(slot_at(0, NOON + 310).at, 0);
    assert_int_equal(slot_at(1, NOON + 360).at, 0);
    assert_int_equal(slot_at(1, NOON + 300).n, 1);

    /* a minute that was complete goes on: six of before and one */

    assert_int_equal(slot_at(1, NOON + 240).n, 7);

    /* far ahead and back again */

    add(NOON + 86400 * 400, 99, 1, 0);
    add(NOON + 310, 70, 1, 0);

    assert_int_equal(slot_at(4, NOON + 86400 * 400).at, 0);
    assert_int_equal(slot_at(0, NOON + 310).n, 1);
    assert_true(slot_at(1, NOON + 300).mean[VZ_SERIES_CPU] == 70);
}


static void
test_twice(void **state)
{
    vz_ring_slot_t  slot;

    (void) state;

    /* a recorder that was started anew within a slot */

    add(NOON, 10, NAN, 1);
    add(NOON, 20, 400, 1);

    slot = slot_at(0, NOON);
    assert_int_equal(slot.n, 2);
    assert_true(slot.mean[VZ_SERIES_CPU] == 15);
    assert_true(slot.mean[VZ_SERIES_MEMORY] == 400);
    assert_true(slot.mean[VZ_SERIES_KILLS] == 2);
}


static void
test_again(void **state)
{
    (void) state;

    add(NOON, 10, 1, 0);
    vz_ring_mark(&ring, NOON + 7, VZ_RING_KILLED, 3, "mysqld");
    add(NOON + 10, 20, 1, 0);
    vz_ring_close(&ring);

    take(0);
    assert_int_equal(ring.state.last, NOON + 10);
    assert_int_equal(ring.state.marks, 1);
    assert_string_equal(ring.state.mark[0].name, "mysqld");
    assert_int_equal(ring.state.mark[0].count, 3);

    add(NOON + 20, 30, 1, 0);
    assert_int_equal(slot_at(1, NOON).n, 3);
    assert_true(slot_at(1, NOON).mean[VZ_SERIES_CPU] == 20);
}


/* overwrite bytes of the file */

static void
spoil(off_t where, const void *bytes, size_t n)
{
    int  fd;

    fd = open(path, O_WRONLY);
    assert_int_not_equal(fd, -1);
    assert_int_equal(pwrite(fd, bytes, n, where), (ssize_t) n);
    (void) close(fd);
}


static void
test_torn_state(void **state)
{
    uint64_t  newer;

    (void) state;

    add(NOON, 10, 1, 0);
    add(NOON + 10, 20, 1, 0);
    add(NOON + 20, 30, 1, 0);
    newer = 512 + 1792 * (ring.state.serial % 2);
    vz_ring_close(&ring);

    /* half of a write of the newer one: the older one counts */

    spoil((off_t) newer + 700, "torn", 4);
    take(0);
    assert_int_equal(ring.state.last, NOON + 10);

    /* and without both the file is nobody's */

    vz_ring_close(&ring);
    spoil(512 + 700, "torn", 4);
    spoil(512 + 1792 + 700, "torn", 4);
    take(1);
    assert_int_equal(ring.state.last, 0);
    assert_int_equal(access(aside, F_OK), 0);
}


static void
test_foreign(void **state)
{
    unsigned  version;
    int       fd;

    (void) state;

    add(NOON, 10, 1, 0);
    vz_ring_close(&ring);

    version = 2;
    spoil(16, &version, sizeof(version));
    assert_int_equal(vz_ring_open(path, &ring), VZ_STATE);
    take(1);
    add(NOON, 10, 1, 0);
    vz_ring_close(&ring);

    assert_int_equal(truncate(path, 5000), 0);
    take(1);
    vz_ring_close(&ring);

    (void) unlink(path);
    fd = open(path, O_WRONLY|O_CREAT, 0600);
    (void) close(fd);
    assert_int_equal(vz_ring_open(path, &ring), VZ_STATE);
    take(1);
    vz_ring_close(&ring);

    /* where somebody has put a link its target is not touched */

    (void) unlink(path);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    take(1);
    add(NOON, 10, 1, 0);
    vz_ring_close(&ring);

    (void) unlink(path);
    assert_int_equal(vz_ring_open(path, &ring), VZ_NOENT);
}


static void
test_broken_slot(void **state)
{
    float           value;
    vz_ring_slot_t  slot;

    (void) state;

    add(NOON, 10, 1, 0);

    /* figures that can't be are unknown, counts that can't be no slot */

    value = -5;
    spoil(4096 + (NOON / 10 % 720) * 128 + 8, &value, sizeof(value));
    slot = slot_at(0, NOON);
    assert_true(isnan(slot.mean[VZ_SERIES_CPU]));
    assert_true(slot.mean[VZ_SERIES_MEMORY] == 1);

    spoil(4096 + (NOON / 10 % 720) * 128 + 6, "\xff\xff", 2);
    assert_int_equal(slot_at(0, NOON).at, 0);
}


/* the recorder died between the two writes of a sample */

static void
test_died(void **state)
{
    vz_ring_t         old;
    vz_ring_sample_t  sample;

    (void) state;

    add(NOON + 50, 10, 1, 0);
    old = ring;

    /* the minute was complete and written, the state was not */

    sample_of(NOON + 60, 20, 1, 0, &sample);
    assert_int_equal(vz_ring_add(&ring, &sample), 0);
    spoil(512 + 1792 * (ring.state.serial % 2) + 700, "torn", 4);
    vz_ring_close(&old);

    take(0);
    assert_int_equal(ring.state.last, NOON + 50);
    add(NOON + 70, 30, 1, 0);

    assert_int_equal(slot_at(1, NOON).n, 1);
    assert_true(slot_at(1, NOON).mean[VZ_SERIES_CPU] == 10);
    assert_int_equal(slot_at(1, NOON + 60).n, 1);
    assert_true(slot_at(1, NOON + 60).mean[VZ_SERIES_CPU] == 30);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_means, setup, teardown),
        cmocka_unit_test_setup_teardown(test_turns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gap, setup, teardown),
        cmocka_unit_test_setup_teardown(test_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_torn_state, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_slot, setup, teardown),
        cmocka_unit_test_setup_teardown(test_died, setup, teardown)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
