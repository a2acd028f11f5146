/*
 * Rights of API tokens.  Each route needs one, which follows from its method,
 * its path and its role; a token does what its rights say, and only what its
 * owner may do by then.
 */

#ifndef VZ_RIGHT_H
#define VZ_RIGHT_H

#include "panel/api/route.h"
#include "runtime/db.h"


/* Bits, as the column token.rights has them. */
typedef enum {
    VZ_RIGHT_NONE = 0,              /* any token may */
    VZ_RIGHT_READ = 1,              /* see servers and tasks */
    VZ_RIGHT_POWER = 2,             /* start, stop and restart servers */
    VZ_RIGHT_SERVERS = 4,           /* change servers in other ways */
    VZ_RIGHT_ACCOUNT = 8,           /* see sessions, tokens and keys */
    VZ_RIGHT_ADMIN_READ = 16,       /* see what administrators see */
    VZ_RIGHT_ADMIN_SERVERS = 32,    /* change servers of others; create, resize,
                                       suspend and destroy them */
    VZ_RIGHT_ADMIN_USERS = 64,      /* create and change customers */
    VZ_RIGHT_ADMIN_ORDERS = 128,    /* decide on orders, failed tasks, mails */
    VZ_RIGHT_ADMIN_CATALOG = 256,   /* plans, templates, addresses */
    VZ_RIGHT_ADMIN_NODES = 512      /* nodes, and what is found on them */
} vz_right_e;

#define VZ_RIGHT_CUSTOMER   15      /* those that a customer can give */
#define VZ_RIGHT_ALL        1023
#define VZ_RIGHT_LOOK                                                         \
    (VZ_RIGHT_READ | VZ_RIGHT_ACCOUNT | VZ_RIGHT_ADMIN_READ)


/* vz_right_of: the right that a token needs for a route. */
vz_right_e vz_right_of(const vz_route_t *route);

/* vz_right_name: its word, "power"; NULL for VZ_RIGHT_NONE. */
const char *vz_right_name(vz_right_e right);

/*
 * vz_right_read: the bits of a list of words, one space between;
 * vz_right_list: the other way round, from the pool.
 */
ngx_uint_t vz_right_read(ngx_str_t words);
ngx_str_t vz_right_list(ngx_pool_t *pool, ngx_uint_t rights);

/*
 * vz_right_check: check that the call, if a token signed it in, comes from one
 * of the token's networks, and that the token has the right for the route.  An
 * administrator's token without an administrator's right counts as a
 * customer's for the call.  A refusal is audited, ever more seldom while they
 * go on.  VZ_OK, or VZ_DENIED with 403 as the reply.
 */
vz_code_e vz_right_check(vz_call_t *call, const vz_route_t *route);

/*
 * vz_right_over: check that a token without all rights does not make or change
 * an administrator, by which it would get them.  user: whose row it is about,
 * held by the transaction.  VZ_OK; VZ_DENIED with 403 as the reply; or the
 * database's code.  vz_right_whole: the same of an administrator that is made.
 */
vz_code_e vz_right_over(vz_tx_t *tx, vz_call_t *call, uint64_t user);
vz_code_e vz_right_whole(vz_call_t *call);


#endif /* VZ_RIGHT_H */
