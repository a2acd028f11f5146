/*
 * What changes by itself, as JSON.
 */

#include "panel/live/event_json.h"
#include "panel/live/task_said.h"
#include "panel/live/task_state.h"


void
vz_event_json_vm(vz_json_t *json, const vz_sample_t *sample)
{
    vz_json_object(json, NULL);
    vz_json_uint(json, "id", sample->vm);
    vz_json_cstr(json, "state", vz_sample_state_name(sample->state));

    vz_json_object(json, "memory");
    vz_json_uint(json, "used_bytes", sample->memory_used);

    if (sample->memory_limit) {
        vz_json_uint(json, "limit_bytes", sample->memory_limit);
    }

    vz_json_close(json);

    vz_json_object(json, "disk");
    vz_json_uint(json, "used_bytes", sample->disk_used);

    if (sample->disk_total) {
        vz_json_uint(json, "total_bytes", sample->disk_total);
    }

    vz_json_close(json);

    vz_json_object(json, "cpu");
    vz_json_tenths(json, "percent", sample->cpu_tenths);
    vz_json_close(json);

    vz_json_uint(json, "uptime_s", sample->uptime);
    vz_json_time(json, "sampled", sample->sampled);
    vz_json_close(json);
}


void
vz_event_json_task(vz_json_t *json, const char *key,
    const vz_task_view_t *view, ngx_uint_t admin)
{
    ngx_str_t  said;

    vz_json_object(json, key);
    vz_json_uint(json, "id", view->id);

    vz_json_object(json, "vm");
    vz_json_uint(json, "id", view->vm);
    vz_json_close(json);

    vz_json_cstr(json, "kind", (const char *) view->kind);
    vz_json_cstr(json, "state", (const char *) view->state);
    vz_json_uint(json, "step", view->step);
    vz_json_uint(json, "steps", view->steps);
    vz_json_cstr(json, "step_name", (const char *) view->step_name);
    vz_json_uint(json, "step_percent", view->step_percent);
    vz_json_uint(json, "percent", view->percent);

    if (view->noted) {
        vz_json_uint(json, "noted", view->noted);
    }

    said.data = (u_char *) view->detail;
    said.len = ngx_strlen(view->detail);

    vz_task_said_json(json, "detail", said,
                      admin || vz_task_state_text(view->state)
                               == VZ_TASK_STATE_RUNNING);
    vz_json_close(json);
}
