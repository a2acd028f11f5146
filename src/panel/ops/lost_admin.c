/*
 * Containers that are lost, and what is left of them in backups.
 */

#include "panel/api/fields.h"
#include "panel/api/listing.h"
#include "panel/api/route.h"
#include "panel/live/vm_lifecycle.h"
#include "panel/node/node_limit.h"
#include "panel/node/repository.h"
#include "panel/ops/lost_admin.h"
#include "panel/task/task.h"
#include "panel/vm/vm_recover.h"
#include "runtime/row.h"


typedef struct {
    ngx_str_t   node;
    ngx_str_t   account;
    ngx_str_t   hostname;
    ngx_str_t   plan;
} vz_lost_body_t;

/* The backup, and what it is of. */
typedef struct {
    uint64_t    vm;                 /* 0: it was deleted */
    uint64_t    node;               /* where the container is, or was */
    ngx_str_t   tag;
    ngx_str_t   repository;
    ngx_str_t   snapshot;
    ngx_str_t   taken;
    ngx_str_t   name;
    ngx_str_t   owner;              /* the id of its account, or empty */
} vz_lost_t;


static void vz_lost_move(vz_call_t *call, uint64_t backup,
    const vz_lost_t *lost, vz_node_row_t *to);
static void vz_lost_recover(vz_call_t *call, uint64_t backup,
    const vz_lost_t *lost, const vz_lost_body_t *body, vz_node_row_t *to);


