/*
 * Variable envelope return paths.
 */

#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "runtime/verp.h"
#include "wire/field.h"
#include "wire/field_value.h"


static vz_code_e
vz_verp_mac(const vz_key_t *key, uint64_t id, char mac[VZ_HEX_LEN + 1])
{
    char  text[sizeof("mail ") + 20];

    (void) snprintf(text, sizeof(text), "mail %" PRIu64, id);

    return vz_handshake_mac(key, text, mac);
}


const char *
vz_verp_check(const char *base, size_t len)
{
    const char  *at;

    if (vz_field_check(VZ_FIELD_EMAIL, base, len) != VZ_OK) {
        return "is not a mail address";
    }

    at = memchr(base, '@', len);

    if (at - base > VZ_VERP_BASE) {
        return "has more than 23 characters before the @, which leaves no "
               "room for what is added";
    }

    return NULL;
}


size_t
vz_verp_print(char *buf, size_t size, const char *base, size_t len,
    uint64_t id, const vz_key_t *key)
{
    int          n;
    char         mac[VZ_HEX_LEN + 1];
    const char  *at;

    at = memchr(base, '@', len);

    if (at == NULL || vz_verp_mac(key, id, mac) != VZ_OK) {
        return 0;
    }

    n = snprintf(buf, size, "%.*s+%" PRIu64 ".%.*s%.*s", (int) (at - base),
                 base, id, VZ_VERP_MAC, mac, (int) (base + len - at), at);

    return n > 0 && (size_t) n < size ? (size_t) n : 0;
}


vz_code_e
vz_verp_read(const char *base, size_t len, const char *address, size_t size,
    const vz_key_t *key, uint64_t *id)
{
    char         mac[VZ_HEX_LEN + 1], given[VZ_VERP_MAC];
    size_t       n, i;
    const char  *at, *end, *dot;

    at = memchr(base, '@', len);
    end = memchr(address, '@', size);

    if (at == NULL || end == NULL) {
        return VZ_SYNTAX;
    }

    n = (size_t) (at - base);

    if ((size_t) (end - address) <= n || address[n] != '+'
        || strncasecmp(address, base, n) != 0)
    {
        return VZ_SYNTAX;
    }

    address += n + 1;
    dot = memchr(address, '.', (size_t) (end - address));

    if (dot == NULL || end - dot != VZ_VERP_MAC + 1
        || vz_field_value_number(address, (size_t) (dot - address), INT64_MAX,
                                 id)
           != VZ_OK)
    {
        return VZ_SYNTAX;
    }

    for (i = 0; i < VZ_VERP_MAC; i++) {
        given[i] = dot[i + 1] >= 'A' && dot[i + 1] <= 'F'
                   ? (char) (dot[i + 1] | 0x20) : dot[i + 1];
    }

    if (vz_verp_mac(key, *id, mac) != VZ_OK) {
        return VZ_INTERNAL;
    }

    return CRYPTO_memcmp(mac, given, VZ_VERP_MAC) == 0 ? VZ_OK : VZ_DENIED;
}
