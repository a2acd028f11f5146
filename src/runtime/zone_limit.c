/*
 * The login limiter: failures by account and by address.
 */

#include "zone_core.h"
#include "crypt.h"


#define VZ_LOGIN_FREE      5
#define VZ_LOGIN_SHORTEST  2                    /* seconds */
#define VZ_LOGIN_LONGEST   300
#define VZ_LOGIN_FORGET    (15 * 60 * 1000)     /* ms */


typedef struct {
    vz_entry_t    entry;            /* key: the hash's first bytes */
    u_char        hash[32];         /* of the account or address */
    uint64_t      failed;           /* when last, vz_zone_now() */
    ngx_uint_t    failures;
} vz_login_t;


static uint64_t vz_login_hash(const ngx_str_t *key, u_char hash[32]);
static ngx_uint_t vz_login_same(const vz_entry_t *entry, const void *wanted);
static uint64_t vz_login_pause(ngx_uint_t failures);


void
vz_zone_login_table(vz_table_t *table, size_t bytes)
{
    vz_table_init(table, sizeof(vz_login_t), bytes);
}


static uint64_t
vz_login_hash(const ngx_str_t *key, u_char hash[32])
{
    uint64_t  n;

    vz_sha256(key->data, key->len, hash);
    ngx_memcpy(&n, hash, sizeof(uint64_t));

    return n;
}


static ngx_uint_t
vz_login_same(const vz_entry_t *entry, const void *wanted)
{
    const vz_login_t  *login = (const vz_login_t *) entry;

    return ngx_memcmp(login->hash, wanted, 32) == 0;
}


/* milliseconds to wait behind so many failures */
static uint64_t
vz_login_pause(ngx_uint_t failures)
{
    ngx_uint_t  i, seconds;

    if (failures <= VZ_LOGIN_FREE) {
        return 0;
    }

    seconds = VZ_LOGIN_SHORTEST;

    for (i = VZ_LOGIN_FREE + 1; i < failures; i++) {
        seconds *= 2;

        if (seconds >= VZ_LOGIN_LONGEST) {
            seconds = VZ_LOGIN_LONGEST;
            break;
        }
    }

    return (uint64_t) seconds * 1000;
}


ngx_uint_t
vz_zone_login_wait(const ngx_str_t *key)
{
    u_char       hash[32];
    uint64_t     n, now, until;
    vz_zone_t   *zone;
    vz_login_t  *login;

    n = vz_login_hash(key, hash);
    now = vz_zone_now();
    until = 0;

    zone = vz_zone_lock();

    login = vz_table_find(&zone->logins, n, vz_login_same, hash);

    if (login != NULL && login->failed + VZ_LOGIN_FORGET > now) {
        until = login->failed + vz_login_pause(login->failures);
    }

    vz_zone_unlock();

    return until > now ? (until - now + 999) / 1000 : 0;
}


void
vz_zone_login_failed(const ngx_str_t *key)
{
    u_char       hash[32];
    uint64_t     n, now;
    vz_zone_t   *zone;
    vz_login_t  *login;

    n = vz_login_hash(key, hash);
    now = vz_zone_now();

    zone = vz_zone_lock();

    login = vz_table_find(&zone->logins, n, vz_login_same, hash);

    if (login == NULL) {
        login = vz_table_add(&zone->logins, n, now, NULL);

        if (login != NULL) {
            ngx_memcpy(login->hash, hash, 32);
        }

    } else {
        vz_table_move(&zone->logins, login, now);

        if (login->failed + VZ_LOGIN_FORGET <= now) {
            login->failures = 0;
        }
    }

    if (login != NULL) {
        login->failed = now;
        login->failures++;
    }

    vz_zone_unlock();
}


void
vz_zone_login_ok(const ngx_str_t *key)
{
    u_char       hash[32];
    uint64_t     n;
    vz_zone_t   *zone;
    vz_login_t  *login;

    n = vz_login_hash(key, hash);

    zone = vz_zone_lock();

    login = vz_table_find(&zone->logins, n, vz_login_same, hash);

    if (login != NULL) {
        vz_table_remove(&zone->logins, login);
    }

    vz_zone_unlock();
}
