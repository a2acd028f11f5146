/*
 * A coalesced health check of a backend: concurrent callers share one result.
 * The check runs on a fiber of its own, so several run side by side, and no
 * caller waits longer than the deadline, even where the backend does not
 * answer for minutes.
 */

#ifndef VZ_PROBE_H
#define VZ_PROBE_H

#include "runtime/waitq.h"
#include "wire/code.h"


#define VZ_PROBE_WAIT  2500         /* ms from a check's beginning */


typedef vz_code_e (*vz_probe_pt)(void *data, ngx_pool_t *pool);

/* One per backend; it must live as long as the worker. */
typedef struct {
    vz_probe_pt   run;
    void         *data;
    ngx_msec_t    keep;             /* ms that an answer is reused */
    ngx_msec_t    wait;             /* most ms that a caller waits, from the
                                       check's beginning; 0: VZ_PROBE_WAIT */

    /* the probe's own, and zero at first */
    vz_waitq_t    line;             /* of those who wait for the answer */
    ngx_msec_t    began;
    ngx_msec_t    ended;
    vz_code_e     answer;           /* of the last check */
    unsigned      running:1;
    unsigned      known:1;          /* there was a check that ended */
} vz_probe_t;


/*
 * vz_probe_begin: start a check, unless one is running or the last answer can
 * be reused.  Never waits.
 */
void vz_probe_begin(vz_probe_t *probe);

/*
 * vz_probe_end: on a fiber, the answer of the check that was started, or
 * VZ_TIMEOUT at its deadline.  The check goes on then, and other callers get
 * VZ_TIMEOUT at once until it ends.
 */
vz_code_e vz_probe_end(vz_probe_t *probe);


#endif /* VZ_PROBE_H */
