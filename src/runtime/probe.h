/*
 * A probe: a check of a neighbour that many ask for and one makes.  It runs on
 * a fiber of its own, so that several go side by side and none waits longer
 * than its deadline, also where what it asks does not answer for minutes.
 */

#ifndef VZ_PROBE_H
#define VZ_PROBE_H

#include "runtime/waitq.h"
#include "wire/code.h"


#define VZ_PROBE_WAIT  2500         /* ms from a check's beginning */


typedef vz_code_e (*vz_probe_pt)(void *data, ngx_pool_t *pool);

/* Static, or at least as long-lived as the worker; one per neighbour. */
typedef struct {
    vz_probe_pt   run;
    void         *data;
    ngx_msec_t    keep;             /* how long an answer is good */
    ngx_msec_t    wait;             /* ms that who asks waits, at most, from a
                                       check's beginning; 0: VZ_PROBE_WAIT */

    vz_waitq_t  line;            /* the rest is the probe's own */
    ngx_msec_t  began;
    ngx_msec_t  ended;
    vz_code_e   answer;
    unsigned    running:1;
    unsigned    known:1;
} vz_probe_t;


/*
 * vz_probe_begin: start a check, unless one is running or the last answer is
 * still good.  Never waits.
 */
void vz_probe_begin(vz_probe_t *probe);

/*
 * vz_probe_end: on a fiber, the answer of the check that was begun, or
 * VZ_TIMEOUT at its deadline.  The check goes on; who asks meanwhile is told
 * the same at once.
 */
vz_code_e vz_probe_end(vz_probe_t *probe);


#endif /* VZ_PROBE_H */
