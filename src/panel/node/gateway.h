/*
 * Gateways of a container: one of each family at most, IPv4 first, as words.
 */

#ifndef VZ_GATEWAY_H
#define VZ_GATEWAY_H

#include <ngx_config.h>
#include <ngx_core.h>


#define VZ_GATEWAY_MAX  2

/* vz_gateway_six: whether an address is of IPv6. */
ngx_uint_t vz_gateway_six(const ngx_str_t *address);

/* vz_gateway_of: that of IPv6 (six) or of IPv4 among all; empty for none. */
ngx_str_t vz_gateway_of(ngx_str_t all, ngx_uint_t six);

/*
 * vz_gateway_set: all, with one in the place of its family's, terminated, from
 * pool; empty where there is no memory.  An empty one changes nothing.
 */
ngx_str_t vz_gateway_set(ngx_pool_t *pool, ngx_str_t all, ngx_str_t one);


#endif /* VZ_GATEWAY_H */
