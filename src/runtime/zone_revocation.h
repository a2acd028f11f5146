/*
 * Revocations of the zone: which sessions were signed out, and which users were
 * locked or given another role or password.  Each worker reads them to close
 * the event streams that they end.  The newest are kept.
 */

#ifndef VZ_ZONE_REVOCATION_H
#define VZ_ZONE_REVOCATION_H

#include "runtime/zone.h"


/*
 * vz_zone_revocation_add: revoke a session or token by its hash, or where hash
 * is NULL all that a user has.
 */
void vz_zone_revocation_add(const u_char *hash, uint64_t user);

/*
 * vz_zone_revocation_recent: while the zone is locked, whether a session or its
 * user was revoked within the last 15 s: an answer of the database that was
 * asked for before then must not come after it.
 */
ngx_uint_t vz_zone_revocation_recent(const u_char hash[32], uint64_t user);

/* vz_zone_revocation_count: how many there were so far; no lock. */
uint64_t vz_zone_revocation_count(void);

/*
 * vz_zone_revocation_read: call visit for each that was added since *seen, a
 * count from before, and move *seen.  hash is NULL for a user, user is 0 for a
 * hash.  NGX_OK; NGX_DECLINED where some were overwritten before they could be
 * read, and anybody may have been revoked.
 */
typedef void (*vz_revocation_pt)(const u_char *hash, uint64_t user);
ngx_int_t vz_zone_revocation_read(uint64_t *seen, vz_revocation_pt visit);


#endif /* VZ_ZONE_REVOCATION_H */
