/*
 * PATCH /api/vms/{id}/network, /memory, /disk, /cpu, /rate: the groups of
 * hardware, each changed on its own.  The row keeps what holds; the task's
 * data say what is wished, and its last step writes that to the row.
 */

#include "panel/api/body.h"
#include "panel/api/limit.h"
#include "panel/api/query.h"
#include "panel/api/strlist.h"
#include "panel/node/gateway.h"
#include "panel/node/node_limit.h"
#include "panel/task/task_workflow.h"
#include "panel/vm/hardware.h"
#include "panel/vm/hardware_address.h"
#include "runtime/call.h"
#include "runtime/row.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_HARDWARE_PAIRS    4              /* memory and disk: the second one
                                               is not under the first */
#define VZ_HARDWARE_NUMBERS  6              /* with CPU and rate */


/* A pair of numbers: its name in the body and in the data of the task. */
typedef struct {
    const char              *name;          /* in the body and in the data */
    const char              *barrier;       /* fields for people */
    const char              *limit;
    const char              *columns[2];    /* of vz_hardware_select */
} vz_hardware_pair_t;

typedef struct {
    vz_vm_action_def_t       change;
    const vz_body_t         *form;
    ngx_uint_t               first;         /* of the pairs */
    ngx_uint_t               last;
} vz_hardware_group_t;

typedef struct {
    const vz_hardware_group_t  *group;
    vz_hardware_t               wish;
    uint64_t                    disk_min;   /* MiB, 0: not known */
    vz_rows_t                   row;        /* as it is, locked */
} vz_hardware_ask_t;


static void vz_hardware_patch(vz_call_t *call,
    const vz_hardware_group_t *group);
static vz_code_e vz_hardware_read(vz_call_t *call, vz_hardware_ask_t *ask);
static vz_code_e vz_hardware_given(vz_call_t *call);
static void vz_hardware_spell(vz_call_t *call, vz_hardware_t *wish);
static ngx_uint_t vz_hardware_empty(const vz_hardware_t *wish);
static void vz_hardware_disk_min(vz_call_t *call, vz_hardware_ask_t *ask);
static vz_code_e vz_hardware_prepare(vz_vm_action_t *change, vz_tx_t *tx);
static vz_code_e vz_hardware_match(vz_vm_action_t *change, vz_tx_t *tx);
static vz_code_e vz_hardware_changed(vz_vm_action_t *change, vz_tx_t *tx);
static vz_code_e vz_hardware_numbers(vz_vm_action_t *change, vz_json_t *data);
static void vz_hardware_number(vz_hardware_ask_t *ask, ngx_uint_t n,
    int64_t pair[2]);
static void vz_hardware_check(vz_vm_action_t *change, ngx_uint_t n,
    const int64_t pair[2]);
static void vz_hardware_min(vz_vm_action_t *change, const int64_t disk[2]);
static vz_code_e vz_hardware_texts(vz_vm_action_t *change, vz_tx_t *tx,
    vz_json_t *data);
static vz_code_e vz_hardware_gateway(vz_vm_action_t *change, ngx_str_t *all);
static int64_t *vz_hardware_wished(vz_hardware_t *wish, ngx_uint_t n);


#define vz_hardware_member(name, type, field, min, max, to)                   \
    { name, type, field, 0, min, max, offsetof(vz_hardware_t, to) }

static const vz_body_member_t  vz_network_members[] = {
    vz_hardware_member("hostname", VZ_BODY_FIELD, VZ_FIELD_HOSTNAME, 0, 0,
                       hostname),
    vz_hardware_member("gateway", VZ_BODY_FIELD, VZ_FIELD_GATEWAY, 0, 0,
                       gateway),
    vz_hardware_member("gateways", VZ_BODY_LIST, VZ_FIELD_GATEWAY, 0,
                       VZ_GATEWAY_MAX, gateways),
    vz_hardware_member("dns", VZ_BODY_LIST, VZ_FIELD_ADDRESS, 0, 3, dns),
    vz_hardware_member("addresses", VZ_BODY_LIST, VZ_FIELD_ADDRESS, 0, 32,
                       addresses)
};

static const vz_body_member_t  vz_memory_members[] = {
    vz_hardware_member("vmguarpages", VZ_BODY_PAIR, 0, 1,
                       VZ_BODY_MIB, memory[0]),
    vz_hardware_member("oomguarpages", VZ_BODY_PAIR, 0, 1,
                       VZ_BODY_MIB, memory[1]),
    vz_hardware_member("privvmpages", VZ_BODY_PAIR, 0, 8,
                       VZ_BODY_MIB, memory[2])
};

