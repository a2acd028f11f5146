/*
 * The grammars of people and of the shop; people.tsv (test_people.c) has more
 * of the former.
 *
 * sources: src/panel/api/fields.c
 */

#include <string.h>
#include "panel/api/fields.h"
#include "field_cases.h"
#include "grammars.h"


#define X8(s)    s s s s s s s s
#define X64(s)   X8(X8(s))


static const vz_case_t  good[] = {
    { VZ_FIELD_PLAN, VZ_LIT("Básico") },
    { VZ_FIELD_PLAN, VZ_LIT("Profesional (4 GB)") },
    { VZ_FIELD_PLAN, VZ_LIT("2x") },
    { VZ_FIELD_LABEL, VZ_LIT("Debian GNU/Linux 12 «bookworm» 🐧") },
    { VZ_FIELD_LABEL, VZ_LIT("x") },
    { VZ_FIELD_LABEL, VZ_LIT(X64("🐧")) },
    { VZ_FIELD_ACCOUNT, VZ_LIT("ana") },
    { VZ_FIELD_ACCOUNT, VZ_LIT("a.b_c-9") },
    { VZ_FIELD_ACCOUNT, VZ_LIT(X8("a") X8("b") X8("c") X8("d")) },
    { VZ_FIELD_PASSWORD, VZ_LIT("correct horse") },
    { VZ_FIELD_PASSWORD, VZ_LIT("ññññññññññ") },
    { VZ_FIELD_PASSWORD, VZ_LIT("  spaces  ") },
    { VZ_FIELD_PASSWORD, VZ_LIT(X64("x") X64("y")) },
    { VZ_FIELD_LANGUAGE, VZ_LIT("es") },
    { VZ_FIELD_LANGUAGE, VZ_LIT("en") },
    { VZ_FIELD_ROLE, VZ_LIT("admin") },
    { VZ_FIELD_ROLE, VZ_LIT("customer") },
    { VZ_FIELD_OVERUSE, VZ_LIT("throttle") },
    { VZ_FIELD_RESTORE, VZ_LIT("in_place") },
    { VZ_FIELD_SCOPE, VZ_LIT("read") },
    { VZ_FIELD_SCOPE, VZ_LIT("write") },
    { VZ_FIELD_RIGHT, VZ_LIT("read") },
    { VZ_FIELD_RIGHT, VZ_LIT("admin_catalog") },
    { VZ_FIELD_NETWORK, VZ_LIT("127.0.0.1") },
    { VZ_FIELD_NETWORK, VZ_LIT("203.0.113.0/24") },
    { VZ_FIELD_NETWORK, VZ_LIT("2001:db8::/32") },
    { VZ_FIELD_ENCODED, VZ_LIT("aZ09-_") },
    { VZ_FIELD_SECRET, VZ_LIT(X8("01234567")) },
    { VZ_FIELD_SECRET, VZ_LIT(X8("89abcdef")) },
    { VZ_FIELD_SEARCH, VZ_LIT("") },
    { VZ_FIELD_SEARCH, VZ_LIT(" %_ '\" ") },
    { VZ_FIELD_SEARCH, VZ_LIT("ñandú 10.0") }
};