#define vz_lost_member(name, type, field, required, min, max)                 \
    { #name, type, field, required, min, max, offsetof(vz_lost_body_t, name) }

static const vz_body_member_t  vz_lost_members[] = {
    vz_lost_member(node, VZ_BODY_FIELD, VZ_FIELD_NODE, 1, 0, 0),
    vz_lost_member(account, VZ_BODY_KEY, VZ_FIELD_ACCOUNT, 0, 0, 0),
    vz_lost_member(hostname, VZ_BODY_FIELD, VZ_FIELD_HOSTNAME, 0, 0, 0),
    vz_lost_member(plan, VZ_BODY_FIELD, VZ_FIELD_PLAN, 0, 0, 0)
};

const vz_body_t  vz_lost_admin_form = vz_body("RestoreLost", vz_lost_members);


static const vz_query_t  vz_lost_arg[] = {
    { "node", VZ_QUERY_NUMBER, 2, NULL },
    { "cursor", VZ_QUERY_CURSOR, 2, NULL },
    { "q", VZ_QUERY_SEARCH, 4, NULL },
    { "limit", VZ_QUERY_LIMIT, 1, NULL }
};

const vz_query_args_t  vz_lost_admin_args = vz_query_args(vz_lost_arg);


/*
 * Those of dead nodes, with or without a backup, then those that were deleted,
 * each of which was a tag; the cursor is the place in that order.
 */
static const vz_sql_t  vz_lost_select = vz_sql("lost",
    "SELECT l.place, l.vm, l.name, l.account, l.node_id, l.node, l.dead,"
    " l.last, " vz_row_json_time("b.taken") ","
    " TIMESTAMPDIFF(SECOND, b.taken, NOW(3)), b.bytes, l.n, l.busy"
    " FROM (SELECT ROW_NUMBER() OVER (ORDER BY s.vm IS NULL, s.name, s.vm,"
    "   s.last) AS place, s.* FROM ("
    "  SELECT v.id AS vm, v.name, u.account, n.id AS node_id, n.name AS node,"
    "   1 AS dead, (SELECT MAX(d.id) FROM backup d WHERE d.vm_id = v.id"
    "    AND d.state = 'done') AS last,"
    "   (SELECT COUNT(*) FROM backup c WHERE c.vm_id = v.id"
    "    AND c.state = 'done') AS n,"
    "   (SELECT t.id FROM task t WHERE t.busy = v.id) AS busy"
    "   FROM vm v JOIN user u ON u.id = v.user_id"
    "   JOIN node n ON n.id = v.node_id AND n.dead"
    "   WHERE " vz_vm_lifecycle_made("v.lifecycle")
    "  UNION ALL SELECT NULL, MAX(g.vm_name), MAX(w.account), MAX(g.node_id),"
    "   MAX(m.name), COALESCE(MAX(m.dead), 0), MAX(g.id), COUNT(*), NULL"
    "   FROM backup g LEFT JOIN user w ON w.id = g.user_id"
    "   LEFT JOIN node m ON m.id = g.node_id"
    "   WHERE g.vm_id IS NULL AND g.state = 'done' GROUP BY g.tag) s"
    "  WHERE (? IS NULL OR s.node_id = ?)) l"
    " LEFT JOIN backup b ON b.id = l.last"
    " WHERE (? IS NULL OR l.place > ?)"
    " AND (? IS NULL OR l.name LIKE ? OR " vz_query_like("l.account")
    "  OR " vz_query_like("l.node") ")"
    " ORDER BY l.place LIMIT ?");

static const vz_row_json_member_t  vz_lost_row[] = {
    { "place", VZ_ROW_JSON_HIDDEN },
    { "vm", VZ_ROW_JSON_INT },
    { "name", VZ_ROW_JSON_TEXT },
    { "account", VZ_ROW_JSON_OPT },
    { "node_id", VZ_ROW_JSON_INT },
    { "node", VZ_ROW_JSON_OPT },
    { "node_dead", VZ_ROW_JSON_BOOL },
    { "backup", VZ_ROW_JSON_INT },
    { "taken", VZ_ROW_JSON_OPT },
    { "lost_seconds", VZ_ROW_JSON_INT },
    { "bytes", VZ_ROW_JSON_INT },
    { "backups", VZ_ROW_JSON_INT },
    { "task", VZ_ROW_JSON_INT }
};

static const vz_row_json_t  vz_lost_shape = vz_row_json(vz_lost_row);

static const vz_listing_t  vz_lost_listing = {
    &vz_lost_select, NULL, &vz_lost_admin_args, &vz_lost_shape, NULL
};


#define VZ_LOST_ROW(first, next, of)                                          \
    first(of, vm, INT, "b.vm_id")                                             \
    next(of, node, INT, "COALESCE(v.node_id, b.node_id)")                     \
    next(of, tag, TEXT, "b.tag")                                              \
    next(of, repository, TEXT, "b.repository")                                \
    next(of, snapshot, TEXT, "b.snapshot")                                    \
    next(of, taken, TEXT, "DATE_FORMAT(b.taken, '%Y-%m-%d %H:%i UTC')")       \
    next(of, name, TEXT, "b.vm_name")                                         \
    next(of, owner, TEXT, "CONCAT(b.user_id)")

static const vz_row_member_t  vz_lost_fields[] =
    vz_row_members(VZ_LOST_ROW, vz_lost_t);

static const vz_sql_t  vz_lost_find = vz_sql("lost find",
    "SELECT " vz_row_sql(VZ_LOST_ROW) " FROM backup b"
    " LEFT JOIN vm v ON v.id = b.vm_id WHERE b.id = ? AND b.state = 'done'");

static const vz_sql_t  vz_lost_dead = vz_sql("lost dead",
    "SELECT name, dead FROM node WHERE id = ?");


static const struct {
    const char  *reason;
    const char  *text;
} vz_lost_reasons[] = {
    { "not_dead", "The container's node is not marked as dead: mark it first, "
                  "or restore as the container's owner does." },
    { "lifecycle", "The container is not ready, or in the trash: it can't be "
                   "restored elsewhere." },
    { "no_backup", "The container has no such backup." },
    { "no_repository", "That node does not reach the repository of this "
                       "backup: copy repositories and key to it." },
    { "no_template", "The container's system is not installed on that node: "
                     "install it there first." },
    { "no_address", "No address is free that a container on that node could "
                    "have: add addresses to a pool." },
    { "no_number", "No number is free on that node." }
};


void
vz_lost_admin_list(vz_call_t *call)
{
    vz_listing_call(call, &vz_lost_listing, vz_no_binds);
}


void
vz_lost_admin_restore(vz_call_t *call)
{
    uint64_t         backup;
    vz_rows_t        rows;
    vz_lost_t        lost;
    vz_lost_body_t   body;
    vz_node_row_t   *to;

    ngx_memzero(&body, sizeof(vz_lost_body_t));

    if (vz_route_id(call, 0, &backup) != VZ_OK
        || vz_body_read(call, &vz_lost_admin_form, &body) != VZ_OK
        || vz_route_row(call, &vz_lost_find, vz_binds(vz_int(backup)), &rows)
           != VZ_OK)
    {
        return;
    }

    vz_row_read(&rows, 0, 0, vz_lost_fields, &lost);
    to = vz_lost_admin_to(call, &body.node);

    if (to == NULL) {
        return;
    }

    if (lost.vm) {
        vz_lost_move(call, backup, &lost, to);
    } else {
        vz_lost_recover(call, backup, &lost, &body, to);
    }
}


static void
vz_lost_move(vz_call_t *call, uint64_t backup, const vz_lost_t *lost,
    vz_node_row_t *to)
{
    uint64_t           task;
    vz_code_e          rc;
    vz_idempotency_t   idem;
    vz_vm_evacuate_t   move;

    if (vz_idempotency_init(call, NULL, &idem) != VZ_OK
        || vz_idempotency_find(call, &idem, &task) != VZ_OK)
    {
        return;
    }

    if (task) {
        vz_task_accepted(call, task);
        return;
    }

    if (vz_lost_admin_silent(call, lost->node) != VZ_OK) {
        return;
    }

    ngx_memzero(&move, sizeof(vz_vm_evacuate_t));

    move.vm = lost->vm;
    move.backup = backup;
    move.to = to;
    move.idem = &idem;

    rc = vz_vm_evacuate(call, &move);

    if (rc == VZ_DUPLICATE
        && vz_idempotency_find(call, &idem, &task) == VZ_OK)
    {
        if (task == 0) {
            vz_call_fault(call, "panel", VZ_OVERLOADED);
            return;
        }

        move.task = task;
        rc = VZ_OK;
    }

    if (rc == VZ_OK) {
        vz_task_accepted(call, move.task);

    } else if (rc != VZ_DUPLICATE) {
        vz_lost_admin_why(call, &move, rc);
    }
}


static void
vz_lost_recover(vz_call_t *call, uint64_t backup, const vz_lost_t *lost,
    const vz_lost_body_t *body, vz_node_row_t *to)
{
    vz_vm_recover_t  *ask;

    ask = ngx_pcalloc(call->pool, sizeof(vz_vm_recover_t));

    if (ask == NULL) {
        vz_call_fault(call, "panel", VZ_INTERNAL);
        return;
    }

    if (!vz_repository_reached(to, &lost->repository)) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_repository",
                        "That node does not reach the repository of this "
                        "backup: copy repositories and key to it.");
        return;
    }

    ask->backup = backup;
    ask->node = to;
    ask->repository = lost->repository;
    ask->tag = lost->tag;
    ask->snapshot = lost->snapshot;
    ask->taken = lost->taken;
    ask->from = lost->name;
    ask->account = body->account.len ? body->account : lost->owner;
    ask->hostname = body->hostname;
    ask->plan = body->plan;

    vz_vm_recover(call, ask);
}


