/*
 * Checking that the users of streams are still signed in, because another nginx
 * host may have ended a session: every 10 s one query asks for the sessions of
 * all streams of this worker.
 */

#ifndef VZ_EVENTS_CHECK_H
#define VZ_EVENTS_CHECK_H

#include <ngx_config.h>
#include <ngx_core.h>


/* vz_events_check_init, vz_events_check_exit: worker start and stop. */
void vz_events_check_init(ngx_cycle_t *cycle);
void vz_events_check_exit(void);


#endif /* VZ_EVENTS_CHECK_H */
