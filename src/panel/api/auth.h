/*
 * Who asks.  A call is signed in by a session's cookie or by a token in
 * Authorization; the database knows both by their SHA-256, and the zone for a
 * few seconds.
 */

#ifndef VZ_AUTH_H
#define VZ_AUTH_H

#include "runtime/db.h"
#include "runtime/call.h"


/* The columns that vz_auth_row() reads, over tables named s or k, and u. */

#define VZ_AUTH_COLUMNS                                                       \
    "u.id, u.role = 'admin', u.must_change, u.account,"                       \
    " TRIM(CONCAT(u.first_name, ' ', u.last_name)), "

#define VZ_AUTH_SESSION_COLUMNS                                               \
    VZ_AUTH_COLUMNS "s.id, 1, " vz_auth_left("s.expires")
#define VZ_AUTH_TOKEN_COLUMNS                                                 \
    VZ_AUTH_COLUMNS "0, k.scope = 'write', " vz_auth_left("k.expires")
#define VZ_AUTH_NO_COLUMNS                                                    \
    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
#define VZ_AUTH_NCOLUMNS         8

/* milliseconds that are left of it */
#define vz_auth_left(expires)                                                 \
    "TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), " expires ") DIV 1000"

#define VZ_AUTH_SESSION_FROM                                                  \
    "session s JOIN user u ON u.id = s.user_id"
#define VZ_AUTH_SESSION_WHERE                                                 \
    "s.hash = ? AND s.expires > UTC_TIMESTAMP(3) AND NOT u.locked"

#define VZ_AUTH_TOKEN_FROM                                                    \
    "token k JOIN user u ON u.id = k.user_id"
#define VZ_AUTH_TOKEN_WHERE                                                   \
    "k.hash = ? AND (k.expires IS NULL OR k.expires > UTC_TIMESTAMP(3))"      \
    " AND NOT u.locked"


typedef enum {
    VZ_AUTH_KNOWN = 0,      /* call->who is filled */
    VZ_AUTH_SESSION,        /* ask the database by call->token */
    VZ_AUTH_TOKEN,
    VZ_AUTH_NOBODY          /* nothing that could be a secret was sent */
} vz_auth_e;


/*
 * vz_auth_look: what the zone alone can say.  Sets call->token and
 * call->cookie_auth, and call->who and call->identity for VZ_AUTH_KNOWN.
 */
vz_auth_e vz_auth_look(vz_call_t *call);

/*
 * vz_auth_row: who it is, from the first VZ_AUTH_NCOLUMNS cells of the first
 * row of a statement with the columns above; the zone learns it.
 */
void vz_auth_row(vz_call_t *call, const vz_rows_t *rows);

/*
 * vz_auth_call: both, with a statement of its own where the zone does not
 * know.  VZ_OK, or VZ_DENIED for nobody, or the database's.
 */
vz_code_e vz_auth_call(vz_call_t *call);

/*
 * vz_auth_hold: lock the row of a user until the transaction ends.  Whatever
 * makes or ends a session, a token or a link of somebody, or changes his
 * password, role or lock, holds his row first: so each of them sees all that
 * those before it did.
 */
vz_code_e vz_auth_hold(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user);

/*
 * vz_auth_still: in the transaction of a change, behind all locks that it
 * takes: that who asked for it may still do it, and may until it is
 * committed.  The call may have waited for long since it was let in.  VZ_OK;
 * VZ_DENIED with 401 or 403 as the reply, which vz_call_fault() leaves; or
 * the database's.
 */
vz_code_e vz_auth_still(vz_tx_t *tx, vz_call_t *call);

/* vz_auth_until: vz_caller_t's, from a cell of vz_auth_left(). */
ngx_msec_t vz_auth_until(const vz_rows_t *rows, ngx_uint_t row,
    ngx_uint_t column);

/*
 * vz_auth_own: that who asks has a password of his own; VZ_DENIED, with 403 as
 * the reply, for who was mailed one and has to change it first.
 */
vz_code_e vz_auth_own(vz_call_t *call);

/* vz_auth_refuse: 401; vz_auth_forbid: 403, for who is no administrator. */
void vz_auth_refuse(vz_call_t *call);
void vz_auth_forbid(vz_call_t *call);

/*
 * vz_auth_meant: that who is signed in is whom a page asks for, where it says
 * so.  All tabs of a browser share a cookie, and one may have changed it.
 * VZ_OK, or VZ_DENIED with 401 as the reply.
 */
vz_code_e vz_auth_meant(vz_call_t *call);

/*
 * vz_auth_origin: that an unsafe call comes from our own pages or from no
 * browser at all: Origin and Sec-Fetch-Site, where they were sent.  VZ_OK, or
 * VZ_DENIED with 403 as the reply.
 */
vz_code_e vz_auth_origin(vz_call_t *call);

/*
 * vz_auth_type: that an unsafe call which carries a cookie says that its body
 * is JSON, which a form of another site can't.  VZ_OK, or VZ_DENIED with 415.
 */
vz_code_e vz_auth_type(vz_call_t *call);


#endif /* VZ_AUTH_H */
