/*
 * Plans as visitors see them: GET /api/plans, and the offer on the pages that
 * the module writes.
 */

#ifndef VZ_PLAN_H
#define VZ_PLAN_H

#include "runtime/call.h"


typedef struct {
    ngx_str_t    name;
    int64_t      memory_mib;
    int64_t      disk_mib;
    int64_t      cpu_units;
    int64_t      traffic_gib;       /* a month, or VZ_LIMIT_NONE */
} vz_plan_t;


/*
 * vz_plan_offer: on a fiber, the plans of GET /api/plans; returns how many.
 * The array and its texts are from pool.  A worker keeps them for two seconds;
 * then one caller asks the database for all, and those who get no answer within
 * half a second have the plans of before, or none.  *soon is set where nothing
 * was ever offered.
 */
ngx_uint_t vz_plan_offer(ngx_pool_t *pool, vz_plan_t **plans,
    ngx_uint_t *soon);

/* GET /api/plans */
void vz_plan_list(vz_call_t *call);

/* vz_plan_exit: worker stop: free what was kept. */
void vz_plan_exit(void);


#endif /* VZ_PLAN_H */
