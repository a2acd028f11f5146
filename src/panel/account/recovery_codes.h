/*
 * Recovery codes of the second step: each signs in once who lost app and
 * passkeys.  The database has their hashes.
 */

#ifndef VZ_RECOVERY_CODES_H
#define VZ_RECOVERY_CODES_H

#include "runtime/call.h"
#include "runtime/db.h"


#define VZ_RECOVERY_CODES  10       /* that are drawn at a time */


/*
 * vz_recovery_codes_draw: in a transaction that holds the caller's row: draw
 * VZ_RECOVERY_CODES of them, 16 characters each, from the call's pool; those of
 * before are good no more.  vz_recovery_codes_end: a user has none any more.
 * VZ_OK; VZ_INTERNAL; or the database's code.
 */
vz_code_e vz_recovery_codes_draw(vz_tx_t *tx, vz_call_t *call,
    ngx_str_t *codes);
vz_code_e vz_recovery_codes_end(vz_tx_t *tx, vz_call_t *call, uint64_t user);

/*
 * vz_recovery_codes_show: n of them, as people type them, as "recovery" of the
 * open object.
 */
void vz_recovery_codes_show(vz_call_t *call, vz_json_t *out,
    const ngx_str_t *codes, ngx_uint_t n);


#endif /* VZ_RECOVERY_CODES_H */
