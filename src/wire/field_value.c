/*
 * The values behind the text of fields.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_CTID_MIN       101
#define VZ_CTID_MAX       2147483644
#define VZ_SIZE_MAX       ((uint64_t) INT64_MAX)


vz_code_e
vz_field_value_number(const char *s, size_t len, uint64_t max, uint64_t *value)
{
    size_t    i;
    uint64_t  n, digit;

    if (len == 0 || (s[0] == '0' && len > 1)) {
        return VZ_RANGE;
    }

    n = 0;

    for (i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9') {
            return VZ_RANGE;
        }

        digit = (uint64_t) (s[i] - '0');

        if (digit > max || n > (max - digit) / 10) {
            return VZ_RANGE;
        }

        n = n * 10 + digit;
    }

    *value = n;

    return VZ_OK;
}


vz_code_e
vz_field_value_ctid(const char *s, size_t len, uint32_t *ctid)
{
    uint64_t  n;

    if (vz_field_value_number(s, len, VZ_CTID_MAX, &n) != VZ_OK
        || n < VZ_CTID_MIN)
    {
        return VZ_RANGE;
    }

    *ctid = (uint32_t) n;

    return VZ_OK;
}


vz_code_e
vz_field_value_size(const char *s, size_t len, uint64_t *bytes)
{
    unsigned     shift;
    uint64_t     n;
    const char  *unit;

    static const char  units[] = "KMGT";

    if (len == 0) {
        return VZ_RANGE;
    }

    shift = 0;
    unit = memchr(units, s[len - 1], sizeof(units) - 1);

    if (unit != NULL) {
        shift = 10 * (unsigned) (unit - units + 1);
        len--;
    }

    if (vz_field_value_number(s, len, VZ_SIZE_MAX >> shift, &n) != VZ_OK) {
        return VZ_RANGE;
    }

    *bytes = n << shift;

    return VZ_OK;
}


vz_code_e
vz_field_value_limit(const char *s, size_t len, uint64_t *bytes)
{
    if (len == sizeof(VZ_UNLIMITED_WORD) - 1
        && memcmp(s, VZ_UNLIMITED_WORD, len) == 0)
    {
        *bytes = VZ_UNLIMITED;
        return VZ_OK;
    }

    return vz_field_value_size(s, len, bytes);
}


vz_code_e
vz_field_value_cidr(const char *s, size_t len, int *family,
                    unsigned char addr[16],
    unsigned *prefix)
{
    char         text[INET6_ADDRSTRLEN];
    size_t       n;
    uint64_t     bits;
    const char  *slash;

    slash = len ? memchr(s, '/', len) : NULL;
    n = slash ? (size_t) (slash - s) : len;

    if (n == 0 || n >= sizeof(text) || memchr(s, '\0', n) != NULL) {
        return VZ_RANGE;
    }

    memcpy(text, s, n);
    text[n] = '\0';

    *family = memchr(text, ':', n) ? AF_INET6 : AF_INET;

    if (inet_pton(*family, text, addr) != 1) {
        return VZ_RANGE;
    }

    bits = *family == AF_INET ? 32 : 128;

    /* a prefix of 0 would be every address there is */

    if (slash != NULL
        && (vz_field_value_number(slash + 1, len - n - 1, bits, &bits) != VZ_OK
            || bits == 0))
    {
        return VZ_RANGE;
    }

    *prefix = (unsigned) bits;

    return VZ_OK;
}
