/*
 * What connection.c alone does with a job: lines that are no verb's own.
 */

#ifndef VZ_JOB_H
#define VZ_JOB_H

#include "daemon/base/driver.h"


/* vz_job_init: an empty job that answers to out. */
void vz_job_init(vz_job_t *job, const vz_config_t *conf, int out);

/* vz_job_line: a line as it stands, without its LF, held back. */
void vz_job_line(vz_job_t *job, const char *line);

/*
 * vz_job_final: the last line, "ok words" or "err CODE words", sealed where
 * job->seal is set, and all that is held is sent.
 */
void vz_job_final(vz_job_t *job, vz_code_e code);

/*
 * vz_job_progress: tell "+ percent words" now.  vz_job_data: tell one
 * "= key=value ..." line.  vz_job_end: set the final words and return code,
 * so that drivers can say: return vz_job_end(job, VZ_NOENT, "...").
 * Words are cleaned.  A client that has gone does not stop the verb.
 * Data lines are held back until there are many, or progress or the final
 * line follows; vz_job_flush() sends them now.
 */
void vz_job_progress(vz_job_t *job, unsigned percent, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void vz_job_data(vz_job_t *job, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
vz_code_e vz_job_end(vz_job_t *job, vz_code_e code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void vz_job_flush(vz_job_t *job);

/*
 * vz_job_said: what a program or library printed before it failed.  Where the
 * verb fails, the end of it goes before the final line, "= words" for each of
 * its lines, cleaned; nowhere else, and never of a verb with a secret.  The
 * last call counts.
 */
void vz_job_said(vz_job_t *job, const char *text);

/* vz_job_left: milliseconds until the deadline, 0 when it is over. */
int vz_job_left(const vz_job_t *job);


#endif /* VZ_JOB_H */
