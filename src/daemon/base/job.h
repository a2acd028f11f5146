/* A job: what it tells its client, and how much time it has. */

#ifndef VZ_JOB_H
#define VZ_JOB_H

#include "daemon/base/driver.h"


/* vz_job_init: an empty job whose client is at out. */
void vz_job_init(vz_job_t *job, const vz_config_t *conf, int out);

/*
 * vz_job_line: add a line to the answer as it is; it comes without its LF. For
 * connection.c: the line is no verb's.
 */
void vz_job_line(vz_job_t *job, const char *line);

/*
 * vz_job_final: end the answer with "ok words" or "err CODE words", sealed
 * where job->seal is set, and send all of it. For connection.c.
 */
void vz_job_final(vz_job_t *job, vz_code_e code);

/*
 * vz_job_progress: send "+ percent words" now. vz_job_data: add a line "=
 * key=value ..." to the answer. vz_job_end: set the words of the final line
 * and return code, so that a driver can write: return vz_job_end(job,
 * VZ_NOENT, "...").
 *
 * Characters that are not printable are replaced. The answer is collected
 * until it is long, or until progress or the final line follows;
 * vz_job_flush() sends it now. A verb goes on when its client has left.
 */
void vz_job_progress(vz_job_t *job, unsigned percent, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
void vz_job_data(vz_job_t *job, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
vz_code_e vz_job_end(vz_job_t *job, vz_code_e code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void vz_job_flush(vz_job_t *job);

/*
 * vz_job_said: keep what a program or a library printed before it failed; the
 * last call counts. Where the verb fails, the end of the text is sent before
 * the final line, a line "= words" for each of its lines. It is not sent where
 * the verb succeeds or has a secret.
 */
void vz_job_said(vz_job_t *job, const char *text);

/* vz_job_left: milliseconds until the deadline; 0 when it has passed. */
int vz_job_left(const vz_job_t *job);


#endif /* VZ_JOB_H */
