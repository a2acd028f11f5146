/*
 * One shared-memory zone for all workers.  It keeps tables, a version that
 * grows with each change, generations, leases and revocations; what the tables
 * hold is the business of those who use them.  The database is the truth:
 * losing the zone loses nothing.
 *
 * What is live is a table of last values in the order of their versions, not a
 * ring of events: a reader asks for all that is newer than the version it has,
 * so resuming a stream never misses anything, however long it was away.
 * Versions come from the wall clock in microseconds, so they keep growing when
 * the zone starts anew.
 */

#ifndef VZ_ZONE_H
#define VZ_ZONE_H

#include "runtime/table.h"


#define VZ_ZONE_MIN          (1024 * 1024)
#define VZ_ZONE_TABLES       12     /* at most */
#define VZ_ZONE_LEASES       32     /* numbers of leases, from 0 */
#define VZ_ZONE_GENERATIONS  8      /* numbers of generations, from 0 */


/*
 * vz_zone_add: at configuration, a zone of that name and size (VZ_ZONE_MIN or
 * more) with these tables, a list that NULL ends.  tag is an address that stays
 * the same over reloads.  A zone is fresh, kept over a reload, or found
 * existing.  NGX_CONF_ERROR, and what is wrong is logged.
 */
char *vz_zone_add(ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag,
    const vz_table_def_t *const *tables);

/* vz_zone_init: at worker start. */
void vz_zone_init(ngx_cycle_t *cycle);


/* vz_zone_lock: lock the zone; its table of that definition. */
vz_table_t *vz_zone_lock(const vz_table_def_t *def);
void vz_zone_unlock(void);

/*
 * vz_zone_get: copy a member of the entry with that key: size bytes at offset.
 * NGX_OK, or NGX_DECLINED if there is no such entry.
 */
ngx_int_t vz_zone_get(const vz_table_def_t *def, uint64_t key, void *to,
    size_t offset, size_t size);

/* vz_zone_next: while it is locked, a new version, greater than all before. */
uint64_t vz_zone_next(void);

/* vz_zone_version: the newest version of anything; cheap, no lock. */
uint64_t vz_zone_version(void);

/*
 * vz_zone_walk: call visit with a copy of each entry behind a place in the
 * table's order, until it returns other than NGX_OK; the zone is not locked
 * meanwhile.  Returns the place of the last entry that visit said NGX_OK to, or
 * since.  No two entries of the table may have the same place.
 */
typedef ngx_int_t (*vz_zone_visit_pt)(void *data, const vz_entry_t *entry);
uint64_t vz_zone_walk(const vz_table_def_t *def, uint64_t since,
    vz_zone_visit_pt visit, void *data);


/*
 * vz_zone_lease: NGX_OK when a lease is this worker's for msec (or was its own
 * already), NGX_DECLINED while another worker has it.  It ends by time, so a
 * worker that died blocks nobody for longer.
 */
ngx_int_t vz_zone_lease(ngx_uint_t lease, ngx_msec_t msec);

/* vz_zone_lease_end: give this worker's lease back early. */
void vz_zone_lease_end(ngx_uint_t lease);

/*
 * vz_zone_turn: NGX_OK once in msec, to one worker, whichever asks first: for
 * what is done in a moment and then not for a while.
 */
ngx_int_t vz_zone_turn(ngx_uint_t lease, ngx_msec_t msec);


/*
 * vz_zone_bump: what a generation stands for has changed; workers read anew
 * what they keep of it since vz_zone_generation() was another number.
 */
void vz_zone_bump(ngx_uint_t generation);
uint64_t vz_zone_generation(ngx_uint_t generation);


/*
 * vz_zone_watch: somebody watches what is live, for the next msec.
 * vz_zone_watched: whether anybody does.
 */
void vz_zone_watch(ngx_msec_t msec);
ngx_uint_t vz_zone_watched(void);

/*
 * vz_zone_now: milliseconds of a clock that all workers of the host share and
 * that nobody sets; a worker's own goes on once for each round of its events.
 */
uint64_t vz_zone_now(void);


#endif /* VZ_ZONE_H */
