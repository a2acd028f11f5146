/*
 * The names of addresses in DNS: what is wanted, which is a row of rdns that
 * the publisher (rdns_publish.h) delivers to PowerDNS.
 */

#ifndef VZ_RDNS_H
#define VZ_RDNS_H

#include "panel/api/prefix.h"
#include "runtime/db.h"


/*
 * vz_rdns_arpa: the name under which the PTR of an address stands
 * ("7.2.0.192.in-addr.arpa"), from pool, with the address in net.  VZ_OK;
 * VZ_RANGE for what is no address; VZ_INTERNAL without memory.
 */
vz_code_e vz_rdns_arpa(ngx_pool_t *pool, const ngx_str_t *address,
    vz_prefix_t *net, ngx_str_t *arpa);

/*
 * vz_rdns_default: the name of an address by vzpanel_rdns_default, from pool;
 * an empty one where there is no such pattern.
 */
ngx_str_t vz_rdns_default(ngx_pool_t *pool, const ngx_str_t *address);

/*
 * vz_rdns_zone: the longest zone that PowerDNS had, when it was last asked, and
 * that holds the address; tx may be NULL.  *arpa, what vz_rdns_arpa() made,
 * becomes the name that the address has there: in a zone of a part of a /24
 * (RFC 2317) it is another.  VZ_OK, with an empty zone where there is none; or
 * the database's code.
 */
vz_code_e vz_rdns_zone(vz_tx_t *tx, ngx_pool_t *pool, const vz_prefix_t *net,
    ngx_str_t *arpa, ngx_str_t *zone);

/*
 * vz_rdns_set: the name that an address of a container is to have; an empty one
 * takes it away.  chosen: by somebody, not by the pattern.  VZ_OK; VZ_NOENT
 * where the address is not that container's; or the database's code.
 */
vz_code_e vz_rdns_set(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const ngx_str_t *address, const ngx_str_t *name, ngx_uint_t chosen);

/*
 * vz_rdns_leave: the container has given back an address, or all of them
 * (NULL): their names go.  It stands behind the statement that frees them, in
 * its transaction: a name that is set meanwhile is then either refused or taken
 * away here.  VZ_OK or the database's.
 */
vz_code_e vz_rdns_leave(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm,
    const ngx_str_t *address);


#endif /* VZ_RDNS_H */
