/*
 * GET /api/vms: the user's own containers, all of them for an administrator,
 * in exactly one statement, which also authenticates the call where the zone
 * does not know it.
 *
 * An order by id or name continues behind the last row of the page before.
 * What only the zone knows (state, memory, cpu, disk, uptime) is bound to the
 * statement as a map (vm_rank.h): the rows are the database's in any case, also
 * those of which the zone knows nothing.
 */

#include "panel/api/auth.h"
#include "panel/api/body.h"
#include "panel/api/query.h"
#include "panel/api/right.h"
#include "panel/live/collector.h"
#include "panel/vm/vm_json.h"
#include "panel/vm/vm_list.h"
#include "panel/vm/vm_query.h"
#include "panel/vm/vm_rank.h"
#include "runtime/call.h"
#include "runtime/row.h"


#define VZ_LIST_BINDS  36           /* values of the longest statement */


typedef enum {
    VZ_LIST_ALL = 0,                /* an administrator */
    VZ_LIST_OWN,
    VZ_LIST_SESSION,                /* who it is comes before the rows */
    VZ_LIST_TOKEN,
    VZ_LIST_WHOS
} vz_list_who_e;

typedef struct {
    vz_call_t       *call;
    vz_list_who_e    who;
    vz_vm_query_t    query;
    vz_vm_rank_t     rank;       /* where the query is ranked */
} vz_list_t;


static vz_code_e vz_list_query(vz_list_t *list, vz_rows_t *rows);
static ngx_uint_t vz_list_filter(const vz_list_t *list, vz_bind_t *binds);
static vz_code_e vz_list_whose(vz_list_t *list, const vz_rows_t *rows);
static void vz_list_reply(vz_list_t *list, const vz_rows_t *rows,
    uint64_t version);
static ngx_uint_t vz_list_end(const vz_list_t *list, const vz_rows_t *rows,
    ngx_uint_t first);


/*
 * The statement has a form for each order, with and without the
 * authentication, and with and without filters.  A filter that is not used is
 * bound NULL, a key that does not page is bound 0, and the optimizer drops
 * both; the first page of everything, the most frequent one, goes without.
 *
 * Where the zone does not know the session, its row comes first and the list
 * behind it, by UNION ALL, whose rows are sent as they are found.  With an
 * outer join the list would be sorted in a temporary table, on disk because of
 * the addresses' LONGTEXT.
 */

#define VZ_LIST_NO_FILTER  ""

/* what is in the trash has a list of its own (vm_trash.c) */

#define VZ_LIST_SHOWN  " AND v.lifecycle <> 'trashed'"

#define VZ_LIST_FILTER                                                        \
    " AND (? IS NULL OR v.user_id = ?)"                                       \
    " AND (? IS NULL OR v.id = ? OR v.name LIKE ?"                            \
    "  OR " vz_query_like("v.hostname")                                       \
    "  OR v.user_id IN (SELECT x.id FROM user x"                              \
    "   WHERE " vz_query_like("x.account") ")"                                \
    "  OR v.id IN (SELECT y.vm_id FROM address y WHERE y.vm_id IS NOT NULL"   \
    "   AND " vz_query_like("y.address") "))"                                 \
    " AND (? <> 1 OR v.id > ?) AND (? <> 2 OR v.id < ?)"                      \
    " AND (? <> 3 OR v.name > ? OR (v.name = ? AND v.id > ?))"                \
    " AND (? <> 4 OR v.name < ? OR (v.name = ? AND v.id < ?))"                \
    " AND (? = 0 OR " VZ_VM_RANK_SQL_IN ")"

#define vz_list_known(scope, filter, order)                                   \
    vz_sql("vms",                                                             \
           "SELECT " VZ_AUTH_NO_COLUMNS ", " VZ_VM_COLUMNS                    \
           " FROM vm v" VZ_VM_JOINS " WHERE " scope VZ_LIST_SHOWN             \
           filter order)

