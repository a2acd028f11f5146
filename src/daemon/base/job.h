/* A job: what it tells its client, and how much time it has. */

#ifndef VZ_JOB_H
#define VZ_JOB_H

#include "daemon/base/driver.h"


/* vz_job_init: an empty job whose client is at out. */
void vz_job_init(vz_job_t *job, const vz_config_t *conf, int out);

/*
 * vz_job_alone: the same for work that no client has asked for, with a deadline
 * in so many seconds. Nobody reads what it says where out is -1.
 */
void vz_job_alone(vz_job_t *job, const vz_config_t *conf, int out,
    unsigned seconds);

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

/*
 * vz_job_left: milliseconds until the deadline, 0 when it is over.  A long
 * verb's deadline is as far away again at each vz_job_progress().
 */
int vz_job_left(const vz_job_t *job);

/*
 * vz_job_start: the verb begins now: its deadline, and an alarm for what hangs
 * grace seconds over it; 0 for none.
 */
void vz_job_start(vz_job_t *job, unsigned grace);

/*
 * vz_job_moves: the long verb is seen to be at work, though it can't tell how
 * far: its deadline is as far away again.  Nothing is told to the client.
 */
void vz_job_moves(vz_job_t *job);

/*
 * vz_job_beat: for who waits in a long verb: where its client has heard nothing
 * for as long as the table says, the last progress is told again, so that it
 * knows that somebody is at work; the deadline stays.  Returns the milliseconds
 * until this is to be called again, or those left until the deadline where they
 * are fewer; 0 when that is over.  Of a short verb it tells nothing.
 */
int vz_job_beat(vz_job_t *job);

/*
 * vz_job_stream: end the answer in a byte stream between the client and two
 * descriptors, which are the job's from now on.  Whoever calls returns what
 * this does: the stream begins when no lock is held any more.
 */
vz_code_e vz_job_stream(vz_job_t *job, int from, int to);


#endif /* VZ_JOB_H */
