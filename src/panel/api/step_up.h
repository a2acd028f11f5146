/*
 * Delicate acts ask again for the password, a code or a passkey: a browser that
 * was left open, or a stolen cookie, is not enough for them.
 */

#ifndef VZ_STEP_UP_H
#define VZ_STEP_UP_H

#include "runtime/call.h"


/* for so long after it proved who it is a session may do them */
#define VZ_STEP_UP_MINUTES  "15"


/*
 * vz_step_up_require: check that the caller's session proved who it is in the
 * last VZ_STEP_UP_MINUTES; an API token, which is no browser's and is never
 * sent unasked, passes.  Routes with VZ_ROUTE_STEP_UP are checked already; a
 * handler calls it where only some of its bodies are delicate.  The database is
 * asked, not the zone, so a confirmation counts at once at every worker.
 *
 *   VZ_OK
 *   VZ_DENIED  403 "step_up" is the reply: POST /api/session/confirm renews it
 *   other      the database's code, with the reply set
 */
vz_code_e vz_step_up_require(vz_call_t *call);


#endif /* VZ_STEP_UP_H */
