/*
 * Control groups of containers, version 1 (one hierarchy per controller) and
 * version 2, read and written as files.
 */

#ifndef VZ_CGROUP_H
#define VZ_CGROUP_H

#include "run.h"


/* vz_cgroup_version: 1, 2, or 0: nothing is mounted.  Hybrid counts as 1. */
int vz_cgroup_version(void);

/* vz_cgroup_of: the folders of a process.  0, or -1 when memory has none. */
int vz_cgroup_of(pid_t pid, char paths[VZ_CG_COUNT][256]);

/*
 * vz_cgroup_apply: every limit of the container's record, for a container
 * that starts.  What this kernel lacks is passed over (vz_cgroup_kept tells).
 * VZ_OK or VZ_FAILED with words.
 */
vz_code_e vz_cgroup_apply(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_run_t *run, char *words);

/*
 * The same for one group, while it runs.  Memory: VZ_STATE with words when
 * more is in use than the new limit allows; nothing has changed then.
 */
vz_code_e vz_cgroup_memory(const vz_ct_t *ct, const vz_run_t *run,
    char *words);
vz_code_e vz_cgroup_cpu(const vz_ct_t *ct, const vz_run_t *run, char *words);

/*
 * vz_cgroup_kept: comma-separated names of what the record holds and this
 * kernel can't enforce, "-" for nothing; into words (VZ_WORDS_MAX).  which is
 * "vmguarpages", "oomguarpages", "privvmpages", "diskspace" or NULL for all.
 */
void vz_cgroup_kept(const vz_ct_t *ct, const char *which, char *words);

typedef struct {
    uint64_t    memory_used;        /* without the page cache that may go */
    uint64_t    swap_used;
    uint64_t    cpu_ns;
    uint64_t    processes;
} vz_cgroup_use_t;

void vz_cgroup_use(const vz_run_t *run, vz_cgroup_use_t *use);

/* vz_cgroup_frozen: whether it is. */
int vz_cgroup_frozen(const vz_run_t *run);

/* vz_cgroup_thaw: a frozen process would not even die. */
void vz_cgroup_thaw(const vz_run_t *run);

/*
 * vz_cgroup_remove: what a killed monitor left over of this container.  Only
 * folders without processes go.
 */
void vz_cgroup_remove(const vz_run_t *run, uint32_t ctid);


#endif /* VZ_CGROUP_H */
