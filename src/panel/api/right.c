/*
 * Rights of API tokens.
 */

#include "panel/api/audit.h"
#include "panel/api/identity.h"
#include "panel/api/right.h"
#include "panel/api/strlist.h"
#include "runtime/call.h"
#include "runtime/row.h"
#include "runtime/zone_limit.h"


#define VZ_RIGHT_GET     NGX_HTTP_GET
#define VZ_RIGHT_CHANGE  (NGX_HTTP_POST | NGX_HTTP_PUT | NGX_HTTP_PATCH       \
                          | NGX_HTTP_DELETE)
#define VZ_RIGHT_ANY     (VZ_RIGHT_GET | VZ_RIGHT_CHANGE)

#define VZ_RIGHT_QUIET   600        /* seconds between two lines of the audit
                                       about the same refusal, at most */


typedef struct {
    ngx_uint_t    methods;
    const char   *begin;            /* of the route's path */
    vz_right_e    right;
} vz_right_rule_t;


static void vz_right_refused(vz_call_t *call, const char *why,
    const char *detail);


/* The first one that fits decides. */

static const vz_right_rule_t  vz_right_paths[] = {
    { VZ_RIGHT_GET, "/session", VZ_RIGHT_NONE },
    { VZ_RIGHT_CHANGE, "/account/orders", VZ_RIGHT_SERVERS },
    { VZ_RIGHT_ANY, "/account", VZ_RIGHT_ACCOUNT },

    { VZ_RIGHT_CHANGE, "/vms/{id}/start", VZ_RIGHT_POWER },
    { VZ_RIGHT_CHANGE, "/vms/{id}/stop", VZ_RIGHT_POWER },
    { VZ_RIGHT_CHANGE, "/vms/{id}/poweroff", VZ_RIGHT_POWER },
    { VZ_RIGHT_CHANGE, "/vms/{id}/restart", VZ_RIGHT_POWER },

    { VZ_RIGHT_GET, "/admin/", VZ_RIGHT_ADMIN_READ },
    { VZ_RIGHT_CHANGE, "/admin/users/{id}/suspend", VZ_RIGHT_ADMIN_SERVERS },
    { VZ_RIGHT_CHANGE, "/admin/users/{id}/unsuspend", VZ_RIGHT_ADMIN_SERVERS },
    { VZ_RIGHT_CHANGE, "/admin/users", VZ_RIGHT_ADMIN_USERS },
    { VZ_RIGHT_CHANGE, "/admin/orders", VZ_RIGHT_ADMIN_ORDERS },
    { VZ_RIGHT_CHANGE, "/admin/mail", VZ_RIGHT_ADMIN_ORDERS },
    { VZ_RIGHT_CHANGE, "/admin/nodes", VZ_RIGHT_ADMIN_NODES },
    { VZ_RIGHT_CHANGE, "/admin/backups", VZ_RIGHT_ADMIN_SERVERS },
    { VZ_RIGHT_CHANGE, "/admin/", VZ_RIGHT_ADMIN_CATALOG },
    { VZ_RIGHT_CHANGE, "/tasks", VZ_RIGHT_ADMIN_ORDERS },
    { 0, NULL, 0 }
};

#define vz_right_first(word)  #word
#define vz_right_next(word)  , #word

static const char *const  vz_right_words[] = {
    vz_fields_rights(vz_right_first, vz_right_next), NULL
};

static const vz_sql_t  vz_right_admin = vz_sql("right over",
    "SELECT 1 FROM user WHERE id = ? AND role = 'admin'");


vz_right_e
vz_right_of(const vz_route_t *route)
{
    ngx_uint_t              get;
    const vz_right_rule_t  *rule;

    for (rule = vz_right_paths; rule->begin != NULL; rule++) {
        if ((rule->methods & route->method)
            && ngx_strncmp(route->pattern, rule->begin,
                           ngx_strlen(rule->begin))
               == 0)
        {
            return rule->right;
        }
    }

    get = (route->method == NGX_HTTP_GET);

    if (route->role == VZ_ROLE_ADMIN) {
        return get ? VZ_RIGHT_ADMIN_READ : VZ_RIGHT_ADMIN_SERVERS;
    }

    return get ? VZ_RIGHT_READ : VZ_RIGHT_SERVERS;
}


const char *
vz_right_name(vz_right_e right)
{
    ngx_uint_t  i;

    for (i = 0; vz_right_words[i] != NULL; i++) {
        if (right == (vz_right_e) (1 << i)) {
            return vz_right_words[i];
        }
    }

    return NULL;
}


