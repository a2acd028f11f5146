/*
 * The job of alerts.  What it knows of containers is this worker's copy of the
 * database, not older than a minute nor than a change that was made on this
 * host.  How long a figure is above its limit is remembered by the worker that
 * looks: where another takes over, an alert begins later, and none twice.
 */

#include "panel/api/zone_ids.h"
#include "panel/live/collector.h"
#include "panel/live/node_health.h"
#include "panel/node/node.h"
#include "panel/vm/vm_alert_job.h"
#include "panel/vm/vm_alert_rule.h"
#include "panel/vm/vm_alert_tell.h"
#include "runtime/clock.h"
#include "runtime/row.h"
#include "runtime/zone.h"


#define VZ_VM_ALERT_KEEP   60       /* seconds that the copy is good for */
#define VZ_VM_ALERT_ROUND  60000    /* ms, after which nodes are asked where
                                       nobody else has them asked */
#define VZ_VM_ALERT_HOLD   10000    /* ms that the lease is asked for */


typedef struct {
    vz_vm_alert_set_t     set;
    ngx_uint_t            raised;
    ngx_uint_t            owed;     /* its mail had to wait for an hour */
} vz_vm_alert_state_t;

typedef struct {
    uint64_t              vm;
    uint64_t              cpu_percent;
    ngx_uint_t            wanted;
    vz_vm_alert_watch_t   watch;
    vz_vm_alert_state_t   kinds[VZ_VM_ALERT_KINDS];
} vz_vm_alert_one_t;

/* A row of what somebody has set, or of what was raised. */
typedef struct {
    uint64_t              vm;
    vz_vm_alert_e         kind;     /* + 1; 0: another panel's */
    ngx_uint_t            enabled;
    uint64_t              limit;
    uint64_t              minutes;
    ngx_uint_t            enabled_set;
    ngx_uint_t            limit_set;
    ngx_uint_t            minutes_set;
    ngx_uint_t            raised;
    ngx_uint_t            owed;
} vz_vm_alert_row_t;

typedef struct {
    ngx_pool_t           *pool;
    vz_vm_alert_one_t    *all;      /* by vm */
    ngx_uint_t            n;
    time_t                loaded;
    uint64_t              vms;      /* generations before that */
    uint64_t              alerts;
    uint64_t              database; /* its ms since the epoch, and */
    uint64_t              clock;    /* vz_clock_msec() then */
} vz_vm_alert_map_t;


static ngx_uint_t vz_vm_alert_round(ngx_pool_t *pool);
static vz_code_e vz_vm_alert_load(ngx_pool_t *pool);
static ngx_int_t vz_vm_alert_keep(ngx_pool_t *pool, const vz_rows_t *vms,
    const vz_rows_t *rows);
static ngx_uint_t vz_vm_alert_merge(vz_vm_alert_one_t *one,
    const vz_rows_t *rows, ngx_uint_t i);
static void vz_vm_alert_look(ngx_pool_t *pool, vz_vm_alert_one_t *one,
    const vz_vm_alert_tell_t *tell);
static void vz_vm_alert_turn(ngx_pool_t *pool, vz_vm_alert_one_t *one,
    vz_vm_alert_e kind, const vz_vm_alert_tell_t *tell);


#define VZ_VM_ALERT_VM_ROW(first, next, of)                                   \
    first(of, vm, INT, "id")                                                  \
    next(of, cpu_percent, INT, "COALESCE(cpu_percent, 0)")                    \
    next(of, wanted, FLAG,                                                    \
         "lifecycle = 'ready' AND desired_state = 'running'")

#define VZ_VM_ALERT_ROW(first, next, of)                                      \
    first(of, vm, INT, "vm_id")                                               \
    next(of, kind, NAMED(vz_vm_alert_tell_names), "kind")                     \
    next(of, enabled, FLAG, "enabled")                                        \
    next(of, limit, INT, "bound")                                             \
    next(of, minutes, INT, "minutes")                                         \
    next(of, enabled_set, GIVEN, "enabled")                                   \
    next(of, limit_set, GIVEN, "bound")                                       \
    next(of, minutes_set, GIVEN, "minutes")                                   \
    next(of, raised, GIVEN, "raised")                                         \
    next(of, owed, FLAG, vz_vm_alert_tell_owed)

static const vz_row_member_t  vz_vm_alert_vm_members[] =
    vz_row_members(VZ_VM_ALERT_VM_ROW, vz_vm_alert_one_t);

static const vz_row_member_t  vz_vm_alert_members[] =
    vz_row_members(VZ_VM_ALERT_ROW, vz_vm_alert_row_t);

