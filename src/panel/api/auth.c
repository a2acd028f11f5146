/*
 * Authentication of calls.
 */

#include "panel/api/auth.h"
#include "panel/api/fields.h"
#include "panel/api/identity.h"
#include "runtime/call.h"
#include "runtime/crypt.h"
#include "runtime/fiber.h"
#include "runtime/settings.h"


#define VZ_TOKEN_PREFIX      "vzp_"
#define VZ_TOKEN_PREFIX_LEN  (sizeof(VZ_TOKEN_PREFIX) - 1)
#define VZ_AUTH_REMOTE       45     /* of the column token.seen_from */


typedef struct {
    ngx_pool_t   *pool;
    ngx_uint_t    session;          /* not a token */
    u_char        hash[32];
    ngx_str_t     remote;           /* the caller's address */
} vz_auth_seen_t;

/* A row of the columns of auth.h. */
typedef struct {
    vz_identity_t  who;
    ngx_str_t      networks;        /* of a token, one space between */
} vz_auth_row_t;


static void vz_auth_seen(const vz_call_t *call);
static void vz_auth_seen_run(void *data);
static ngx_uint_t vz_auth_same_host(const ngx_str_t *origin,
    const ngx_str_t *host);
static ngx_uint_t vz_auth_public(const ngx_str_t *origin);
static ngx_str_t vz_auth_strip_port(const ngx_str_t *host, const char *port);


static const vz_row_member_t  vz_auth_members[] =
    vz_row_members(VZ_AUTH_SESSION_ROW, vz_auth_row_t);

static const vz_sql_t  vz_auth_session_sql = vz_sql("auth session",
    "SELECT " VZ_AUTH_SESSION_COLUMNS
    " FROM " VZ_AUTH_SESSION_FROM
    " WHERE " VZ_AUTH_SESSION_WHERE);

static const vz_sql_t  vz_auth_token_sql = vz_sql("auth token",
    "SELECT " VZ_AUTH_TOKEN_COLUMNS
    " FROM " VZ_AUTH_TOKEN_FROM
    " WHERE " VZ_AUTH_TOKEN_WHERE);

static const vz_sql_t  vz_auth_hold_sql = vz_sql("auth hold",
    "SELECT 1 FROM user WHERE id = ? FOR UPDATE");

static const vz_sql_t  vz_auth_share_sql = vz_sql("auth share",
    "SELECT 1 FROM user WHERE id = ? LOCK IN SHARE MODE");

static const vz_sql_t  vz_auth_seen_sql = vz_sql("token seen",
    "UPDATE token SET seen = UTC_TIMESTAMP(3), seen_from = ?"
    " WHERE hash = ? AND"
    " (seen IS NULL OR seen < UTC_TIMESTAMP(3) - INTERVAL 60 SECOND)");

static const vz_sql_t  vz_auth_used_sql = vz_sql("session seen",
    "UPDATE session SET seen = UTC_TIMESTAMP(3),"
    " expires = LEAST(created + INTERVAL ? SECOND,"
    " UTC_TIMESTAMP(3) + INTERVAL ? SECOND)"
    " WHERE hash = ? AND seen < UTC_TIMESTAMP(3) - INTERVAL 60 SECOND"
    " AND expires > UTC_TIMESTAMP(3)");


vz_auth_e
vz_auth_look(vz_call_t *call)
{
    vz_auth_e  kind;
    ngx_str_t  secret;

    if (call->who.user) {
        return VZ_AUTH_KNOWN;
    }

    if (call->identity == NULL) {
        call->identity = ngx_pcalloc(call->pool, sizeof(vz_identity_t));

        if (call->identity == NULL) {
            return VZ_AUTH_NOBODY;
        }
    }

    if (call->bearer.len) {
        kind = VZ_AUTH_TOKEN;
        secret = call->bearer;

        if (secret.len <= VZ_TOKEN_PREFIX_LEN
            || ngx_strncmp(secret.data, VZ_TOKEN_PREFIX,
                           VZ_TOKEN_PREFIX_LEN)
               != 0)
        {
            return VZ_AUTH_NOBODY;
        }

        secret.data += VZ_TOKEN_PREFIX_LEN;
        secret.len -= VZ_TOKEN_PREFIX_LEN;

    } else {
        kind = VZ_AUTH_SESSION;
        secret = call->session;
    }

    if (vz_field_check(VZ_FIELD_SECRET, (char *) secret.data, secret.len)
        != VZ_OK)
    {
        return VZ_AUTH_NOBODY;
    }

    call->cookie_auth = (kind == VZ_AUTH_SESSION);
    vz_crypt_sha256(secret.data, secret.len, call->token);

    if (vz_identity_get(call->token, call->identity) == NGX_OK) {
        call->who = call->identity->caller;
        return VZ_AUTH_KNOWN;
    }

    return kind;
}


