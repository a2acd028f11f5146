/*
 * Identities, by the hash of a session or token, and linked by user.
 *
 * A revocation is added before the entries go: whoever puts one meanwhile sees
 * it, so that what was revoked is never remembered.
 */

#include "panel/api/identity.h"
#include "runtime/zone_revocation.h"


#define VZ_IDENTITY_BUCKETS  256    /* lists of entries, by user */


typedef struct {
    vz_entry_t       entry;         /* key: the hash's first bytes; order:
                                       when it was put, vz_zone_now() */
    ngx_queue_t      queue;         /* of its user's bucket */
    uint64_t         expires;       /* vz_zone_now() */
    u_char           hash[32];
    vz_identity_t    identity;
} vz_identity_entry_t;


static void vz_identity_begin(void *head);
static vz_identity_entry_t *vz_identity_find(vz_table_t *table,
    const u_char hash[32]);
static ngx_uint_t vz_identity_same(const vz_entry_t *entry,
    const void *wanted);
static void vz_identity_forget(vz_entry_t *entry);
static uint64_t vz_identity_key(const u_char hash[32]);
static ngx_queue_t *vz_identity_bucket(const vz_table_t *table,
    uint64_t user);


const vz_table_def_t  vz_identity_table = {
    .size = sizeof(vz_identity_entry_t),
    .parts = 14,
    .head = VZ_IDENTITY_BUCKETS * sizeof(ngx_queue_t),
    .begin = vz_identity_begin
};


static void
vz_identity_begin(void *head)
{
    ngx_uint_t    i;
    ngx_queue_t  *buckets = head;

    for (i = 0; i < VZ_IDENTITY_BUCKETS; i++) {
        ngx_queue_init(&buckets[i]);
    }
}


ngx_int_t
vz_identity_get(const u_char hash[32], vz_identity_t *identity)
{
    ngx_int_t             rc;
    vz_identity_entry_t  *entry;

    rc = NGX_DECLINED;

    entry = vz_identity_find(vz_zone_lock(&vz_identity_table), hash);

    if (entry != NULL && entry->expires > vz_zone_now()) {
        *identity = entry->identity;
        rc = NGX_OK;
    }

    vz_zone_unlock();

    return rc;
}


void
vz_identity_put(const u_char hash[32], const vz_identity_t *identity)
{
    uint64_t              now;
    vz_table_t           *table;
    vz_identity_entry_t  *entry;

    now = vz_zone_now();
    table = vz_zone_lock(&vz_identity_table);

    if (vz_zone_revocation_recent(hash, identity->caller.user)) {
        vz_zone_unlock();
        return;
    }

    entry = vz_identity_find(table, hash);

    if (entry != NULL) {
        ngx_queue_remove(&entry->queue);
        vz_table_move(table, entry, now);

    } else {
        entry = vz_table_add(table, vz_identity_key(hash), now,
                             vz_identity_forget);
    }

    if (entry != NULL) {
        ngx_memcpy(entry->hash, hash, 32);
        entry->expires = now + VZ_IDENTITY_SECONDS * 1000;
        entry->identity = *identity;
        ngx_queue_insert_head(vz_identity_bucket(table, identity->caller.user),
                              &entry->queue);
    }

    vz_zone_unlock();
}


void
vz_identity_revoke(const u_char hash[32])
{
    vz_table_t           *table;
    vz_identity_entry_t  *entry;

    vz_zone_revocation_add(hash, 0);

    table = vz_zone_lock(&vz_identity_table);
    entry = vz_identity_find(table, hash);

    if (entry != NULL) {
        ngx_queue_remove(&entry->queue);
        vz_table_remove(table, entry);
    }

    vz_zone_unlock();
}


void
vz_identity_revoke_user(uint64_t user)
{
    vz_table_t           *table;
    ngx_queue_t          *bucket, *q, *next;
    vz_identity_entry_t  *entry;

    vz_zone_revocation_add(NULL, user);

    table = vz_zone_lock(&vz_identity_table);
    bucket = vz_identity_bucket(table, user);

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = next)
    {
        next = ngx_queue_next(q);
        entry = ngx_queue_data(q, vz_identity_entry_t, queue);

        if (entry->identity.caller.user == user) {
            ngx_queue_remove(q);
            vz_table_remove(table, entry);
        }
    }

    vz_zone_unlock();
}


static vz_identity_entry_t *
vz_identity_find(vz_table_t *table, const u_char hash[32])
{
    return vz_table_find(table, vz_identity_key(hash), vz_identity_same, hash);
}


static ngx_uint_t
vz_identity_same(const vz_entry_t *entry, const void *wanted)
{
    const vz_identity_entry_t  *identity = (const vz_identity_entry_t *) entry;

    return ngx_memcmp(identity->hash, wanted, 32) == 0;
}


static void
vz_identity_forget(vz_entry_t *entry)
{
    ngx_queue_remove(&((vz_identity_entry_t *) entry)->queue);
}


/* a hash is as random as a tree's key can be */

static uint64_t
vz_identity_key(const u_char hash[32])
{
    uint64_t  key;

    ngx_memcpy(&key, hash, sizeof(uint64_t));

    return key;
}


static ngx_queue_t *
vz_identity_bucket(const vz_table_t *table, uint64_t user)
{
    ngx_queue_t  *buckets = table->head;

    return &buckets[user % VZ_IDENTITY_BUCKETS];
}
