/*
 * Places of a worker that all share and that somebody holds for long, as
 * streams and waits do: nobody gets more than a few, visitors no more than
 * half of them, and administrators find some when all others have what they
 * may have.
 */

#ifndef VZ_SHARE_H
#define VZ_SHARE_H

#include "runtime/caller.h"
#include "wire/code.h"


typedef struct {
    ngx_rbtree_t        tree;       /* how many, by whose they are */
    ngx_rbtree_node_t   sentinel;
} vz_share_tree_t;

typedef struct {
    ngx_uint_t          places;
    ngx_uint_t          taken;
    ngx_uint_t          visitors;   /* of these */
    ngx_uint_t          session;    /* most of a session or token */
    ngx_uint_t          user;       /* most of a user: nor more than 1/4 */
    ngx_uint_t          visitor;    /* most for one thing of a visitor's */
    vz_share_tree_t     sessions;
    vz_share_tree_t     users;
} vz_share_t;

/* Whose a place is. */
typedef struct {
    vz_share_t         *share;      /* NULL: it was given back */
    uint64_t            session;    /* 0: a visitor's */
    uint64_t            user;       /* or what the visitor wants */
} vz_share_place_t;


void vz_share_init(vz_share_t *share, ngx_uint_t places, ngx_uint_t session,
    ngx_uint_t user, ngx_uint_t visitor);

/*
 * vz_share_take: a place for who is signed in by that session or token; of
 * visitors (user 0) thing tells whose it is.  VZ_OK, VZ_BUSY where he has as
 * many as one may have, VZ_OVERLOADED where no more are left for him,
 * VZ_INTERNAL without memory.
 * vz_share_give: give it back; once more does nothing.
 */
vz_code_e vz_share_take(vz_share_t *share, const vz_caller_t *who,
    const u_char token[32], uint64_t thing, vz_share_place_t *place);
void vz_share_give(vz_share_place_t *place);


#endif /* VZ_SHARE_H */