void
vz_auth_row(vz_call_t *call, const vz_rows_t *rows)
{
    vz_caller_t    *who;
    vz_auth_row_t   row;
    vz_identity_t  *identity;

    ngx_memzero(&row, sizeof(vz_auth_row_t));
    vz_row_read(rows, 0, 0, vz_auth_members, &row);

    identity = call->identity;
    *identity = row.who;
    identity->networks = vz_prefix_parse_all(row.networks, identity->network,
                                             VZ_IDENTITY_NETWORKS);

    who = &identity->caller;
    who->until = vz_auth_until(who->until);

    call->who = *who;
    vz_identity_put(call->token, identity);

    if (identity->stale) {
        vz_auth_seen(call);
    }
}


vz_bind_t
vz_auth_owner(const vz_call_t *call)
{
    return call->who.admin ? vz_none() : vz_int(call->who.user);
}


ngx_msec_t
vz_auth_until(uint64_t left)
{
    return left ? ngx_current_msec + left : 0;
}


/*
 * Record when a session or token was last used, and a token from where, without
 * delaying the call.  A session ends so long after that.
 */

static void
vz_auth_seen(const vz_call_t *call)
{
    ngx_pool_t      *pool;
    vz_auth_seen_t  *seen;

    pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    seen = ngx_palloc(pool, sizeof(vz_auth_seen_t));

    if (seen != NULL) {
        seen->pool = pool;
        seen->session = call->cookie_auth;
        seen->remote.len = ngx_min(call->remote.len, VZ_AUTH_REMOTE);
        seen->remote.data = ngx_pstrdup(pool, (ngx_str_t *) &call->remote);
        ngx_memcpy(seen->hash, call->token, sizeof(seen->hash));

        if (seen->remote.data != NULL
            && vz_fiber_serve(vz_auth_seen_run, seen) == NGX_OK)
        {
            return;
        }
    }

    ngx_destroy_pool(pool);
}


static void
vz_auth_seen_run(void *data)
{
    ngx_str_t             hash;
    vz_auth_seen_t       *seen = data;
    const vz_settings_t  *settings;

    hash.data = seen->hash;
    hash.len = sizeof(seen->hash);

    if (seen->session) {
        settings = vz_settings();

        (void) vz_db_query(NULL, seen->pool, &vz_auth_used_sql,
                           vz_binds(vz_int(settings->session_timeout),
                                    vz_int(settings->session_idle),
                                    vz_text(hash)), NULL);
    } else {
        (void) vz_db_query(NULL, seen->pool, &vz_auth_seen_sql,
                           vz_binds(vz_text(seen->remote), vz_text(hash)),
                           NULL);
    }

    ngx_destroy_pool(seen->pool);
}


vz_code_e
vz_auth_call(vz_call_t *call)
{
    vz_auth_e        kind;
    ngx_str_t        hash;
    vz_code_e        rc;
    vz_rows_t        rows;
    const vz_sql_t  *sql;

    kind = vz_auth_look(call);

    if (kind == VZ_AUTH_KNOWN) {
        return VZ_OK;
    }

    if (kind == VZ_AUTH_NOBODY) {
        return VZ_DENIED;
    }

    sql = (kind == VZ_AUTH_SESSION) ? &vz_auth_session_sql
                                    : &vz_auth_token_sql;
    hash.data = call->token;
    hash.len = sizeof(call->token);

    rc = vz_db_query(NULL, call->pool, sql, vz_binds(vz_text(hash)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        return VZ_DENIED;
    }

    vz_auth_row(call, &rows);

    return VZ_OK;
}


vz_code_e
vz_auth_hold(vz_tx_t *tx, ngx_pool_t *pool, uint64_t user)
{
    return vz_db_query(tx, pool, &vz_auth_hold_sql, vz_binds(vz_int(user)),
                       NULL);
}


/*
 * Two statements, because the second one has to read what is committed after
 * the first one got the lock of the row.
 */

vz_code_e
vz_auth_still(vz_tx_t *tx, vz_call_t *call)
{
    ngx_str_t      hash;
    vz_code_e      rc;
    vz_rows_t      rows;
    vz_auth_row_t  now;

    hash.data = call->token;
    hash.len = sizeof(call->token);

    rc = vz_db_query(tx, call->pool, &vz_auth_share_sql,
                     vz_binds(vz_int(call->who.user)), NULL);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, call->cookie_auth
                                         ? &vz_auth_session_sql
                                         : &vz_auth_token_sql,
                         vz_binds(vz_text(hash)), &rows);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    if (rows.rows == 0) {
        vz_auth_refuse(call);
        return VZ_DENIED;
    }

    vz_row_read(&rows, 0, 0, vz_auth_members, &now);

    if (call->who.admin && !now.who.caller.admin) {
        vz_auth_forbid(call);
        return VZ_DENIED;
    }

    return VZ_OK;
}


vz_code_e
vz_auth_changed(vz_call_t *call)
{
    if (!call->identity->must_change) {
        return VZ_OK;
    }

    vz_call_problem(call, NGX_HTTP_FORBIDDEN, "must_change",
                    "Change the password first: the mailed one only "
                    "allows that.");
    return VZ_DENIED;
}


