/*
 * The limiter: wrong tries by whatever they are counted under.
 *
 * What is counted before a password is checked is many tries where many come
 * at once; a right one is taken back.  Where the table is full, those go first
 * that hold nobody back: what a flood of fresh addresses leaves behind can't
 * push out what was counted of the guesser.
 */

#ifndef VZ_ZONE_LIMIT_H
#define VZ_ZONE_LIMIT_H

#include "runtime/zone.h"


/*
 * vz_zone_limit_try: a try begins.  0, and it is counted under each of the
 * keys as if it were wrong; or the seconds until the last of them may try
 * again, and nothing is counted.  Behind the free ones the wait doubles from
 * 2 s on; all is forgotten after 15 minutes of quiet.
 *
 * vz_zone_limit_count: wrong tries so far under a key; nothing is counted.
 *
 * vz_zone_limit_undo: it was a right one, or none.
 *
 * vz_zone_limit_away: behind undo, it found no place: back is set of a try
 * within the next minute.
 */
ngx_uint_t vz_zone_limit_try(vz_limit_t *limits, ngx_uint_t n);
ngx_uint_t vz_zone_limit_count(vz_limit_t *limit);
void vz_zone_limit_undo(const vz_limit_t *limits, ngx_uint_t n);
void vz_zone_limit_away(const vz_limit_t *limit);


#endif /* VZ_ZONE_LIMIT_H */
