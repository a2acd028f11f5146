/*
 * Task views: how far every task has come, as the zone keeps it for those who
 * watch.
 */

#ifndef VZ_TASK_VIEW_H
#define VZ_TASK_VIEW_H

#include "runtime/zone.h"


typedef struct {
    uint64_t      id;
    uint64_t      vm;
    uint64_t      owner;            /* whose container it is */
    ngx_uint_t    step;             /* from 0 */
    ngx_uint_t    steps;
    ngx_uint_t    percent;          /* of the whole */
    ngx_uint_t    step_percent;
    u_char        kind[16];
    u_char        state[12];        /* queued running done failed cancelled */
    u_char        step_name[16];
    u_char        detail[208];      /* the daemon's words */
    ngx_uint_t    noted;            /* how often its log grew by itself, as
                                       with what a first boot came to */
    uint64_t      version;
} vz_task_view_t;

typedef ngx_int_t (*vz_task_view_pt)(void *data, const vz_task_view_t *view);


/* vz_task_view_table: the table of them in the zone. */
extern const vz_table_def_t  vz_task_view_table;

/* vz_task_view_put: store a view; its version is a new one. */
void vz_task_view_put(vz_task_view_t *view);

/*
 * vz_task_view_note: tell watchers that the log of a task has grown though the
 * task is where it was.  ended is stored where the zone has forgotten the task;
 * NULL: then nobody is told.
 */
void vz_task_view_note(uint64_t id, const vz_task_view_t *ended);

/* vz_task_view_get: the view of a task: NGX_OK or NGX_DECLINED. */
ngx_int_t vz_task_view_get(uint64_t id, vz_task_view_t *view);

/*
 * vz_task_view_each: call visit for each with version > since, until it returns
 * other than NGX_OK; the zone is not locked meanwhile.  Returns the greatest
 * version that visit said NGX_OK to, or since.
 */
uint64_t vz_task_view_each(uint64_t since, vz_task_view_pt visit, void *data);


#endif /* VZ_TASK_VIEW_H */
