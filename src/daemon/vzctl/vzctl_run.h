/*
 * vzctl and vzlist as programs: argument lists, deadlines, exit statuses.
 */

#ifndef VZ_VZCTL_RUN_H
#define VZ_VZCTL_RUN_H

#include "daemon/vzctl/vzctl_driver.h"


/*
 * vz_vzctl_run: run "vzctl COMMAND CTID OPTION...", options ended by NULL, for
 * at most timeout milliseconds of the verb's time.  While another vzctl holds
 * the container (exit status 9) it is repeated, for 5 s in all.  VZ_OK, or
 * what its status means, said by vz_job_end().  said may be NULL.
 */
vz_code_e vz_vzctl_run(vz_job_t *job, const char *command,
    const char *const *options, int timeout, vz_vzctl_said_t *said);

/* vz_vzctl_run_sleep: milliseconds. */
void vz_vzctl_run_sleep(int ms);

/* vz_vzctl_run_exec: a word run in the container, input at its stdin. */
vz_code_e vz_vzctl_run_exec(vz_job_t *job, const char *word, const char *input,
    int *status);

/*
 * vz_vzctl_run_list: a row for each container, or for one; ctid 0 is all of
 * them. VZ_OK, VZ_NOENT where it does not know that one, else said.
 */
vz_code_e vz_vzctl_run_list(vz_job_t *job, uint32_t ctid, vz_vzctl_row_pt each,
    void *data);

/*
 * vz_vzctl_run_list_one: zeroes and no values where vzlist does not know it.
 */
vz_code_e vz_vzctl_run_list_one(vz_job_t *job, vz_vzctl_row_t *row);

/* vz_vzctl_run_list_root: where its root is mounted, into path (PATH_MAX). */
vz_code_e vz_vzctl_run_list_root(vz_job_t *job, char *path);

/*
 * vz_vzctl_run_vswap: whether this kernel limits by physpages and swappages.
 */
int vz_vzctl_run_vswap(const vz_config_t *conf);


#endif /* VZ_VZCTL_RUN_H */
