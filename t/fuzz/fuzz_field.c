/*
 * Hostile bytes as every kind of field.
 *
 * sources: src/panel/api/fields.c src/panel/api/people.c
 */

#include "fuzz.h"
#include "panel/api/people.h"
#include "wire/field_value.h"


int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void) argc;
    (void) argv;

    must(vz_fields_add() == VZ_OK && vz_field_init() == VZ_OK);

    return 0;
}


/* what nothing that was taken may ever hold */
static void
must_be_harmless(int kind, const char *s, size_t len)
{
    size_t  i;

    must(memchr(s, '\0', len) == NULL);
    must(memchr(s, '\n', len) == NULL);
    must(memchr(s, '\r', len) == NULL);

    if (kind > VZ_FIELD_FENCE) {
        return;
    }

    must(len > 0 && s[0] != '-');

    for (i = 0; i < len; i++) {
        must(s[i] > 0x20 && s[i] < 0x7f);
        must(strchr("\"'`$;|&<>\\", s[i]) == NULL);
    }
}


static void
try_values(const char *s, size_t len)
{
    int            family;
    char           dni[VZ_DNI_MAX + 1];
    uint32_t       ctid;
    uint64_t       n;
    unsigned       prefix;
    unsigned char  addr[16];

    if (vz_field_check(VZ_FIELD_CTID, s, len) == VZ_OK) {
        must(vz_field_value_ctid(s, len, &ctid) == VZ_OK && ctid > 100);
    }

    if (vz_field_check(VZ_FIELD_SIZE, s, len) == VZ_OK) {
        must(vz_field_value_size(s, len, &n) == VZ_OK && n <= INT64_MAX);
        must(vz_field_check(VZ_FIELD_LIMIT, s, len) == VZ_OK);
    }

    if (vz_field_check(VZ_FIELD_CIDR, s, len) == VZ_OK) {
        must(vz_field_value_cidr(s, len, &family, addr, &prefix) == VZ_OK);
        must(prefix > 0 && prefix <= 128);
    }

    if (vz_people_dni(s, len, dni) == VZ_OK) {
        must(dni[0] != '\0' && strlen(dni) <= VZ_DNI_MAX);
    }

    (void) vz_field_value_number(s, len, UINT64_MAX, &n);
    (void) vz_field_value_size(s, len, &n);
    (void) vz_field_value_limit(s, len, &n);
    (void) vz_field_value_ctid(s, len, &ctid);
    (void) vz_field_value_cidr(s, len, &family, addr, &prefix);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int          kind;
    const char  *s;

    s = (const char *) data;

    for (kind = 0; kind < VZ_FIELDS_COUNT; kind++) {
        if (vz_field_check((vz_field_e) kind, s, size) == VZ_OK) {
            must_be_harmless(kind, s, size);
        }
    }

    try_values(s, size);

    return 0;
}
