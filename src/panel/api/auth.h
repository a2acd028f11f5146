/*
 * Authentication.  A session's cookie or a token in Authorization identifies
 * the caller.  The database has the SHA-256 of both, and the zone caches who
 * they belong to for a few seconds.
 */

#ifndef VZ_AUTH_H
#define VZ_AUTH_H

#include "runtime/call.h"
#include "runtime/db.h"
#include "runtime/row.h"


/* The columns that vz_auth_row() reads, over tables named s or k, and u. */

#define vz_auth_columns(column, of, alias)                                    \
    column(of, who.caller.admin, FLAG, "u.role = 'admin'")                    \
    column(of, who.must_change, FLAG, "u.must_change")                        \
    column(of, who.second_factor, FLAG, "u.second_factor")                    \
    column(of, who.caller.account, CHARS, "u.account")                        \
    column(of, who.name, CHARS,                                               \
           "TRIM(CONCAT(u.first_name, ' ', u.last_name))")                    \
    column(of, who.stale, FLAG, vz_auth_stale(alias ".seen"))                 \
    column(of, who.caller.until, INT, vz_auth_left(alias ".expires"))

#define vz_auth_own_columns(column, of, session_, token_, rights_, networks_) \
    column(of, who.session, INT, session_)                                    \
    column(of, who.token, INT, token_)                                        \
    column(of, who.rights, INT, rights_)                                      \
    column(of, networks, TEXT, networks_)

#define VZ_AUTH_SESSION_ROW(first, next, of)                                  \
    first(of, who.caller.user, INT, "u.id")                                   \
    vz_auth_columns(next, of, "s")                                            \
    vz_auth_own_columns(next, of, "s.id", "0", "0", "''")
#define VZ_AUTH_TOKEN_ROW(first, next, of)                                    \
    first(of, who.caller.user, INT, "u.id")                                   \
    vz_auth_columns(next, of, "k")                                            \
    vz_auth_own_columns(next, of, "0", "k.id", "k.rights | 0", "k.networks")

#define VZ_AUTH_SESSION_COLUMNS  vz_row_sql(VZ_AUTH_SESSION_ROW)
#define VZ_AUTH_TOKEN_COLUMNS    vz_row_sql(VZ_AUTH_TOKEN_ROW)
#define VZ_AUTH_NO_COLUMNS       vz_row_nulls(VZ_AUTH_SESSION_ROW)
#define VZ_AUTH_NCOLUMNS         vz_row_count(VZ_AUTH_SESSION_ROW)

/* whether its use has to be noted again */
#define vz_auth_stale(seen)                                                   \
    "COALESCE(" seen " < UTC_TIMESTAMP(3) - INTERVAL 60 SECOND, TRUE)"

/* milliseconds until it expires, at least 1; NULL: never */
#define vz_auth_left(expires)                                                 \
    "GREATEST(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), " expires ")"      \
    " DIV 1000, 1)"

#define VZ_AUTH_SESSION_FROM                                                  \
    "session s JOIN user u ON u.id = s.user_id"
#define VZ_AUTH_SESSION_WHERE                                                 \
    "s.hash = ? AND s.expires > UTC_TIMESTAMP(3) AND NOT u.locked"

#define VZ_AUTH_TOKEN_FROM                                                    \
    "token k JOIN user u ON u.id = k.user_id"
#define VZ_AUTH_TOKEN_WHERE                                                   \
    "k.hash = ? AND (k.expires IS NULL OR k.expires > UTC_TIMESTAMP(3))"      \
    " AND NOT u.locked"

/* whether all rows are shown to who asks, and not the own ones alone */
#define VZ_AUTH_SESSION_ALL  "u.role = 'admin'"
#define VZ_AUTH_TOKEN_ALL                                                     \
    "(u.role = 'admin' AND FIND_IN_SET('admin_read', k.rights))"


/* the condition that rows are the caller's; it binds vz_auth_owner() twice */
#define vz_auth_owned(column)  "(? IS NULL OR " column " = ?)"


