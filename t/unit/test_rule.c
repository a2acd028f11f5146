/*
 * Rules of firewalls: lines that are taken, printed as they are kept, and
 * refused with the word that is wrong.
 */

#include <string.h>
#include "unit.h"
#include "wire/rule.h"


static const struct {
    const char  *line;
    const char  *kept;              /* NULL: the line itself */
} good[] = {
    { "in accept tcp 22 -", NULL },
    { "out drop udp 1-65535 10.0.0.0/8", NULL },
    { "in accept tcp 80-80 -", "in accept tcp 80 -" },
    { "in accept any - 192.0.2.7/32", "in accept any - 192.0.2.7" },
    { "in drop icmp - 2001:DB8:0::/32", "in drop icmp - 2001:db8::/32" },
    { "in accept tcp - ::ffff:192.0.2.1", NULL }
};

static const struct {
    const char      *line;
    vz_rule_word_e   wrong;
} bad[] = {
    { "", VZ_RULE_WAY },
    { "In accept tcp 22 -", VZ_RULE_WAY },
    { "in  accept tcp 22 -", VZ_RULE_ACTION },
    { "in return tcp 22 -", VZ_RULE_ACTION },
    { "in accept tcpx 22 -", VZ_RULE_PROTOCOL },
    { "in accept tcp 0 -", VZ_RULE_PORTS },
    { "in accept tcp 022 -", VZ_RULE_PORTS },
    { "in accept tcp 65536 -", VZ_RULE_PORTS },
    { "in accept tcp 22- -", VZ_RULE_PORTS },
    { "in accept tcp -22 -", VZ_RULE_PORTS },
    { "in accept tcp 23-22 -", VZ_RULE_PORTS },
    { "in accept tcp 1-2-3 -", VZ_RULE_PORTS },
    { "in accept tcp 22,23 -", VZ_RULE_PORTS },
    { "in accept icmp 22 -", VZ_RULE_PORTS },
    { "in accept any 22 -", VZ_RULE_PORTS },
    { "in accept tcp 22", VZ_RULE_PEER },
    { "in accept tcp 22 10.0.0.1/8", VZ_RULE_PEER },
    { "in accept tcp 22 10.0.0.0/0", VZ_RULE_PEER },
    { "in accept tcp 22 10.0.0.0/33", VZ_RULE_PEER },
    { "in accept tcp 22 2001:db8::1/64", VZ_RULE_PEER },
    { "in accept tcp 22 fe80::1%eth0", VZ_RULE_PEER },
    { "in accept tcp 22 example.org", VZ_RULE_PEER },
    { "in accept tcp 22 10.0.0.1;drop", VZ_RULE_PEER },
    { "in accept tcp 22 - x", VZ_RULE_WORDS }
};


static void
test_taken(void **state)
{
    char            buf[VZ_RULE_LINE], again[VZ_RULE_LINE];
    size_t          i;
    vz_rule_t       rule;
    vz_rule_word_e  wrong;

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(vz_rule_parse(good[i].line, &rule, &wrong), VZ_OK);
        vz_rule_print(&rule, buf);
        assert_string_equal(buf, good[i].kept ? good[i].kept : good[i].line);

        assert_int_equal(vz_rule_parse(buf, &rule, &wrong), VZ_OK);
        vz_rule_print(&rule, again);
        assert_string_equal(again, buf);
    }
}


static void
test_refused(void **state)
{
    size_t          i;
    vz_rule_t       rule;
    vz_rule_word_e  wrong;

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (vz_rule_parse(bad[i].line, &rule, &wrong) != VZ_RANGE
            || wrong != bad[i].wrong)
        {
            fail_msg("\"%s\": %s", bad[i].line, vz_rule_name(wrong));
        }
    }
}


/* the longest line there is */
static void
test_long(void **state)
{
    char            buf[VZ_RULE_LINE];
    vz_rule_t       rule;
    vz_rule_word_e  wrong;

    static const char  line[] =
        "out accept tcp 10000-65535 "
        "1111:2222:3333:4444:5555:6666:7777:8880/124";

    (void) state;

    assert_int_equal(vz_rule_parse(line, &rule, &wrong), VZ_OK);
    vz_rule_print(&rule, buf);
    assert_string_equal(buf, line);
    assert_true(strlen(buf) < VZ_RULE_LINE);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_long)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
