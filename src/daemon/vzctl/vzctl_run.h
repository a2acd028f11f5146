/* Runs vzctl and vzlist: argument lists, deadlines, exit statuses. */

#ifndef VZ_VZCTL_RUN_H
#define VZ_VZCTL_RUN_H

#include "daemon/vzctl/vzctl_driver.h"


/*
 * vz_vzctl_run: run "vzctl COMMAND CTID OPTION...", with a list of options
 * that ends with NULL, for timeout milliseconds of the job's time at most.
 * While another vzctl has the container (exit status 9) it is tried again, for
 * 5 s. VZ_OK, or the meaning of its exit status, with the job's words set.
 * said gets its output, and may be NULL.
 */
vz_code_e vz_vzctl_run(vz_job_t *job, const char *command,
    const char *const *options, int timeout, vz_vzctl_said_t *said);

/* vz_vzctl_run_sleep: sleep for ms milliseconds. */
void vz_vzctl_run_sleep(int ms);

/*
 * vz_vzctl_run_exec: run a program without arguments in the container, with
 * input as its stdin. Returns the code of vz_spawn() and its exit status.
 */
vz_code_e vz_vzctl_run_exec(vz_job_t *job, const char *word, const char *input,
    int *status);

/*
 * vz_vzctl_run_list: call each for the row of every container, or of one where
 * ctid is not 0. VZ_OK; VZ_NOENT where vzlist does not know that one; another
 * code with the job's words set.
 */
vz_code_e vz_vzctl_run_list(vz_job_t *job, uint32_t ctid, vz_vzctl_row_pt each,
    void *data);

/*
 * vz_vzctl_run_list_one: the row of the job's container; zeros and unknown
 * values where vzlist does not know it. VZ_OK, or a code with the job's words
 * set.
 */
vz_code_e vz_vzctl_run_list_one(vz_job_t *job, vz_vzctl_row_t *row);

/*
 * vz_vzctl_run_list_root: print the mount point of the container's root into
 * path (PATH_MAX bytes). VZ_OK, or a code with the job's words set.
 */
vz_code_e vz_vzctl_run_list_root(vz_job_t *job, char *path);

/*
 * vz_vzctl_run_vswap: 1 where this kernel limits memory by physpages and
 * swappages.
 */
int vz_vzctl_run_vswap(const vz_config_t *conf);


#endif /* VZ_VZCTL_RUN_H */
