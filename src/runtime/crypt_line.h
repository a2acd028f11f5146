/*
 * Who stands in line for a thread that hashes, and who is next.  Between the
 * files of the crypt service; others see vz_crypt_place_t.
 */

#ifndef VZ_CRYPT_LINE_H
#define VZ_CRYPT_LINE_H

#include "runtime/crypt.h"


/*
 * vz_crypt_line_init: worker start; so many jobs run at once, and one more of
 * who is known.
 */
void vz_crypt_line_init(ngx_uint_t threads);

/*
 * vz_crypt_line_enter: wait for a thread.  VZ_OK, or VZ_OVERLOADED: at once
 * where the wait would be longer than the line's bound, or when somebody who
 * goes first took the place.
 */
vz_code_e vz_crypt_line_enter(const vz_crypt_place_t *place);

/*
 * vz_crypt_line_leave: a job of that line is over, after so many microseconds
 * of a thread; the next one goes on.
 */
void vz_crypt_line_leave(vz_crypt_line_e line, ngx_uint_t took);

/*
 * vz_crypt_line_delay: after VZ_OVERLOADED, the seconds after which to come
 * again: until those are done who stand in that line now.
 */
ngx_uint_t vz_crypt_line_delay(vz_crypt_line_e line);


#endif /* VZ_CRYPT_LINE_H */