vz_code_e
vz_auth_own(vz_call_t *call)
{
    if (vz_auth_changed(call) != VZ_OK) {
        return VZ_DENIED;
    }

    if (vz_auth_must_enroll(call)) {
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "must_enroll",
                        "Set up the second step of signing in first: "
                        "administrators need it here.");
        return VZ_DENIED;
    }

    return VZ_OK;
}


ngx_uint_t
vz_auth_must_enroll(const vz_call_t *call)
{
    return vz_settings()->second_factor && call->cookie_auth
           && call->who.admin && !call->identity->second_factor;
}


void
vz_auth_forbid(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_FORBIDDEN, "forbidden",
                    "Only an administrator can do this.");
}


void
vz_auth_refuse(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_UNAUTHORIZED, "not_signed_in",
                    "Sign in first.");
}


vz_code_e
vz_auth_meant(vz_call_t *call)
{
    ngx_int_t  user;

    if (call->meant.len == 0 || call->who.user == 0 || !call->cookie_auth) {
        return VZ_OK;
    }

    user = ngx_atoi(call->meant.data, call->meant.len);

    if (user != NGX_ERROR && (uint64_t) user == call->who.user) {
        return VZ_OK;
    }

    vz_call_problem(call, NGX_HTTP_UNAUTHORIZED, "other_account",
                    "Another account is signed in now: reload the page.");
    return VZ_DENIED;
}


vz_code_e
vz_auth_origin(vz_call_t *call)
{
    ngx_str_t  *site;

    site = &call->fetch_site;

    if (site->len
        && !(site->len == 11
             && ngx_strncmp(site->data, "same-origin", 11) == 0)
        && !(site->len == 4 && ngx_strncmp(site->data, "none", 4) == 0))
    {
        goto refused;
    }

    if (call->origin.len && !vz_auth_ours(call, &call->origin)) {
        goto refused;
    }

    return VZ_OK;

refused:

    vz_call_problem(call, NGX_HTTP_FORBIDDEN, "bad_origin",
                    "This request came from a page of another site.");
    return VZ_DENIED;
}


ngx_uint_t
vz_auth_ours(const vz_call_t *call, const ngx_str_t *origin)
{
    return vz_auth_same_host(origin, &call->host) || vz_auth_public(origin);
}


static ngx_uint_t
vz_auth_same_host(const ngx_str_t *origin, const ngx_str_t *host)
{
    ngx_str_t    from, to;
    const char  *port;

    if (origin->len > 8
        && ngx_strncasecmp(origin->data, (u_char *) "https://", 8) == 0)
    {
        port = ":443";
        from.data = origin->data + 8;
        from.len = origin->len - 8;

    } else if (origin->len > 7
               && ngx_strncasecmp(origin->data, (u_char *) "http://", 7) == 0)
    {
        port = ":80";
        from.data = origin->data + 7;
        from.len = origin->len - 7;

    } else {
        return 0;
    }

    from = vz_auth_strip_port(&from, port);
    to = vz_auth_strip_port(host, port);

    return from.len && from.len == to.len
           && ngx_strncasecmp(from.data, to.data, to.len) == 0;
}


/* a proxy in front may use another host or port than it asks us for */

static ngx_uint_t
vz_auth_public(const ngx_str_t *origin)
{
    u_char           *p, *end;
    size_t            scheme;
    ngx_str_t         host;
    const ngx_str_t  *url;

    url = &vz_settings()->public_url;
    end = url->data + url->len;
    p = ngx_strlchr(url->data, end, ':');

    if (p == NULL || end - p < 3) {
        return 0;
    }

    p += sizeof("://") - 1;
    scheme = p - url->data;

    host.data = p;
    p = ngx_strlchr(p, end, '/');
    host.len = (p == NULL ? end : p) - host.data;

    return origin->len > scheme
           && ngx_strncasecmp(origin->data, url->data, scheme) == 0
           && vz_auth_same_host(origin, &host);
}


static ngx_str_t
vz_auth_strip_port(const ngx_str_t *host, const char *port)
{
    size_t     len;
    ngx_str_t  stripped;

    stripped = *host;
    len = ngx_strlen(port);

    if (stripped.len > len
        && ngx_memcmp(stripped.data + stripped.len - len, port, len) == 0)
    {
        stripped.len -= len;
    }

    return stripped;
}


vz_code_e
vz_auth_type(vz_call_t *call)
{
    ngx_str_t  *type;

    if (call->bearer.len || call->session.len == 0
        || (call->method == NGX_HTTP_DELETE && call->text.len == 0))
    {
        return VZ_OK;
    }

    type = &call->content_type;

    if (type->len >= 16
        && ngx_strncasecmp(type->data, (u_char *) "application/json", 16) == 0
        && (type->len == 16 || type->data[16] == ';'
            || type->data[16] == ' '))
    {
        return VZ_OK;
    }

    vz_call_problem(call, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE, "not_json",
                    "Content-Type must be application/json.");
    return VZ_DENIED;
}
