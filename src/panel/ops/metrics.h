/* GET /api/metrics: figures of the panel and of its containers, as text. */

#ifndef VZ_METRICS_H
#define VZ_METRICS_H

#include "panel/api/query.h"


extern const vz_query_args_t  vz_metrics_args;

/*
 * vz_metrics_show: reply with the panel's figures, or with those of each
 * container where "of" is "vms".  All workers of a host reply the same.
 */
void vz_metrics_show(vz_call_t *call);

/*
 * vz_metrics_init, vz_metrics_exit: worker start and stop; in between the
 * worker tells the others how much it has at work, once a second.
 */
void vz_metrics_init(ngx_cycle_t *cycle);
void vz_metrics_exit(void);


#endif /* VZ_METRICS_H */
