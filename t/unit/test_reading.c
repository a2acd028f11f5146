/*
 * Readings: rates over the time that has passed, whatever the wall clock does;
 * counters that begin anew; a recorder that was away; the marks; what they say
 * about a container that is slow.
 *
 * sources: src/daemon/history/ring.c src/daemon/history/series.c
 * sources: src/daemon/history/reading.c src/daemon/history/reason.c
 * sources: src/daemon/base/oom_log.c
 * libs: -lm
 */

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/base/ct_stat.h"
#include "daemon/base/oom_log.h"
#include "daemon/history/reading.h"
#include "daemon/history/reason.h"


#define NOON  1796083200ULL


static char               path[128];
static vz_ring_t          ring;
static vz_ct_raw_t        raw;
static vz_reading_when_t  when;


static int
setup(void **state)
{
    unsigned  i, aside;

    (void) state;

    (void) snprintf(path, sizeof(path), "/tmp/vz-reading-%d", (int) getpid());
    (void) unlink(path);
    assert_int_equal(vz_ring_take(path, &ring, &aside), VZ_OK);

    memset(&raw, 0, sizeof(raw));

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        raw.value[i] = VZ_CT_STAT_UNKNOWN;
    }

    raw.up = 1;
    raw.epoch = 77;
    raw.value[VZ_SERIES_CPU] = 5000000000ULL;
    raw.value[VZ_SERIES_RX] = 1000000;
    raw.value[VZ_SERIES_DISK_READ] = 4096;
    raw.value[VZ_SERIES_KILLS] = 4;
    raw.value[VZ_SERIES_MEMORY] = 100;

    when.boot = 1;
    when.now = NOON * 1000 + 20;
    when.up = 50000;

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    vz_ring_close(&ring);
    (void) unlink(path);

    return 0;
}


static vz_ring_slot_t
slot_at(uint32_t at)
{
    vz_ring_slot_t  slot;

    assert_int_equal(vz_ring_read(&ring, 0, at, 1, &slot), VZ_OK);

    return slot;
}


/* the clocks go on, and another reading is taken */

static vz_ring_slot_t
after(int64_t wall, uint64_t up)
{
    uint32_t  at;

    when.now = (uint64_t) ((int64_t) when.now + wall);
    when.up += up;
    assert_int_equal(vz_reading_add(&ring, &raw, &when), 0);

    at = (uint32_t) ((when.now - 5000) / 1000);

    return slot_at(at - at % 10);
}


static void
test_rates(void **state)
{
    vz_ring_slot_t  slot;

    (void) state;

    /* nothing is known of what was before the first one */

    slot = after(0, 0);
    assert_int_equal(slot.at, NOON - 10);
    assert_true(isnan(slot.mean[VZ_SERIES_CPU]));
    assert_true(isnan(slot.mean[VZ_SERIES_KILLS]));
    assert_true(slot.mean[VZ_SERIES_MEMORY] == 100);

    raw.value[VZ_SERIES_CPU] += 2500000000ULL;
    raw.value[VZ_SERIES_RX] += 5000;
    raw.value[VZ_SERIES_KILLS] += 2;
    slot = after(10000, 10000);
    assert_int_equal(slot.at, NOON);
    assert_true(slot.mean[VZ_SERIES_CPU] == 25);
    assert_true(slot.mean[VZ_SERIES_RX] == 500);
    assert_true(slot.mean[VZ_SERIES_DISK_READ] == 0);
    assert_true(slot.mean[VZ_SERIES_KILLS] == 2);
}


static void
test_wall(void **state)
{
    vz_ring_slot_t  slot;

    (void) state;

    (void) after(0, 0);

    /* an hour ahead, then back: the rates are those of ten seconds */

    raw.value[VZ_SERIES_CPU] += 5000000000ULL;
    slot = after(3610000, 10000);
    assert_int_equal(slot.at, NOON + 3600);
    assert_true(slot.mean[VZ_SERIES_CPU] == 50);
    assert_int_equal(slot_at(NOON + 3590).at, 0);

    raw.value[VZ_SERIES_CPU] += 1000000000ULL;
    slot = after(-3590000, 10000);
    assert_int_equal(slot.at, NOON + 10);
    assert_true(slot.mean[VZ_SERIES_CPU] == 10);
    assert_int_equal(slot_at(NOON + 3600).at, 0);
}


static void
test_missed(void **state)
{
    (void) state;

    (void) after(0, 0);

    /* a node that was busy for half a minute: it stands for all of it */

    raw.value[VZ_SERIES_CPU] += 3000000000ULL;
    raw.value[VZ_SERIES_KILLS]++;
    (void) after(30000, 30000);

    assert_true(slot_at(NOON).mean[VZ_SERIES_CPU] == 10);
    assert_true(slot_at(NOON + 10).mean[VZ_SERIES_CPU] == 10);
    assert_true(slot_at(NOON + 20).mean[VZ_SERIES_CPU] == 10);
    assert_true(slot_at(NOON + 10).mean[VZ_SERIES_KILLS] == 0);
    assert_true(slot_at(NOON + 20).mean[VZ_SERIES_KILLS] == 1);
}


