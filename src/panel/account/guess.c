/*
 * Wrong passwords.
 */

#include "panel/account/guess.h"
#include "runtime/call.h"


#define VZ_GUESS_MANY    20         /* wrong tries for one account */
#define VZ_GUESS_AROUND  8          /* of what is around an address: it is no
                                       stranger like others any more */


typedef enum {
    VZ_GUESS_NAME = 0,
    VZ_GUESS_ADDRESS,
    VZ_GUESS_NETWORK,
    VZ_GUESS_PERSON,
    VZ_GUESS_ASK,
    VZ_GUESS_ASK_NETWORK
} vz_guess_e;

/* Ranks in the queue of strangers, the lowest first. */
typedef enum {
    VZ_GUESS_BACK = 0,              /* it found no place a moment ago */
    VZ_GUESS_QUIET,                 /* nobody guesses at its account */
    VZ_GUESS_NOISY,
    VZ_GUESS_WRONG                  /* wrong tries came from its network */
} vz_guess_rank_e;

/* The networks that a call comes from. */
typedef struct {
    ngx_str_t     address;          /* of IPv6 the first 64 bits */
    ngx_str_t     network;          /* 24 bits of IPv4, 48 of IPv6 */
    uint32_t      wide;             /* 16, and 32 */
} vz_guess_from_t;


static vz_code_e vz_guess_begin(vz_call_t *call, vz_guess_t *guess);
static void vz_guess_add(vz_call_t *call, vz_guess_t *guess, vz_guess_e kind,
    const ngx_str_t *what);
static void vz_guess_from(vz_call_t *call, vz_guess_from_t *from);
static ngx_uint_t vz_guess_rank(const vz_guess_t *guess);


/* the free tries of a key, and the longest delay behind them */

static const struct {
    const char   *prefix;
    ngx_uint_t    free;
    ngx_uint_t    longest;
} vz_guess_kinds[] = {
    [VZ_GUESS_NAME] = { "known", 5, 300 },
    [VZ_GUESS_ADDRESS] = { "from", 5, 300 },
    [VZ_GUESS_NETWORK] = { "around", 50, 60 },
    [VZ_GUESS_PERSON] = { "for", 0, 0 },
    [VZ_GUESS_ASK] = { "asks", 5, 300 },
    [VZ_GUESS_ASK_NETWORK] = { "asks around", 50, 60 }
};


vz_code_e
vz_guess_known(vz_call_t *call, vz_guess_t *guess, ngx_str_t name)
{
    guess->n = 0;
    guess->place = vz_guess_place(call, VZ_CRYPT_KNOWN);

    vz_guess_add(call, guess, VZ_GUESS_NAME, &name);

    return vz_guess_begin(call, guess);
}


/*
 * The account comes first: while many networks guess at it, one wrong try is
 * enough to delay an address.
 */

vz_code_e
vz_guess_stranger(vz_call_t *call, vz_guess_t *guess, ngx_str_t who)
{
    vz_code_e        rc;
    vz_limit_t      *address;
    vz_guess_from_t  from;

    vz_guess_from(call, &from);

    guess->n = 0;
    guess->place.line = VZ_CRYPT_STRANGER;
    guess->place.network = from.wide;

    vz_guess_add(call, guess, VZ_GUESS_PERSON, &who);
    vz_guess_add(call, guess, VZ_GUESS_ADDRESS, &from.address);
    vz_guess_add(call, guess, VZ_GUESS_NETWORK, &from.network);

    address = &guess->limits[1];

    if (vz_zone_limit_count(&guess->limits[0]) >= VZ_GUESS_MANY) {
        address->free = 0;
    }

    rc = vz_guess_begin(call, guess);
    guess->place.rank = vz_guess_rank(guess);

    return rc;
}


vz_code_e
vz_guess_ask(vz_call_t *call, vz_guess_t *guess)
{
    vz_guess_from_t  from;

    vz_guess_from(call, &from);

    guess->n = 0;
    vz_guess_add(call, guess, VZ_GUESS_ASK, &from.address);
    vz_guess_add(call, guess, VZ_GUESS_ASK_NETWORK, &from.network);

    return vz_guess_begin(call, guess);
}


