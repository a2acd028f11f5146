/*
 * When a figure becomes an alert and when it ends, by a clock of our own.
 *
 * sources: src/panel/vm/vm_alert_rule.c
 */

#include <string.h>
#include "unit.h"
#include "panel/vm/vm_alert_rule.h"


#define MINUTE  60000
#define ROUND   10000               /* ms between two looks */


static vz_vm_alert_watch_t  watch;
static vz_vm_alert_seen_t   seen;
static vz_vm_alert_set_t    set;
static unsigned             raised;
static vz_vm_alert_e        kind;


static int
begin(void **state)
{
    (void) state;

    memset(&watch, 0, sizeof(watch));
    memset(&seen, 0, sizeof(seen));
    memset(&set, 0, sizeof(set));

    seen.at = 1000;
    seen.known = 1;
    seen.running = 1;
    seen.wanted = 1;
    seen.memory_limit = 1000;
    seen.disk_total = 1000;
    seen.cpu_percent = 100;
    set.enabled = 1;
    set.limit = 90;
    set.minutes = 5;
    kind = VZ_VM_ALERT_MEMORY;
    raised = 0;

    return 0;
}


/* look for so long, as often as a round; how often an alert began or ended */

static int
look(uint64_t msec, unsigned begins, unsigned ends)
{
    uint64_t            until;
    unsigned            b, e;
    vz_vm_alert_turn_e  turn;

    b = 0;
    e = 0;

    for (until = seen.at + msec; seen.at < until; /* void */ ) {
        seen.at += ROUND;
        vz_vm_alert_rule_see(&watch, &seen);
        turn = vz_vm_alert_rule_turn(&watch, kind, &set, raised);

        if (turn == VZ_VM_ALERT_BEGINS) {
            raised = 1;
            b++;
        }

        if (turn == VZ_VM_ALERT_ENDS) {
            raised = 0;
            e++;
        }
    }

    return b == begins && e == ends;
}


static void
it_begins_after_its_minutes_and_once(void **state)
{
    (void) state;

    seen.memory_used = 950;
    assert_true(look(5 * MINUTE, 0, 0));
    assert_true(look(ROUND, 1, 0));
    assert_int_equal(watch.value[kind], 950);
    assert_true(look(60 * MINUTE, 0, 0));
}


static void
a_look_below_starts_it_anew(void **state)
{
    (void) state;

    seen.memory_used = 950;
    assert_true(look(4 * MINUTE, 0, 0));
    seen.memory_used = 899;
    assert_true(look(ROUND, 0, 0));
    seen.memory_used = 950;
    assert_true(look(5 * MINUTE, 0, 0));
    assert_true(look(ROUND, 1, 0));
}


static void
it_ends_well_below_its_limit(void **state)
{
    (void) state;

    set.minutes = 0;
    seen.memory_used = 900;
    assert_true(look(ROUND, 1, 0));
    seen.memory_used = 810;
    assert_true(look(10 * MINUTE, 0, 0));
    seen.memory_used = 809;
    assert_true(look(ROUND, 0, 1));
    assert_true(look(10 * MINUTE, 0, 0));
}


static void
a_switch_that_is_off_ends_it(void **state)
{
    (void) state;

    set.minutes = 0;
    seen.memory_used = 950;
    assert_true(look(ROUND, 1, 0));
    set.enabled = 0;
    assert_true(look(MINUTE, 0, 1));
}


static void
a_node_that_is_silent_says_nothing(void **state)
{
    (void) state;

    seen.memory_used = 950;
    assert_true(look(4 * MINUTE, 0, 0));
    seen.known = 0;
    assert_true(look(MINUTE, 0, 0));
    seen.known = 1;
    assert_true(look(ROUND, 1, 0));
    seen.known = 0;
    assert_true(look(60 * MINUTE, 0, 0));
}


static void
what_nobody_looked_at_does_not_count(void **state)
{
    (void) state;

    seen.memory_used = 950;
    assert_true(look(MINUTE, 0, 0));
    seen.at += 10 * MINUTE;
    assert_true(look(5 * MINUTE, 0, 0));
    assert_true(look(ROUND, 1, 0));
}


