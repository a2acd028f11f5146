/*
 * The frame of a change that a container takes on while it runs: it is applied
 * to the running container first, then the record is written.  Where applying
 * fails, nothing is written; where writing fails, the change is taken back.
 */

#ifndef VZ_LXC_CHANGE_H
#define VZ_LXC_CHANGE_H

#include "daemon/base/driver.h"
#include "daemon/base/lock.h"
#include "daemon/ct/ct_state.h"


typedef struct {
    vz_lock_t       lock;
    vz_ct_t         ct;             /* the record as it is to be */
    vz_ct_t         before;         /* as it was */
    unsigned        live;           /* its init runs, and run is filled */
    vz_ct_state_t   run;
} vz_lxc_change_t;


/*
 * vz_lxc_change_begin: take the lock that also the hook takes when a guest
 * boots, so that a reboot meanwhile does not mix old values with new ones, and
 * load the record.  VZ_OK; else a code, the job's words are set, and there is
 * nothing to end.  Each begin that was VZ_OK needs a vz_lxc_change_end().
 */
vz_code_e vz_lxc_change_begin(vz_job_t *job, vz_lxc_change_t *change);
void vz_lxc_change_end(vz_lxc_change_t *change);

/* vz_lxc_change_look: look again whether its init runs, after a wait. */
void vz_lxc_change_look(vz_lxc_change_t *change);


#endif /* VZ_LXC_CHANGE_H */
