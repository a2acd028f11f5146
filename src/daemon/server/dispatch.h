/*
 * Carries out one verb for any caller: opens the driver once, takes the
 * container's lock, sets a deadline and an alarm, and writes the log.
 */

#ifndef VZ_DISPATCH_H
#define VZ_DISPATCH_H

#include "daemon/base/driver.h"


typedef struct {
    const vz_config_t   *conf;
    const vz_driver_t   *driver;    /* NULL: none, for the reason in why */
    const char          *why;
    unsigned             opened;    /* 1: the driver was opened; 0 at first */
} vz_dispatch_host_t;

#define VZ_DISPATCH_WAIT  5000      /* ms that a client's verb waits for the
                                       container's lock */


/*
 * vz_dispatch: carry out job->req. Returns its code, with the job's words set.
 */
vz_code_e vz_dispatch(vz_dispatch_host_t *host, vz_job_t *job);

/*
 * vz_dispatch_as: carry out job->req with the function run; the driver is
 * open. It waits for the container's lock for wait milliseconds at most.
 * driver NULL: any container with that number is meant, whatever its tag.
 */
vz_code_e vz_dispatch_as(const vz_driver_t *driver, vz_job_t *job,
    vz_verb_pt run, int wait);

/*
 * vz_dispatch_open: open the driver where it is not open yet. VZ_OK, or a code
 * with words (VZ_WORDS_MAX bytes).
 */
vz_code_e vz_dispatch_open(vz_dispatch_host_t *host, char *words);

/*
 * vz_dispatch_log: log the caller, the request, its result and its
 * milliseconds. A line that was no request is not printed.
 */
void vz_dispatch_log(const char *who, const vz_job_t *job, vz_code_e code,
    long ms);


#endif /* VZ_DISPATCH_H */
