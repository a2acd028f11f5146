/*
 * Codes and their words.
 */

#include <string.h>
#include "unit.h"
#include "wire/code.h"


static void
names_and_codes_are_inverse(void **state)
{
    int  code;

    (void) state;

    for (code = VZ_SYNTAX; code <= VZ_INTERNAL; code++) {
        assert_int_equal(vz_code_parse(vz_code_name((vz_code_e) code)), code);
    }

    assert_string_equal(vz_code_name(VZ_NOENT), "noent");
    assert_string_equal(vz_code_name(VZ_OK), "ok");
}


static void
what_is_not_of_the_wire_is_internal(void **state)
{
    (void) state;

    assert_string_equal(vz_code_name(VZ_AGAIN), "internal");
    assert_string_equal(vz_code_name(VZ_CONFLICT), "internal");
    assert_string_equal(vz_code_name((vz_code_e) 4711), "internal");
    assert_string_equal(vz_code_name((vz_code_e) -1), "internal");
}


static void
an_unknown_word_means_failure(void **state)
{
    (void) state;

    assert_int_equal(vz_code_parse("ok"), VZ_INTERNAL);
    assert_int_equal(vz_code_parse(""), VZ_INTERNAL);
    assert_int_equal(vz_code_parse("NOENT"), VZ_INTERNAL);
    assert_int_equal(vz_code_parse("noentt"), VZ_INTERNAL);
    assert_int_equal(vz_code_parse("teapot"), VZ_INTERNAL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(names_and_codes_are_inverse),
        cmocka_unit_test(what_is_not_of_the_wire_is_internal),
        cmocka_unit_test(an_unknown_word_means_failure)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
