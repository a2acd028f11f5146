/*
 * The limiter of wrong tries.
 *
 * A try is counted before its password is checked, because many may come at
 * once, and taken back if it was right.  Where the table is full, the entries
 * that delay nobody are evicted first: a flood from fresh addresses can't push
 * out what was counted of a guesser.
 */

#include "runtime/crypt.h"
#include "runtime/zone_limit.h"


#define VZ_LIMIT_SHORTEST  2                    /* seconds */
#define VZ_LIMIT_FORGET    (15 * 60 * 1000)     /* ms */
#define VZ_LIMIT_AWAY      (60 * 1000)          /* ms that it is remembered
                                                   that a try found no place */


typedef struct {
    vz_entry_t    entry;            /* key: the hash's first bytes */
    u_char        hash[VZ_LIMIT_HASH];
    uint64_t      failed;           /* when last, vz_zone_now() */
    uint64_t      away;             /* when a try found no place, or 0 */
    uint32_t      failures;
} vz_login_t;


static void vz_limit_hash(vz_limit_t *limit);
static vz_login_t *vz_limit_find(vz_table_t *table, const vz_limit_t *limit);
static vz_login_t *vz_limit_take(vz_table_t *table, const vz_limit_t *limit);
static ngx_uint_t vz_limit_same(const vz_entry_t *entry, const void *wanted);
static uint64_t vz_limit_look(vz_table_t *table, vz_limit_t *limit,
    uint64_t now);
static void vz_limit_count(vz_table_t *table, vz_limit_t *limit, uint64_t now);
static uint64_t vz_limit_pause(const vz_limit_t *limit, ngx_uint_t failures);
static void vz_limit_place(vz_table_t *table, vz_login_t *login,
    const vz_limit_t *limit);


const vz_table_def_t  vz_zone_limit_table = {
    .size = sizeof(vz_login_t),
    .parts = 8
};


ngx_uint_t
vz_zone_limit_try(vz_limit_t *limits, ngx_uint_t n)
{
    uint64_t     now, until, wait;
    ngx_uint_t   i;
    vz_table_t  *table;

    for (i = 0; i < n; i++) {
        vz_limit_hash(&limits[i]);
    }

    now = vz_zone_now();
    wait = 0;
    table = vz_zone_lock(&vz_zone_limit_table);

    for (i = 0; i < n; i++) {
        until = vz_limit_look(table, &limits[i], now);

        if (until > now) {
            wait = ngx_max(wait, until - now);
        }
    }

    for (i = 0; i < n && wait == 0; i++) {
        vz_limit_count(table, &limits[i], now);
    }

    vz_zone_unlock();

    return (wait + 999) / 1000;
}


ngx_uint_t
vz_zone_limit_count(vz_limit_t *limit)
{
    vz_table_t  *table;

    vz_limit_hash(limit);

    table = vz_zone_lock(&vz_zone_limit_table);
    (void) vz_limit_look(table, limit, vz_zone_now());
    vz_zone_unlock();

    return limit->before;
}


void
vz_zone_limit_undo(const vz_limit_t *limits, ngx_uint_t n)
{
    vz_table_t  *table;
    ngx_uint_t   i;
    vz_login_t  *login;

    table = vz_zone_lock(&vz_zone_limit_table);

    for (i = 0; i < n; i++) {
        login = vz_limit_find(table, &limits[i]);

        if (login == NULL || login->failures == 0) {
            continue;
        }

        login->failures--;

        /* this was the last try: the delay is what it was before it */

        if (login->failed == limits[i].now) {
            login->failed = limits[i].failed;
        }

        if (login->failures == 0 && login->away == 0) {
            vz_table_remove(table, login);

        } else {
            vz_limit_place(table, login, &limits[i]);
        }
    }

    vz_zone_unlock();
}


