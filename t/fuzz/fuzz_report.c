/*
 * Hostile bytes as the answer to a mail, and as the address it came to.
 *
 * sources: src/runtime/report.c src/runtime/verp.c
 */

#include "fuzz.h"
#include "runtime/report.h"
#include "runtime/verp.h"


static void
try_report(const char *text, size_t len)
{
    size_t       i, n;
    vz_report_t  report;

    memset(&report, 0xff, sizeof(report));
    vz_report_read(text, len, &report);

    must(report.kind <= VZ_REPORT_FAILED);
    must(strnlen(report.status, sizeof(report.status))
         < sizeof(report.status));
    must(strspn(report.status, "0123456789.") == strlen(report.status));
    must(strnlen(report.recipient, sizeof(report.recipient))
         < sizeof(report.recipient));
    n = strnlen(report.words, sizeof(report.words));
    must(n < sizeof(report.words));

    for (i = 0; i < n; i++) {
        must(report.words[i] >= ' ' && report.words[i] <= '~');
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t         id;
    vz_code_e        rc;
    static vz_key_t  key = { 16, "0123456789abcdef" };

    try_report((const char *) data, size);

    rc = vz_verp_read("a@b", 3, (const char *) data, size, &key, &id);
    must(rc == VZ_OK || rc == VZ_SYNTAX || rc == VZ_DENIED);

    return 0;
}
