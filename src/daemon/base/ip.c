#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "daemon/base/ip.h"
#include "wire/field.h"
#include "wire/field_value.h"


int
vz_ip_parse(const char *text, vz_ip_t *address)
{
    memset(address, 0, sizeof(*address));

    return vz_field_value_cidr(text, strlen(text), &address->family,
                               address->addr,
                               &address->prefix) == VZ_OK
           ? 0 : -1;
}


void
vz_ip_print(const vz_ip_t *address, unsigned full,
    char text[VZ_IP_TEXT])
{
    unsigned  whole;
    size_t    len;

    if (inet_ntop(address->family, address->addr, text, VZ_IP_LEN)
        == NULL)
    {
        strcpy(text, "-");
        return;
    }

    whole = address->family == AF_INET ? 32 : 128;

    if (full && address->prefix != whole) {
        len = strlen(text);
        snprintf(text + len, VZ_IP_TEXT - len, "/%u", address->prefix);
    }
}


int
vz_ip_same(const vz_ip_t *a, const vz_ip_t *b)
{
    return a->family == b->family
           && memcmp(a->addr, b->addr, a->family == AF_INET ? 4 : 16) == 0;
}


int
vz_ip_inside(const vz_ip_t *address, const vz_ip_t *network)
{
    unsigned  bytes, bits;

    bytes = network->prefix / 8;
    bits = network->prefix % 8;

    return address->family == network->family
           && memcmp(address->addr, network->addr, bytes) == 0
           && (bits == 0
               || (address->addr[bytes] ^ network->addr[bytes]) >> (8 - bits)
                  == 0);
}


int
vz_ip_find(const vz_ip_t *list, unsigned n,
    const vz_ip_t *address)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        if (vz_ip_same(&list[i], address)) {
            return (int) i;
        }
    }

    return -1;
}
