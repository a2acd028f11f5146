/*
 * Where users sign in from.
 */

#ifndef VZ_SIGN_IN_PLACE_H
#define VZ_SIGN_IN_PLACE_H

#include "runtime/call.h"
#include "runtime/db.h"


/*
 * vz_sign_in_place: note where the user signs in from, in the transaction that
 * makes the session, with the user's row held.  Where the browser is not known
 * (device.h), or the network is not, the user is mailed; not at the very first
 * time.  Call it before the browser gets its cookie.  VZ_OK, VZ_INTERNAL
 * without memory, or the database's code.
 */
vz_code_e vz_sign_in_place(vz_tx_t *tx, vz_call_t *call, uint64_t user);


#endif /* VZ_SIGN_IN_PLACE_H */
