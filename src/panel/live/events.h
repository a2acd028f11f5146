/*
 * Server-sent events of the panel: containers, tasks, and one order's steps.
 */

#ifndef VZ_EVENTS_H
#define VZ_EVENTS_H

#include "panel/api/query.h"
#include "runtime/call.h"


/* vz_events_wanted: whether the client accepts text/event-stream. */
ngx_uint_t vz_events_wanted(vz_call_t *call);

/* vz_events_order: turn the call into a stream of one task's progress. */
void vz_events_order(vz_call_t *call, uint64_t task);

/* The query of an order's stream, and that of /api/events. */
extern const vz_query_args_t  vz_events_args;
extern const vz_query_args_t  vz_events_stream_args;

/* vz_events_stream: GET /api/events: what the user may see, as it changes. */
void vz_events_stream(vz_call_t *call);


#endif /* VZ_EVENTS_H */
