/*
 * Sessions of the zone: what the session query said, for a few seconds.
 */

#include "runtime/zone_core.h"
#include "runtime/zone_session.h"


#define VZ_SESSION_LATE  15000      /* ms that an answer may be on its way */


typedef struct {
    vz_entry_t    entry;            /* key: the hash's first bytes */
    ngx_queue_t   queue;            /* of its user's bucket */
    uint64_t      expires;          /* vz_zone_now() */
    u_char        hash[32];
    vz_who_t      who;
} vz_session_t;


static uint64_t vz_session_key(const u_char hash[32]);
static ngx_uint_t vz_session_same(const vz_entry_t *entry,
    const void *wanted);
static void vz_session_forget(vz_entry_t *entry);
static ngx_uint_t vz_session_dropped(vz_zone_t *zone, const u_char *hash,
    uint64_t user, uint64_t now);
static void vz_session_note(vz_zone_t *zone, const u_char *hash,
    uint64_t user);


void
vz_zone_session_table(vz_table_t *table, size_t bytes)
{
    vz_table_init(table, sizeof(vz_session_t), bytes);
}


/* a hash is as random as a tree's key can be */
static uint64_t
vz_session_key(const u_char hash[32])
{
    uint64_t  key;

    ngx_memcpy(&key, hash, sizeof(uint64_t));

    return key;
}


static ngx_uint_t
vz_session_same(const vz_entry_t *entry, const void *wanted)
{
    const vz_session_t  *session = (const vz_session_t *) entry;

    return ngx_memcmp(session->hash, wanted, 32) == 0;
}


static void
vz_session_forget(vz_entry_t *entry)
{
    vz_session_t  *session = (vz_session_t *) entry;

    ngx_queue_remove(&session->queue);
}


ngx_int_t
vz_zone_session_get(const u_char hash[32], vz_who_t *who)
{
    ngx_int_t      rc;
    vz_zone_t     *zone;
    vz_session_t  *session;

    rc = NGX_DECLINED;
    zone = vz_zone_lock();

    session = vz_table_find(&zone->sessions, vz_session_key(hash),
                            vz_session_same, hash);

    if (session != NULL && session->expires > vz_zone_now()) {
        *who = session->who;
        rc = NGX_OK;
    }

    vz_zone_unlock();

    return rc;
}


void
vz_zone_session_put(const u_char hash[32], const vz_who_t *who)
{
    uint64_t       now;
    vz_zone_t     *zone;
    vz_session_t  *session;

    now = vz_zone_now();
    zone = vz_zone_lock();

    session = vz_table_find(&zone->sessions, vz_session_key(hash),
                            vz_session_same, hash);

    if (vz_session_dropped(zone, hash, who->user, now)) {
        vz_zone_unlock();
        return;
    }

    if (session != NULL) {
        ngx_queue_remove(&session->queue);
        vz_table_move(&zone->sessions, session, now);

    } else {
        session = vz_table_add(&zone->sessions, vz_session_key(hash), now,
                               vz_session_forget);
        if (session == NULL) {
            vz_zone_unlock();
            return;
        }

        ngx_memcpy(session->hash, hash, 32);
    }

    session->expires = now + VZ_SESSION_CACHE * 1000;
    session->who = *who;
    ngx_queue_insert_head(&zone->users[who->user % VZ_ZONE_USERS],
                          &session->queue);

    vz_zone_unlock();
}


/* an answer that was asked for before the sign-out must not come after it */
static ngx_uint_t
vz_session_dropped(vz_zone_t *zone, const u_char *hash, uint64_t user,
    uint64_t now)
{
    uint64_t          i;
    const vz_drop_t  *drop;

    for (i = zone->dropped; i > 0; i--) {

        drop = &zone->drops[(i - 1) % VZ_ZONE_DROPS];

        if (zone->dropped - i >= VZ_ZONE_DROPS
            || drop->when + VZ_SESSION_LATE < now)
        {
            return 0;
        }

        if (drop->user == user
            || (drop->user == 0 && ngx_memcmp(drop->hash, hash, 32) == 0))
        {
            return 1;
        }
    }

    return 0;
}


void
vz_zone_session_drop(const u_char hash[32])
{
    vz_zone_t     *zone;
    vz_session_t  *session;

    zone = vz_zone_lock();

    session = vz_table_find(&zone->sessions, vz_session_key(hash),
                            vz_session_same, hash);

    if (session != NULL) {
        ngx_queue_remove(&session->queue);
        vz_table_remove(&zone->sessions, session);
    }

    vz_session_note(zone, hash, 0);

    vz_zone_unlock();
}


void
vz_zone_user_drop(uint64_t user)
{
    vz_zone_t     *zone;
    ngx_queue_t   *bucket, *q, *next;
    vz_session_t  *session;

    zone = vz_zone_lock();
    bucket = &zone->users[user % VZ_ZONE_USERS];

    for (q = ngx_queue_head(bucket);
         q != ngx_queue_sentinel(bucket);
         q = next)
    {
        next = ngx_queue_next(q);
        session = ngx_queue_data(q, vz_session_t, queue);

        if (session->who.user == user) {
            ngx_queue_remove(q);
            vz_table_remove(&zone->sessions, session);
        }
    }

    vz_session_note(zone, NULL, user);

    vz_zone_unlock();
}


/* a ring: who looks too late is told that he missed some */
static void
vz_session_note(vz_zone_t *zone, const u_char *hash, uint64_t user)
{
    vz_drop_t  *drop;

    drop = &zone->drops[zone->dropped % VZ_ZONE_DROPS];
    drop->user = user;
    drop->when = vz_zone_now();

    if (hash != NULL) {
        ngx_memcpy(drop->hash, hash, 32);
    }

    zone->dropped++;
}


uint64_t
vz_zone_dropped(void)
{
    return vz_zone_peek()->dropped;
}


ngx_int_t
vz_zone_drops(uint64_t *seen, vz_drop_pt visit)
{
    uint64_t    dropped;
    vz_drop_t   drop;
    vz_zone_t  *zone;

    for ( ;; ) {

        if (*seen == vz_zone_dropped()) {
            return NGX_OK;
        }

        zone = vz_zone_lock();
        dropped = zone->dropped;
        drop = zone->drops[*seen % VZ_ZONE_DROPS];
        vz_zone_unlock();

        if (dropped - *seen > VZ_ZONE_DROPS) {
            *seen = dropped;
            return NGX_DECLINED;
        }

        (*seen)++;
        visit(drop.user == 0 ? drop.hash : NULL, drop.user);
    }
}
