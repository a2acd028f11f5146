/*
 * The version of the schema.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include "runtime/fiber.h"
#include "runtime/probe.h"
#include "runtime/row.h"
#include "runtime/schema.h"


#define VZ_SCHEMA_FIRST   20        /* ms from a worker's start */
#define VZ_SCHEMA_AGAIN   10000
#define VZ_SCHEMA_HEAL    1000      /* while it does not fit */


/* generated from the names in sql/ by the build */

extern const unsigned  vz_schema_number;


static vz_code_e vz_schema_ask(void *data, ngx_pool_t *pool);
static void vz_schema_tell(ngx_uint_t behind);
static void vz_schema_timer(ngx_event_t *ev);
static void vz_schema_look(void *data);


static const vz_sql_t  vz_schema_have = vz_sql("schema",
    "SELECT COALESCE(MAX(version), 0) AS version FROM schema_version");

static const vz_sql_t  vz_schema_breaks = vz_sql("schema breaks",
    "SELECT COALESCE(MAX(breaks), 0) AS breaks FROM schema_step");


static vz_probe_t   vz_schema_probe = { .run = vz_schema_ask };

static vz_schema_t  vz_schema_found;
static ngx_uint_t   vz_schema_unfit;
static ngx_uint_t   vz_schema_roomy;        /* was looked at */
static ngx_event_t  vz_schema_event;

/* what nginx's debug log takes for the owner of a timer */
static ngx_connection_t  vz_schema_ident = { .fd = (ngx_socket_t) -1 };


vz_code_e
vz_schema_check(ngx_msec_t age)
{
    vz_schema_probe.keep = age;
    vz_probe_begin(&vz_schema_probe);

    return vz_probe_end(&vz_schema_probe);
}


ngx_uint_t
vz_schema_behind(void)
{
    return vz_schema_unfit;
}


const vz_schema_t *
vz_schema(void)
{
    return &vz_schema_found;
}


/* a missing table is a missing schema */

static vz_code_e
vz_schema_ask(void *data, ngx_pool_t *pool)
{
    vz_code_e    rc;
    vz_rows_t    rows;
    ngx_uint_t   behind;
    vz_schema_t  found;

    (void) data;

    found.need = vz_schema_number;
    found.breaks = 0;

    rc = vz_db_query(NULL, pool, &vz_schema_have, vz_no_binds, &rows);
    if (rc != VZ_OK && rc != VZ_INTERNAL) {
        return rc;
    }

    found.have = vz_row_int(&rows, 0, "version");

    if (found.have >= found.need) {
        rc = vz_db_query(NULL, pool, &vz_schema_breaks, vz_no_binds, &rows);
        if (rc != VZ_OK && rc != VZ_INTERNAL) {
            return rc;
        }

        found.breaks = vz_row_int(&rows, 0, "breaks");
    }

    behind = (found.have < found.need || found.breaks > found.need);

    vz_schema_found = found;
    vz_schema_tell(behind);

    return behind ? VZ_BEHIND : VZ_OK;
}


static void
vz_schema_tell(ngx_uint_t behind)
{
    vz_schema_t  *found = &vz_schema_found;

    if (behind == vz_schema_unfit) {
        return;
    }

    vz_schema_unfit = behind;

    if (!behind) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "vzpanel: the database's schema is %ui, which fits",
                      found->have);

    } else if (found->have < found->need) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "vzpanel: the database's schema is %ui and this module "
                      "needs %ui: run migrate; until then it only reads",
                      found->have, found->need);

    } else {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "vzpanel: the database's schema is %ui, which wants a "
                      "module of %ui, and this one is of %ui: restart nginx "
                      "with the newer one; until then it only reads",
                      found->have, found->breaks, found->need);
    }
}


void
vz_schema_init(ngx_cycle_t *cycle)
{
    vz_schema_event.handler = vz_schema_timer;
    vz_schema_event.log = cycle->log;
    vz_schema_event.data = &vz_schema_ident;
    vz_schema_event.cancelable = 1;

    ngx_add_timer(&vz_schema_event, VZ_SCHEMA_FIRST);
}


void
vz_schema_exit(void)
{
    if (vz_schema_event.timer_set) {
        ngx_del_timer(&vz_schema_event);
    }
}


static void
vz_schema_timer(ngx_event_t *ev)
{
    if (!ngx_exiting) {
        (void) vz_fiber_spawn(vz_schema_look, NULL);
        ngx_add_timer(ev, vz_schema_unfit || !vz_schema_probe.known
                          ? VZ_SCHEMA_HEAL : VZ_SCHEMA_AGAIN);
    }
}


static void
vz_schema_look(void *data)
{
    ngx_pool_t       *pool;
    ngx_core_conf_t  *ccf;

    (void) data;

    if (vz_schema_check(VZ_SCHEMA_HEAL / 2) == VZ_DOWN || vz_schema_roomy
        || ngx_worker != 0)
    {
        return;
    }

    /* one worker logs it for all */

    pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    vz_schema_roomy = 1;
    ccf = (ngx_core_conf_t *) ngx_get_conf(ngx_cycle->conf_ctx,
                                           ngx_core_module);
    vz_db_fits(pool, ccf->worker_processes);
    ngx_destroy_pool(pool);
}
