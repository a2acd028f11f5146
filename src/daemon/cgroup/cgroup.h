/*
 * Control groups of containers, version 1 (one hierarchy per controller) and
 * version 2, read and written as files.
 */

#ifndef VZ_CGROUP_H
#define VZ_CGROUP_H

#include "daemon/ct/ct_state.h"


#define VZ_CGROUP_ROOT  "/sys/fs/cgroup"

/* vz_cgroup_version: 1, 2, or 0: nothing is mounted.  Hybrid counts as 1. */
int vz_cgroup_version(void);

/* vz_cgroup_of: the folders of a process.  0, or -1 when memory has none. */
int vz_cgroup_of(pid_t pid, char paths[VZ_CG_COUNT][256]);

/*
 * Files of a group.  vz_cgroup_write and vz_cgroup_set (a number, or "max" or
 * -1 for VZ_UNLIMITED) return 0, or -1 with errno; vz_cgroup_text the length
 * of what it read, terminated, or -1; vz_cgroup_number 0 where there is none;
 * vz_cgroup_field the number behind name in text, 0 where it is missing.
 */
int vz_cgroup_write(const char *dir, const char *file, const char *value);
int vz_cgroup_set(const char *dir, const char *file, uint64_t value);
ssize_t vz_cgroup_text(const char *dir, const char *file, char *buf,
    size_t size);
uint64_t vz_cgroup_number(const char *dir, const char *file);
uint64_t vz_cgroup_field(const char *text, const char *name);

typedef struct {
    uint64_t    memory_used;        /* without the page cache that may go */
    uint64_t    swap_used;
    uint64_t    cpu_ns;
    uint64_t    processes;
} vz_cgroup_use_t;

void vz_cgroup_use(const vz_ct_state_t *run, vz_cgroup_use_t *use);

/*
 * vz_cgroup_cache: of a memory.stat of version 2, or 1, the bytes of files
 * that may go, as free(1) and lxcfs count them: the active ones, too.
 */
uint64_t vz_cgroup_cache(const char *text, int two);

/* vz_cgroup_frozen: whether it is. */
int vz_cgroup_frozen(const vz_ct_state_t *run);

/* vz_cgroup_thaw: a frozen process would not even die. */
void vz_cgroup_thaw(const vz_ct_state_t *run);

/*
 * vz_cgroup_keep: the freezer of version 1 is no longer the guest's, which
 * could put itself on ice in a group of its own, and what is frozen there
 * does not die (in version 2 it does).  0, or -1 with errno.
 */
int vz_cgroup_keep(const vz_ct_state_t *run);

/*
 * vz_cgroup_spare: of the processes in it, whose ids are from base on, init is
 * the last that ends where memory is used up; what they start inherits that.
 */
void vz_cgroup_spare(const vz_ct_state_t *run, uint32_t base);

/*
 * vz_cgroup_parent: the folder under which all groups of this lxc_path lie,
 * so that no other liblxc on the host has any there.
 */
#define VZ_CGROUP_PARENT  48

void vz_cgroup_parent(const vz_config_t *conf, char name[VZ_CGROUP_PARENT]);

#endif /* VZ_CGROUP_H */