void
vz_zone_limit_away(const vz_limit_t *limit)
{
    vz_table_t  *table;
    vz_login_t  *login;

    table = vz_zone_lock(&vz_zone_limit_table);

    login = vz_limit_take(table, limit);

    if (login != NULL) {
        login->away = vz_zone_now();
        vz_limit_place(table, login, limit);
    }

    vz_zone_unlock();
}


static void
vz_limit_hash(vz_limit_t *limit)
{
    u_char  hash[32];

    vz_crypt_sha256(limit->key.data, limit->key.len, hash);
    ngx_memcpy(limit->hash, hash, VZ_LIMIT_HASH);
}


static vz_login_t *
vz_limit_find(vz_table_t *table, const vz_limit_t *limit)
{
    uint64_t  key;

    ngx_memcpy(&key, limit->hash, sizeof(uint64_t));

    return vz_table_find(table, key, vz_limit_same, limit->hash);
}


static ngx_uint_t
vz_limit_same(const vz_entry_t *entry, const void *wanted)
{
    const vz_login_t  *login = (const vz_login_t *) entry;

    return ngx_memcmp(login->hash, wanted, VZ_LIMIT_HASH) == 0;
}


static vz_login_t *
vz_limit_take(vz_table_t *table, const vz_limit_t *limit)
{
    uint64_t     key;
    vz_login_t  *login;

    login = vz_limit_find(table, limit);

    if (login == NULL) {
        ngx_memcpy(&key, limit->hash, sizeof(uint64_t));
        login = vz_table_add(table, key, vz_zone_now(), NULL);

        if (login != NULL) {
            ngx_memcpy(login->hash, limit->hash, VZ_LIMIT_HASH);
        }
    }

    return login;
}


/*
 * Fill the limit with what was counted; returns the end of the delay, 0 where
 * there is none: a try that another worker counted since now was read seems to
 * be in the future, and would make this one wait.
 */

static uint64_t
vz_limit_look(vz_table_t *table, vz_limit_t *limit, uint64_t now)
{
    uint64_t     pause;
    vz_login_t  *login;

    limit->before = 0;
    limit->back = 0;
    limit->failed = 0;
    limit->now = now;

    login = vz_limit_find(table, limit);

    if (login == NULL) {
        return 0;
    }

    limit->back = (login->away + VZ_LIMIT_AWAY > now && login->away != 0);

    if (login->failures == 0 || login->failed + VZ_LIMIT_FORGET <= now) {
        return 0;
    }

    limit->before = login->failures;
    limit->failed = login->failed;

    pause = vz_limit_pause(limit, login->failures);

    return pause ? login->failed + pause : 0;
}


static void
vz_limit_count(vz_table_t *table, vz_limit_t *limit, uint64_t now)
{
    vz_login_t  *login;

    login = vz_limit_take(table, limit);

    if (login == NULL) {
        return;
    }

    login->failures = limit->before + 1;
    login->failed = now;
    login->away = 0;

    vz_limit_place(table, login, limit);
}


/* the delay in milliseconds after so many failures */

static uint64_t
vz_limit_pause(const vz_limit_t *limit, ngx_uint_t failures)
{
    ngx_uint_t  i, seconds;

    if (failures <= limit->free || limit->longest == 0) {
        return 0;
    }

    seconds = VZ_LIMIT_SHORTEST;

    for (i = limit->free + 1; i < failures && seconds < limit->longest; i++) {
        seconds *= 2;
    }

    return (uint64_t) ngx_min(seconds, limit->longest) * 1000;
}


/* the order of eviction: sent away, counted, delaying somebody */

static void
vz_limit_place(vz_table_t *table, vz_login_t *login, const vz_limit_t *limit)
{
    uint64_t  order;

    if (login->failures == 0) {
        order = login->away;

    } else {
        order = login->failed + VZ_LIMIT_FORGET;

        if (vz_limit_pause(limit, login->failures)) {
            order += VZ_LIMIT_FORGET;
        }
    }

    vz_table_move(table, login, order);
}
