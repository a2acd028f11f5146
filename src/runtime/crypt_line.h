/*
 * The queues for a thread that hashes, and their order.  Between the files of
 * the crypt service; others see vz_crypt_place_t.
 */

#ifndef VZ_CRYPT_LINE_H
#define VZ_CRYPT_LINE_H

#include "runtime/crypt.h"


/*
 * vz_crypt_line_init: worker start; so many jobs run at a time, and one more
 * of known callers.
 */
void vz_crypt_line_init(ngx_uint_t threads);

/*
 * vz_crypt_line_enter: on a fiber, wait for a thread.  VZ_OK; VZ_OVERLOADED at
 * once where the wait would be longer than the queue's limit, or later when a
 * caller of a lower rank took the place.
 */
vz_code_e vz_crypt_line_enter(const vz_crypt_place_t *place);

/*
 * vz_crypt_line_leave: a job of that queue has ended, after so many
 * microseconds of a thread; let the next one go on.
 */
void vz_crypt_line_leave(vz_crypt_line_e line, ngx_uint_t took);

/*
 * vz_crypt_line_delay: after VZ_OVERLOADED, the seconds after which to retry:
 * until the jobs that are in that queue now have ended.
 */
ngx_uint_t vz_crypt_line_delay(vz_crypt_line_e line);


#endif /* VZ_CRYPT_LINE_H */
