/*
 * Sharing out a worker's places, where one is held for long, as by streams and
 * waits: a session and a user get no more than a few, visitors no more than
 * half of all, and the last eighth is for administrators.
 */

#ifndef VZ_SHARE_H
#define VZ_SHARE_H

#include "runtime/caller.h"
#include "wire/code.h"


typedef struct {
    ngx_rbtree_t        tree;       /* how many places, by their holder */
    ngx_rbtree_node_t   sentinel;
} vz_share_tree_t;

typedef struct {
    ngx_uint_t          places;     /* there are */
    ngx_uint_t          taken;      /* of them */
    ngx_uint_t          visitors;   /* of those taken */
    ngx_uint_t          session;    /* most for a session or token */
    ngx_uint_t          user;       /* most for a user, and no more than 1/4 */
    ngx_uint_t          visitor;    /* most of visitors for one thing */
    vz_share_tree_t     sessions;
    vz_share_tree_t     users;
} vz_share_t;

/* A place, and its holder. */
typedef struct {
    vz_share_t         *share;      /* NULL: it was given back */
    uint64_t            session;    /* 0: a visitor's */
    uint64_t            user;       /* of a visitor's: the thing */
} vz_share_place_t;


/*
 * vz_share_init: places that are all free, and the most of them that a
 * session, a user and the visitors of one thing may hold.
 */
void vz_share_init(vz_share_t *share, ngx_uint_t places, ngx_uint_t session,
    ngx_uint_t user, ngx_uint_t visitor);

/*
 * vz_share_take: take a place for a caller, by the hash of the session or
 * token, or by the thing that a visitor (user 0) wants.  VZ_OK; VZ_BUSY where
 * the caller holds as many as one may; VZ_OVERLOADED where none are left for
 * such a caller; VZ_INTERNAL without memory.
 */
vz_code_e vz_share_take(vz_share_t *share, const vz_caller_t *who,
    const u_char token[32], uint64_t thing, vz_share_place_t *place);

/* vz_share_give: give a place back; doing so again does nothing. */
void vz_share_give(vz_share_place_t *place);


#endif /* VZ_SHARE_H */