static const vz_sql_t  vz_vm_alert_vms = vz_sql("alert containers",
    "SELECT " vz_row_sql(VZ_VM_ALERT_VM_ROW) " FROM vm"
    " WHERE lifecycle IN ('ready', 'suspended') ORDER BY id");

static const vz_sql_t  vz_vm_alert_rows = vz_sql("alert rows",
    "SELECT " vz_row_sql(VZ_VM_ALERT_ROW) " FROM vm_alert ORDER BY vm_id");

static const vz_sql_t  vz_vm_alert_now = vz_sql("alert clock",
    "SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS ms");

static vz_vm_alert_map_t  vz_vm_alert_map;


void
vz_vm_alert_job(ngx_pool_t *pool)
{
    uint64_t             asked;
    ngx_uint_t           i;
    vz_vm_alert_tell_t   tell;

    if (!vz_vm_alert_round(pool) || vz_vm_alert_load(pool) != VZ_OK) {
        return;
    }

    ngx_memzero(&tell, sizeof(vz_vm_alert_tell_t));
    asked = 0;

    for (i = 0; i < vz_vm_alert_map.n; i++) {

        if (vz_clock_msec() - asked > VZ_VM_ALERT_HOLD / 2) {
            asked = vz_clock_msec();

            if (vz_zone_lease(VZ_LEASE_ALERTS, VZ_VM_ALERT_HOLD) != NGX_OK) {
                return;
            }

            /* by a clock that runs on while a worker does not; each statement
               compares it with the database's */

            tell.until = vz_vm_alert_map.database
                         + (asked - vz_vm_alert_map.clock) + VZ_VM_ALERT_HOLD;
        }

        vz_vm_alert_look(pool, &vz_vm_alert_map.all[i], &tell);
    }
}


/*
 * Have the nodes asked where nobody else does.  Returns 0 until this worker is
 * a minute old, unless there are samples already: a worker that has just begun
 * can't say how long anything lasts, and asks no node for it.
 */

static ngx_uint_t
vz_vm_alert_round(ngx_pool_t *pool)
{
    uint64_t           now;
    ngx_uint_t         i, n, old;
    vz_node_row_t     *rows[VZ_NODES_MAX];
    vz_node_health_t   health;

    static uint64_t    first;

    if (vz_node_load(pool) != VZ_OK) {
        return 0;
    }

    now = vz_zone_now();
    first = first ? first : now;
    n = vz_node_rows(rows);
    old = 0;

    for (i = 0; i < n; i++) {
        old += vz_node_health_get(rows[i]->id, &health) != NGX_OK
               || now >= health.asked + VZ_VM_ALERT_ROUND;
    }

    if (old && now - first < VZ_VM_ALERT_ROUND) {
        return old < n;
    }

    if (old) {
        vz_collector_fresh();
    }

    return 1;
}


static vz_code_e
vz_vm_alert_load(ngx_pool_t *pool)
{
    uint64_t            clock, vms_are, alerts_are;
    vz_code_e           rc;
    vz_rows_t           vms, rows, now;
    ngx_pool_t         *own;
    vz_vm_alert_map_t  *map;

    map = &vz_vm_alert_map;
    vms_are = vz_zone_generation(VZ_GENERATION_VMS);
    alerts_are = vz_zone_generation(VZ_GENERATION_ALERTS);

    if (map->loaded && vms_are == map->vms && alerts_are == map->alerts
        && ngx_time() - map->loaded < VZ_VM_ALERT_KEEP
        && ngx_time() >= map->loaded)
    {
        return VZ_OK;
    }

    clock = vz_clock_msec();

    rc = vz_db_query(NULL, pool, &vz_vm_alert_now, vz_no_binds, &now);

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, pool, &vz_vm_alert_vms, vz_no_binds, &vms);
    }

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, pool, &vz_vm_alert_rows, vz_no_binds, &rows);
    }

    if (rc != VZ_OK) {
        return rc;
    }

    own = ngx_create_pool(4096, ngx_cycle->log);

    if (own == NULL || vz_vm_alert_keep(own, &vms, &rows) != NGX_OK) {
        if (own != NULL) {
            ngx_destroy_pool(own);
        }

        return VZ_INTERNAL;
    }

    map->loaded = ngx_time();
    map->vms = vms_are;
    map->alerts = alerts_are;
    map->database = vz_row_int(&now, 0, "ms");
    map->clock = clock;

    return VZ_OK;
}


/* both are in the order of containers, and so is what was known before */

