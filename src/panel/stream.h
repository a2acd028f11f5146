/*
 * Server-sent events of the panel: containers, tasks, and one order's steps.
 */

#ifndef VZ_STREAM_H
#define VZ_STREAM_H

#include "../runtime/http.h"


/* vz_stream_wanted: the client accepts text/event-stream and says so. */
ngx_uint_t vz_stream_wanted(vz_call_t *call);

/* vz_stream_order: the call becomes a stream of one task's progress. */
void vz_stream_order(vz_call_t *call, uint64_t task);


#endif /* VZ_STREAM_H */