#define vz_list_asked(kind, filter, order)                                    \
    vz_sql("vms with " #kind,                                                 \
           "(SELECT " VZ_AUTH_##kind##_COLUMNS ", " VZ_VM_NO_COLUMNS          \
           " FROM " VZ_AUTH_##kind##_FROM                                     \
           " WHERE " VZ_AUTH_##kind##_WHERE ") UNION ALL"                     \
           " (SELECT " VZ_AUTH_NO_COLUMNS ", " VZ_VM_COLUMNS                  \
           " FROM " VZ_AUTH_##kind##_FROM                                     \
           " JOIN vm v ON (" VZ_AUTH_##kind##_ALL " OR v.user_id = u.id)"     \
           VZ_VM_JOINS                                                        \
           " WHERE " VZ_AUTH_##kind##_WHERE VZ_LIST_SHOWN filter order ")")

#define vz_list_all(filter, order)                                            \
    vz_list_known("? IS NULL", filter, order)
#define vz_list_own(filter, order)                                            \
    vz_list_known("v.user_id = ?", filter, order)
#define vz_list_session(filter, order)                                        \
    vz_list_asked(SESSION, filter, order)
#define vz_list_token(filter, order)                                          \
    vz_list_asked(TOKEN, filter, order)

#define vz_list_orders(make, filter)                                          \
    { make(filter, " ORDER BY v.id LIMIT ?"),                                 \
      make(filter, " ORDER BY v.id DESC LIMIT ?"),                            \
      make(filter, " ORDER BY v.name, v.id LIMIT ?"),                         \
      make(filter, " ORDER BY v.name DESC, v.id DESC LIMIT ?"),               \
      make(filter, " ORDER BY " VZ_VM_RANK_SQL ", v.id LIMIT ?"),             \
      make(filter, " ORDER BY " VZ_VM_RANK_SQL ", v.id DESC LIMIT ?") }

#define vz_list_filters(make)                                                 \
    { vz_list_orders(make, VZ_LIST_NO_FILTER),                                \
      vz_list_orders(make, VZ_LIST_FILTER) }

static const vz_sql_t  vz_list_sql[VZ_LIST_WHOS][2][VZ_VM_QUERY_ORDERS] = {
    vz_list_filters(vz_list_all),
    vz_list_filters(vz_list_own),
    vz_list_filters(vz_list_session),
    vz_list_filters(vz_list_token)
};


void
vz_vm_list(vz_call_t *call)
{
    uint64_t    version;
    vz_code_e   rc;
    vz_list_t   list;
    vz_rows_t   rows;

    ngx_memzero(&list, sizeof(vz_list_t));
    list.call = call;

    switch (vz_auth_look(call)) {

    case VZ_AUTH_KNOWN:
        if (vz_right_check(call, call->route) != VZ_OK) {
            return;
        }

        list.who = call->who.admin ? VZ_LIST_ALL : VZ_LIST_OWN;
        break;

    case VZ_AUTH_SESSION:
        list.who = VZ_LIST_SESSION;
        break;

    case VZ_AUTH_TOKEN:
        list.who = VZ_LIST_TOKEN;
        break;

    default:
        vz_auth_refuse(call);
        return;
    }

    if (vz_vm_query_read(call, &list.query) != VZ_OK) {
        return;
    }

    vz_collector_fresh();
    version = vz_zone_version();

    if (list.query.ranked
        && vz_vm_rank_make(call, &list.query,
                           list.who == VZ_LIST_OWN ? call->who.user : 0,
                           &list.rank)
           != NGX_OK)
    {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    rc = vz_list_query(&list, &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (vz_list_whose(&list, &rows) != VZ_OK
        || vz_auth_own(call) != VZ_OK)
    {
        return;
    }

    vz_list_reply(&list, &rows, version);
}


static vz_code_e
vz_list_query(vz_list_t *list, vz_rows_t *rows)
{
    ngx_str_t             hash;
    vz_bind_t             binds[VZ_LIST_BINDS];
    ngx_uint_t            n, order, filtered;
    const vz_vm_query_t  *query;

    query = &list->query;
    order = query->sort->order + query->desc;

    n = 0;

    if (list->who < VZ_LIST_SESSION) {
        binds[n++] = vz_auth_owner(list->call);

    } else {
        hash.data = list->call->token;
        hash.len = sizeof(list->call->token);
        binds[n++] = vz_text(hash);
        binds[n++] = vz_text(hash);
    }

    filtered = (query->user || query->search.q.len || query->cursor
                || (query->ranked && query->sort->figure == NULL));

    if (filtered) {
        n += vz_list_filter(list, &binds[n]);
    }

    if (query->sort->figure) {
        n += vz_vm_rank_bind(&list->rank, &binds[n]);
    }

    binds[n++] = vz_int(query->limit + 1);

    return vz_db_query(NULL, list->call->pool,
                       &vz_list_sql[list->who][filtered][order], binds, n,
                       rows);
}


/* bind the values of VZ_LIST_FILTER; returns how many */

static ngx_uint_t
vz_list_filter(const vz_list_t *list, vz_bind_t *binds)
{
    vz_bind_t             user, like, id, name, key;
    ngx_uint_t            i, n, ranked;
    const vz_vm_query_t  *query;

    query = &list->query;

    user = query->user ? vz_int(query->user) : vz_none();
    like = query->search.q.len ? vz_text(query->search.like) : vz_none();
    id = vz_int(query->after_id);
    name = vz_text(query->after_name);
    key = vz_int(query->cursor ? query->sort->order + query->desc + 1 : 0);

    n = 0;

    binds[n++] = user;
    binds[n++] = user;

    binds[n++] = like;
    binds[n++] = vz_int(query->search.id);

    for (i = 0; i < 4; i++) {
        binds[n++] = like;
    }

    for (i = 0; i < 2; i++) {
        binds[n++] = key;
        binds[n++] = id;
    }

    for (i = 0; i < 2; i++) {
        binds[n++] = key;
        binds[n++] = name;
        binds[n++] = name;
        binds[n++] = id;
    }

    /* in the order of figures what is out comes last, and costs no filter */

    ranked = (query->ranked && query->sort->figure == NULL);
    binds[n++] = vz_int(ranked);

    if (ranked) {
        return n + vz_vm_rank_bind(&list->rank, &binds[n]);
    }

    for (i = 0; i < VZ_VM_RANK_BINDS; i++) {
        binds[n++] = vz_none();
    }

    return n;
}


/* authenticate the call by the first row, where the statement has one */

static vz_code_e
vz_list_whose(vz_list_t *list, const vz_rows_t *rows)
{
    if (list->who < VZ_LIST_SESSION) {
        return VZ_OK;
    }

    if (vz_row_null(rows, 0, "id")) {
        vz_auth_refuse(list->call);
        return VZ_DENIED;
    }

    vz_auth_row(list->call, rows);

    return vz_right_check(list->call, list->call->route);
}


static void
vz_list_reply(vz_list_t *list, const vz_rows_t *rows, uint64_t version)
{
    uint64_t    ids[VZ_QUERY_MOST];
    ngx_str_t   name;
    vz_json_t  *out;
    ngx_uint_t  i, n, first, end;

    first = (list->who >= VZ_LIST_SESSION);
    end = vz_list_end(list, rows, first);
    n = ngx_min(end - first, list->query.limit);

    out = vz_call_reply(list->call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < n; i++) {
        ids[i] = vz_cell_int(rows, first + i, VZ_AUTH_NCOLUMNS + VZ_VM_ID);
        vz_vm_json(out, rows, first + i, VZ_AUTH_NCOLUMNS);
    }

    vz_json_close(out);

    if (end - first > n) {
        name = vz_cell_text(rows, first + n - 1,
                            VZ_AUTH_NCOLUMNS + VZ_VM_NAME);
        vz_vm_query_next(list->call, out, &list->query, ids, n, &name);

    } else {
        vz_json_null(out, "next");
    }

    vz_json_uint(out, "version", version);
    vz_json_close(out);
}


/* the row behind the last one of the page */

static ngx_uint_t
vz_list_end(const vz_list_t *list, const vz_rows_t *rows, ngx_uint_t first)
{
    uint64_t    id;
    ngx_uint_t  end;

    end = rows->rows;

    if (list->query.sort->figure == NULL) {
        return end;
    }

    while (end > first) {
        id = vz_cell_int(rows, end - 1, VZ_AUTH_NCOLUMNS + VZ_VM_ID);

        if (!vz_vm_rank_out(&list->rank, id)) {
            break;
        }

        end--;
    }

    return end;
}
