/*
 * Networks of addresses, IPv4 and IPv6.
 */

#ifndef VZ_PREFIX_H
#define VZ_PREFIX_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    u_char          family;         /* AF_INET or AF_INET6; 0: no network */
    u_char          prefix;
    u_char          addr[16];       /* 4 or 16 bytes, network order */
} vz_prefix_t;


/*
 * vz_prefix_parse: read "10.0.0.0/24", or one address; the bits of the host are
 * cleared.  NGX_OK; NGX_DECLINED for anything else.
 */
ngx_int_t vz_prefix_parse(const ngx_str_t *text, vz_prefix_t *net);

/*
 * vz_prefix_parse_all: read a list of them, one space between; one that is none
 * becomes a network that no address is in.  How many, at most max.
 */
ngx_uint_t vz_prefix_parse_all(ngx_str_t list, vz_prefix_t *nets,
    ngx_uint_t max);

/*
 * vz_prefix_holds: whether an address, as nginx writes a client's, is in one of
 * the networks.  IPv4 mapped into IPv6 is IPv4; what is no address, as of a
 * socket of this host, is in none.
 */
ngx_uint_t vz_prefix_holds(const vz_prefix_t *nets, ngx_uint_t n,
    const ngx_str_t *address);

/* vz_prefix_overlap: whether some address is in both networks. */
ngx_uint_t vz_prefix_overlap(const vz_prefix_t *one, const vz_prefix_t *two);

/* vz_prefix_mapped: whether it is an IPv4 network mapped into IPv6. */
ngx_uint_t vz_prefix_mapped(const vz_prefix_t *net);

/* vz_prefix_address: the canonical text of its first address, from pool. */
ngx_str_t vz_prefix_address(ngx_pool_t *pool, const vz_prefix_t *net);

/* vz_prefix_low: the last 32 bits of its address, or 16 of IPv6. */
uint32_t vz_prefix_low(const vz_prefix_t *net);


#endif /* VZ_PREFIX_H */
