/*
 * Delivery reports: those of t/fuzz/seeds_report, which are written as mail
 * servers write them, and what can be broken about one.
 *
 * sources: src/runtime/report.c
 */

#include <stdio.h>
#include <string.h>
#include "unit.h"
#include "runtime/report.h"


#define HEAD                                                                  \
    "Subject: Returned\n"                                                     \
    "Content-Type: multipart/report; boundary=b\n\n"

#define STATUS                                                                \
    "--b\nContent-Type: message/delivery-status\n\n"                          \
    "Reporting-MTA: dns; mx\n\n"


static const struct {
    const char   *file;
    vz_report_e   kind;
    const char   *status;
    const char   *recipient;
    const char   *words;
} seeds[] = {
    { "postfix-failed", VZ_REPORT_FAILED, "5.1.1", "ana@example.net",
      "550 5.1.1 <ana@example.net>: Recipient address rejected: User unknown"
    },
    { "postfix-delayed", VZ_REPORT_DELAYED, "4.4.1", "ana@example.net",
      "connect to mx.example.net[192.0.2.7]:25: Connection timed out" },
    { "exim-failed", VZ_REPORT_FAILED, "5.0.0", "ana@example.net",
      "552 mailbox is full" },
    { "exim-routing", VZ_REPORT_FAILED, "5.0.0", "ana@example.net",
      "Unrouteable address: all relevant MX records point to a host that does"
      " not exist" },
    { "exim-old", VZ_REPORT_FAILED, "", "", "Unrouteable address" },
    { "qmail", VZ_REPORT_FAILED, "", "ana@example.net",
      "192.0.2.7 does not like recipient. Remote host said: 550 no such user"
      " Giving up on 192.0.2.7." },
    { "exchange", VZ_REPORT_FAILED, "5.1.10", "anita@corp.example",
      "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address"
      " lookup" },
    { "several", VZ_REPORT_FAILED, "4.4.7", "three@example.net", "" },
    { "delivered", VZ_REPORT_DONE, "2.1.9", "ana@example.net", "" },
    { "vacation", VZ_REPORT_AUTO, "", "", "" },
    { "vacation-old", VZ_REPORT_AUTO, "", "", "" },
    { "person", VZ_REPORT_ANSWER, "", "", "Re: Your account" },
    { "read-receipt", VZ_REPORT_AUTO, "", "", "" },
    { "cut", VZ_REPORT_ANSWER, "", "", "Undelivered Mail Returned to Sender" }
};


static vz_report_t
read_text(const char *text, size_t len)
{
    char         *copy;
    vz_report_t   report;

    /* its end is the end of what may be read */

    copy = test_malloc(len ? len : 1);
    memcpy(copy, text, len);
    vz_report_read(copy, len, &report);
    test_free(copy);

    return report;
}


static size_t
load(const char *name, char *text, size_t size)
{
    char    path[128];
    FILE   *in;
    size_t  n;

    (void) snprintf(path, sizeof(path), "t/fuzz/seeds_report/%s", name);
    in = fopen(path, "r");
    assert_non_null(in);
    n = fread(text, 1, size, in);
    (void) fclose(in);
    assert_in_range(n, 1, size - 1);

    return n;
}


static size_t
with_crlf(const char *text, size_t len, char *to)
{
    size_t  n, i;

    for (n = 0, i = 0; i < len; i++) {
        if (text[i] == '\n') {
            to[n++] = '\r';
        }

        to[n++] = text[i];
    }

    return n;
}


static void
is(const char *name, const vz_report_t *report, size_t i)
{
    if (report->kind != seeds[i].kind
        || strcmp(report->status, seeds[i].status) != 0
        || strcmp(report->recipient, seeds[i].recipient) != 0
        || strcmp(report->words, seeds[i].words) != 0)
    {
        fail_msg("%s: %d \"%s\" \"%s\" \"%s\"", name, report->kind,
                 report->status, report->recipient, report->words);
    }
}