vz_node_row_t *
vz_lost_admin_to(vz_call_t *call, const ngx_str_t *name)
{
    ngx_uint_t      i, n;
    vz_node_row_t  *to, *rows[VZ_NODES_MAX];

    if (vz_route_failed(call, vz_node_load(call->pool)) != VZ_OK) {
        return NULL;
    }

    to = NULL;
    n = vz_node_rows(rows);

    for (i = 0; i < n; i++) {
        if (rows[i]->name.len == name->len
            && ngx_strncmp(rows[i]->name.data, name->data, name->len) == 0)
        {
            to = rows[i];
        }
    }

    if (to == NULL || to->dead) {
        vz_call_invalid(call, "node", "absent",
                        "this node does not exist, is dead, or is not in "
                        "nginx.conf: choose another one");
    }

    if (call->nerrors) {
        vz_call_refuse(call);
        return NULL;
    }

    (void) vz_node_templates(to);
    (void) vz_node_limit(to);

    return to;
}


/* one that lives runs its containers: nobody runs them twice */

vz_code_e
vz_lost_admin_silent(vz_call_t *call, uint64_t id)
{
    ngx_str_t    name;
    vz_code_e    rc;
    vz_rows_t    rows;
    vz_node_t   *relay;
    vz_answer_t  answer;

    rc = vz_route_row(call, &vz_lost_dead, vz_binds(vz_int(id)), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_row_int(&rows, 0, "dead") == 0) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "not_dead", "%s",
                        vz_lost_reasons[0].text);
        return VZ_STATE;
    }

    name = vz_row_text(&rows, 0, "name");
    relay = vz_relay_node(&name);

    if (relay != NULL
        && vz_relay_call(relay, call->pool, VZ_VERB_PING, 0, NULL, NULL, NULL,
                         NULL, &answer)
           == VZ_OK)
    {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "node_answers",
                        "This node answers, so it is not dead, and what it has "
                        "may run: halt it, or unmark it.");
        return VZ_STATE;
    }

    return VZ_OK;
}


void
vz_lost_admin_why(vz_call_t *call, const vz_vm_evacuate_t *move, vz_code_e rc)
{
    ngx_uint_t  i;

    if (rc != VZ_STATE || move->reason == NULL) {
        vz_call_fault(call, "database", rc == VZ_CONFLICT ? VZ_OVERLOADED
                                                          : rc);
        return;
    }

    for (i = 0; i < sizeof(vz_lost_reasons) / sizeof(vz_lost_reasons[0]);
         i++)
    {
        if (ngx_strcmp(vz_lost_reasons[i].reason, move->reason) == 0) {
            vz_call_problem(call, NGX_HTTP_CONFLICT, move->reason, "%s",
                            vz_lost_reasons[i].text);
            return;
        }
    }

    vz_route_absent(call);
}
