/*
 * Who is signed in, and what the zone remembers of that for a few seconds, so
 * that not each call asks the database.
 */

#ifndef VZ_IDENTITY_H
#define VZ_IDENTITY_H

#include "panel/api/prefix.h"
#include "runtime/call.h"
#include "runtime/zone.h"


#define VZ_IDENTITY_SECONDS   5     /* an answer is believed for */
#define VZ_IDENTITY_NETWORKS  8     /* of a token */


struct vz_identity_s {
    vz_caller_t   caller;
    uint64_t      session;          /* id of the row; 0 for a token */
    ngx_uint_t    must_change;      /* the password, before anything else */
    ngx_uint_t    second_factor;    /* signing in takes a code */
    ngx_uint_t    stale;            /* its last use was noted a minute ago */
    uint64_t      token;            /* id of the row; 0 for a session */
    ngx_uint_t    rights;           /* of a token: bits of vz_right_e */
    ngx_uint_t    networks;         /* that it may be used from; 0: any */
    vz_prefix_t   network[VZ_IDENTITY_NETWORKS];
    u_char        name[160];        /* terminated, UTF-8 */
};


/* vz_identity_table: the table of them in the zone. */
extern const vz_table_def_t  vz_identity_table;

/*
 * vz_identity_get: whose a session or token is, by its hash.  NGX_OK;
 * NGX_DECLINED where the zone does not know, and identity is as it was.
 */
ngx_int_t vz_identity_get(const u_char hash[32], vz_identity_t *identity);

/*
 * vz_identity_put: remember an answer of the database, unless the session or
 * its user was revoked while the answer was on its way.
 */
void vz_identity_put(const u_char hash[32], const vz_identity_t *identity);

/* vz_identity_revoke: a session or token has ended, as by signing out. */
void vz_identity_revoke(const u_char hash[32]);

/*
 * vz_identity_revoke_user: forget all sessions and tokens of a user, because a
 * role, a lock or a password changed.
 */
void vz_identity_revoke_user(uint64_t user);


#endif /* VZ_IDENTITY_H */
