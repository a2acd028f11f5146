/*
 * Probes.
 */

#include "runtime/fiber.h"
#include "runtime/probe.h"


#define VZ_PROBE_POOL  1024


static void vz_probe_run(void *data);


void
vz_probe_begin(vz_probe_t *probe)
{
    if (probe->running
        || (probe->known && ngx_current_msec - probe->ended < probe->keep))
    {
        return;
    }

    vz_waitq_init(&probe->line);
    probe->running = 1;
    probe->began = ngx_current_msec;

    if (vz_fiber_spawn(vz_probe_run, probe) != NGX_OK) {
        probe->running = 0;
        probe->known = 0;
        probe->answer = VZ_OVERLOADED;
    }
}


static void
vz_probe_run(void *data)
{
    vz_probe_t  *probe = data;

    ngx_pool_t  *pool;

    probe->answer = VZ_OVERLOADED;
    pool = ngx_create_pool(VZ_PROBE_POOL, ngx_cycle->log);

    if (pool != NULL) {
        probe->answer = probe->run(probe->data, pool);
        ngx_destroy_pool(pool);
    }

    probe->ended = ngx_current_msec;
    probe->running = 0;
    probe->known = 1;

    (void) vz_waitq_wake(&probe->line, 1);
}


vz_code_e
vz_probe_end(vz_probe_t *probe)
{
    ngx_msec_t  passed, most;

    if (!probe->running) {
        return probe->answer;
    }

    passed = ngx_current_msec - probe->began;
    most = probe->wait ? probe->wait : VZ_PROBE_WAIT;

    if (passed >= most
        || vz_waitq_wait(&probe->line, most - passed) != NGX_OK)
    {
        return VZ_TIMEOUT;
    }

    return probe->answer;
}