static void
mail_servers_reports_are_understood(void **state)
{
    char         text[8192], crlf[16384];
    size_t       i, n;
    vz_report_t  report;

    (void) state;

    for (i = 0; i < VZ_COUNT(seeds); i++) {
        n = load(seeds[i].file, text, sizeof(text));

        report = read_text(text, n);
        is(seeds[i].file, &report, i);

        report = read_text(crlf, with_crlf(text, n, crlf));
        is("with CRLF", &report, i);
    }
}


/* wherever it is cut, it is never worse than it is whole */
static void
a_report_may_end_anywhere(void **state)
{
    char         text[8192];
    size_t       i, n, len;
    vz_report_t  report;

    (void) state;

    for (i = 0; i < VZ_COUNT(seeds); i++) {
        len = load(seeds[i].file, text, sizeof(text));

        for (n = 0; n <= len; n++) {
            report = read_text(text, n);

            if (seeds[i].kind != VZ_REPORT_FAILED) {
                assert_int_not_equal(report.kind, VZ_REPORT_FAILED);
            }
        }
    }
}


static void
kind(const char *text, size_t len, vz_report_e expect)
{
    vz_report_t  report;

    report = read_text(text, len);

    if (report.kind != expect) {
        fail_msg("%d, not %d: %s", report.kind, expect, text);
    }
}


