/*
 * Sessions of the zone: what the session query said, for a few seconds.
 */

#ifndef VZ_ZONE_SESSION_H
#define VZ_ZONE_SESSION_H

#include "runtime/zone.h"


/* vz_zone_session_get: NGX_OK with who, NGX_DECLINED where not known. */
ngx_int_t vz_zone_session_get(const u_char hash[32], vz_who_t *who);
void vz_zone_session_put(const u_char hash[32], const vz_who_t *who);
void vz_zone_session_drop(const u_char hash[32]);       /* sign-out */
void vz_zone_user_drop(uint64_t user);      /* role, lock, password change */

uint64_t vz_zone_dropped(void);
ngx_int_t vz_zone_drops(uint64_t *seen, vz_drop_pt visit);


#endif /* VZ_ZONE_SESSION_H */
