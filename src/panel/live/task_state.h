/*
 * The state of a task and of each of its steps, as it is called in the
 * database, in the zone and in the API.
 */

#ifndef VZ_TASK_STATE_H
#define VZ_TASK_STATE_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    VZ_TASK_STATE_NONE = 0,         /* a name that is none of these */
    VZ_TASK_STATE_HELD,             /* an administrator has to let it run */
    VZ_TASK_STATE_QUEUED,
    VZ_TASK_STATE_RUNNING,
    VZ_TASK_STATE_DONE,
    VZ_TASK_STATE_FAILED,
    VZ_TASK_STATE_CANCELLED
} vz_task_state_e;

/* vz_task_state_names: those of all states, ended by NULL. */
extern const char *const  vz_task_state_names[];


/*
 * vz_task_state_parse: the state of that name, VZ_TASK_STATE_NONE where there
 * is none; vz_task_state_text: the same of a text that is terminated.
 */
vz_task_state_e vz_task_state_parse(const ngx_str_t *name);
vz_task_state_e vz_task_state_text(const u_char *name);

/* vz_task_state_name: its name, static; "" of VZ_TASK_STATE_NONE. */
const char *vz_task_state_name(vz_task_state_e state);

/*
 * vz_task_state_over: whether a task in this state has ended;
 * vz_task_state_open: the opposite in a statement.
 */
ngx_uint_t vz_task_state_over(vz_task_state_e state);
#define vz_task_state_open(column)  column " IN ('held', 'queued', 'running')"


#endif /* VZ_TASK_STATE_H */
