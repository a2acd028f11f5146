/*
 * What serve.c alone does with a job: lines that are no verb's own.
 */

#ifndef VZ_JOB_H
#define VZ_JOB_H

#include "driver.h"


/* vz_job_init: an empty job that answers to out. */
void vz_job_init(vz_job_t *job, const vz_config_t *conf, int out);

/* vz_job_line: a line as it stands, without its LF, held back. */
void vz_job_line(vz_job_t *job, const char *line);

/*
 * vz_job_final: the last line, "ok words" or "err CODE words", sealed where
 * job->seal is set, and all that is held is sent.
 */
void vz_job_final(vz_job_t *job, vz_code_e code);


#endif /* VZ_JOB_H */