static const vz_body_member_t  vz_disk_members[] = {
    vz_hardware_member("soft_mib", VZ_BODY_INT, 0, 1, VZ_BODY_MIB,
                       disk[0]),
    vz_hardware_member("hard_mib", VZ_BODY_INT, 0, 1, VZ_BODY_MIB,
                       disk[1])
};

static const vz_body_member_t  vz_cpu_members[] = {
    vz_hardware_member("units", VZ_BODY_INT, 0, 8, 500000, cpu[0]),
    vz_hardware_member("limit_percent", VZ_BODY_LIMIT, 0, 1, 100000, cpu[1])
};

static const vz_body_member_t  vz_rate_members[] = {
    vz_hardware_member("in_mbit", VZ_BODY_LIMIT, 0, 1, 99999, rate[0]),
    vz_hardware_member("out_mbit", VZ_BODY_LIMIT, 0, 1, 99999, rate[1])
};

const vz_body_t  vz_hardware_network_form = vz_body("Network",
                                                    vz_network_members);
const vz_body_t  vz_hardware_memory_form = vz_body("Memory",
                                                   vz_memory_members);
const vz_body_t  vz_hardware_disk_form = vz_body("Disk", vz_disk_members);
const vz_body_t  vz_hardware_cpu_form = vz_body("Cpu", vz_cpu_members);
const vz_body_t  vz_hardware_rate_form = vz_body("Rate", vz_rate_members);


static const vz_hardware_pair_t  vz_hardware_pairs[] = {
    { "vmguarpages", "vmguarpages.barrier_mib", "vmguarpages.limit_mib",
      { "vmguar_barrier_mib", "vmguar_limit_mib" } },
    { "oomguarpages", "oomguarpages.barrier_mib", "oomguarpages.limit_mib",
      { "oomguar_barrier_mib", "oomguar_limit_mib" } },
    { "privvmpages", "privvmpages.barrier_mib", "privvmpages.limit_mib",
      { "privvm_barrier_mib", "privvm_limit_mib" } },
    { "disk", "soft_mib", "hard_mib", { "disk_soft_mib", "disk_hard_mib" } },
    { "cpu", NULL, NULL, { "cpu_units", "cpu_percent" } },
    { "rate", NULL, NULL, { "rate_in", "rate_out" } }
};

#define vz_hardware_change(kind)                                              \
    { kind, "vm." kind, VZ_VM_LIFECYCLE_IS_MADE, vz_hardware_prepare, NULL }

static const vz_hardware_group_t  vz_hardware_groups[] = {
    { vz_hardware_change("network"), &vz_hardware_network_form, 0, 0 },
    { vz_hardware_change("memory"), &vz_hardware_memory_form, 0, 3 },
    { vz_hardware_change("disk"), &vz_hardware_disk_form, 3, 4 },
    { vz_hardware_change("cpu"), &vz_hardware_cpu_form, 4, 5 },
    { vz_hardware_change("rate"), &vz_hardware_rate_form, 5, 6 }
};


static const vz_sql_t  vz_hardware_select = vz_sql("hardware",
    "SELECT vmguar_barrier_mib, vmguar_limit_mib, oomguar_barrier_mib,"
    " oomguar_limit_mib, privvm_barrier_mib, privvm_limit_mib,"
    " disk_soft_mib, disk_hard_mib, cpu_units, cpu_percent, rate_in,"
    " rate_out, gateway FROM vm WHERE id = ?");

static const vz_sql_t  vz_hardware_node = vz_sql("hardware node",
    "SELECT node_id FROM vm WHERE id = ?");

static const vz_sql_t  vz_hardware_last = vz_sql("hardware last",
    "SELECT id, actor, DATE_FORMAT(finished, '%Y-%m-%dT%TZ') AS at FROM task"
    " WHERE vm_id = ? AND state = 'done'"
    " AND FIND_IN_SET(kind, ?)"
    " ORDER BY id DESC LIMIT 1");


void
vz_hardware_network(vz_call_t *call)
{
    vz_hardware_patch(call, &vz_hardware_groups[0]);
}


void
vz_hardware_memory(vz_call_t *call)
{
    vz_hardware_patch(call, &vz_hardware_groups[1]);
}


void
vz_hardware_disk(vz_call_t *call)
{
    vz_hardware_patch(call, &vz_hardware_groups[2]);
}