static vz_code_e
vz_guess_begin(vz_call_t *call, vz_guess_t *guess)
{
    ngx_uint_t  seconds;

    seconds = vz_zone_limit_try(guess->limits, guess->n);

    if (seconds == 0) {
        return VZ_OK;
    }

    vz_call_problem(call, NGX_HTTP_TOO_MANY_REQUESTS, "too_many",
                    "Too many tries; wait %ui seconds.", seconds);
    vz_call_header(call, "Retry-After", vz_call_printf(call, "%ui", seconds));

    return VZ_BUSY;
}


static void
vz_guess_add(vz_call_t *call, vz_guess_t *guess, vz_guess_e kind,
    const ngx_str_t *what)
{
    vz_limit_t  *limit;

    limit = &guess->limits[guess->n++];
    ngx_memzero(limit, sizeof(vz_limit_t));

    limit->key = vz_call_printf(call, "%s %V", vz_guess_kinds[kind].prefix,
                                what);
    limit->free = vz_guess_kinds[kind].free;
    limit->longest = vz_guess_kinds[kind].longest;

    ngx_strlow(limit->key.data, limit->key.data, limit->key.len);
}


/* IPv4 mapped into IPv6 is IPv4; anything else (a socket's path) is itself */

static void
vz_guess_from(vz_call_t *call, vz_guess_from_t *from)
{
    u_char     a[16];
    in_addr_t  four;

    static const u_char  mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                        0xff, 0xff };

    from->address = call->remote;
    from->network = call->remote;
    from->wide = 0;

    four = ngx_inet_addr(call->remote.data, call->remote.len);

    if (four != INADDR_NONE) {
        ngx_memcpy(a + 12, &four, 4);

    } else if (ngx_inet6_addr(call->remote.data, call->remote.len, a)
               != NGX_OK)
    {
        return;

    } else if (ngx_memcmp(a, mapped, 12) != 0) {
        from->network = vz_call_printf(call, "%02xd%02xd%02xd%02xd%02xd%02xd",
                                       a[0], a[1], a[2], a[3], a[4], a[5]);
        from->address = vz_call_printf(call, "%V%02xd%02xd", &from->network,
                                       a[6], a[7]);
        from->wide = (uint32_t) a[0] << 24 | a[1] << 16 | a[2] << 8 | a[3];
        return;
    }

    from->network = vz_call_printf(call, "%d.%d.%d", a[12], a[13], a[14]);
    from->address = vz_call_printf(call, "%V.%d", &from->network, a[15]);
    from->wide = a[12] << 8 | a[13];
}


static ngx_uint_t
vz_guess_rank(const vz_guess_t *guess)
{
    const vz_limit_t  *person = &guess->limits[0];
    const vz_limit_t  *address = &guess->limits[1];
    const vz_limit_t  *network = &guess->limits[2];

    if (address->before || network->before > VZ_GUESS_AROUND) {
        return VZ_GUESS_WRONG;
    }

    if (address->back) {
        return VZ_GUESS_BACK;
    }

    return person->before ? VZ_GUESS_NOISY : VZ_GUESS_QUIET;
}


void
vz_guess_end(const vz_guess_t *guess, vz_code_e rc)
{
    if (rc == VZ_DENIED) {
        return;
    }

    vz_zone_limit_undo(guess->limits, guess->n);

    if (rc == VZ_OVERLOADED && guess->place.line == VZ_CRYPT_STRANGER) {
        vz_zone_limit_away(&guess->limits[1]);
    }
}


vz_crypt_place_t
vz_guess_place(vz_call_t *call, vz_crypt_line_e line)
{
    vz_guess_from_t   from;
    vz_crypt_place_t  place;

    vz_guess_from(call, &from);

    place.line = line;
    place.rank = 0;
    place.network = from.wide;

    return place;
}
