/*
 * GET /api/vms: one's own containers, an administrator's all, in exactly one
 * statement that also finds out who asks where the zone does not know.
 *
 * What the database sorts by (id, name) pages by key.  What only the zone
 * knows (state, memory, cpu, disk, uptime) is chosen and sorted there, and the
 * statement is given the ids in their order.
 */

#include "auth.h"
#include "live.h"
#include "resource.h"
#include "vm_json.h"
#include "vm_query.h"


#define VZ_LIST_SPARE  32           /* ids whose rows may be gone already */
#define VZ_LIST_BINDS  28           /* values of the longest statement */


typedef enum {
    VZ_LIST_ALL = 0,                /* an administrator */
    VZ_LIST_OWN,
    VZ_LIST_SESSION,                /* who it is comes with the rows */
    VZ_LIST_TOKEN,
    VZ_LIST_WHOS
} vz_list_who_e;

typedef struct {
    uint64_t         id;
    uint64_t         figure;
} vz_list_id_t;

typedef struct {
    vz_call_t       *call;
    vz_list_who_e    who;
    vz_query_t       query;
    ngx_array_t      ids;           /* of vz_list_id_t, by the zone */
    ngx_str_t        ids_json;
} vz_list_t;


static vz_code_e vz_list_choose(vz_list_t *list);
static ngx_int_t vz_list_visit(void *data, const vz_sample_t *sample);
static ngx_uint_t vz_list_passed(vz_list_t *list, const vz_list_id_t *id);
static int ngx_libc_cdecl vz_list_up(const void *one, const void *two);
static int ngx_libc_cdecl vz_list_down(const void *one, const void *two);
static vz_code_e vz_list_ids(vz_list_t *list);
static vz_code_e vz_list_query(vz_list_t *list, vz_rows_t *rows);
static ngx_uint_t vz_list_filter(const vz_query_t *query, vz_bind_t *binds);
static void vz_list_reply(vz_list_t *list, const vz_rows_t *rows,
    uint64_t version);
static void vz_list_next(vz_list_t *list, vz_json_t *out,
    const vz_rows_t *rows, ngx_uint_t row);


/*
 * The statement in its forms: who asks, whether anything is filtered or paged,
 * and the order.  A filter that is not wanted is bound NULL, a key that does
 * not page is bound 0, and the optimizer drops both; the first page of
 * everything, which is asked for most, goes without them.
 */

#define VZ_LIST_NO_FILTER  ""

#define VZ_LIST_FILTER                                                        \
    " AND (? IS NULL OR v.user_id = ?)"                                       \
    " AND (? IS NULL OR v.id = ? OR v.name LIKE ?"                            \
    "  OR " vz_arg_like("v.hostname")                                         \
    "  OR v.user_id IN (SELECT x.id FROM user x"                              \
    "   WHERE " vz_arg_like("x.account") ")"                                  \
    "  OR v.id IN (SELECT y.vm_id FROM address y WHERE y.vm_id IS NOT NULL"   \
    "   AND " vz_arg_like("y.address") "))"                                   \
    " AND (? <> 1 OR v.id > ?) AND (? <> 2 OR v.id < ?)"                      \
    " AND (? <> 3 OR v.name > ? OR (v.name = ? AND v.id > ?))"                \
    " AND (? <> 4 OR v.name < ? OR (v.name = ? AND v.id < ?))"

#define VZ_LIST_IDS                                                           \
    "JSON_TABLE(?, '$[*]' COLUMNS (ord FOR ORDINALITY,"                       \
    " id BIGINT PATH '$')) j JOIN vm v ON v.id = j.id"

#define VZ_LIST_ORDER_IDS                                                     \
    " ORDER BY CASE WHEN ? = 1 THEN v.name END,"                              \
    " CASE WHEN ? = 2 THEN v.name END DESC, j.ord LIMIT ?"

#define vz_list_known(from, scope, filter, order)                             \
    vz_sql("vms",                                                             \
           "SELECT 0, 0, 0, 0, 0, 0, 0, 0, " VZ_VM_COLUMNS                    \
           " FROM " from VZ_VM_JOINS " WHERE " scope filter order)

