/*
 * Browsers that signed in before.  A long-lived cookie, which grants no access,
 * proves that a user has signed in with this browser.
 */

#ifndef VZ_DEVICE_H
#define VZ_DEVICE_H

#include "runtime/call.h"


/*
 * vz_device_read: the name that the call's browser has for a user, from the
 * call's pool; empty where its cookie is not for that user.
 */
ngx_str_t vz_device_read(vz_call_t *call, uint64_t user);

/*
 * vz_device_write: a user has signed in: add the cookie to the reply, with the
 * name that the browser had or a new one.
 */
void vz_device_write(vz_call_t *call, uint64_t user);


#endif /* VZ_DEVICE_H */
