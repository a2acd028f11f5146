/*
 * Gateways of a container, as words.
 */

#include "panel/api/strlist.h"
#include "panel/node/gateway.h"


ngx_uint_t
vz_gateway_six(const ngx_str_t *address)
{
    return ngx_strlchr(address->data, address->data + address->len, ':')
           != NULL;
}


ngx_str_t
vz_gateway_of(ngx_str_t all, ngx_uint_t six)
{
    ngx_str_t  word;

    while (vz_strlist_next(&all, ' ', &word)) {
        if (vz_gateway_six(&word) == six) {
            return word;
        }
    }

    ngx_str_null(&word);

    return word;
}


ngx_str_t
vz_gateway_set(ngx_pool_t *pool, ngx_str_t all, ngx_str_t one)
{
    u_char     *p;
    ngx_str_t   out, both[VZ_GATEWAY_MAX];

    both[0] = vz_gateway_of(all, 0);
    both[1] = vz_gateway_of(all, 1);

    if (one.len) {
        both[vz_gateway_six(&one)] = one;
    }

    out.len = 0;
    out.data = ngx_pnalloc(pool, both[0].len + both[1].len + 2);

    if (out.data == NULL) {
        return out;
    }

    p = ngx_sprintf(out.data, "%V%s%V", &both[0],
                    both[0].len && both[1].len ? " " : "", &both[1]);
    *p = '\0';
    out.len = p - out.data;

    return out;
}
