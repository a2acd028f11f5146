/*
 * The alerts of a container: their settings, and which are raised.
 */

#include "panel/api/auth.h"
#include "panel/api/edit.h"
#include "panel/api/route.h"
#include "panel/api/row_json.h"
#include "panel/api/zone_ids.h"
#include "panel/live/collector.h"
#include "panel/vm/vm_alert.h"
#include "panel/vm/vm_alert_rule.h"
#include "panel/vm/vm_alert_tell.h"
#include "runtime/row.h"
#include "runtime/zone.h"


typedef struct {
    int64_t          enabled[VZ_VM_ALERT_KINDS];
    int64_t          limit[VZ_VM_ALERT_KINDS];
    int64_t          minutes[VZ_VM_ALERT_KINDS];
} vz_vm_alert_ask_t;

/* The names of a kind's members. */
typedef struct {
    const char      *enabled;
    const char      *limit;         /* NULL: it has none */
    const char      *minutes;
} vz_vm_alert_names_t;

/* The container, and the rows of its alerts. */
typedef struct {
    uint64_t         id;
    vz_rows_t        vm;
    vz_rows_t        rows;
    int64_t          now[VZ_VM_ALERT_KINDS];    /* figures, tenths */
} vz_vm_alert_state_t;


static vz_code_e vz_vm_alert_store(vz_call_t *call, uint64_t id,
    const vz_vm_alert_ask_t *ask);
static vz_code_e vz_vm_alert_store_in(vz_call_t *call, vz_tx_t *tx,
    uint64_t id, const vz_vm_alert_ask_t *ask);
static vz_code_e vz_vm_alert_store_kind(vz_call_t *call, vz_tx_t *tx,
    uint64_t id, vz_vm_alert_e kind, const vz_vm_alert_ask_t *ask);
static ngx_uint_t vz_vm_alert_asked(vz_call_t *call, const char *name,
    int64_t value, vz_bind_t *bind);
static void vz_vm_alert_reply(vz_call_t *call, uint64_t id);
static void vz_vm_alert_figures(vz_vm_alert_state_t *state);
static void vz_vm_alert_one(vz_json_t *out, const vz_vm_alert_state_t *state,
    vz_vm_alert_e kind);
static int64_t vz_vm_alert_value(const vz_rows_t *rows, ngx_uint_t row,
    const char *column, int64_t other);


static const vz_vm_alert_names_t  vz_vm_alert_members[VZ_VM_ALERT_KINDS] = {
    [VZ_VM_ALERT_CPU] = { "cpu", "cpu_limit", "cpu_minutes" },
    [VZ_VM_ALERT_MEMORY] = { "memory", "memory_limit", "memory_minutes" },
    [VZ_VM_ALERT_DISK] = { "disk", "disk_limit", "disk_minutes" },
    [VZ_VM_ALERT_NETWORK] = { "network", "network_limit", "network_minutes" },
    [VZ_VM_ALERT_DOWN] = { "down", NULL, "down_minutes" }
};

#define vz_vm_alert_switch(name, kind)                                        \
    { name, VZ_BODY_BOOL, 0, 0, 0, 1,                                         \
      offsetof(vz_vm_alert_ask_t, enabled[kind]) }
#define vz_vm_alert_limit(name, kind, least, most)                            \
    { name "_limit", VZ_BODY_INT, 0, 0, least, most,                          \
      offsetof(vz_vm_alert_ask_t, limit[kind]) }
#define vz_vm_alert_minutes(name, kind)                                       \
    { name "_minutes", VZ_BODY_INT, 0, 0, 0, VZ_VM_ALERT_MINUTES,             \
      offsetof(vz_vm_alert_ask_t, minutes[kind]) }

static const vz_body_member_t  vz_vm_alert_body[] = {
    vz_vm_alert_switch("cpu", VZ_VM_ALERT_CPU),
    vz_vm_alert_limit("cpu", VZ_VM_ALERT_CPU, VZ_VM_ALERT_LEAST, 100),
    vz_vm_alert_minutes("cpu", VZ_VM_ALERT_CPU),
    vz_vm_alert_switch("memory", VZ_VM_ALERT_MEMORY),
    vz_vm_alert_limit("memory", VZ_VM_ALERT_MEMORY, VZ_VM_ALERT_LEAST, 100),
    vz_vm_alert_minutes("memory", VZ_VM_ALERT_MEMORY),
    vz_vm_alert_switch("disk", VZ_VM_ALERT_DISK),
    vz_vm_alert_limit("disk", VZ_VM_ALERT_DISK, VZ_VM_ALERT_LEAST, 100),
    vz_vm_alert_minutes("disk", VZ_VM_ALERT_DISK),
    vz_vm_alert_switch("network", VZ_VM_ALERT_NETWORK),
    vz_vm_alert_limit("network", VZ_VM_ALERT_NETWORK, 1,
                      VZ_VM_ALERT_MBIT),
    vz_vm_alert_minutes("network", VZ_VM_ALERT_NETWORK),
    vz_vm_alert_switch("down", VZ_VM_ALERT_DOWN),
    vz_vm_alert_minutes("down", VZ_VM_ALERT_DOWN)
};