static void
test_away(void **state)
{
    vz_ring_slot_t  slot;

    (void) state;

    (void) after(0, 0);

    /* ten minutes: a gap, no rate, but what has happened is told */

    raw.value[VZ_SERIES_CPU] += 600000000000ULL;
    raw.value[VZ_SERIES_KILLS]++;
    slot = after(600000, 600000);
    assert_true(isnan(slot.mean[VZ_SERIES_CPU]));
    assert_true(slot.mean[VZ_SERIES_KILLS] == 1);
    assert_int_equal(slot_at(NOON + 300).at, 0);

    raw.value[VZ_SERIES_CPU] += 1000000000ULL;
    slot = after(10000, 10000);
    assert_true(slot.mean[VZ_SERIES_CPU] == 10);
}


static void
test_anew(void **state)
{
    vz_ring_slot_t  slot;

    (void) state;

    (void) after(0, 0);

    /* started again: its counters begin at 0, that of its device anywhere */

    raw.epoch = 78;
    raw.value[VZ_SERIES_CPU] = 1000000000ULL;
    raw.value[VZ_SERIES_RX] = 100;
    raw.value[VZ_SERIES_DISK_READ] = 999999999;
    raw.value[VZ_SERIES_KILLS] = 1;
    slot = after(10000, 10000);
    assert_true(slot.mean[VZ_SERIES_CPU] == 10);
    assert_true(slot.mean[VZ_SERIES_RX] == 10);
    assert_true(isnan(slot.mean[VZ_SERIES_DISK_READ]));
    assert_true(slot.mean[VZ_SERIES_KILLS] == 1);

    /* a counter that fell: events are not told twice */

    raw.value[VZ_SERIES_RX] = 50;
    raw.value[VZ_SERIES_KILLS] = 0;
    slot = after(10000, 10000);
    assert_true(slot.mean[VZ_SERIES_RX] == 5);
    assert_true(slot.mean[VZ_SERIES_KILLS] == 0);

    /* stopped: nothing but its disk */

    raw.up = 0;
    raw.epoch = 0;
    raw.value[VZ_SERIES_CPU] = VZ_CT_STAT_UNKNOWN;
    raw.value[VZ_SERIES_DISK] = 7;
    slot = after(10000, 10000);
    assert_int_equal(slot.up, 0);
    assert_true(isnan(slot.mean[VZ_SERIES_CPU]));
    assert_true(slot.mean[VZ_SERIES_DISK] == 7);

    /* and the node was started anew: its times begin at 0 */

    when.boot = 2;
    when.up = 0;
    raw.up = 1;
    raw.epoch = 5;
    raw.value[VZ_SERIES_CPU] = 3000000000ULL;
    slot = after(60000, 20000);
    assert_true(isnan(slot.mean[VZ_SERIES_CPU]));
    assert_int_equal(slot.up, 1);
}


static void
test_born(void **state)
{
    vz_ring_slot_t  slot;

    (void) state;

    /* started five seconds ago: what was counted since is all there was */

    raw.begun = when.up - 5000;
    raw.value[VZ_SERIES_CPU] = 1000000000ULL;
    raw.value[VZ_SERIES_KILLS] = 1;
    slot = after(0, 0);
    assert_true(slot.mean[VZ_SERIES_CPU] == 20);
    assert_true(slot.mean[VZ_SERIES_KILLS] == 1);
    assert_true(isnan(slot.mean[VZ_SERIES_DISK_READ]));
    assert_int_equal(ring.state.marks, 1);
}


static void
test_marks(void **state)
{
    (void) state;

    (void) after(0, 0);
    (void) strcpy(raw.killed, "mysqld");
    raw.value[VZ_SERIES_KILLS] += 2;
    (void) after(10000, 10000);

    assert_int_equal(ring.state.marks, 1);
    assert_int_equal(ring.state.mark[0].kind, VZ_RING_KILLED);
    assert_int_equal(ring.state.mark[0].count, 2);
    assert_string_equal(ring.state.mark[0].name, "mysqld");

    /* soon again: the same mark; another process: another one */

    raw.value[VZ_SERIES_KILLS]++;
    (void) after(10000, 10000);
    assert_int_equal(ring.state.marks, 1);
    assert_int_equal(ring.state.mark[0].count, 3);

    (void) strcpy(raw.killed, "php");
    raw.value[VZ_SERIES_KILLS]++;
    (void) after(10000, 10000);
    assert_int_equal(ring.state.marks, 2);
}


