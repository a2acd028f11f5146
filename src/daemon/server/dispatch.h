/*
 * One verb carried out, whoever asked for it: a driver opened once, the
 * container's lock, a deadline, an alarm for what hangs, a line in the log.
 */

#ifndef VZ_DISPATCH_H
#define VZ_DISPATCH_H

#include "daemon/base/driver.h"


typedef struct {
    const vz_config_t   *conf;
    const vz_driver_t   *driver;    /* NULL: why says why there is none */
    const char          *why;
    unsigned             opened;    /* the driver; 0 at first */
} vz_sysinfo_t;

#define VZ_DISPATCH_WAIT  5000      /* ms a client's verb waits for its lock */


/* vz_dispatch: what job->req asks for; its words are those of the answer. */
vz_code_e vz_dispatch(vz_sysinfo_t *host, vz_job_t *job);

/*
 * vz_dispatch_as: the same with a function of the driver's own, open already,
 * and wait milliseconds of patience for the container's lock.  driver NULL:
 * whichever container has that number is meant.
 */
vz_code_e vz_dispatch_as(const vz_driver_t *driver, vz_job_t *job,
    vz_verb_pt run, int wait);

/* vz_dispatch_open: the driver, where it was not opened yet; or words. */
vz_code_e vz_dispatch_open(vz_sysinfo_t *host, char *words);

/*
 * vz_dispatch_log: who asked for what, and what came of it in how many
 * milliseconds; a line that has no name is not told.
 */
void vz_dispatch_log(const char *who, const vz_job_t *job, vz_code_e code,
    long ms);


#endif /* VZ_DISPATCH_H */