static const vz_case_t  bad[] = {
    { VZ_FIELD_PLAN, VZ_LIT("") },
    { VZ_FIELD_PLAN, VZ_LIT("-x") },
    { VZ_FIELD_PLAN, VZ_LIT(" Básico") },
    { VZ_FIELD_PLAN, VZ_LIT("Básico  2") },
    { VZ_FIELD_PLAN, VZ_LIT("B\xe1sico") },
    { VZ_FIELD_LABEL, VZ_LIT("") },
    { VZ_FIELD_LABEL, VZ_LIT(" ") },
    { VZ_FIELD_LABEL, VZ_LIT("a\x7f") },
    { VZ_FIELD_LABEL, VZ_LIT("a\xe2\x80\x8b" "b") },
    { VZ_FIELD_LABEL, VZ_LIT("a\xc2\xa0" "b") },
    { VZ_FIELD_LABEL, VZ_LIT(X64("x") "x") },
    { VZ_FIELD_LABEL, VZ_LIT("\xf4\x90\x80\x80") },
    { VZ_FIELD_ACCOUNT, VZ_LIT("") },
    { VZ_FIELD_ACCOUNT, VZ_LIT("an") },
    { VZ_FIELD_ACCOUNT, VZ_LIT("Ana") },
    { VZ_FIELD_ACCOUNT, VZ_LIT("1ana") },
    { VZ_FIELD_ACCOUNT, VZ_LIT("ana maria") },
    { VZ_FIELD_ACCOUNT, VZ_LIT("ana@x") },
    { VZ_FIELD_ACCOUNT, VZ_LIT("ana\n") },
    { VZ_FIELD_ACCOUNT, VZ_LIT(X8("a") X8("b") X8("c") X8("d") "e") },
    { VZ_FIELD_PASSWORD, VZ_LIT("") },
    { VZ_FIELD_PASSWORD, VZ_LIT("ninechars") },
    { VZ_FIELD_PASSWORD, VZ_LIT("tencharac\n") },
    { VZ_FIELD_PASSWORD, VZ_LIT("ten\0charac") },
    { VZ_FIELD_PASSWORD, VZ_LIT("broken\xff\xff\xff\xff") },
    { VZ_FIELD_PASSWORD, VZ_LIT(X64("x") X64("y") "z") },
    { VZ_FIELD_LANGUAGE, VZ_LIT("") },
    { VZ_FIELD_LANGUAGE, VZ_LIT("ES") },
    { VZ_FIELD_LANGUAGE, VZ_LIT("fr") },
    { VZ_FIELD_ROLE, VZ_LIT("root") },
    { VZ_FIELD_ROLE, VZ_LIT("customers") },
    { VZ_FIELD_OVERUSE, VZ_LIT("delete") },
    { VZ_FIELD_RESTORE, VZ_LIT("beside") },
    { VZ_FIELD_SCOPE, VZ_LIT("all") },
    { VZ_FIELD_SCOPE, VZ_LIT("writes") },
    { VZ_FIELD_RIGHT, VZ_LIT("root") },
    { VZ_FIELD_RIGHT, VZ_LIT("admin") },
    { VZ_FIELD_RIGHT, VZ_LIT("read power") },
    { VZ_FIELD_RIGHT, VZ_LIT("") },
    { VZ_FIELD_NETWORK, VZ_LIT("203.0.113.0/33") },
    { VZ_FIELD_NETWORK, VZ_LIT("203.0.113.0/0") },
    { VZ_FIELD_NETWORK, VZ_LIT("203.0.113/24") },
    { VZ_FIELD_NETWORK, VZ_LIT("2001:db8::/129") },
    { VZ_FIELD_NETWORK, VZ_LIT("here") },
    { VZ_FIELD_ENCODED, VZ_LIT("a") },
    { VZ_FIELD_ENCODED, VZ_LIT("ab+/") },
    { VZ_FIELD_ENCODED, VZ_LIT("ab==") },
    { VZ_FIELD_SECRET, VZ_LIT(X8("0123456")) },
    { VZ_FIELD_SECRET, VZ_LIT(X8("89ABCDEF")) },
    { VZ_FIELD_SECRET, VZ_LIT(X8("89abcdef") "\n") },
    { VZ_FIELD_SECRET, VZ_LIT(X8("0123456g")) },
    { VZ_FIELD_SEARCH, VZ_LIT("a\nb") },
    { VZ_FIELD_SEARCH, VZ_LIT("a\0b") },
    { VZ_FIELD_SEARCH, VZ_LIT(X64("x") "x") },

    { VZ_FIELDS_COUNT, VZ_LIT("x") }
};


static void
right_values_are_taken(void **state)
{
    (void) state;

    field_cases_taken(good, VZ_COUNT(good));
}


static void
wrong_values_are_refused(void **state)
{
    (void) state;

    field_cases_refused(bad, VZ_COUNT(bad));
}


static void
huge_values_cost_nothing(void **state)
{
    char        *text;
    vz_field_e   kind;

    (void) state;

    text = test_malloc(1024 * 1024);
    memset(text, 'a', 1024 * 1024);

    for (kind = VZ_FIELD_COUNT; kind < VZ_FIELDS_COUNT; kind++) {
        assert_int_equal(vz_field_check(kind, text, 1024 * 1024), VZ_RANGE);
    }

    test_free(text);
}


static void
every_kind_has_name_rule_and_pattern(void **state)
{
    vz_field_e  kind;

    (void) state;

    for (kind = VZ_FIELD_COUNT; kind < VZ_FIELDS_COUNT; kind++) {
        assert_true(strlen(vz_field_name(kind)) > 1);
        assert_true(strlen(vz_field_rule(kind)) > 5);
        assert_int_equal(vz_field_pattern(kind)[0], '^');
    }

    assert_true(vz_field_folds(VZ_FIELD_PERSON));
    assert_false(vz_field_folds(VZ_FIELD_PLAN));
    assert_false(vz_field_folds(VZ_FIELDS_COUNT));
}


static void
a_second_table_is_refused(void **state)
{
    static const vz_field_def_t  other[1];

    (void) state;

    assert_int_equal(vz_fields_add(), VZ_OK);
    assert_int_equal(vz_field_add(other, 1), VZ_RANGE);
    assert_string_equal(vz_field_name(VZ_FIELD_PLAN), "plan");
}


static int
init(void **state)
{
    return vz_field_check(VZ_FIELD_PLAN, "x", 1) == VZ_RANGE
           && vz_fields_add() == VZ_OK ? grammars_begin(state) : -1;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(right_values_are_taken),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(huge_values_cost_nothing),
        cmocka_unit_test(every_kind_has_name_rule_and_pattern),
        cmocka_unit_test(a_second_table_is_refused)
    };

    return cmocka_run_group_tests(tests, init, grammars_end);
}