static const vz_reason_t *
reason_of(const char *code, const vz_reason_limits_t *limits)
{
    uint32_t             now;
    unsigned             n;
    vz_ring_slot_t       slots[VZ_REASON_SLOTS];
    static vz_reason_t   reasons[VZ_REASON_MOST];

    now = (uint32_t) (when.now / 1000);
    assert_int_equal(vz_ring_read(&ring, 0, now - now % 10 - 3590,
                                  VZ_REASON_SLOTS, slots), VZ_OK);

    n = vz_reason_find(slots, &ring.state, limits, now, reasons);

    while (n--) {
        if (strcmp(reasons[n].code, code) == 0) {
            return &reasons[n];
        }
    }

    return NULL;
}


static void
test_reasons(void **state)
{
    const vz_reason_t   *reason;
    vz_reason_limits_t   limits = {
        .cpu = 50, .memory = 1000, .disk = 1000, .disk_free = 200,
        .processes = 100
    };

    (void) state;

    raw.value[VZ_SERIES_CPU_WAIT] = 0;
    raw.value[VZ_SERIES_PROCESSES] = 50;
    (void) after(0, 0);
    (void) after(10000, 10000);
    assert_null(reason_of("cpu_share", &limits));
    assert_null(reason_of("disk_full", &limits));
    assert_null(reason_of("disk_nearly", &limits));
    assert_null(reason_of("processes", &limits));
    assert_null(reason_of("killed", &limits));

    /* one sample is enough */

    raw.value[VZ_SERIES_CPU_WAIT] += 6000000000ULL;
    raw.value[VZ_SERIES_PROCESSES] = 99;
    raw.value[VZ_SERIES_KILLS]++;
    (void) strcpy(raw.killed, "mysqld");
    (void) after(10000, 10000);

    reason = reason_of("cpu_share", &limits);
    assert_non_null(reason);
    assert_true(reason->value == 60);
    assert_true(reason->hour == 30);
    assert_true(reason->limit == 50);

    reason = reason_of("killed", &limits);
    assert_non_null(reason);
    assert_true(reason->value == 1);
    assert_true(reason->limit == 1000);
    assert_string_equal(reason->name, "mysqld");
    assert_int_equal(reason->at, when.now / 1000);

    assert_non_null(reason_of("processes", &limits));

    /* the disk is as it is now */

    limits.disk_free = 15;
    reason = reason_of("disk_full", &limits);
    assert_non_null(reason);
    assert_true(reason->value == 985);
    assert_true(reason->limit == 1000);
    assert_null(reason_of("disk_nearly", &limits));

    limits.disk_free = 70;
    assert_non_null(reason_of("disk_nearly", &limits));
    assert_null(reason_of("disk_full", &limits));

    /* without a limit nothing is near it; an old sample says nothing of now;
       a kill is told for a day */

    assert_null(reason_of("disk_nearly", &(vz_reason_limits_t) { 0 }));
    assert_null(reason_of("processes", &(vz_reason_limits_t) { 0 }));
    when.now += 120000;
    assert_null(reason_of("processes", &limits));
    assert_non_null(reason_of("killed", &limits));
    when.now += 86400000;
    assert_null(reason_of("killed", &limits));
}


static void
test_log(void **state)
{
    vz_oom_log_kill_t  kill;

    (void) state;

    assert_int_equal(vz_oom_log_parse(
        "6,812,15364733,-;oom-kill:constraint=CONSTRAINT_MEMCG,"
        "nodemask=(null),cpuset=lxc.payload.101,mems_allowed=0,"
        "oom_memcg=/vz-1/lxc.payload.101,task_memcg=/vz-1/lxc.payload.101/a,"
        "task=my sqld=\"x,pid=7,uid=0\n", &kill), 1);
    assert_int_equal(kill.at, 15364);
    assert_string_equal(kill.group, "/vz-1/lxc.payload.101");
    assert_string_equal(kill.name, "my_sqld__x");

    assert_int_equal(vz_oom_log_parse("6,1,1,-;oom-kill:constraint="
        "CONSTRAINT_NONE,oom_memcg=/a,task=b", &kill), 0);
    assert_int_equal(vz_oom_log_parse("oom-kill:constraint="
        "CONSTRAINT_MEMCG,oom_memcg=/a,task=b", &kill), 0);
    assert_int_equal(vz_oom_log_parse("6,1,1,-;oom-kill:constraint="
        "CONSTRAINT_MEMCG,nodemask=(null)", &kill), 0);
    assert_int_equal(vz_oom_log_parse("", &kill), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_rates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wall, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_away, setup, teardown),
        cmocka_unit_test_setup_teardown(test_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(test_born, setup, teardown),
        cmocka_unit_test_setup_teardown(test_marks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reasons, setup, teardown),
        cmocka_unit_test(test_log)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
