/*
 * Challenges that passkeys sign.  The zone has their hashes only.
 */

#include <openssl/rand.h>
#include "panel/account/passkey_challenge.h"
#include "runtime/crypt.h"


#define VZ_PASSKEY_CHALLENGE_MAX   1024     /* at a time, of all */
#define VZ_PASSKEY_CHALLENGE_MOST  16       /* of one user or address */


typedef struct {
    vz_entry_t         entry;       /* key: the hash's first bytes; order: its
                                       end, vz_zone_now() */
    u_char             hash[32];
    u_char             whose[32];   /* hash of the user or the address */
    u_char             session[32];
    uint64_t           user;
    uint64_t           until;       /* vz_zone_now() */
    vz_passkey_use_e   use;
} vz_passkey_entry_t;


static vz_code_e vz_passkey_challenge_room(vz_table_t *table,
    const u_char whose[32], uint64_t now);
static ngx_uint_t vz_passkey_challenge_same(const vz_entry_t *entry,
    const void *wanted);
static uint64_t vz_passkey_challenge_key(const u_char hash[32]);


const vz_table_def_t  vz_passkey_challenge_table = {
    .size = sizeof(vz_passkey_entry_t),
    .max = VZ_PASSKEY_CHALLENGE_MAX
};


vz_code_e
vz_passkey_challenge_new(vz_call_t *call, vz_passkey_use_e use, uint64_t user,
    ngx_str_t *text)
{
    u_char               challenge[VZ_WEBAUTHN_CHALLENGE];
    u_char               hash[32], whose[32];
    uint64_t             until;
    ngx_str_t            raw, who;
    vz_code_e            rc;
    vz_table_t          *table;
    vz_passkey_entry_t  *entry;

    raw.data = challenge;
    raw.len = sizeof(challenge);
    text->data = ngx_pnalloc(call->pool, ngx_base64_encoded_length(raw.len));

    if (text->data == NULL || RAND_bytes(raw.data, (int) raw.len) != 1) {
        return VZ_OVERLOADED;
    }

    ngx_encode_base64url(text, &raw);

    who = user ? vz_call_printf(call, "user %uL", user) : call->remote;
    vz_crypt_sha256(who.data, who.len, whose);
    vz_crypt_sha256(raw.data, raw.len, hash);

    table = vz_zone_lock(&vz_passkey_challenge_table);
    rc = vz_passkey_challenge_room(table, whose, vz_zone_now());

    if (rc == VZ_OK) {
        until = vz_zone_now() + VZ_PASSKEY_CHALLENGE_LIFE * 1000;
        entry = vz_table_add(table, vz_passkey_challenge_key(hash), until,
                             NULL);
        rc = entry != NULL ? VZ_OK : VZ_OVERLOADED;

        if (entry != NULL) {
            entry->use = use;
            entry->user = user;
            entry->until = until;
            ngx_memcpy(entry->hash, hash, 32);
            ngx_memcpy(entry->whose, whose, 32);
            ngx_memcpy(entry->session, call->token, 32);
        }
    }

    vz_zone_unlock();

    return rc;
}


/* those whose time is over come first in the order, and go */

static vz_code_e
vz_passkey_challenge_room(vz_table_t *table, const u_char whose[32],
    uint64_t now)
{
    ngx_uint_t           n;
    vz_passkey_entry_t  *entry;

    while ((entry = vz_table_after(table, 0)) != NULL && entry->until <= now) {
        vz_table_remove(table, entry);
    }

    n = 0;

    for ( /* void */ ; entry != NULL; entry = vz_table_next(table, entry)) {
        n += ngx_memcmp(entry->whose, whose, 32) == 0;
    }

    return n < VZ_PASSKEY_CHALLENGE_MOST ? VZ_OK : VZ_BUSY;
}


vz_code_e
vz_passkey_challenge_take(const vz_call_t *call, vz_passkey_use_e use,
    uint64_t user, const u_char challenge[VZ_WEBAUTHN_CHALLENGE])
{
    u_char               hash[32];
    vz_code_e            rc;
    vz_table_t          *table;
    vz_passkey_entry_t  *entry;

    vz_crypt_sha256(challenge, VZ_WEBAUTHN_CHALLENGE, hash);

    rc = VZ_NOENT;
    table = vz_zone_lock(&vz_passkey_challenge_table);
    entry = vz_table_find(table, vz_passkey_challenge_key(hash),
                          vz_passkey_challenge_same, hash);

    if (entry != NULL) {
        if (entry->use == use && entry->user == user
            && entry->until > vz_zone_now()
            && ((use != VZ_PASSKEY_ADD && use != VZ_PASSKEY_CONFIRM)
                || ngx_memcmp(entry->session, call->token, 32) == 0))
        {
            rc = VZ_OK;
        }

        vz_table_remove(table, entry);
    }

    vz_zone_unlock();

    return rc;
}


static ngx_uint_t
vz_passkey_challenge_same(const vz_entry_t *entry, const void *wanted)
{
    const vz_passkey_entry_t  *own = (const vz_passkey_entry_t *) entry;

    return ngx_memcmp(own->hash, wanted, 32) == 0;
}


/* a hash is as random as a tree's key can be */

static uint64_t
vz_passkey_challenge_key(const u_char hash[32])
{
    uint64_t  key;

    ngx_memcpy(&key, hash, sizeof(uint64_t));

    return key;
}