#define vz_list_asked(kind, from, filter, order)                              \
    vz_sql("vms with " #kind,                                                 \
           "SELECT " VZ_AUTH_##kind##_COLUMNS ", " VZ_VM_COLUMNS              \
           " FROM " VZ_AUTH_##kind##_FROM                                     \
           " LEFT JOIN (" from ")"                                            \
           " ON (u.role = 'admin' OR v.user_id = u.id)" filter                \
           VZ_VM_JOINS                                                        \
           " WHERE " VZ_AUTH_##kind##_WHERE order)

#define vz_list_all(from, filter, order)                                      \
    vz_list_known(from, "? IS NULL", filter, order)
#define vz_list_own(from, filter, order)                                      \
    vz_list_known(from, "v.user_id = ?", filter, order)
#define vz_list_session(from, filter, order)                                  \
    vz_list_asked(SESSION, from, filter, order)
#define vz_list_token(from, filter, order)                                    \
    vz_list_asked(TOKEN, from, filter, order)

#define vz_list_orders(make, filter)                                          \
    { make("vm v", filter, " ORDER BY v.id LIMIT ?"),                         \
      make("vm v", filter, " ORDER BY v.id DESC LIMIT ?"),                    \
      make("vm v", filter, " ORDER BY v.name, v.id LIMIT ?"),                 \
      make("vm v", filter, " ORDER BY v.name DESC, v.id DESC LIMIT ?"),       \
      make(VZ_LIST_IDS, filter, VZ_LIST_ORDER_IDS) }

#define vz_list_filters(make)                                                 \
    { vz_list_orders(make, VZ_LIST_NO_FILTER),                                \
      vz_list_orders(make, VZ_LIST_FILTER) }

static const vz_sql_t  vz_list_sql[VZ_LIST_WHOS][2][VZ_QUERY_ORDERS] = {
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

    if (vz_query_read(call, &list.query) != VZ_OK) {
        return;
    }

    vz_live_fresh();
    version = vz_zone_version();

    if (vz_list_choose(&list) != VZ_OK) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    rc = vz_list_query(&list, &rows);
    if (rc != VZ_OK) {
        vz_call_fault(call, "database", rc);
        return;
    }

    if (list.who >= VZ_LIST_SESSION) {
        if (rows.rows == 0) {
            vz_auth_refuse(call);
            return;
        }

        vz_auth_row(call, &rows);
    }

    if (vz_auth_own(call) != VZ_OK) {
        return;
    }

    vz_list_reply(&list, &rows, version);
}


/* what the zone chooses and sorts */

static vz_code_e
vz_list_choose(vz_list_t *list)
{
    if (!list->query.by_ids) {
        return VZ_OK;
    }

    if (ngx_array_init(&list->ids, list->call->pool, 64,
                       sizeof(vz_list_id_t))
        != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    (void) vz_zone_samples(0, vz_list_visit, list);

    ngx_qsort(list->ids.elts, list->ids.nelts, sizeof(vz_list_id_t),
              list->query.desc ? vz_list_down : vz_list_up);

    return vz_list_ids(list);
}


static ngx_int_t
vz_list_visit(void *data, const vz_sample_t *sample)
{
    vz_list_t          *list = data;
    vz_state_e          state;
    vz_list_id_t       *id;
    vz_query_figure_pt  figure;

    state = vz_zone_now() > sample->taken + VZ_LIVE_STALE
            ? VZ_STATE_UNKNOWN : sample->state;

    if (sample->vm == 0
        || (list->query.state_given && state != list->query.state)
        || (list->query.user && sample->owner != list->query.user)
        || (list->who == VZ_LIST_OWN
            && sample->owner != list->call->who.user))
    {
        return NGX_OK;
    }

    id = ngx_array_push(&list->ids);
    if (id == NULL) {
        return NGX_ERROR;
    }

    figure = list->query.sort->figure;

    id->id = sample->vm;
    id->figure = figure ? figure(sample) : 0;

    return NGX_OK;
}


static int ngx_libc_cdecl
vz_list_up(const void *one, const void *two)
{
    const vz_list_id_t  *a = one;
    const vz_list_id_t  *b = two;

    if (a->figure != b->figure) {
        return a->figure < b->figure ? -1 : 1;
    }

    return a->id < b->id ? -1 : a->id > b->id;
}


static int ngx_libc_cdecl
vz_list_down(const void *one, const void *two)
{
    return vz_list_up(two, one);
}


/* whether the cursor stands at or behind it */

static ngx_uint_t
vz_list_passed(vz_list_t *list, const vz_list_id_t *id)
{
    vz_list_id_t  after;

    if (!list->query.cursor || list->query.sort->order == VZ_QUERY_BY_NAME) {
        return 0;
    }

    after.id = list->query.after_id;
    after.figure = list->query.after_figure;

    return list->query.desc ? vz_list_down(id, &after) <= 0
                            : vz_list_up(id, &after) <= 0;
}


/*
 * All ids where the statement itself goes on choosing (a search, the name's
 * order, whose they are), else no more than a page takes.
 */

static vz_code_e
vz_list_ids(vz_list_t *list)
{
    u_char        *p;
    ngx_uint_t     i, n, most;
    vz_list_id_t  *ids;

    ids = list->ids.elts;
    most = list->ids.nelts;

    if (list->query.search.q.len == 0 && list->who < VZ_LIST_SESSION
        && list->query.sort->order != VZ_QUERY_BY_NAME)
    {
        most = list->query.limit + VZ_LIST_SPARE;
    }

    p = ngx_pnalloc(list->call->pool,
                    ngx_min(most, list->ids.nelts) * (NGX_INT64_LEN + 1) + 3);
    if (p == NULL) {
        return VZ_INTERNAL;
    }

    list->ids_json.data = p;
    *p++ = '[';

    for (i = 0, n = 0; i < list->ids.nelts && n < most; i++) {

        if (vz_list_passed(list, &ids[i])) {
            continue;
        }

        p = ngx_sprintf(p, n ? ",%uL" : "%uL", ids[i].id);
        n++;
    }

    *p++ = ']';
    list->ids_json.len = p - list->ids_json.data;

    return VZ_OK;
}


static vz_code_e
vz_list_query(vz_list_t *list, vz_rows_t *rows)
{
    ngx_str_t          hash;
    vz_bind_t          binds[VZ_LIST_BINDS];
    ngx_uint_t         n, by_name, filtered;
    const vz_query_t  *query;
    vz_query_order_e   order;

    query = &list->query;
    by_name = (query->sort->order == VZ_QUERY_BY_NAME);
    order = query->by_ids ? VZ_QUERY_BY_IDS : query->sort->order + query->desc;

    n = 0;

    if (query->by_ids) {
        binds[n++] = vz_text(list->ids_json);
    }

    if (list->who == VZ_LIST_ALL) {
        binds[n++] = vz_none();

    } else if (list->who == VZ_LIST_OWN) {
        binds[n++] = vz_int(list->call->who.user);
    }

    filtered = (query->user || query->search.q.len || query->cursor);

    if (filtered) {
        n += vz_list_filter(query, &binds[n]);
    }

    if (list->who >= VZ_LIST_SESSION) {
        hash.data = list->call->token;
        hash.len = sizeof(list->call->token);
        binds[n++] = vz_text(hash);
    }

    if (query->by_ids) {
        binds[n++] = vz_int(by_name ? 1 + query->desc : 0);
        binds[n++] = vz_int(by_name ? 1 + query->desc : 0);
    }

    binds[n++] = vz_int(query->limit + 1);

    return vz_db_query(NULL, list->call->pool,
                       &vz_list_sql[list->who][filtered][order], binds, n,
                       rows);
}


/* the values of VZ_LIST_FILTER; how many */

static ngx_uint_t
vz_list_filter(const vz_query_t *query, vz_bind_t *binds)
{
    vz_bind_t   user, like, id, name, key;
    ngx_uint_t  i, n;

    user = query->user ? vz_int(query->user) : vz_none();
    like = query->search.q.len ? vz_text(query->search.like) : vz_none();
    id = vz_int(query->after_id);
    name = vz_text(query->after_name);

    /* which of the keys pages: the ids of the zone are cut already */

    key = vz_int(query->cursor && (query->sort->order == VZ_QUERY_BY_NAME
                                   || !query->by_ids)
                 ? query->sort->order + query->desc + 1 : 0);

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

    return n;
}


static void
vz_list_reply(vz_list_t *list, const vz_rows_t *rows, uint64_t version)
{
    vz_json_t   *out;
    ngx_uint_t   i, n;

    n = ngx_min(rows->rows, list->query.limit);
    out = vz_call_reply(list->call, NGX_HTTP_OK);

    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (i = 0; i < n; i++) {

        /* who is signed in and has nothing is one row without a container */

        if (!vz_cell_null(rows, i, VZ_AUTH_NCOLUMNS)) {
            vz_vm_json(out, rows, i, VZ_AUTH_NCOLUMNS);
        }
    }

    vz_json_close(out);

    if (rows->rows > list->query.limit) {
        vz_list_next(list, out, rows, n - 1);
    } else {
        vz_json_null(out, "next");
    }

    vz_json_uint(out, "version", version);
    vz_json_close(out);
}


static void
vz_list_next(vz_list_t *list, vz_json_t *out, const vz_rows_t *rows,
    ngx_uint_t row)
{
    uint64_t       id, figure;
    ngx_str_t      name;
    ngx_uint_t     i;
    vz_list_id_t  *ids;

    id = vz_cell_int(rows, row, VZ_AUTH_NCOLUMNS);
    name = vz_cell_text(rows, row, VZ_AUTH_NCOLUMNS + 1);
    figure = 0;

    ids = list->ids.elts;

    for (i = 0; i < list->ids.nelts; i++) {
        if (ids[i].id == id) {
            figure = ids[i].figure;
        }
    }

    vz_query_next(list->call, out, id, figure, &name);
}
