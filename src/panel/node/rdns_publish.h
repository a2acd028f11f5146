/*
 * The publisher of names of addresses: it delivers what the rows of rdns want
 * to PowerDNS's own database, whose tables are domains and records.
 *
 * Who writes first is no matter: under the lock of a zone's SOA record the
 * newest wish is read and written, so that a worker that stood still for long
 * never writes over a later one.
 */

#ifndef VZ_RDNS_PUBLISH_H
#define VZ_RDNS_PUBLISH_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Jobs, on a fiber; without vzpanel_rdns they do nothing.
 *
 * vz_rdns_publish_due: deliver some of the names that are due.  Where the
 * database is away they wait for ten seconds.
 *
 * vz_rdns_publish_survey: learn which reverse zones there are; give addresses
 * without a name that of vzpanel_rdns_default; and take those away that were
 * left behind by an address that is not the container's any more.
 */
void vz_rdns_publish_due(ngx_pool_t *pool);
void vz_rdns_publish_survey(ngx_pool_t *pool);


#endif /* VZ_RDNS_PUBLISH_H */
