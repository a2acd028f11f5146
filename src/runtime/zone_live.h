/*
 * Live state of the zone: the last value of every container and every task,
 * in the order in which they last changed for a person's eyes.
 */

#ifndef VZ_ZONE_LIVE_H
#define VZ_ZONE_LIVE_H

#include "runtime/zone.h"


/*
 * vz_zone_sample_put: store; cpu_tenths is computed from the sample before.
 * The version moves when the state, the owner, or a figure changed by what a
 * bar can show (0.5 per cent of its limit, 1 per cent of CPU), and at least
 * every 10 s of a running container for its uptime.
 * vz_zone_sample_get: NGX_OK or NGX_DECLINED.
 * vz_zone_beat_get: the same, for the beat of a node.
 * vz_zone_sample_drop: its row is gone.
 * vz_zone_sample_forget: drop those of a node that were taken before.
 * vz_zone_samples: call visit for each with version > since, until it returns
 * other than NGX_OK; the zone is not locked meanwhile.  Returns the greatest
 * version that visit said NGX_OK to, or since.
 */
void vz_zone_sample_put(vz_sample_t *sample);
ngx_int_t vz_zone_sample_get(uint64_t vm, vz_sample_t *sample);
ngx_int_t vz_zone_beat_get(ngx_uint_t node, vz_sample_t *beat);
void vz_zone_sample_drop(uint64_t vm);
void vz_zone_sample_forget(ngx_uint_t node, uint64_t before);

uint64_t vz_zone_samples(uint64_t since, vz_sample_pt visit, void *data);

void vz_zone_task_put(vz_task_view_t *view);        /* moves the version */
ngx_int_t vz_zone_task_get(uint64_t id, vz_task_view_t *view);

uint64_t vz_zone_tasks(uint64_t since, vz_task_view_pt visit, void *data);


#endif /* VZ_ZONE_LIVE_H */