const vz_body_t  vz_vm_alert_form = vz_body("AlertsChange", vz_vm_alert_body);

static const vz_sql_t  vz_vm_alert_vm = vz_sql("alerts of",
    "SELECT COALESCE(cpu_percent, 0) AS cpu_percent,"
    "  lifecycle = 'ready' AND desired_state = 'running' AS wanted"
    " FROM vm WHERE id = ? AND " vz_auth_owned("user_id"));

static const vz_sql_t  vz_vm_alert_hold = vz_sql("alerts hold",
    "SELECT id FROM vm WHERE id = ? AND " vz_auth_owned("user_id")
    " FOR UPDATE");

static const vz_sql_t  vz_vm_alert_rows = vz_sql("alerts",
    "SELECT kind, enabled, bound, minutes, "
    vz_row_json_time("since") " AS since, "
    vz_row_json_time("mailed") " AS mailed"
    " FROM vm_alert WHERE vm_id = ?");

static const vz_sql_t  vz_vm_alert_upsert = vz_sql("alerts set",
    "INSERT INTO vm_alert (vm_id, kind, enabled, bound, minutes)"
    " VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE"
    " enabled = IF(?, VALUES(enabled), enabled),"
    " bound = IF(?, VALUES(bound), bound),"
    " minutes = IF(?, VALUES(minutes), minutes)");


void
vz_vm_alert_show(vz_call_t *call)
{
    uint64_t  id;

    if (vz_route_id(call, 0, &id) == VZ_OK) {
        vz_vm_alert_reply(call, id);
    }
}


void
vz_vm_alert_set(vz_call_t *call)
{
    uint64_t           id;
    vz_vm_alert_ask_t  ask;

    ngx_memzero(&ask, sizeof(vz_vm_alert_ask_t));

    if (vz_route_id(call, 0, &id) != VZ_OK
        || vz_body_read(call, &vz_vm_alert_form, &ask) != VZ_OK
        || vz_route_failed(call, vz_vm_alert_store(call, id, &ask)) != VZ_OK)
    {
        return;
    }

    vz_zone_bump(VZ_GENERATION_ALERTS);
    vz_vm_alert_reply(call, id);
}


static vz_code_e
vz_vm_alert_store(vz_call_t *call, uint64_t id, const vz_vm_alert_ask_t *ask)
{
    vz_tx_t    *tx;
    vz_code_e   rc;

    rc = vz_db_begin(call->pool, &tx);

    return rc != VZ_OK ? rc
           : vz_db_end(tx, vz_vm_alert_store_in(call, tx, id, ask));
}


static vz_code_e
vz_vm_alert_store_in(vz_call_t *call, vz_tx_t *tx, uint64_t id,
    const vz_vm_alert_ask_t *ask)
{
    vz_code_e   rc;
    vz_rows_t   rows;
    vz_bind_t   owner;
    ngx_uint_t  kind;

    owner = vz_auth_owner(call);

    rc = vz_db_query(tx, call->pool, &vz_vm_alert_hold,
                     vz_binds(vz_int(id), owner, owner), &rows);

    if (rc == VZ_OK && rows.rows == 0) {
        return VZ_NOENT;
    }

    for (kind = 0; rc == VZ_OK && kind < VZ_VM_ALERT_KINDS; kind++) {
        rc = vz_vm_alert_store_kind(call, tx, id, kind, ask);
    }

    return rc != VZ_OK ? rc
           : vz_edit_audit(tx, call, "vm.alerts",
                           vz_call_printf(call, "vm %uL", id));
}


static vz_code_e
vz_vm_alert_store_kind(vz_call_t *call, vz_tx_t *tx, uint64_t id,
    vz_vm_alert_e kind, const vz_vm_alert_ask_t *ask)
{
    vz_bind_t                   value[3];
    ngx_uint_t                  given[3];
    const vz_vm_alert_names_t  *names;

    names = &vz_vm_alert_members[kind];
    given[0] = vz_vm_alert_asked(call, names->enabled, ask->enabled[kind],
                                 &value[0]);
    given[1] = vz_vm_alert_asked(call, names->limit, ask->limit[kind],
                                 &value[1]);
    given[2] = vz_vm_alert_asked(call, names->minutes, ask->minutes[kind],
                                 &value[2]);

    if (!given[0] && !given[1] && !given[2]) {
        return VZ_OK;
    }

    return vz_db_query(tx, call->pool, &vz_vm_alert_upsert,
                       vz_binds(vz_int(id), vz_bind_cstr(names->enabled),
                                value[0], value[1], value[2],
                                vz_int(given[0]), vz_int(given[1]),
                                vz_int(given[2])),
                       NULL);
}


