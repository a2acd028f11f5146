/*
 * Revocations: a ring.  A reader that comes too late learns that it missed
 * some.
 */

#include "runtime/zone_core.h"
#include "runtime/zone_revocation.h"


#define VZ_REVOCATION_LATE  15000   /* ms that an answer may be on its way */


void
vz_zone_revocation_add(const u_char *hash, uint64_t user)
{
    vz_zone_t        *zone;
    vz_revocation_t  *revocation;

    zone = vz_zone_hold();

    revocation = &zone->revocations[zone->revoked % VZ_ZONE_REVOCATIONS];
    revocation->user = (hash == NULL) ? user : 0;
    revocation->when = vz_zone_now();

    if (hash != NULL) {
        ngx_memcpy(revocation->hash, hash, 32);
    }

    zone->revoked++;

    vz_zone_unlock();
}


ngx_uint_t
vz_zone_revocation_recent(const u_char hash[32], uint64_t user)
{
    uint64_t                i, now;
    vz_zone_t              *zone;
    const vz_revocation_t  *revocation;

    now = vz_zone_now();
    zone = vz_zone_root();

    for (i = zone->revoked; i > 0; i--) {

        revocation = &zone->revocations[(i - 1) % VZ_ZONE_REVOCATIONS];

        if (zone->revoked - i >= VZ_ZONE_REVOCATIONS
            || revocation->when + VZ_REVOCATION_LATE < now)
        {
            return 0;
        }

        if (revocation->user == user
            || (revocation->user == 0
                && ngx_memcmp(revocation->hash, hash, 32) == 0))
        {
            return 1;
        }
    }

    return 0;
}


uint64_t
vz_zone_revocation_count(void)
{
    return vz_zone_root()->revoked;
}


ngx_int_t
vz_zone_revocation_read(uint64_t *seen, vz_revocation_pt visit)
{
    uint64_t         revoked;
    vz_zone_t       *zone;
    vz_revocation_t  revocation;

    for ( ;; ) {

        if (*seen == vz_zone_revocation_count()) {
            return NGX_OK;
        }

        zone = vz_zone_hold();
        revoked = zone->revoked;
        revocation = zone->revocations[*seen % VZ_ZONE_REVOCATIONS];
        vz_zone_unlock();

        if (revoked - *seen > VZ_ZONE_REVOCATIONS) {
            *seen = revoked;
            return NGX_DECLINED;
        }

        (*seen)++;
        visit(revocation.user == 0 ? revocation.hash : NULL, revocation.user);
    }
}
