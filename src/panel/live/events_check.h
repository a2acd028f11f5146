/*
 * Whether who listens to a stream is still signed in, which another nginx
 * host may have ended: the sessions of all streams of this worker are asked
 * for together, every 10 s.
 */

#ifndef VZ_EVENTS_CHECK_H
#define VZ_EVENTS_CHECK_H

#include <ngx_config.h>
#include <ngx_core.h>


void vz_events_check_init(ngx_cycle_t *cycle);
void vz_events_check_exit(void);


#endif /* VZ_EVENTS_CHECK_H */
