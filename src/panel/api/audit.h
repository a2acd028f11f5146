/*
 * The audit: who did what, on what, from where, with what result.
 */

#ifndef VZ_AUDIT_H
#define VZ_AUDIT_H

#include "runtime/call.h"
#include "runtime/db.h"


typedef struct {
    uint64_t      user;             /* 0: nobody's account */
    ngx_str_t     account;          /* as it was given */
    const char   *action;           /* "session.open" */
    ngx_str_t     object;           /* "vm 101", or empty */
    const char   *result;           /* "ok", or the code of a refusal */
    const char   *via;              /* what proved the identity, "password";
                                       NULL: the call's session or token */
    ngx_str_t     detail;           /* or empty; never a secret */
} vz_audit_t;


/*
 * vz_audit_write: write a row of the audit, in the caller's transaction or
 * alone (tx NULL), and a line of the log.  VZ_OK, or the database's code, which
 * a caller without a transaction may ignore.
 */
vz_code_e vz_audit_write(vz_tx_t *tx, vz_call_t *call,
    const vz_audit_t *audit);

/*
 * vz_audit_by: audit an action of the signed-in user, with the result "ok".
 * vz_audit_with: the same with a detail.  In a transaction it has to be the
 * last statement: it checks again that the user may still do this
 * (vz_auth_still()).  VZ_OK; VZ_DENIED if not, so that the caller rolls back;
 * or the database's code.
 */
vz_code_e vz_audit_by(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object);
vz_code_e vz_audit_with(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object, ngx_str_t detail);

/*
 * vz_audit_panel: audit what nobody's account asked for, by vz_call_nobody():
 * the account is "panel", the result "ok".  VZ_OK or the database's code.
 */
vz_code_e vz_audit_panel(vz_tx_t *tx, vz_call_t *call, const char *action,
    ngx_str_t object, ngx_str_t detail);


#endif /* VZ_AUDIT_H */
