/*
 * People: people.tsv says what is accepted, and which character is named of
 * what is not.
 *
 * sources: src/panel/api/fields.c src/panel/api/people.c
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "panel/api/people.h"
#include "grammars.h"


#define LINE  2048


typedef struct {
    const char   *name;
    vz_field_e    kind;
} vz_kind_t;

typedef struct {
    unsigned      number;
    vz_field_e    kind;
    unsigned      taken;
    size_t        len;
    char          text[LINE];
    size_t        more_len;
    char          more[LINE];
} vz_people_line_t;


static const vz_kind_t  kinds[] = {
    { "name", VZ_FIELD_PERSON },
    { "dni", VZ_FIELD_DNI },
    { "phone", VZ_FIELD_PHONE },
    { "email", VZ_FIELD_EMAIL },
    { "province", VZ_FIELD_PROVINCE },
    { "address", VZ_FIELD_STREET }
};


/* "\uFFFF" becomes the character */
static size_t
plain(const char *s, char *out)
{
    char      *p;
    char       digits[5];
    unsigned   code;

    p = out;

    while (*s != '\0') {

        if (s[0] != '\\' || s[1] != 'u') {
            *p++ = *s++;
            continue;
        }

        memcpy(digits, s + 2, 4);
        digits[4] = '\0';
        code = (unsigned) strtoul(digits, NULL, 16);
        s += 6;

        if (code < 0x80) {
            *p++ = (char) code;
            continue;
        }

        if (code < 0x800) {
            *p++ = (char) (0xc0 | code >> 6);

        } else {
            *p++ = (char) (0xe0 | code >> 12);
            *p++ = (char) (0x80 | (code >> 6 & 0x3f));
        }

        *p++ = (char) (0x80 | (code & 0x3f));
    }

    *p = '\0';

    return (size_t) (p - out);
}


static vz_field_e
kind_of(const char *name)
{
    size_t  i;

    for (i = 0; i < VZ_COUNT(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return kinds[i].kind;
        }
    }

    fail_msg("no kind \"%s\"", name);

    return VZ_FIELD_COUNT;
}


static size_t
each(void (*look)(const vz_people_line_t *line))
{
    FILE       *file;
    char        raw[LINE], *part, *rest;
    size_t      n;
    vz_people_line_t  line;

    file = fopen("t/unit/people.tsv", "r");
    assert_non_null(file);

    n = 0;
    line.number = 0;

    while (fgets(raw, sizeof(raw), file) != NULL) {
        line.number++;
        raw[strcspn(raw, "\n")] = '\0';

        if (raw[0] == '#' || raw[0] == '\0') {
            continue;
        }

        rest = raw;
        line.kind = kind_of(strsep(&rest, "\t"));
        line.taken = strsep(&rest, "\t")[0] == '+';
        part = strsep(&rest, "\t");
        line.len = plain(part, line.text);
        line.more_len = plain(rest != NULL ? rest : "", line.more);

        look(&line);
        n++;
    }

    fclose(file);

    return n;
}


static void
is_taken_or_refused(const vz_people_line_t *line)
{
    char    copy[LINE];
    size_t  n;

    if ((vz_field_check(line->kind, line->text, line->len) == VZ_OK)
        != line->taken)
    {
        fail_msg("line %u: %s", line->number, line->text);
    }

    if (!line->taken) {
        return;
    }

    n = vz_people_fold(line->text, line->len, copy);

    if (vz_field_check(line->kind, copy, n) != VZ_OK || n > line->len
        || copy[0] == ' ' || copy[n - 1] == ' ')
    {
        fail_msg("line %u folded: %.*s", line->number, (int) n, copy);
    }
}


static void
names_what_is_strange(const vz_people_line_t *line)
{
    size_t  at, size;

    if (line->taken) {
        return;
    }

    at = vz_field_strange(line->kind, line->text, line->len, &size);

    if (size != line->more_len
        || memcmp(line->text + at, line->more, size) != 0)
    {
        fail_msg("line %u: \"%.*s\" is named", line->number, (int) size,
                 line->text + at);
    }
}


static void
is_compared(const vz_people_line_t *line)
{
    char  key[VZ_DNI_MAX + 1];

    if (line->kind != VZ_FIELD_DNI || !line->taken) {
        return;
    }

    assert_int_equal(vz_people_dni(line->text, line->len, key), VZ_OK);

    if (strcmp(key, line->more) != 0) {
        fail_msg("line %u: compared by %s", line->number, key);
    }
}


static void
people_are_taken_as_they_are(void **state)
{
    (void) state;

    assert_true(each(is_taken_or_refused) > 350);
}


static void
a_refusal_names_the_character(void **state)
{
    (void) state;

    (void) each(names_what_is_strange);
}


static void
documents_are_compared_by_letters_and_digits(void **state)
{
    char  key[VZ_DNI_MAX + 1];

    (void) state;

    (void) each(is_compared);

    /* nothing is left of it */
    assert_int_equal(vz_people_dni(VZ_LIT("000-000"), key), VZ_RANGE);
}


static void
broken_text_is_refused_and_does_no_harm(void **state)
{
    char    out[8];
    size_t  i, k, size;

    static const struct {
        const char   *text;
        size_t        len;
    } broken[] = {
        { VZ_LIT("Mar\xed" "a") }, { VZ_LIT("Mar\xc3") },
        { VZ_LIT("\xc0\x80") }, { VZ_LIT("\xed\xa0\x80") },
        { VZ_LIT("\xf0\x9f\x8d") }, { VZ_LIT("\xff") }, { VZ_LIT("\x80") }
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(broken); i++) {

        for (k = 0; k < VZ_COUNT(kinds); k++) {
            assert_int_equal(vz_field_check(kinds[k].kind, broken[i].text,
                                            broken[i].len), VZ_RANGE);
            (void) vz_field_strange(kinds[k].kind, broken[i].text,
                                    broken[i].len, &size);
            assert_int_equal(size, 0);
        }

        (void) vz_people_fold(broken[i].text, broken[i].len, out);
        (void) vz_people_key(broken[i].text, broken[i].len, out);
    }

    (void) vz_field_strange(VZ_FIELDS_COUNT, "a", 1, &size);
    assert_int_equal(size, 0);
}


static void
spaces_of_any_kind_are_one(void **state)
{
    char  out[32];

    (void) state;

    assert_int_equal(vz_people_fold(VZ_LIT(" \xc2\xa0"), out), 0);
    assert_int_equal(vz_people_fold(VZ_LIT("a \xc2\xa0 b\xe3\x80\x80"), out),
                     3);
    assert_memory_equal(out, "a b", 3);
}


static int
init(void **state)
{
    return vz_fields_add() == VZ_OK ? grammars_begin(state) : -1;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(people_are_taken_as_they_are),
        cmocka_unit_test(a_refusal_names_the_character),
        cmocka_unit_test(documents_are_compared_by_letters_and_digits),
        cmocka_unit_test(broken_text_is_refused_and_does_no_harm),
        cmocka_unit_test(spaces_of_any_kind_are_one)
    };

    return cmocka_run_group_tests(tests, init, grammars_end);
}
