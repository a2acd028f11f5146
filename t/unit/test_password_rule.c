/*
 * Passwords that are guessed first, by the list that the module carries.
 *
 * sources: src/panel/account/password_rule.c
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "panel/account/password_rule.h"


#define LIST  "src/panel/account/common_passwords.txt"


static vz_password_rule_list_t  list;

static const vz_password_rule_word_t  own[] = {
    { "Mar\xc3\xad" "a Jos\xc3\xa9", 12 },
    { "mj.nunez", 8 },
    { "panel.acme.example", 18 },
    { "", 0 }
};


static int
read_list(void **state)
{
    FILE  *in;
    char  *text;
    long   size;

    (void) state;

    in = fopen(LIST, "r");
    assert_non_null(in);
    assert_int_equal(fseek(in, 0, SEEK_END), 0);
    size = ftell(in);
    rewind(in);
    text = malloc(size);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, in), size);
    fclose(in);
    list.text = text;
    list.size = size;

    return 0;
}


static int
free_list(void **state)
{
    (void) state;
    free((char *) list.text);

    return 0;
}


static vz_password_rule_e
rule(const char *password, size_t *which)
{
    return vz_password_rule(password, strlen(password), &list, own,
                            sizeof(own) / sizeof(own[0]), which);
}


static void
is(vz_password_rule_e want, const char *const *passwords)
{
    size_t  which;

    for (/* void */; *passwords != NULL; passwords++) {

        if (rule(*passwords, &which) != want) {
            fail_msg("%s: %d, not %d", *passwords, rule(*passwords, &which),
                     want);
        }
    }
}


static void
test_common(void **state)
{
    static const char *const  passwords[] = {
        "1234567890", "qwertyuiop", "password123", "PASSWORD2024!",
        "!!Dragon99", "Barcelona1", "contrase\xc3\xb1" "a1",
        "Contrase\xc3\x91" "A!",
        "dragondragon", "monkey.monkey.", "12345678!!", "iloveyou..", NULL
    };

    (void) state;
    is(VZ_PASSWORD_RULE_COMMON, passwords);
}


static void
test_simple(void **state)
{
    static const char *const  passwords[] = {
        "aaaaaaaaaa", "ababababab", "1111122222", "..........", "AaAaAaAaAa",
        NULL
    };

    (void) state;
    is(VZ_PASSWORD_RULE_SIMPLE, passwords);
}


static void
test_own(void **state)
{
    size_t  which;

    (void) state;

    assert_int_equal(rule("xx-Maria-99", &which), VZ_PASSWORD_RULE_OWN);
    assert_int_equal(which, 0);
    assert_int_equal(rule("99 jos\xc3\xa9 yy", &which), VZ_PASSWORD_RULE_OWN);
    assert_int_equal(which, 0);
    assert_int_equal(rule("xx-NUNEZ-99", &which), VZ_PASSWORD_RULE_OWN);
    assert_int_equal(which, 1);
    assert_int_equal(rule("acme acme acme", &which), VZ_PASSWORD_RULE_OWN);
    assert_int_equal(which, 2);
}


static void
test_good(void **state)
{
    static const char *const  passwords[] = {
        "Test-password-1", "Another password, se\xc3\xb1or", "9f3kQ_vw2!",
        "correct horse battery", "maria y su burro gris", "dragon84729104",
        "\xe5\xaf\x86\xe7\xa0\x81 is a word", "8hT.q/2-xZ", NULL
    };

    (void) state;
    is(VZ_PASSWORD_RULE_OK, passwords);
}


/* each line is found, so the list is sorted as it is searched */

static void
test_list(void **state)
{
    char         word[64];
    size_t       which, n;
    const char  *line, *end;

    (void) state;

    n = 0;

    for (line = list.text; line < list.text + list.size; line = end + 1) {
        end = memchr(line, '\n', list.text + list.size - line);
        assert_non_null(end);
        assert_true((size_t) (end - line) < sizeof(word));
        snprintf(word, sizeof(word), "%.*s", (int) (end - line), line);

        if (rule(word, &which) == VZ_PASSWORD_RULE_OK) {
            fail_msg("%s is not found", word);
        }

        n++;
    }

    assert_true(n > 3000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_common),
        cmocka_unit_test(test_simple),
        cmocka_unit_test(test_own),
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_list)
    };

    return cmocka_run_group_tests(tests, read_list, free_list);
}
