/*
 * Jobs that are done every now and then, by one worker of this host at a time.
 */

#ifndef VZ_PERIODIC_H
#define VZ_PERIODIC_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * Where hold is 0, any worker does the job once in a period; else the worker
 * that got the lease does it, and goes on to until it stops to ask for that
 * many milliseconds.
 */
typedef struct {
    const char   *name;
    ngx_msec_t    period;           /* ms between its runs, 1000 at least */
    ngx_uint_t    lease;            /* of the zone: vz_lease_e */
    ngx_msec_t    hold;             /* ms that the lease is kept, or 0 */

    /*
     * On a fiber, with a pool that is destroyed behind it; not while the last
     * run goes on, nor with a database whose schema is older than the module.
     */
    void        (*run)(ngx_pool_t *pool);
} vz_periodic_t;


/*
 * vz_periodic_init: worker start; the table stays the caller's and lasts as
 * long as the worker.  VZ_PERIODIC_MAX jobs at most, others are never run.
 * vz_periodic_exit: worker stop.
 */
#define VZ_PERIODIC_MAX  16

void vz_periodic_init(ngx_cycle_t *cycle, const vz_periodic_t *jobs,
    ngx_uint_t n);
void vz_periodic_exit(void);


#endif /* VZ_PERIODIC_H */
