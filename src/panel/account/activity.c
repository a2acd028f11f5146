/*
 * The part of the audit that is about one account: what its user did, whoever
 * tried to sign in, and what administrators did to it, of whom nothing is told.
 * By the index on the user, backwards.
 */

#include "panel/account/activity.h"
#include "runtime/call.h"


#define VZ_ACTIVITY_SELF  "a.user_id <=> a.about"


static const vz_query_t  vz_activity_arg[] = {
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "action", VZ_QUERY_ACTION, 2, NULL },
    { "from", VZ_QUERY_SINCE, 2, NULL },
    { "to", VZ_QUERY_UNTIL, 2, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_activity_args = vz_query_args(vz_activity_arg);

static const char *const  vz_activity_actors[] = { "self", "staff", NULL };

static const vz_column_t  vz_activity_columns[] = {
    vz_column("id", INT, 0),
    vz_column("at", TIME, 0),
    vz_column("actor", TEXT, 0, .words = vz_activity_actors,
              .sql = "IF(" VZ_ACTIVITY_SELF ", 'self', 'staff')"),
    vz_column("action", TEXT, 0),
    vz_column("name", TEXT, 0, .sql = "IF(a.object LIKE 'user %', '', a.name)"),
    vz_column("vm", INT, VZ_COLUMN_NULL, .sql = "v.id"),
    vz_column("result", TEXT, 0),
    vz_column("remote", TEXT, 0,
              .sql = "IF(" VZ_ACTIVITY_SELF ", a.remote, '')"),
    vz_column("via", TEXT, 0,
              .sql = "IF(" VZ_ACTIVITY_SELF ", a.via, '')"),
    vz_column("detail", TEXT, 0,
              .sql = "IF(" VZ_ACTIVITY_SELF ", a.detail, '')")
};

vz_resource_t  vz_activity_resource = {
    vz_resource("activity", "Activity", "audit", "a", vz_activity_columns),
    .joins = "FORCE INDEX (about)"
             " LEFT JOIN vm v ON v.id = a.vm_id AND v.user_id = a.about",
    .rest = "WHERE a.about = ? AND (? IS NULL OR a.id < ?)"
            " AND (? IS NULL OR a.action LIKE ?)"
            " AND (? IS NULL OR a.at >= ?) AND (? IS NULL OR a.at <= ?)"
            " ORDER BY a.id DESC LIMIT ?",
    .args = &vz_activity_args
};


void
vz_activity_list(vz_call_t *call)
{
    vz_resource_list(call, &vz_activity_resource,
                     vz_binds(vz_int(call->who.user)));
}
