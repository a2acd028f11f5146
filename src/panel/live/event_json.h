/*
 * What changes by itself, as JSON: a container's sample and a task's progress,
 * for events and for the members of the same name in answers.
 */

#ifndef VZ_EVENT_JSON_H
#define VZ_EVENT_JSON_H

#include "panel/live/sample.h"
#include "panel/live/task_view.h"
#include "runtime/json.h"


/* vz_event_json_vm: write a container's state and figures as an object. */
void vz_event_json_vm(vz_json_t *json, const vz_sample_t *sample);

/*
 * vz_event_json_task: write a task as an object, the member key of the open one
 * unless that is NULL.  An administrator also reads what the node said of a
 * task that does not run any more.
 */
void vz_event_json_task(vz_json_t *json, const char *key,
    const vz_task_view_t *view, ngx_uint_t admin);


#endif /* VZ_EVENT_JSON_H */