void
vz_hardware_cpu(vz_call_t *call)
{
    vz_hardware_patch(call, &vz_hardware_groups[3]);
}


void
vz_hardware_rate(vz_call_t *call)
{
    vz_hardware_patch(call, &vz_hardware_groups[4]);
}


static void
vz_hardware_patch(vz_call_t *call, const vz_hardware_group_t *group)
{
    vz_hardware_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_hardware_ask_t));
    ask.group = group;

    if (vz_hardware_read(call, &ask) != VZ_OK) {
        return;
    }

    if (call->if_match.len == 0) {
        vz_call_problem(call, 428, "precondition_required",
                        "The If-Match header is missing: send the ETag that "
                        "you last read.");
        return;
    }

    if (ask.wish.disk[0] != VZ_HARDWARE_SAME
        || ask.wish.disk[1] != VZ_HARDWARE_SAME)
    {
        vz_hardware_disk_min(call, &ask);
    }

    vz_vm_action_call(call, &group->change, &ask);
}


static vz_code_e
vz_hardware_read(vz_call_t *call, vz_hardware_ask_t *ask)
{
    int64_t        *pair;
    vz_code_e       rc;
    ngx_uint_t      n;
    vz_hardware_t  *wish;

    wish = &ask->wish;

    for (n = 0; n < VZ_HARDWARE_NUMBERS; n++) {
        pair = vz_hardware_wished(wish, n);
        pair[0] = VZ_HARDWARE_SAME;
        pair[1] = VZ_HARDWARE_SAME;
    }

    rc = vz_body_read(call, ask->group->form, wish);

    if (rc == VZ_OK) {
        rc = vz_hardware_given(call);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    vz_hardware_spell(call, wish);

    if (vz_hardware_empty(wish)) {
        vz_call_problem(call, 422, "invalid", "The body names nothing to "
                                              "change.");
        return VZ_RANGE;
    }

    return VZ_OK;
}


/* a value may be changed, but not cleared */

static vz_code_e
vz_hardware_given(vz_call_t *call)
{
    void        *iter;
    const char  *name;

    for (iter = json_object_iter(call->body);
         iter != NULL;
         iter = json_object_iter_next(call->body, iter))
    {
        name = json_object_iter_key(iter);

        if (vz_body_cleared(call, name)) {
            vz_call_invalid(call, name, "required", "can't be empty");
        }
    }

    if (call->nerrors == 0) {
        return VZ_OK;
    }

    vz_call_refuse(call);

    return VZ_RANGE;
}


/* normalize what is compared and stored */

static void
vz_hardware_spell(vz_call_t *call, vz_hardware_t *wish)
{
    wish->hostname = vz_call_printf(call, "%V", &wish->hostname);
    ngx_strlow(wish->hostname.data, wish->hostname.data, wish->hostname.len);

    wish->gateway = vz_hardware_address_canonical(call, wish->gateway);
    wish->gateways = vz_hardware_address_canonical(call, wish->gateways);
    wish->dns = vz_hardware_address_canonical(call, wish->dns);
    wish->addresses = vz_hardware_address_canonical(call, wish->addresses);
}


static ngx_uint_t
vz_hardware_empty(const vz_hardware_t *wish)
{
    const int64_t  *pair;
    ngx_uint_t      n;

    for (n = 0; n < VZ_HARDWARE_NUMBERS; n++) {
        pair = vz_hardware_wished((vz_hardware_t *) wish, n);

        if (pair[0] != VZ_HARDWARE_SAME || pair[1] != VZ_HARDWARE_SAME) {
            return 0;
        }
    }

    return wish->hostname.len == 0 && wish->gateway.len == 0
           && wish->gateways.len == 0 && wish->dns.len == 0
           && wish->addresses.len == 0;
}


/* asked before the row is locked: a node may be slow */

static void
vz_hardware_disk_min(vz_call_t *call, vz_hardware_ask_t *ask)
{
    uint64_t                id;
    vz_rows_t               rows;
    vz_node_row_t          *node;
    const vz_node_limit_t  *limit;

    if (vz_field_value_number((char *) call->params[0].data,
                              call->params[0].len,
                              INT64_MAX, &id)
        != VZ_OK
        || vz_db_query(NULL, call->pool, &vz_hardware_node,
                       vz_binds(vz_int(id)), &rows)
           != VZ_OK
        || vz_node_load(call->pool) != VZ_OK)
    {
        return;
    }

    node = vz_node_find(vz_row_int(&rows, 0, "node_id"));
    limit = node != NULL ? vz_node_limit(node) : NULL;
    ask->disk_min = vz_node_limit_disk_min(limit);
}


static vz_code_e
vz_hardware_prepare(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e           rc;
    vz_json_t           data;
    vz_call_t          *call;
    vz_hardware_ask_t  *ask;

    ask = change->data;
    call = change->call;
    call->nerrors = 0;

    rc = vz_hardware_match(change, tx);

    if (rc == VZ_OK) {
        rc = vz_db_query(tx, call->pool, &vz_hardware_select,
                         vz_binds(vz_int(change->id)), &ask->row);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    vz_json_init(&data, call->pool);
    vz_json_object(&data, NULL);
    vz_json_uint(&data, "version", change->version);

    rc = ask->group->last ? vz_hardware_numbers(change, &data)
                          : vz_hardware_texts(change, tx, &data);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_json_close(&data);

    if (vz_json_end(&data) != NGX_OK
        || vz_json_string(&data, &change->task_data) != NGX_OK)
    {
        return VZ_INTERNAL;
    }

    change->detail = change->task_data;

    return VZ_OK;
}


static vz_code_e
vz_hardware_match(vz_vm_action_t *change, vz_tx_t *tx)
{
    ngx_str_t  tag;

    tag = vz_call_printf(change->call, "%uL", change->version);

    return vz_call_matches(&change->call->if_match, &tag)
           ? VZ_OK : vz_hardware_changed(change, tx);
}


/* 412: another change was faster; the reply says whose, and when */

static vz_code_e
vz_hardware_changed(vz_vm_action_t *change, vz_tx_t *tx)
{
    vz_code_e   rc;
    ngx_str_t   by, at, kinds;
    vz_rows_t   rows;
    vz_json_t  *out;
    vz_call_t  *call;

    call = change->call;

    kinds = vz_task_workflow_kinds(call->pool, VZ_WORKFLOW_RESHAPES);

    rc = vz_db_query(tx, call->pool, &vz_hardware_last,
                     vz_binds(vz_int(change->id), vz_text(kinds)), &rows);
    if (rc != VZ_OK) {
        return rc;
    }

    by = vz_row_text(&rows, 0, "actor");
    at = vz_row_text(&rows, 0, "at");

    if (rows.rows == 0) {
        vz_call_problem(call, NGX_HTTP_PRECONDITION_FAILED, "changed",
                        "The ETag in If-Match is not the container's: read "
                        "it again.");

    } else {
        out = vz_call_problem_open(call, NGX_HTTP_PRECONDITION_FAILED,
                                   "changed", "%V changed the container at "
                                              "%V: read it again.", &by, &at);
        vz_json_text(out, "by", &by);
        vz_json_text(out, "at", &at);
        vz_json_uint(out, "task", vz_row_int(&rows, 0, "id"));
        vz_json_uint(out, "version", change->version);
        vz_json_close(out);
    }

    vz_call_header(call, "ETag",
                   vz_call_printf(call, "\"%uL\"", change->version));

    return VZ_STATE;
}


static vz_code_e
vz_hardware_numbers(vz_vm_action_t *change, vz_json_t *data)
{
    int64_t             pair[2];
    ngx_uint_t          n;
    vz_hardware_ask_t  *ask;

    ask = change->data;

    for (n = ask->group->first; n < ask->group->last; n++) {

        vz_hardware_number(ask, n, pair);
        vz_hardware_check(change, n, pair);

        vz_json_array(data, vz_hardware_pairs[n].name);
        vz_json_int(data, NULL, pair[0]);
        vz_json_int(data, NULL, pair[1]);
        vz_json_close(data);
    }

    if (change->call->nerrors) {
        vz_call_refuse(change->call);
        return VZ_RANGE;
    }

    return VZ_OK;
}


/* the wished numbers over those of the row */

static void
vz_hardware_number(vz_hardware_ask_t *ask, ngx_uint_t n, int64_t pair[2])
{
    int64_t     *wish;
    ngx_uint_t   i;

    wish = vz_hardware_wished(&ask->wish, n);

    for (i = 0; i < 2; i++) {
        pair[i] = wish[i];

        if (pair[i] == VZ_HARDWARE_SAME) {
            pair[i] = vz_row_int(&ask->row, 0,
                                 vz_hardware_pairs[n].columns[i]);
        }
    }
}


static void
vz_hardware_check(vz_vm_action_t *change, ngx_uint_t n, const int64_t pair[2])
{
    int64_t             *wish;
    vz_hardware_ask_t   *ask;

    if (n >= VZ_HARDWARE_PAIRS) {
        return;
    }

    ask = change->data;
    wish = vz_hardware_wished(&ask->wish, n);

    if (pair[1] != VZ_LIMIT_NONE && pair[1] < pair[0]) {

        if (wish[1] != VZ_HARDWARE_SAME) {
            vz_call_invalid(change->call, vz_hardware_pairs[n].limit, "range",
                            "must be at least %L, the value of %s", pair[0],
                            vz_hardware_pairs[n].barrier);
        } else {
            vz_call_invalid(change->call, vz_hardware_pairs[n].barrier,
                            "range", "must be at most %L, the value of %s",
                            pair[1], vz_hardware_pairs[n].limit);
        }

        return;
    }

    if (n == VZ_HARDWARE_PAIRS - 1) {
        vz_hardware_min(change, pair);
    }
}


static void
vz_hardware_min(vz_vm_action_t *change, const int64_t disk[2])
{
    vz_hardware_ask_t  *ask;

    ask = change->data;

    if (disk[1] < (int64_t) ask->disk_min) {
        vz_call_invalid(change->call, "hard_mib", "range",
                        "must be at least %uL on this node",
                        ask->disk_min);
    }
}


static vz_code_e
vz_hardware_texts(vz_vm_action_t *change, vz_tx_t *tx, vz_json_t *data)
{
    vz_code_e           rc;
    ngx_str_t           add, drop, gateway;
    ngx_uint_t          i;
    vz_hardware_ask_t  *ask = change->data;
    vz_hardware_t      *wish = &ask->wish;

    const struct {
        const char         *name;
        const ngx_str_t    *text;
    } texts[] = {
        { "hostname", &wish->hostname },
        { "gateway", &gateway },
        { "dns", &wish->dns }
    };

    rc = vz_hardware_gateway(change, &gateway);
    if (rc != VZ_OK) {
        return rc;
    }

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].text->len) {
            vz_json_text(data, texts[i].name, texts[i].text);
        }
    }

    if (wish->addresses.len == 0) {
        return VZ_OK;
    }

    rc = vz_hardware_address_claim(change, tx, &wish->addresses, &add, &drop);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_json_text(data, "add", &add);
    vz_json_text(data, "drop", &drop);

    return VZ_OK;
}


