/*
 * What is known of a running container: LXC_PATH/ct/CTID/run. The hook writes
 * it when init is about to start, and it is removed when init has ended.
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
    vz_process_t    init;           /* pid 0: the guest is between two boots */
    vz_process_t    monitor;
    int             halt;           /* the signal at which its init shuts
                                       down */
    char            cgroup[VZ_CG_COUNT][256];   /* absolute paths of its
                                                   folders */
} vz_ct_state_t;


/*
 * vz_ct_state_read: read the file. 0; -1 where there is none, or it is from
 * before the node's last start. The processes in it may have ended.
 * vz_ct_state_write: write the file. 0, or -1 with errno.
 */
int vz_ct_state_read(const vz_ct_t *ct, vz_ct_state_t *run);
int vz_ct_state_write(const vz_ct_t *ct, const vz_ct_state_t *run);

/*
 * vz_ct_state_alive: 1 while the container runs, with run filled in: its
 * monitor lives, and its init does or the guest is between two boots.
 */
int vz_ct_state_alive(const vz_ct_t *ct, vz_ct_state_t *run);

/*
 * vz_ct_state_boot: the kernel's name for the time since the host was started,
 * "" where it has none. Static storage.
 */
const char *vz_ct_state_boot(void);


#endif /* VZ_CT_STATE_H */
