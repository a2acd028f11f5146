/*
 * Browsers that signed in before: a cookie that lives long, opens nothing, and
 * says of an account that somebody was let in to it from here.
 */

#ifndef VZ_DEVICE_H
#define VZ_DEVICE_H

#include "runtime/call.h"


/*
 * vz_device_read: the name of the call's browser with that user, from the
 * call's pool; empty where it has no cookie of ours for him.
 */
ngx_str_t vz_device_read(vz_call_t *call, uint64_t user);

/*
 * vz_device_write: he signed in: a cookie for the reply, under the name that
 * the browser had or a new one.
 */
void vz_device_write(vz_call_t *call, uint64_t user);


#endif /* VZ_DEVICE_H */