static void
what_is_not_a_report_is_an_answer(void **state)
{
    (void) state;

    kind(VZ_LIT(""), VZ_REPORT_ANSWER);
    kind(VZ_LIT("\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("\0\0\0"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("Content-Type:"), VZ_REPORT_ANSWER);

    /* no boundary, one that is not closed, too long, or of another part */

    kind(VZ_LIT("Content-Type: multipart/report\n\n" STATUS
                "Action: failed\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("Content-Type: multipart/report; boundary\n\n" STATUS
                "Action: failed\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("Content-Type: multipart/report; boundary=\n\n" STATUS
                "Action: failed\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("Content-Type: multipart/report; boundary=\"b\\\n\n" STATUS
                "Action: failed\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("Content-Type: multipart/report; boundary=bbbbbbbbbbbbbbbbbbbb"
                "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
                "\n\n" STATUS "Action: failed\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("Content-Type: multipart/report; boundary=a\n\n" STATUS
                "Action: failed\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("Content-Type: multipart/mixed; boundary=b\n\n" STATUS
                "Action: failed\n"), VZ_REPORT_ANSWER);

    /* the part is another, ended before, or says nothing that is known */

    kind(VZ_LIT(HEAD "--b\nContent-Type: text/plain\n\nAction: failed\n"),
         VZ_REPORT_ANSWER);
    kind(VZ_LIT(HEAD "--b--\n" STATUS "Action: failed\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT(HEAD STATUS "--b\n\nAction: failed\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT(HEAD STATUS "Action: lost\nStatus: 5.1.1\n"),
         VZ_REPORT_ANSWER);
    kind(VZ_LIT(HEAD STATUS "Action: failedly\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT(HEAD STATUS " Action: failed\n"), VZ_REPORT_ANSWER);

    /* and so that it is one */

    kind(VZ_LIT(HEAD STATUS "Action: failed\n"), VZ_REPORT_FAILED);
    kind(VZ_LIT(HEAD STATUS "ACTION :\n FAILED\n"), VZ_REPORT_FAILED);
    kind(VZ_LIT(HEAD "--bb\n" STATUS "Action: failed\n"), VZ_REPORT_FAILED);
    kind(VZ_LIT(HEAD STATUS "Action: failed\n--b-\n"), VZ_REPORT_FAILED);
    kind(VZ_LIT(HEAD STATUS "Action: failed"), VZ_REPORT_FAILED);
}


static void
a_reason_is_taken_from_the_text(void **state)
{
    size_t       i;
    vz_report_t  report;

    static const struct {
        const char   *text;
        const char   *words;
    } texts[] = {

        /* what is not under the address, or not further in, is not of it */

        { "X-Failed-Recipients: a@x.org\n\n    no\n  a@x.org\n    gone\n"
          "  b@x.org\n    full\n", "gone" },
        { "X-Failed-Recipients: b@x.org,\n a@x.org\n\n  a@x.org\n    gone\n"
          "  B@x.org\n    full\n", "full" },
        { "X-Failed-Recipients: a@x.org\nSubject: s\n\na@x.org\n    no\n",
          "s" },
        { "X-Failed-Recipients: a@x.org\nSubject: s\n\n  a@x.org\n\n    no\n",
          "s" },
        { "X-Failed-Recipients: a@x.org\nSubject: s\n\n  a@x.org", "s" },
        { "X-Failed-Recipients: a@x.org\n\n  a@x.org\n    (of b@x.org)\n"
          "    gone", "gone" },

        { "Subject: s\n\nHi. This is the x\n\n<a@x.org>:\ngone\naway\n\n"
          "<b@x.org>:\nfull\n", "gone away" },
        { "Subject: s\n\nHi. This is the x\n<>:\nno\n\n<a@x.org>\nno\n",
          "s" }
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(texts); i++) {
        report = read_text(texts[i].text, strlen(texts[i].text));
        assert_int_equal(report.kind, VZ_REPORT_FAILED);
        assert_string_equal(report.words, texts[i].words);
    }

    kind(VZ_LIT("\nHi. This is the"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("\nHi. This is the\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("\n> Hi. This is the x\n"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("\n\n\n"), VZ_REPORT_ANSWER);
}


static void
automatic_answers_do_not_count(void **state)
{
    (void) state;

    kind(VZ_LIT("auto-submitted: AUTO-replied\n\nx"), VZ_REPORT_AUTO);
    kind(VZ_LIT("Auto-Submitted: auto-generated; x=y\n\nx"), VZ_REPORT_AUTO);
    kind(VZ_LIT("Auto-Submitted: No\n\nx"), VZ_REPORT_ANSWER);
    kind(VZ_LIT("Precedence: junk\n\nx"), VZ_REPORT_AUTO);
    kind(VZ_LIT("Precedence: first-class\n\nx"), VZ_REPORT_ANSWER);

    /* only what stands in the head */

    kind(VZ_LIT("Subject: x\n\nAuto-Submitted: auto-replied\n"),
         VZ_REPORT_ANSWER);
}


static void
what_is_told_is_one_line_of_ascii(void **state)
{
    char         text[4096];
    size_t       i, n;
    vz_report_t  report;

    (void) state;

    n = (size_t) snprintf(text, sizeof(text), "%s", HEAD STATUS
                          "Action: failed\nStatus: 5.1.1234567890\n"
                          "Final-Recipient: rfc822; ");
    memset(text + n, 'a', 300);
    n += 300;
    n += (size_t) snprintf(text + n, sizeof(text) - n,
                           "\nDiagnostic-Code: smtp; 550 \x01\xff<b>\t ");
    memset(text + n, 'x', 2000);
    n += 2000;

    report = read_text(text, n);
    assert_int_equal(report.kind, VZ_REPORT_FAILED);
    assert_string_equal(report.status, "");
    assert_string_equal(report.recipient, "");
    assert_in_range(strlen(report.words), 100, VZ_WORDS_MAX - 1);
    assert_memory_equal(report.words, "550 <b> xxx", 11);

    for (i = 0; report.words[i] != '\0'; i++) {
        assert_in_range(report.words[i], ' ', '~');
    }

    report = read_text(VZ_LIT(HEAD STATUS "Action: failed\n"
                              "Final-Recipient: utf-8; jos\xc3\xa9\xff\x1b"
                              "@example.org\n"));
    assert_int_equal(report.kind, VZ_REPORT_FAILED);
    assert_string_equal(report.recipient, "jos @example.org");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(mail_servers_reports_are_understood),
        cmocka_unit_test(a_report_may_end_anywhere),
        cmocka_unit_test(what_is_not_a_report_is_an_answer),
        cmocka_unit_test(a_reason_is_taken_from_the_text),
        cmocka_unit_test(automatic_answers_do_not_count),
        cmocka_unit_test(what_is_told_is_one_line_of_ascii)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
