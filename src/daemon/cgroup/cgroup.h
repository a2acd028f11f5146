/*
 * Control groups of containers, read and written as files: version 1, with a
 * hierarchy for each controller, and version 2.
 */

#ifndef VZ_CGROUP_H
#define VZ_CGROUP_H

#include "daemon/ct/ct_state.h"


#define VZ_CGROUP_ROOT  "/sys/fs/cgroup"

/*
 * vz_cgroup_version: 1 or 2; 0 where none are mounted. A hybrid host counts as
 * 1.
 */
int vz_cgroup_version(void);

/*
 * vz_cgroup_of: find the folders of a process. 0, or -1 where it has none for
 * memory.
 */
int vz_cgroup_of(pid_t pid, char paths[VZ_CG_COUNT][256]);

/*
 * Files of a group. vz_cgroup_write and vz_cgroup_set write a text or a number
 * ("max" or -1 for VZ_UNLIMITED): 0, or -1 with errno. vz_cgroup_text reads a
 * text, terminated: its length, or -1. vz_cgroup_number reads a number, 0
 * where there is none. vz_cgroup_field finds the number behind name in text, 0
 * where it is missing.
 */
int vz_cgroup_write(const char *dir, const char *file, const char *value);
int vz_cgroup_set(const char *dir, const char *file, uint64_t value);
ssize_t vz_cgroup_text(const char *dir, const char *file, char *buf,
    size_t size);
uint64_t vz_cgroup_number(const char *dir, const char *file);
uint64_t vz_cgroup_field(const char *text, const char *name);

typedef struct {
    uint64_t    memory_used;        /* without the page cache, which the
                                       kernel can drop */
    uint64_t    swap_used;
    uint64_t    cpu_ns;
    uint64_t    processes;
} vz_cgroup_use_t;

/* vz_cgroup_use: what a container uses now; 0 for what is unknown. */
void vz_cgroup_use(const vz_ct_state_t *run, vz_cgroup_use_t *use);

/*
 * vz_cgroup_cache: the bytes of page cache in the text of a memory.stat, of
 * version 1 or 2. Active pages are counted, too, as free(1) and lxcfs do.
 */
uint64_t vz_cgroup_cache(const char *text, int two);

/*
 * vz_cgroup_unified: print the container's folder of version 2, which tells
 * its pressure; hybrid hosts have one beside those of version 1. 0, or -1
 * where there is none.
 */
int vz_cgroup_unified(const vz_ct_state_t *run, char dir[256]);

/* vz_cgroup_frozen: 1 where the container is frozen. */
int vz_cgroup_frozen(const vz_ct_state_t *run);

/* vz_cgroup_thaw: thaw a container, so that its processes can be killed. */
void vz_cgroup_thaw(const vz_ct_state_t *run);

/*
 * vz_cgroup_keep: take the freezer of version 1 from the guest. Otherwise a
 * guest could freeze itself in a group of its own, where its processes can't
 * be killed; version 2 kills frozen processes. 0, or -1 with errno.
 */
int vz_cgroup_keep(const vz_ct_state_t *run);

/*
 * vz_cgroup_spare: let the kernel kill init last of all processes of a
 * container when its memory is used up. base is the first id of the container.
 * Processes that are started later inherit the setting.
 */
void vz_cgroup_spare(const vz_ct_state_t *run, uint32_t base);

/*
 * vz_cgroup_parent: the folder of all groups of this lxc_path. No other liblxc
 * on the host has groups there.
 */
#define VZ_CGROUP_PARENT  48

void vz_cgroup_parent(const vz_config_t *conf, char name[VZ_CGROUP_PARENT]);

#endif /* VZ_CGROUP_H */