static void
what_has_no_limit_has_no_alert(void **state)
{
    (void) state;

    set.minutes = 0;
    seen.memory_used = 950;
    seen.memory_limit = 0;
    assert_true(look(MINUTE, 0, 0));
    seen.memory_limit = UINT64_MAX;
    assert_true(look(MINUTE, 0, 0));
    kind = VZ_VM_ALERT_CPU;
    seen.cpu_percent = 0;
    seen.cpu_ns = 1000000000000ULL;
    assert_true(look(10 * MINUTE, 0, 0));
}


/* a peak of the CPU is none, and its share is that of its own limit */

static void
the_cpu_is_a_mean_of_a_minute(void **state)
{
    (void) state;

    kind = VZ_VM_ALERT_CPU;
    set.minutes = 0;
    seen.cpu_percent = 50;
    assert_true(look(ROUND, 0, 0));

    seen.cpu_ns += 10000000000ULL;          /* all of 10 s in the first */
    assert_true(look(MINUTE, 0, 0));
    assert_int_equal(watch.value[kind], 333);

    while (watch.value[kind] != 960) {
        seen.cpu_ns += 4800000000ULL;       /* 48 % of a CPU, of 50 % */
        (void) look(ROUND, 0, 0);
    }

    assert_int_equal(raised, 1);

    seen.cpu_ns = 5;                        /* started again */
    assert_true(look(ROUND, 0, 0));
    assert_int_equal(watch.value[kind], VZ_VM_ALERT_UNKNOWN);
    assert_true(look(MINUTE, 0, 1));
    assert_int_equal(watch.value[kind], 0);
}


static void
the_network_is_told_in_bits(void **state)
{
    (void) state;

    kind = VZ_VM_ALERT_NETWORK;
    set.limit = 100;
    set.minutes = 0;
    assert_true(look(ROUND, 0, 0));
    seen.net_bytes += 60ULL * 13000000;     /* 104 Mbit/s */
    assert_true(look(MINUTE, 1, 0));
    assert_int_equal(watch.value[kind], 1040);
}


static void
down_is_what_should_run_and_does_not(void **state)
{
    (void) state;

    kind = VZ_VM_ALERT_DOWN;
    set.limit = 1;
    set.minutes = 2;
    seen.running = 0;
    seen.wanted = 0;
    assert_true(look(60 * MINUTE, 0, 0));
    seen.wanted = 1;
    assert_true(look(2 * MINUTE, 0, 0));
    assert_true(look(ROUND, 1, 0));
    seen.wanted = 0;
    assert_true(look(ROUND, 0, 1));
}


static void
one_that_is_stopped_uses_nothing_but_disk(void **state)
{
    (void) state;

    set.minutes = 0;
    seen.memory_used = 950;
    seen.disk_used = 950;
    assert_true(look(ROUND, 1, 0));
    seen.running = 0;
    assert_true(look(ROUND, 0, 1));
    kind = VZ_VM_ALERT_DISK;
    assert_true(look(ROUND, 1, 0));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(it_begins_after_its_minutes_and_once, begin),
        cmocka_unit_test_setup(a_look_below_starts_it_anew, begin),
        cmocka_unit_test_setup(it_ends_well_below_its_limit, begin),
        cmocka_unit_test_setup(a_switch_that_is_off_ends_it, begin),
        cmocka_unit_test_setup(a_node_that_is_silent_says_nothing, begin),
        cmocka_unit_test_setup(what_nobody_looked_at_does_not_count, begin),
        cmocka_unit_test_setup(what_has_no_limit_has_no_alert, begin),
        cmocka_unit_test_setup(the_cpu_is_a_mean_of_a_minute, begin),
        cmocka_unit_test_setup(the_network_is_told_in_bits, begin),
        cmocka_unit_test_setup(down_is_what_should_run_and_does_not, begin),
        cmocka_unit_test_setup(one_that_is_stopped_uses_nothing_but_disk,
                               begin)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
