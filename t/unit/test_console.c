/*
 * Records of a terminal: whole, in pieces, and none.
 */

#include <stdio.h>
#include <string.h>
#include "unit.h"
#include "wire/console.h"


/* what a reader makes of bytes that come n at a time, as text */
static void
heard(char *to, const char *types, const char *bytes, size_t len, size_t n)
{
    size_t                at, part;
    vz_code_e             code;
    vz_console_part_t     record;
    vz_console_reader_t   reader;
    const unsigned char  *p, *end;

    memset(&reader, 0, sizeof(reader));
    *to = '\0';

    for (at = 0; at < len; at += part) {
        part = len - at < n ? len - at : n;
        p = (const unsigned char *) bytes + at;
        end = p + part;

        while ((code = vz_console_read(&reader, types, &p, end, &record))
               == VZ_OK)
        {
            if (record.bytes) {
                to += sprintf(to, "%.*s", (int) record.len,
                              (const char *) record.bytes);
            } else {
                to += sprintf(to, "[%c%x]", record.type, record.number);
            }
        }

        if (code != VZ_AGAIN) {
            (void) strcpy(to, "!");
            return;
        }

        assert_ptr_equal(p, end);
    }
}


static void
test_records(void **state)
{
    char    text[256];
    size_t  n;

    static const char  bytes[] =
        "i\0\5hello" "w\0\4\0\x50\0\x18" "a\0\4\0\1\0\0" "i\0\1!";

    (void) state;

    for (n = 1; n < sizeof(bytes); n++) {
        heard(text, VZ_CONSOLE_TO_NODE, bytes, sizeof(bytes) - 1, n);
        assert_string_equal(text, "hello[w500018][a10000]!");
    }
}


static void
test_refused(void **state)
{
    char    text[256];
    size_t  i;

    static const struct {
        const char  *bytes;
        size_t       len;
    } wrong[] = {
        { "o\0\1x", 4 },                /* the other direction's */
        { "t\0\4\0\0\0\1", 7 },
        { "x\0\1x", 4 },
        { "\0\0\1x", 4 },
        { "i\0\0", 3 },                 /* nothing typed */
        { "a\0\3\0\0\0", 6 },
        { "w\0\5\0\1\0\1\0", 8 }
    };

    (void) state;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        heard(text, VZ_CONSOLE_TO_NODE, wrong[i].bytes, wrong[i].len, 1);
        assert_string_equal(text, "!");
        heard(text, VZ_CONSOLE_TO_NODE, wrong[i].bytes, wrong[i].len, 99);
        assert_string_equal(text, "!");
    }
}


static void
test_printed(void **state)
{
    unsigned char  record[VZ_CONSOLE_NUMBER];

    (void) state;

    vz_console_number(record, VZ_CONSOLE_SHOWN, 0x01020304);
    assert_memory_equal(record, "a\0\4\1\2\3\4", VZ_CONSOLE_NUMBER);

    vz_console_head(record, VZ_CONSOLE_OUTPUT, 65535);
    assert_memory_equal(record, "o\xff\xff", VZ_CONSOLE_HEAD);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_printed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