/*
 * "gateways" replaces all of them, "gateway" that of its family.  None can be
 * removed: a node has no verb for that.
 */

static vz_code_e
vz_hardware_gateway(vz_vm_action_t *change, ngx_str_t *all)
{
    ngx_str_t           had, rest, word;
    ngx_uint_t          six;
    vz_call_t          *call = change->call;
    vz_hardware_ask_t  *ask = change->data;

    ngx_str_null(all);

    if (ask->wish.gateway.len == 0 && ask->wish.gateways.len == 0) {
        return VZ_OK;
    }

    had = vz_row_text(&ask->row, 0, "gateway");
    rest = ask->wish.gateways;

    if (rest.len == 0) {
        *all = had;
    }

    while (vz_strlist_next(&rest, ' ', &word)) {

        if (vz_gateway_of(*all, vz_gateway_six(&word)).len) {
            vz_call_invalid(call, "gateways", "family",
                            "must have at most one IPv4 and one IPv6 address");
        }

        *all = vz_gateway_set(call->pool, *all, word);
    }

    *all = vz_gateway_set(call->pool, *all, ask->wish.gateway);

    for (six = 0; six < 2; six++) {
        word = vz_gateway_of(had, six);

        if (word.len && vz_gateway_of(*all, six).len == 0) {
            vz_call_invalid(call, "gateways", "required",
                            "must replace %V, which can't be removed",
                            &word);
        }
    }

    if (call->nerrors == 0) {
        return VZ_OK;
    }

    vz_call_refuse(call);

    return VZ_RANGE;
}


static int64_t *
vz_hardware_wished(vz_hardware_t *wish, ngx_uint_t n)
{
    switch (n) {

    case VZ_HARDWARE_NUMBERS - 1:
        return wish->rate;

    case VZ_HARDWARE_PAIRS:
        return wish->cpu;

    case VZ_HARDWARE_PAIRS - 1:
        return wish->disk;

    default:
        return wish->memory[n];
    }
}
