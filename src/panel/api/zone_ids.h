/*
 * What the numbers of the zone's leases and generations stand for.
 */

#ifndef VZ_ZONE_IDS_H
#define VZ_ZONE_IDS_H

#include "runtime/zone.h"


/* What only one worker of the host does at a time. */
typedef enum {
    VZ_LEASE_COLLECT = 0,           /* + index of the node, at most 16 */
    VZ_LEASE_OUTBOX = 16,
    VZ_LEASE_SWEEP,
    VZ_LEASE_RDNS,
    VZ_LEASE_RDNS_SURVEY,
    VZ_LEASE_TRAFFIC,
    VZ_LEASE_QUOTA,
    VZ_LEASE_FIRST_BOOT,
    VZ_LEASE_ALERTS,
    VZ_LEASE_BACKUPS,
    VZ_LEASE_FORGET,
    VZ_LEASE_OVERDUE,
    VZ_LEASE_TRASH,
    VZ_LEASE_MOVED,
    VZ_LEASE_CHECKS
} vz_lease_e;

/* What workers keep of the database until it changes. */
typedef enum {
    VZ_GENERATION_CATALOG = 0,      /* plans, templates, nodes and pools */
    VZ_GENERATION_VMS,              /* which containers there are */
    VZ_GENERATION_ALERTS            /* what owners want to be told of */
} vz_generation_e;


#endif /* VZ_ZONE_IDS_H */
