/*
 * What is known of a running container: LXC_PATH/ct/CTID/run, written by the
 * hook when init is about to start and removed when it has ended.  Process
 * ids are kept with their start times, so a number that was used again is
 * never mistaken for the container's.
 */

#ifndef VZ_CT_STATE_H
#define VZ_CT_STATE_H

#include "daemon/base/process.h"
#include "daemon/ct/ct_store.h"


typedef enum {
    VZ_CG_MEMORY = 0,
    VZ_CG_CPU,
    VZ_CG_CPUACCT,
    VZ_CG_PIDS,
    VZ_CG_FREEZER,
    VZ_CG_COUNT
} vz_cg_e;

typedef struct {
    vz_process_t    init;           /* pid 0: between two boots of a guest */
    vz_process_t    monitor;
    int             halt;           /* the signal that its init obeys */
    char            cgroup[VZ_CG_COUNT][256];   /* folders, absolute */
} vz_ct_state_t;


/*
 * vz_ct_state_read: 0, or -1: there is none, or one of before the node's last
 * start.  Says nothing about being alive.
 */
int vz_ct_state_read(const vz_ct_t *ct, vz_ct_state_t *run);
int vz_ct_state_write(const vz_ct_t *ct, const vz_ct_state_t *run);

/*
 * vz_ct_state_alive: 1 with run filled while the container runs: its monitor
 * lives, and init does, unless it is between two boots.
 */
int vz_ct_state_alive(const vz_ct_t *ct, vz_ct_state_t *run);


#endif /* VZ_CT_STATE_H */
