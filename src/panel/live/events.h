/*
 * Server-sent events of the panel: containers, tasks, and one order's steps.
 */

#ifndef VZ_EVENTS_H
#define VZ_EVENTS_H

#include "panel/api/query.h"
#include "runtime/call.h"


/* vz_events_wanted: the client accepts text/event-stream and says so. */
ngx_uint_t vz_events_wanted(vz_call_t *call);

/* vz_events_order: the call becomes a stream of one task's progress. */
void vz_events_order(vz_call_t *call, uint64_t task);

extern const vz_query_args_t  vz_events_args;
extern const vz_query_args_t  vz_events_stream_args;
void vz_events_stream(vz_call_t *call);


#endif /* VZ_EVENTS_H */
