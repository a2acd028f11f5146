/*
 * The log of a task: what happened in its steps and when, line by line.  It
 * is kept as text beside each step (task_step.log), bounded, and written by
 * the statement that writes the step.
 *
 * A line is its time (RFC 3339, milliseconds), a sign that tells whom it is
 * for, its words in printable ASCII, and LF.
 */

#ifndef VZ_TASK_LOG_H
#define VZ_TASK_LOG_H

#include "panel/task/task.h"


#define VZ_TASK_LOG_BYTES  8192     /* of a step; more: the oldest go */
#define VZ_TASK_LOG_LINE   320      /* of a line; more is cut */

/* what a column of the log becomes when the text of a ? is added to it */
#define vz_task_log_sql(column)  "RIGHT(CONCAT(" column ", ?), 8192)"


typedef struct {
    u_char   *start;
    u_char   *last;
    u_char   *end;
} vz_task_log_t;

/*
 * vz_task_log_init: begin an empty log in size bytes of the caller's, which
 * last as long as the log; VZ_TASK_LOG_LINE of them hold a single line.
 */
void vz_task_log_init(vz_task_log_t *log, u_char *buf, size_t size);

/*
 * vz_task_log_add: add a line with the time of now; fmt is nginx's.  A byte
 * that is not printable becomes '?'.  Where the room ends, the oldest lines are
 * dropped.
 */
void vz_task_log_add(vz_task_log_t *log, vz_task_log_e who, const char *fmt,
    ...);

/*
 * vz_task_log_text: the text of the log, to be bound to a statement; it is
 * valid until the next line is added.
 */
ngx_str_t vz_task_log_text(const vz_task_log_t *log);

/*
 * vz_task_log_json: write the member "log", [{at, step, text}]: the newest
 * lines of those that task->log lets its reader see, the oldest first.
 */
void vz_task_log_json(vz_json_t *json, const vz_task_t *task);


#endif /* VZ_TASK_LOG_H */
