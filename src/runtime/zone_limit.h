/*
 * The limiter of wrong tries: it counts them under keys, and delays the next
 * one.
 */

#ifndef VZ_ZONE_LIMIT_H
#define VZ_ZONE_LIMIT_H

#include "runtime/zone.h"


#define VZ_LIMIT_HASH  16

typedef struct {
    ngx_str_t     key;              /* "from 10.0.0.1" */
    ngx_uint_t    free;             /* wrong tries that nobody waits for */
    ngx_uint_t    longest;          /* seconds to wait; 0: only counted */

    /* set by vz_zone_limit_try() */
    ngx_uint_t    before;           /* wrong tries, without this one */
    ngx_uint_t    back;             /* it found no place a moment ago */
    uint64_t      now;              /* when this try is made */
    uint64_t      failed;           /* when the one before failed */
    u_char        hash[VZ_LIMIT_HASH];
} vz_limit_t;


/* vz_zone_limit_table: its table in the zone. */
extern const vz_table_def_t  vz_zone_limit_table;

/*
 * vz_zone_limit_try: begin a try.  Returns 0, and the try is counted under each
 * of the keys as if it were wrong; or the seconds until the last of the keys
 * may try again, and nothing is counted.  Behind the free tries the wait
 * doubles from 2 s on; all is forgotten after 15 minutes of quiet.
 */
ngx_uint_t vz_zone_limit_try(vz_limit_t *limits, ngx_uint_t n);

/* vz_zone_limit_count: wrong tries so far under a key; nothing is counted. */
ngx_uint_t vz_zone_limit_count(vz_limit_t *limit);

/* vz_zone_limit_undo: take a try back that was right, or was not made. */
void vz_zone_limit_undo(const vz_limit_t *limits, ngx_uint_t n);

/*
 * vz_zone_limit_away: behind vz_zone_limit_undo(), the try found no place: back
 * is set of a try within the next minute.
 */
void vz_zone_limit_away(const vz_limit_t *limit);


#endif /* VZ_ZONE_LIMIT_H */
