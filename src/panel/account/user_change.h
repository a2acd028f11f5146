/*
 * The frame of a change of a user: one transaction that locks the user's row,
 * makes the change, and writes its audit line.
 */

#ifndef VZ_USER_CHANGE_H
#define VZ_USER_CHANGE_H

#include "runtime/call.h"
#include "runtime/db.h"


/*
 * The statements of a change.  The user's row is locked, so changes of one user
 * run one after another.  VZ_OK, or the code that rolls everything back.
 */
typedef vz_code_e (*vz_user_change_pt)(vz_tx_t *tx, vz_call_t *call,
    void *data);


/*
 * vz_user_change: lock the user's row (vz_auth_hold()), call fn with data, and
 * audit the action by the signed-in caller (vz_audit_by()), in a transaction of
 * its own.  The object of the audit is read after fn, which may set it; NULL
 * is the empty one.  If the action is NULL, fn writes the audit line: it does
 * so where the line needs more than an action, or where statements have to
 * follow it.  VZ_OK; the code of fn; VZ_DENIED as vz_audit_by(); or the
 * database's code.  Only VZ_DENIED has set a reply.
 */
vz_code_e vz_user_change(vz_call_t *call, uint64_t user, const char *action,
    const ngx_str_t *object, vz_user_change_pt fn, void *data);


#endif /* VZ_USER_CHANGE_H */