/* whether the body says something of a member: a value, or null, the default */

static ngx_uint_t
vz_vm_alert_asked(vz_call_t *call, const char *name, int64_t value,
    vz_bind_t *bind)
{
    *bind = vz_none();

    if (name != NULL && vz_body_given(call, name)) {
        *bind = vz_int(value);
        return 1;
    }

    return name != NULL && vz_body_cleared(call, name);
}


static void
vz_vm_alert_reply(vz_call_t *call, uint64_t id)
{
    vz_code_e             rc;
    vz_bind_t             owner;
    vz_json_t            *out;
    ngx_uint_t            kind;
    vz_vm_alert_state_t   state;

    owner = vz_auth_owner(call);
    state.id = id;

    if (vz_route_row(call, &vz_vm_alert_vm,
                     vz_binds(vz_int(id), owner, owner), &state.vm)
        != VZ_OK)
    {
        return;
    }

    rc = vz_db_query(NULL, call->pool, &vz_vm_alert_rows, vz_binds(vz_int(id)),
                     &state.rows);

    if (vz_route_failed(call, rc) != VZ_OK) {
        return;
    }

    vz_vm_alert_figures(&state);

    out = vz_call_reply(call, NGX_HTTP_OK);
    vz_json_object(out, NULL);
    vz_json_array(out, "items");

    for (kind = 0; kind < VZ_VM_ALERT_KINDS; kind++) {
        vz_vm_alert_one(out, &state, kind);
    }

    vz_json_close(out);
    vz_json_close(out);
}


/* of now, as far as one sample tells; means of minutes are the job's */

static void
vz_vm_alert_figures(vz_vm_alert_state_t *state)
{
    uint64_t             percent;
    vz_sample_t          sample;
    vz_vm_alert_seen_t   seen;
    vz_vm_alert_watch_t  watch;

    ngx_memzero(&sample, sizeof(vz_sample_t));
    ngx_memzero(&watch, sizeof(vz_vm_alert_watch_t));
    percent = vz_row_int(&state->vm, 0, "cpu_percent");

    if (vz_collector_get(state->id, &sample) != NGX_OK) {
        sample.state = VZ_STATE_UNKNOWN;
    }

    vz_vm_alert_tell_seen(&sample, percent,
                          vz_row_int(&state->vm, 0, "wanted") != 0, &seen);
    vz_vm_alert_rule_see(&watch, &seen);

    if (seen.known && percent) {
        watch.value[VZ_VM_ALERT_CPU] = (int64_t) sample.cpu_tenths * 100
                                       / (int64_t) percent;
    }

    ngx_memcpy(state->now, watch.value, sizeof(state->now));
}


static void
vz_vm_alert_one(vz_json_t *out, const vz_vm_alert_state_t *state,
    vz_vm_alert_e kind)
{
    ngx_uint_t                  row;
    ngx_str_t                   name;
    const vz_rows_t            *rows;
    const vz_vm_alert_kind_t   *def;

    rows = &state->rows;
    def = &vz_vm_alert_rule_kinds[kind];

    for (row = 0; row < rows->rows; row++) {
        name = vz_row_text(rows, row, "kind");

        if (ngx_strcmp(name.data, def->name) == 0) {
            break;
        }
    }

    vz_json_object(out, NULL);
    vz_json_cstr(out, "kind", def->name);
    vz_json_bool(out, "enabled",
                 vz_vm_alert_value(rows, row, "enabled", def->enabled) != 0);

    if (def->unit != NULL) {
        vz_json_int(out, "limit",
                    vz_vm_alert_value(rows, row, "bound", def->limit));
        vz_json_int(out, "preset", def->limit);
        vz_json_cstr(out, "unit", def->unit);

    } else {
        vz_json_null(out, "limit");
        vz_json_null(out, "preset");
        vz_json_null(out, "unit");
    }

    vz_json_int(out, "minutes",
                vz_vm_alert_value(rows, row, "minutes", def->minutes));
    vz_json_int(out, "preset_minutes", def->minutes);

    if (def->unit != NULL && state->now[kind] >= 0) {
        vz_json_tenths(out, "value", state->now[kind]);
    } else {
        vz_json_null(out, "value");
    }

    vz_json_opt(out, "raised", vz_row_text(rows, row, "since"));
    vz_json_opt(out, "mailed", vz_row_text(rows, row, "mailed"));
    vz_json_close(out);
}


static int64_t
vz_vm_alert_value(const vz_rows_t *rows, ngx_uint_t row, const char *column,
    int64_t other)
{
    return vz_row_null(rows, row, column) ? other
                                          : vz_row_int(rows, row, column);
}
