/*
 * Notices of the zone: the newest ones, in a ring.  What is forgotten there
 * was only said, and stands on the pages that it was about.
 */

#include "runtime/zone_core.h"
#include "runtime/zone_notice.h"


void
vz_zone_notice_put(vz_notice_t *notice)
{
    vz_zone_t  *zone;

    zone = vz_zone_lock();

    notice->version = vz_zone_next(zone);
    zone->notices[zone->noticed++ % VZ_ZONE_NOTICES] = *notice;

    vz_zone_unlock();
}


/* from the newest backwards: hardly ever is there one that was not told */
ngx_int_t
vz_zone_notice_next(uint64_t since, vz_notice_t *notice)
{
    uint64_t    n, oldest;
    ngx_int_t   rc;
    vz_zone_t  *zone;

    zone = vz_zone_lock();

    n = zone->noticed;
    oldest = n > VZ_ZONE_NOTICES ? n - VZ_ZONE_NOTICES : 0;

    while (n > oldest
           && zone->notices[(n - 1) % VZ_ZONE_NOTICES].version > since)
    {
        n--;
    }

    rc = NGX_DECLINED;

    if (n < zone->noticed) {
        *notice = zone->notices[n % VZ_ZONE_NOTICES];
        rc = NGX_OK;
    }

    vz_zone_unlock();

    return rc;
}
