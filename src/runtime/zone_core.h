/*
 * Between the files of the zone.  What lies in shared memory is only touched
 * while it is locked; nothing allocates meanwhile but the slab, and nothing
 * logs or calls out.
 */

#ifndef VZ_ZONE_CORE_H
#define VZ_ZONE_CORE_H

#include "runtime/table.h"
#include "runtime/zone.h"


#define VZ_ZONE_REVOCATIONS  1024   /* remembered: more sign-outs than happen
                                       between two looks at them */


typedef struct {
    u_char              hash[32];
    uint64_t            user;       /* 0: one session, by its hash */
    uint64_t            when;       /* vz_zone_now() */
} vz_revocation_t;

typedef struct {
    ngx_pid_t           pid;        /* of the worker that holds it */
    uint64_t            until;      /* vz_zone_now() */
} vz_lease_t;

typedef struct {
    uint32_t            magic;
    uint32_t            layout;     /* a sum over the sizes of what follows */
    volatile uint64_t   version;
    volatile uint64_t   watched;    /* until when, vz_zone_now() */
    volatile uint64_t   generations[VZ_ZONE_GENERATIONS];

    vz_table_t          tables[VZ_ZONE_TABLES];
    vz_lease_t          leases[VZ_ZONE_LEASES];

    volatile uint64_t   revoked;    /* revocations so far */
    vz_revocation_t     revocations[VZ_ZONE_REVOCATIONS];
} vz_zone_t;


/* vz_zone_root: what the zone begins with, once per worker. */
vz_zone_t *vz_zone_root(void);

/* vz_zone_hold: the zone, locked until vz_zone_unlock(). */
vz_zone_t *vz_zone_hold(void);

/* vz_zone_memory: the slab that tables take their entries from. */
ngx_slab_pool_t *vz_zone_memory(void);


#endif /* VZ_ZONE_CORE_H */
