/*
 * Networks of addresses.
 */

#include <arpa/inet.h>
#include "panel/api/prefix.h"
#include "panel/api/strlist.h"
#include "wire/field.h"
#include "wire/field_value.h"


static void vz_prefix_mask(u_char *addr, ngx_uint_t size, ngx_uint_t prefix);


ngx_int_t
vz_prefix_parse(const ngx_str_t *text, vz_prefix_t *net)
{
    int       family;
    unsigned  prefix;

    ngx_memzero(net, sizeof(vz_prefix_t));

    if (vz_field_value_cidr((char *) text->data, text->len, &family,
                            net->addr, &prefix)
        != VZ_OK)
    {
        return NGX_DECLINED;
    }

    net->family = family;
    net->prefix = prefix;
    vz_prefix_mask(net->addr, net->family == AF_INET ? 4 : 16, prefix);

    return NGX_OK;
}


static void
vz_prefix_mask(u_char *addr, ngx_uint_t size, ngx_uint_t prefix)
{
    ngx_uint_t  i;

    for (i = 0; i < size; i++) {
        if (prefix >= 8) {
            prefix -= 8;

        } else {
            addr[i] &= (u_char) (0xff00 >> prefix);
            prefix = 0;
        }
    }
}


ngx_uint_t
vz_prefix_parse_all(ngx_str_t list, vz_prefix_t *nets, ngx_uint_t max)
{
    ngx_str_t   one;
    ngx_uint_t  n;

    for (n = 0; n < max && vz_strlist_next(&list, ' ', &one); n++) {

        if (vz_prefix_parse(&one, &nets[n]) != NGX_OK) {
            ngx_memzero(&nets[n], sizeof(vz_prefix_t));
        }
    }

    return n;
}


ngx_uint_t
vz_prefix_holds(const vz_prefix_t *nets, ngx_uint_t n,
    const ngx_str_t *address)
{
    ngx_uint_t   i;
    vz_prefix_t  host;

    static const u_char  mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                        0xff, 0xff };

    if (vz_prefix_parse(address, &host) != NGX_OK) {
        return 0;
    }

    if (host.family == AF_INET6 && host.prefix == 128
        && ngx_memcmp(host.addr, mapped, sizeof(mapped)) == 0)
    {
        ngx_memmove(host.addr, host.addr + sizeof(mapped), 4);
        ngx_memzero(host.addr + 4, sizeof(host.addr) - 4);
        host.family = AF_INET;
        host.prefix = 32;
    }

    for (i = 0; i < n; i++) {
        if (nets[i].prefix <= host.prefix
            && vz_prefix_overlap(&nets[i], &host))
        {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
vz_prefix_overlap(const vz_prefix_t *one, const vz_prefix_t *two)
{
    u_char      a[16], b[16];
    ngx_uint_t  prefix;

    if (one->family != two->family) {
        return 0;
    }

    prefix = ngx_min(one->prefix, two->prefix);

    ngx_memcpy(a, one->addr, sizeof(a));
    ngx_memcpy(b, two->addr, sizeof(b));
    vz_prefix_mask(a, sizeof(a), prefix);
    vz_prefix_mask(b, sizeof(b), prefix);

    return ngx_memcmp(a, b, sizeof(a)) == 0;
}


ngx_uint_t
vz_prefix_mapped(const vz_prefix_t *net)
{
    static const u_char  none[10];

    return net->family == AF_INET6
           && ngx_memcmp(net->addr, none, sizeof(none)) == 0;
}


ngx_str_t
vz_prefix_address(ngx_pool_t *pool, const vz_prefix_t *net)
{
    ngx_str_t  text;

    text.len = 0;
    text.data = ngx_pnalloc(pool, INET6_ADDRSTRLEN);

    if (text.data != NULL
        && inet_ntop(net->family, net->addr, (char *) text.data,
                     INET6_ADDRSTRLEN)
           != NULL)
    {
        text.len = ngx_strlen(text.data);
    }

    return text;
}


uint32_t
vz_prefix_low(const vz_prefix_t *net)
{
    const u_char  *p;

    if (net->family == AF_INET) {
        p = net->addr;

        return ((uint32_t) p[0] << 24) | (p[1] << 16) | (p[2] << 8) | p[3];
    }

    return (net->addr[14] << 8) | net->addr[15];
}