static ngx_int_t
vz_vm_alert_keep(ngx_pool_t *pool, const vz_rows_t *vms, const vz_rows_t *rows)
{
    ngx_uint_t           i, k, old, row;
    vz_vm_alert_one_t   *one, *all;
    vz_vm_alert_map_t   *map;

    map = &vz_vm_alert_map;
    old = 0;
    row = 0;

    all = ngx_pcalloc(pool, (vms->rows + 1) * sizeof(vz_vm_alert_one_t));
    if (all == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < vms->rows; i++) {
        one = &all[i];
        vz_row_read(vms, i, 0, vz_vm_alert_vm_members, one);

        for (k = 0; k < VZ_VM_ALERT_KINDS; k++) {
            one->kinds[k].set.enabled = vz_vm_alert_rule_kinds[k].enabled;
            one->kinds[k].set.limit = vz_vm_alert_rule_kinds[k].limit;
            one->kinds[k].set.minutes = vz_vm_alert_rule_kinds[k].minutes;
        }

        while (old < map->n && map->all[old].vm < one->vm) {
            old++;
        }

        if (old < map->n && map->all[old].vm == one->vm) {
            one->watch = map->all[old].watch;
        }

        row = vz_vm_alert_merge(one, rows, row);
    }

    vz_vm_alert_job_exit();
    map->pool = pool;
    map->all = all;
    map->n = vms->rows;

    return NGX_OK;
}


/* take a container's rows, from row i on; returns the one behind them */

static ngx_uint_t
vz_vm_alert_merge(vz_vm_alert_one_t *one, const vz_rows_t *rows, ngx_uint_t i)
{
    vz_vm_alert_row_t     row;
    vz_vm_alert_state_t  *state;

    for ( /* void */ ; i < rows->rows; i++) {
        vz_row_read(rows, i, 0, vz_vm_alert_members, &row);

        if (row.vm > one->vm) {
            break;
        }

        if (row.vm < one->vm || row.kind == 0) {
            continue;
        }

        state = &one->kinds[row.kind - 1];
        state->raised = row.raised;
        state->owed = row.owed;

        if (row.enabled_set) {
            state->set.enabled = row.enabled;
        }

        if (row.limit_set) {
            state->set.limit = row.limit;
        }

        if (row.minutes_set) {
            state->set.minutes = row.minutes;
        }
    }

    return i;
}


static void
vz_vm_alert_look(ngx_pool_t *pool, vz_vm_alert_one_t *one,
    const vz_vm_alert_tell_t *tell)
{
    ngx_uint_t          k;
    vz_sample_t         sample;
    vz_vm_alert_seen_t  seen;

    if (vz_sample_get(one->vm, &sample) != NGX_OK
        || sample.taken <= one->watch.at
        || vz_zone_now() > sample.taken + VZ_COLLECTOR_STALE)
    {
        return;
    }

    vz_vm_alert_tell_seen(&sample, one->cpu_percent, one->wanted, &seen);
    vz_vm_alert_rule_see(&one->watch, &seen);

    for (k = 0; k < VZ_VM_ALERT_KINDS; k++) {
        vz_vm_alert_turn(pool, one, k, tell);
    }
}


static void
vz_vm_alert_turn(ngx_pool_t *pool, vz_vm_alert_one_t *one, vz_vm_alert_e kind,
    const vz_vm_alert_tell_t *tell)
{
    vz_code_e             rc;
    vz_vm_alert_tell_t    what;
    vz_vm_alert_state_t  *state;

    state = &one->kinds[kind];
    what = *tell;
    what.vm = one->vm;
    what.kind = kind;
    what.set = state->set;
    what.value = one->watch.value[kind];

    switch (vz_vm_alert_rule_turn(&one->watch, kind, &state->set,
                                  state->raised))
    {

    case VZ_VM_ALERT_BEGINS:
        what.seconds = (one->watch.at - one->watch.above[kind]) / 1000;
        rc = vz_vm_alert_tell_begin(pool, &what);
        state->raised = rc == VZ_OK || rc == VZ_EXISTS;

        if (rc == VZ_STATE) {               /* not for now */
            one->watch.above[kind] = 0;
        }

        return;

    case VZ_VM_ALERT_ENDS:
        if (vz_vm_alert_tell_end(pool, &what) == VZ_OK) {
            state->raised = 0;
            state->owed = 0;
        }

        return;

    case VZ_VM_ALERT_STAYS:
        if (state->raised && state->owed
            && vz_vm_alert_tell_again(pool, &what) == VZ_OK)
        {
            state->owed = 0;
        }
    }
}


void
vz_vm_alert_job_exit(void)
{
    if (vz_vm_alert_map.pool != NULL) {
        ngx_destroy_pool(vz_vm_alert_map.pool);
        vz_vm_alert_map.pool = NULL;
        vz_vm_alert_map.all = NULL;
        vz_vm_alert_map.n = 0;
    }
}
