/*
 * Sharing out places.
 */

#include "runtime/share.h"


#define VZ_SHARE_PART     4         /* a user gets 1/4 of all, at most */
#define VZ_SHARE_RESERVE  8         /* 1/8 of all is for administrators */
#define VZ_SHARE_VISITOR  ((uint64_t) 1 << 63)  /* above any id of a user */


typedef struct {
    ngx_rbtree_node_t   node;       /* key: the holder */
    ngx_uint_t          count;
} vz_share_count_t;


static ngx_uint_t vz_share_left(const vz_share_t *share,
    const vz_caller_t *who);
static vz_code_e vz_share_add(vz_share_tree_t *tree, uint64_t key,
    ngx_uint_t most);
static void vz_share_drop(vz_share_tree_t *tree, uint64_t key);
static vz_share_count_t *vz_share_find(vz_share_tree_t *tree, uint64_t key);


void
vz_share_init(vz_share_t *share, ngx_uint_t places, ngx_uint_t session,
    ngx_uint_t user, ngx_uint_t visitor)
{
    ngx_memzero(share, sizeof(vz_share_t));

    share->places = places;
    share->user = ngx_max(ngx_min(user, places / VZ_SHARE_PART), 1);
    share->session = ngx_min(session, share->user);
    share->visitor = ngx_min(visitor, share->user);

    ngx_rbtree_init(&share->sessions.tree, &share->sessions.sentinel,
                    ngx_rbtree_insert_value);
    ngx_rbtree_init(&share->users.tree, &share->users.sentinel,
                    ngx_rbtree_insert_value);
}


/* the first bytes of a session's hash are random, and identify it */
vz_code_e
vz_share_take(vz_share_t *share, const vz_caller_t *who,
    const u_char token[32], uint64_t thing, vz_share_place_t *place)
{
    vz_code_e  rc;

    if (!vz_share_left(share, who)) {
        return VZ_OVERLOADED;
    }

    if (who->user) {
        place->user = who->user;
        ngx_memcpy(&place->session, token, sizeof(uint64_t));
        place->session |= 1;

    } else {
        place->user = VZ_SHARE_VISITOR | thing;
        place->session = 0;
    }

    rc = vz_share_add(&share->users, place->user,
                      place->session ? share->user : share->visitor);

    if (rc == VZ_OK && place->session) {
        rc = vz_share_add(&share->sessions, place->session, share->session);

        if (rc != VZ_OK) {
            vz_share_drop(&share->users, place->user);
        }
    }

    if (rc == VZ_OK) {
        place->share = share;
        share->taken++;
        share->visitors += (place->session == 0);
    }

    return rc;
}


static ngx_uint_t
vz_share_left(const vz_share_t *share, const vz_caller_t *who)
{
    ngx_uint_t  most;

    if (who->user == 0 && share->visitors >= share->places / 2) {
        return 0;
    }

    most = share->places;

    if (!who->admin) {
        most -= share->places / VZ_SHARE_RESERVE;
    }

    return share->taken < most;
}


void
vz_share_give(vz_share_place_t *place)
{
    vz_share_t  *share = place->share;

    if (share == NULL) {
        return;
    }

    place->share = NULL;
    share->taken--;
    share->visitors -= (place->session == 0);

    vz_share_drop(&share->users, place->user);

    if (place->session) {
        vz_share_drop(&share->sessions, place->session);
    }
}


static vz_code_e
vz_share_add(vz_share_tree_t *tree, uint64_t key, ngx_uint_t most)
{
    vz_share_count_t  *count;

    count = vz_share_find(tree, key);

    if (count == NULL) {
        count = ngx_alloc(sizeof(vz_share_count_t), ngx_cycle->log);
        if (count == NULL) {
            return VZ_INTERNAL;
        }

        count->node.key = key;
        count->count = 0;
        ngx_rbtree_insert(&tree->tree, &count->node);
    }

    if (count->count >= most) {
        return VZ_BUSY;
    }

    count->count++;

    return VZ_OK;
}


static void
vz_share_drop(vz_share_tree_t *tree, uint64_t key)
{
    vz_share_count_t  *count;

    count = vz_share_find(tree, key);

    if (count != NULL && --count->count == 0) {
        ngx_rbtree_delete(&tree->tree, &count->node);
        ngx_free(count);
    }
}


static vz_share_count_t *
vz_share_find(vz_share_tree_t *tree, uint64_t key)
{
    ngx_rbtree_node_t  *node;

    node = tree->tree.root;

    while (node != &tree->sentinel && node->key != key) {
        node = key < node->key ? node->left : node->right;
    }

    return node != &tree->sentinel ? (vz_share_count_t *) node : NULL;
}