typedef enum {
    VZ_AUTH_KNOWN = 0,      /* call->who is filled */
    VZ_AUTH_SESSION,        /* look call->token up as a session's */
    VZ_AUTH_TOKEN,          /* look call->token up as an API token's */
    VZ_AUTH_NOBODY          /* the call has no secret */
} vz_auth_e;


/*
 * vz_auth_look: look up the caller in the zone alone.  Sets call->token and
 * call->cookie_auth, and call->who and call->identity for VZ_AUTH_KNOWN.
 */
vz_auth_e vz_auth_look(vz_call_t *call);

/*
 * vz_auth_row: fill call->who from the first row of a statement that begins
 * with the columns above, and cache it in the zone.
 */
void vz_auth_row(vz_call_t *call, const vz_rows_t *rows);

/*
 * vz_auth_call: authenticate the caller by the zone, or else by the database.
 * VZ_OK; VZ_DENIED if nobody is signed in; or the database's code.
 */
vz_code_e vz_auth_call(vz_call_t *call);

/*
 * vz_auth_hold: lock a user's row until the transaction ends.  Call it before
 * creating or revoking a session, token or link of the user, and before
 * changing password, role or lock: each of these then sees what the ones before
 * it did.  VZ_OK, or the database's code.
 */
vz_code_e vz_auth_hold(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user);

/*
 * vz_auth_still: check again that the caller may make a change.  Call it in the
 * transaction of the change, after all its locks: the call may have waited for
 * long since it was authenticated.  It holds until the commit.  VZ_OK;
 * VZ_DENIED with 401 or 403 as the reply, which vz_call_fault() keeps; or the
 * database's code.
 */
vz_code_e vz_auth_still(vz_tx_t *tx, vz_call_t *call);

/*
 * vz_auth_owner: whose rows the caller may see and change: the caller's own, or
 * NULL, which is any, for an administrator.
 */
vz_bind_t vz_auth_owner(const vz_call_t *call);

/* vz_auth_until: vz_caller_t's, by vz_auth_left(), where NULL reads as 0. */
ngx_msec_t vz_auth_until(uint64_t left);

/*
 * vz_auth_own: check that the caller does not have to change a mailed password
 * first, or set up a second step.  VZ_OK, or VZ_DENIED with 403 as the reply.
 */
vz_code_e vz_auth_own(vz_call_t *call);

/* vz_auth_changed: the first half of it, of the mailed password alone. */
vz_code_e vz_auth_changed(vz_call_t *call);

/*
 * vz_auth_must_enroll: whether the caller signed in as an administrator without
 * the second step that vzpanel_admin_second_factor asks for.
 */
ngx_uint_t vz_auth_must_enroll(const vz_call_t *call);

/*
 * vz_auth_refuse: reply 401, nobody is signed in.
 * vz_auth_forbid: reply 403, the caller is not an administrator.
 */
void vz_auth_refuse(vz_call_t *call);
void vz_auth_forbid(vz_call_t *call);

/*
 * vz_auth_meant: check that the caller is the user that the page was opened
 * for, if the call names one.  The tabs of a browser share a cookie, and one of
 * them may have signed in as another user.  VZ_OK, or VZ_DENIED with 401 as the
 * reply.
 */
vz_code_e vz_auth_meant(vz_call_t *call);

/*
 * vz_auth_origin: check by Origin and Sec-Fetch-Site, if the client sent them,
 * that an unsafe call does not come from another site's page.  VZ_OK, or
 * VZ_DENIED with 403 as the reply.
 */
vz_code_e vz_auth_origin(vz_call_t *call);

/*
 * vz_auth_ours: whether an origin is that of our pages: of the host that the
 * call came to, or of vzpanel_public_url.
 */
ngx_uint_t vz_auth_ours(const vz_call_t *call, const ngx_str_t *origin);

/*
 * vz_auth_type: check that an unsafe call with a cookie declares its body as
 * JSON, which another site's form cannot do.  VZ_OK, or VZ_DENIED with 415 as
 * the reply.
 */
vz_code_e vz_auth_type(vz_call_t *call);


#endif /* VZ_AUTH_H */