ngx_uint_t
vz_right_read(ngx_str_t words)
{
    ngx_int_t   i;
    ngx_str_t   word;
    ngx_uint_t  rights;

    rights = 0;

    while (vz_strlist_next(&words, ' ', &word)) {
        i = vz_strlist_index(&word, vz_right_words);
        rights |= (i >= 0) ? 1 << i : 0;
    }

    return rights;
}


ngx_str_t
vz_right_list(ngx_pool_t *pool, ngx_uint_t rights)
{
    u_char      *p;
    ngx_str_t    list;
    ngx_uint_t   i;

    list.len = 0;
    list.data = ngx_pnalloc(pool, sizeof(VZ_FIELDS_RIGHTS));

    if (list.data == NULL) {
        return list;
    }

    p = list.data;

    for (i = 0; vz_right_words[i] != NULL; i++) {
        if (rights & (1 << i)) {
            p = ngx_sprintf(p, "%s%s", p == list.data ? "" : " ",
                            vz_right_words[i]);
        }
    }

    list.len = p - list.data;

    return list;
}


vz_code_e
vz_right_check(vz_call_t *call, const vz_route_t *route)
{
    vz_right_e            right;
    const vz_identity_t  *who;

    if (call->cookie_auth) {
        return VZ_OK;
    }

    who = call->identity;
    right = vz_right_of(route);

    if (who->networks
        && !vz_prefix_holds(who->network, who->networks, &call->remote))
    {
        vz_right_refused(call, "network", "");
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "token_network",
                        "This token is not for use from %V: create one whose "
                        "networks have that address.", &call->remote);
        return VZ_DENIED;
    }

    if ((who->rights & right) != right) {
        vz_right_refused(call, "right", vz_right_name(right));
        vz_call_problem(call, NGX_HTTP_FORBIDDEN, "token_right",
                        "This token lacks the right \"%s\": create one that "
                        "has it.", vz_right_name(right));
        return VZ_DENIED;
    }

    if (route->role == VZ_ROLE_USER && right != VZ_RIGHT_NONE
        && !(who->rights & (route->method == NGX_HTTP_GET
                            ? VZ_RIGHT_ADMIN_READ : VZ_RIGHT_ADMIN_SERVERS)))
    {
        call->who.admin = 0;
    }

    return VZ_OK;
}


/* the limiter's wait doubles with each line that is written */

static void
vz_right_refused(vz_call_t *call, const char *why, const char *detail)
{
    vz_audit_t            audit;
    vz_limit_t            limit;
    const vz_identity_t  *who;

    who = call->identity;

    ngx_memzero(&limit, sizeof(vz_limit_t));
    limit.key = vz_call_printf(call, "token %uL %s %s", who->token, why,
                               detail);
    limit.longest = VZ_RIGHT_QUIET;

    if (vz_zone_limit_try(&limit, 1) != 0) {
        return;
    }

    ngx_memzero(&audit, sizeof(vz_audit_t));

    audit.user = call->who.user;
    audit.account.data = call->who.account;
    audit.account.len = ngx_strlen(call->who.account);
    audit.action = "token.use";
    audit.object = vz_call_printf(call, "token %uL", who->token);
    audit.result = why;
    audit.detail.data = (u_char *) detail;
    audit.detail.len = ngx_strlen(detail);

    (void) vz_audit_write(NULL, call, &audit);
}


vz_code_e
vz_right_whole(vz_call_t *call)
{
    if (call->cookie_auth || call->identity->rights == VZ_RIGHT_ALL) {
        return VZ_OK;
    }

    vz_right_refused(call, "right", "all");
    vz_call_problem(call, NGX_HTTP_FORBIDDEN, "token_right",
                    "A token makes and changes administrators only with all "
                    "rights.");
    return VZ_DENIED;
}


vz_code_e
vz_right_over(vz_tx_t *tx, vz_call_t *call, uint64_t user)
{
    vz_code_e  rc;
    vz_rows_t  rows;

    if (call->cookie_auth || call->identity->rights == VZ_RIGHT_ALL) {
        return VZ_OK;
    }

    rc = vz_db_query(tx, call->pool, &vz_right_admin, vz_binds(vz_int(user)),
                     &rows);

    return rc == VZ_OK && rows.rows ? vz_right_whole(call) : rc;
}
