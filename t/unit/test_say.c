/*
 * What daemon and panel say, by code.
 */

#include <string.h>
#include "unit.h"
#include "wire/say.h"


static const char *
code_of(const char *text)
{
    vz_say_t  say;

    vz_say_find(text, strlen(text), &say);

    return say.code ? say.code : "";
}


static void
words_are_found_with_their_values(void **state)
{
    vz_say_t     say;
    const char  *text = "attempt 12 failed: node_down; again in 500 ms";

    (void) state;

    vz_say_find(text, strlen(text), &say);

    assert_string_equal(say.code, "attempt_failed");
    assert_int_equal(say.n, 3);
    assert_string_equal(say.values[0].name, "n");
    assert_memory_equal(say.values[0].value, "12", 2);
    assert_int_equal(say.values[0].len, 2);
    assert_string_equal(say.values[1].name, "code");
    assert_memory_equal(say.values[1].value, "node_down", 9);
    assert_int_equal(say.values[1].len, 9);
    assert_string_equal(say.values[2].name, "ms");

    assert_string_equal(code_of("container 7 exists"), "container_exists");
    assert_string_equal(code_of("container 7 exists with another tag"),
                        "other_container");
    assert_string_equal(code_of("stored, but not applied inside: its eth0"),
                        "kept_inside");
    assert_string_equal(code_of("unpacking busybox"), "unpacking");
    assert_string_equal(code_of("unpacking busybox takes too long"),
                        "unpack_slow");
    assert_string_equal(code_of("first boot: 40 bytes wait for the first "
                                "start"), "boot_waits");
    assert_string_equal(code_of("first boot: it ended with exit status 7 after "
                                "3 s"), "boot_ended");
    assert_string_equal(code_of("first boot: it ended when the server stopped, "
                                "or could not be begun"), "boot_stopped");
}


static void
every_value_has_a_name(void **state)
{
    vz_say_t     say;
    const char  *text = "first boot: it ended with exit status 7 after 3 s";

    (void) state;

    vz_say_find(text, strlen(text), &say);
    assert_int_equal(say.n, 2);
    assert_string_equal(say.values[0].name, "status");
    assert_memory_equal(say.values[0].value, "7", 1);
    assert_string_equal(say.values[1].name, "s");
    assert_memory_equal(say.values[1].value, "3", 1);
}


static void
what_nobody_knows_is_raw(void **state)
{
    (void) state;

    assert_string_equal(code_of(""), "");
    assert_string_equal(code_of("attempt "), "");
    assert_string_equal(code_of("attempt a b"), "");
    assert_string_equal(code_of("beguns"), "");
    assert_string_equal(code_of("| first boot: it is what a guest says"), "");
    assert_string_equal(code_of("/srv/x: Permission denied"), "");
    assert_string_equal(code_of("unpacking a,code=x"), "");
}


static void
a_mark_goes_on_and_comes_off(void **state)
{
    char      text[200] = "container 101 does not exist";
    size_t    len, plain;
    vz_say_t  say;

    (void) state;

    plain = strlen(text);
    len = vz_say_mark(text, sizeof(text));

    assert_string_equal(text, "container 101 does not exist"
                              " say=no_container,id=101");
    assert_int_equal(len, strlen(text));
    assert_int_equal(vz_say_mark(text, sizeof(text)), len);
    assert_int_equal(vz_say_split(text, len, &say), plain);
    assert_string_equal(say.code, "no_container");
    assert_int_equal(say.n, 1);
    assert_string_equal(say.values[0].name, "id");
    assert_memory_equal(say.values[0].value, "101", 3);
}


static void
a_mark_that_has_no_room_is_left_out(void **state)
{
    char  text[32] = "container 101 does not exist";

    (void) state;

    assert_int_equal(vz_say_mark(text, sizeof(text)), 28);
    assert_string_equal(text, "container 101 does not exist");
}


static void
what_a_node_makes_up_is_no_code(void **state)
{
    vz_say_t  say;

    static const char *const  made[] = {
        "x say=", "x say=nothing", "x say=begun2,n=1", "x say=BEGUN"
    };
    size_t  i;

    (void) state;

    for (i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        assert_int_equal(vz_say_split(made[i], strlen(made[i]), &say), 1);
        assert_null(say.code);
    }

    assert_int_equal(vz_say_split("x say=attempt,evil=1,n=2,=3", 27, &say), 1);
    assert_string_equal(say.code, "attempt");
    assert_int_equal(say.n, 1);
    assert_string_equal(say.values[0].name, "n");

    assert_int_equal(vz_say_split("say=begun", 9, &say), 9);
    assert_int_equal(vz_say_split("", 0, &say), 0);
}


static void
every_row_has_a_code(void **state)
{
    unsigned  n;

    (void) state;

    for (n = 0; vz_say_code(n) != NULL; n++) {
        assert_true(strlen(vz_say_code(n)) > 0);
    }

    assert_true(n > 50);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(words_are_found_with_their_values),
        cmocka_unit_test(every_value_has_a_name),
        cmocka_unit_test(what_nobody_knows_is_raw),
        cmocka_unit_test(a_mark_goes_on_and_comes_off),
        cmocka_unit_test(a_mark_that_has_no_room_is_left_out),
        cmocka_unit_test(what_a_node_makes_up_is_no_code),
        cmocka_unit_test(every_row_has_a_code)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
