#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "../wire/field.h"
#include "address.h"


int
vz_address_parse(const char *text, vz_address_t *address)
{
    memset(address, 0, sizeof(*address));

    return vz_field_cidr(text, strlen(text), &address->family, address->addr,
                         &address->prefix) == VZ_OK
           ? 0 : -1;
}


void
vz_address_print(const vz_address_t *address, unsigned full,
    char text[VZ_ADDRESS_TEXT])
{
    unsigned  whole;
    size_t    len;

    if (inet_ntop(address->family, address->addr, text, VZ_ADDRESS_LEN)
        == NULL)
    {
        strcpy(text, "-");
        return;
    }

    whole = address->family == AF_INET ? 32 : 128;

    if (full && address->prefix != whole) {
        len = strlen(text);
        snprintf(text + len, VZ_ADDRESS_TEXT - len, "/%u", address->prefix);
    }
}


int
vz_address_same(const vz_address_t *a, const vz_address_t *b)
{
    return a->family == b->family
           && memcmp(a->addr, b->addr, a->family == AF_INET ? 4 : 16) == 0;
}


int
vz_address_inside(const vz_address_t *address, const vz_address_t *network)
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
vz_address_find(const vz_address_t *list, unsigned n,
    const vz_address_t *address)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        if (vz_address_same(&list[i], address)) {
            return (int) i;
        }
    }

    return -1;
}
