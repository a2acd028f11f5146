/*
 * The records of a reverse zone, in the schema of PowerDNS's gmysql backend.
 */

#ifndef VZ_RDNS_RECORDS_H
#define VZ_RDNS_RECORDS_H

#include "runtime/db_link.h"


#define VZ_RDNS_LABELS  32          /* between an address and its zone */

typedef struct {
    ngx_str_t    arpa;              /* the name of the PTR */
    ngx_str_t    zone;              /* that holds it; empty: none */

    /* set by vz_rdns_records_lock() */
    uint64_t     domain;
    uint64_t     soa;
    ngx_uint_t   names;             /* of path */
    ngx_str_t    path[VZ_RDNS_LABELS];      /* arpa, and what is between it and
                                               the zone, the nearest last */
} vz_rdns_records_t;


/*
 * vz_rdns_records_lock: find the zone and lock its SOA record.  VZ_OK; VZ_NOENT
 * where PowerDNS does not have it, or as a secondary; or the database's code.
 */
vz_code_e vz_rdns_records_lock(vz_db_link_t *link, ngx_pool_t *pool,
    vz_rdns_records_t *at);

/*
 * vz_rdns_records_put: make name the one PTR of the address, an empty one none,
 * and raise the zone's serial where that changes something.  VZ_OK; VZ_DENIED
 * where the zone gives the name to another server, or has an alias there; or
 * the database's code.
 */
vz_code_e vz_rdns_records_put(vz_db_link_t *link, ngx_pool_t *pool,
    const vz_rdns_records_t *at, const ngx_str_t *name);


#endif /* VZ_RDNS_RECORDS_H */
