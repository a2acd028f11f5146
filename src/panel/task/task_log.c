/*
 * The log of a task.
 */

#include "panel/task/task_log.h"
#include "panel/live/task_said.h"


#define VZ_TASK_LOG_TIME   (sizeof("2026-01-02T03:04:05.678Z") - 1)
#define VZ_TASK_LOG_SHOWN  200      /* lines in an answer */


typedef struct {
    ngx_str_t   at;
    ngx_str_t   text;
} vz_task_line_t;


static u_char *vz_task_log_time(u_char *p, uint64_t msec);
static ngx_uint_t vz_task_log_walk(vz_json_t *json, const vz_task_t *task,
    ngx_uint_t skip);
static ngx_uint_t vz_task_log_next(ngx_str_t *rest, vz_task_log_e who,
    vz_task_line_t *line);
static void vz_task_log_line(vz_json_t *json, const ngx_str_t *step,
    const vz_task_line_t *line);


void
vz_task_log_init(vz_task_log_t *log, u_char *buf, size_t size)
{
    log->start = buf;
    log->last = buf;
    log->end = buf + size;
}


void
vz_task_log_add(vz_task_log_t *log, vz_task_log_e who, const char *fmt, ...)
{
    u_char       line[VZ_TASK_LOG_LINE], *p, *end, *lf;
    va_list      args;
    ngx_time_t  *tp;

    tp = ngx_timeofday();
    p = vz_task_log_time(line, (uint64_t) tp->sec * 1000 + tp->msec);
    *p++ = (u_char) who;

    va_start(args, fmt);
    end = ngx_vslprintf(p, line + sizeof(line) - 1, fmt, args);
    va_end(args);

    for ( /* void */ ; p < end; p++) {
        if (*p < 0x20 || *p > 0x7e) {
            *p = '?';
        }
    }

    *end++ = LF;

    while (log->end - log->last < end - line) {
        lf = ngx_strlchr(log->start, log->last, LF);
        if (lf == NULL) {
            return;
        }

        log->last = ngx_movemem(log->start, lf + 1, log->last - lf - 1);
    }

    log->last = ngx_cpymem(log->last, line, end - line);
}


static u_char *
vz_task_log_time(u_char *p, uint64_t msec)
{
    ngx_tm_t  tm;

    ngx_gmtime((time_t) (msec / 1000), &tm);

    return ngx_sprintf(p, "%4d-%02d-%02dT%02d:%02d:%02d.%03uLZ",
                       tm.ngx_tm_year, tm.ngx_tm_mon, tm.ngx_tm_mday,
                       tm.ngx_tm_hour, tm.ngx_tm_min, tm.ngx_tm_sec,
                       msec % 1000);
}


ngx_str_t
vz_task_log_text(const vz_task_log_t *log)
{
    ngx_str_t  text;

    text.data = log->start;
    text.len = log->last - log->start;

    return text;
}


void
vz_task_log_json(vz_json_t *json, const vz_task_t *task)
{
    u_char                 at[VZ_TASK_LOG_TIME];
    ngx_uint_t             n;
    vz_task_line_t         line;
    const vz_step_view_t  *step;

    n = vz_task_log_walk(NULL, task, 0);

    vz_json_array(json, "log");
    (void) vz_task_log_walk(json, task, n > VZ_TASK_LOG_SHOWN
                                        ? n - VZ_TASK_LOG_SHOWN : 0);

    /* what the running step said last is not written down yet */

    if (task->said && task->step < task->nsteps) {
        step = &task->steps[task->step];
        line.at.data = at;
        line.at.len = vz_task_log_time(at, task->said) - at;
        line.text = step->detail;
        vz_task_log_line(json, &step->name, &line);
    }

    vz_json_close(json);
}


/* count the lines; with json, write all but the first skip of them */

static ngx_uint_t
vz_task_log_walk(vz_json_t *json, const vz_task_t *task, ngx_uint_t skip)
{
    ngx_str_t       rest;
    ngx_uint_t      i, n;
    vz_task_line_t  line;

    n = 0;

    for (i = 0; i < task->nsteps; i++) {
        rest = task->steps[i].log;

        while (vz_task_log_next(&rest, task->log, &line)) {
            if (n++ >= skip && json != NULL) {
                vz_task_log_line(json, &task->steps[i].name, &line);
            }
        }
    }

    return n;
}


/* the first line may have lost its beginning, and is skipped then */

static ngx_uint_t
vz_task_log_next(ngx_str_t *rest, vz_task_log_e who, vz_task_line_t *line)
{
    u_char  *p, *lf;

    for ( ;; ) {
        p = rest->data;
        lf = ngx_strlchr(p, p + rest->len, LF);

        if (lf == NULL) {
            return 0;
        }

        rest->len -= lf + 1 - p;
        rest->data = lf + 1;

        if ((size_t) (lf - p) > VZ_TASK_LOG_TIME
            && p[VZ_TASK_LOG_TIME - 1] == 'Z'
            && (p[VZ_TASK_LOG_TIME] == VZ_TASK_LOG_ALL
                || p[VZ_TASK_LOG_TIME] == who))
        {
            break;
        }
    }

    line->at.data = p;
    line->at.len = VZ_TASK_LOG_TIME;
    line->text.data = p + VZ_TASK_LOG_TIME + 1;
    line->text.len = lf - line->text.data;

    return 1;
}


static void
vz_task_log_line(vz_json_t *json, const ngx_str_t *step,
    const vz_task_line_t *line)
{
    vz_json_object(json, NULL);
    vz_json_text(json, "at", &line->at);
    vz_json_text(json, "step", step);
    vz_task_said_json(json, "text", line->text, 1);
    vz_json_close(json);
}
