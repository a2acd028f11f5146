/*
 * The state of a task and of each of its steps.
 */

#include "panel/api/strlist.h"
#include "panel/live/task_state.h"


/* in the order of vz_task_state_e */

const char *const  vz_task_state_names[] = {
    "held", "queued", "running", "done", "failed", "cancelled", NULL
};


vz_task_state_e
vz_task_state_parse(const ngx_str_t *name)
{
    return vz_strlist_index(name, vz_task_state_names) + 1;
}


vz_task_state_e
vz_task_state_text(const u_char *name)
{
    ngx_str_t  text;

    text.data = (u_char *) name;
    text.len = ngx_strlen(name);

    return vz_task_state_parse(&text);
}


const char *
vz_task_state_name(vz_task_state_e state)
{
    return state == VZ_TASK_STATE_NONE ? "" : vz_task_state_names[state - 1];
}


ngx_uint_t
vz_task_state_over(vz_task_state_e state)
{
    switch (state) {

    case VZ_TASK_STATE_DONE:
    case VZ_TASK_STATE_FAILED:
    case VZ_TASK_STATE_CANCELLED:
        return 1;

    default:
        return 0;
    }
}
