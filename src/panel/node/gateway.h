/*
 * The gateways of a container: one of each family at most, IPv4 first, as a
 * text with a space between them.
 */

#ifndef VZ_GATEWAY_H
#define VZ_GATEWAY_H

#include <ngx_config.h>
#include <ngx_core.h>


#define VZ_GATEWAY_MAX  2

/* vz_gateway_six: whether an address is of IPv6. */
ngx_uint_t vz_gateway_six(const ngx_str_t *address);

/* vz_gateway_of: the one of IPv6 (six) or of IPv4 in all; empty for none. */
ngx_str_t vz_gateway_of(ngx_str_t all, ngx_uint_t six);

/*
 * vz_gateway_set: all with the gateway of its family replaced by one, or all
 * itself where one is empty.  The text is terminated and from pool; it is empty
 * where there is no memory.
 */
ngx_str_t vz_gateway_set(ngx_pool_t *pool, ngx_str_t all, ngx_str_t one);


#endif /* VZ_GATEWAY_H */
