/*
 * Notices of the zone: the newest ones, in a ring.  What is forgotten there
 * was only said, and stands on the pages that it was about.
 */

#ifndef VZ_ZONE_NOTICE_H
#define VZ_ZONE_NOTICE_H

#include "runtime/zone.h"


/*
 * vz_zone_notice_put: sets the version.  vz_zone_notice_next: the oldest kept
 * one that is newer than since: NGX_OK, or NGX_DECLINED.
 */
void vz_zone_notice_put(vz_notice_t *notice);
ngx_int_t vz_zone_notice_next(uint64_t since, vz_notice_t *notice);


#endif /* VZ_ZONE_NOTICE_H */
