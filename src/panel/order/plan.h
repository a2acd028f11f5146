/*
 * What is offered, for the pages that the module writes.
 */

#ifndef VZ_PLAN_H
#define VZ_PLAN_H

#include "runtime/http.h"


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    ngx_str_t    name;
    int64_t      memory_mib;
    int64_t      disk_mib;
    int64_t      cpu_units;
} vz_plan_t;


/*
 * vz_plan_offer: on a fiber, the plans that GET /api/plans tells, of pool; how
 * many.  Where the worker's are too old the database is asked, by one for all;
 * where it takes its time they are those of before, or none.  soon: nothing
 * was set up yet to be sold.
 */
ngx_uint_t vz_plan_offer(ngx_pool_t *pool, vz_plan_t **plans,
    ngx_uint_t *soon);

void vz_plan_list(vz_call_t *call);

void vz_plan_exit(void);            /* worker stop */


#endif /* VZ_PLAN_H */
