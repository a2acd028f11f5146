/*
 * Envelope senders that say which mail it was, and forged ones.
 *
 * sources: src/runtime/verp.c
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "grammars.h"
#include "runtime/verp.h"
#include "wire/field.h"


#define BASE  "panel-bounce@host.example"


static const vz_key_t  key = { 32, "0123456789abcdef0123456789abcdef" };
static const vz_key_t  other = { 32, "0123456789abcdef0123456789abcdeg" };


static vz_code_e
read_back(const char *address, size_t len, uint64_t *id)
{
    char       *copy;
    vz_code_e   rc;

    copy = test_malloc(len ? len : 1);
    memcpy(copy, address, len);
    rc = vz_verp_read(VZ_LIT(BASE), copy, len, &key, id);
    test_free(copy);

    return rc;
}


static void
an_id_comes_back(void **state)
{
    char      text[VZ_VERP_SIZE];
    size_t    i, j, n;
    uint64_t  id;

    static const uint64_t  ids[] = { 1, 42, 10000000000, INT64_MAX };

    (void) state;

    for (i = 0; i < VZ_COUNT(ids); i++) {
        n = vz_verp_print(text, sizeof(text), VZ_LIT(BASE), ids[i], &key);
        assert_int_equal(n, strlen(text));
        assert_int_equal(vz_field_check(VZ_FIELD_EMAIL, text, n), VZ_OK);
        assert_int_equal(read_back(text, n, &id), VZ_OK);
        assert_true(id == ids[i]);

        for (j = 0; j < n; j++) {
            text[j] = (char) toupper((unsigned char) text[j]);
        }

        assert_int_equal(read_back(text, n, &id), VZ_OK);
    }
}


static void
only_our_key_makes_one(void **state)
{
    char      text[VZ_VERP_SIZE], digit;
    size_t    n, i, mac;
    uint64_t  id;

    (void) state;

    n = vz_verp_print(text, sizeof(text), VZ_LIT(BASE), 7, &other);
    assert_int_equal(read_back(text, n, &id), VZ_DENIED);

    n = vz_verp_print(text, sizeof(text), VZ_LIT(BASE), 7, &key);
    mac = (size_t) (strchr(text, '.') + 1 - text);

    for (i = 0; i < VZ_VERP_MAC; i++) {
        digit = text[mac + i];
        text[mac + i] = digit == '0' ? '1' : '0';
        assert_int_equal(read_back(text, n, &id), VZ_DENIED);
        text[mac + i] = digit;
    }

    /* the MAC of one mail is none of another */

    *strchr(text, '7') = '8';
    assert_int_equal(read_back(text, n, &id), VZ_DENIED);
}


static void
what_is_none_is_told(void **state)
{
    size_t    i;
    uint64_t  id;

    static const struct {
        const char  *text;
        size_t       len;
    } none[] = {
        { VZ_LIT("") }, { VZ_LIT("@") }, { VZ_LIT(BASE) },
        { VZ_LIT("panel-bounce+@host.example") },
        { VZ_LIT("panel-bounce+1@host.example") },
        { VZ_LIT("panel-bounce+1.@host.example") },
        { VZ_LIT("panel-bounce+1.0123456789abcdef012@host.example") },
        { VZ_LIT("panel-bounce+1.0123456789abcdef01234@host.example") },
        { VZ_LIT("panel-bounce+01.0123456789abcdef0123@host.example") },
        { VZ_LIT("panel-bounce+-1.0123456789abcdef0123@host.example") },
        { VZ_LIT("panel-bounce+9223372036854775808.0123456789abcdef0123@h") },
        { VZ_LIT("panel-bounce-1.0123456789abcdef0123@host.example") },
        { VZ_LIT("panel-bounc+1.0123456789abcdef0123@host.example") },
        { VZ_LIT("+1.0123456789abcdef0123@host.example") },
        { VZ_LIT("panel-bounce+1.0123456789abcdef0123") }
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(none); i++) {
        if (read_back(none[i].text, none[i].len, &id) != VZ_SYNTAX) {
            fail_msg("%s", none[i].text);
        }
    }

    assert_int_equal(read_back(VZ_LIT("panel-bounce+1.\0123456789abcdef0123@h"),
                               &id), VZ_SYNTAX);
    assert_int_equal(read_back(VZ_LIT("panel-bounce+1.xxxxxxxxxxxxxxxxxxxx@h"),
                               &id), VZ_DENIED);
}


static void
the_base_leaves_room(void **state)
{
    char      text[VZ_VERP_SIZE];
    size_t    n, i;
    vz_key_t  none = { 0, "" };

    static const char  longest[] = "abcdefghijklmnopqrstuvw@host.example";

    (void) state;

    assert_null(vz_verp_check(VZ_LIT(BASE)));
    assert_null(vz_verp_check(longest, strlen(longest)));
    assert_non_null(vz_verp_check(VZ_LIT("abcdefghijklmnopqrstuvwx@host")));
    assert_non_null(vz_verp_check(VZ_LIT("nobody")));
    assert_non_null(vz_verp_check(VZ_LIT("a b@host.example")));

    n = vz_verp_print(text, sizeof(text), longest, strlen(longest), INT64_MAX,
                      &key);
    assert_int_equal(strcspn(text, "@"), 64);

    for (i = 0; i <= n; i++) {
        assert_int_equal(vz_verp_print(text, i, longest, strlen(longest),
                                       INT64_MAX, &key), 0);
    }

    assert_int_equal(vz_verp_print(text, sizeof(text), VZ_LIT(BASE), 1, &none),
                     0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_id_comes_back),
        cmocka_unit_test(only_our_key_makes_one),
        cmocka_unit_test(what_is_none_is_told),
        cmocka_unit_test(the_base_leaves_room)
    };

    return cmocka_run_group_tests(tests, grammars_begin, grammars_end);
}
