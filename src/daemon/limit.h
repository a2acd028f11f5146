/*
 * The limits of a container's record, put into force in its cgroups.
 *
 *   privvmpages    limit: memory (and swap) it may use; barrier: memory.high
 *   vmguarpages    barrier: memory.low, version 1 soft limit
 *   oomguarpages   barrier: memory.min
 *   cpuunits       weight; cpupercent: quota, in per cent of one CPU, where it
 *                  is less than what all containers together may have
 *
 * What this kernel lacks is kept in the record and told of.
 */

#ifndef VZ_LIMIT_H
#define VZ_LIMIT_H

#include "run.h"


/* vz_limit_apply: all of them, at a start.  VZ_OK, or VZ_FAILED with words. */
vz_code_e vz_limit_apply(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_run_t *run, char *words);

/*
 * One group, while it runs.  Memory: VZ_STATE with words when more is in use
 * than the new limit allows; nothing has changed then.
 */
vz_code_e vz_limit_memory(const vz_ct_t *ct, const vz_run_t *run,
    char *words);
vz_code_e vz_limit_cpu(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_run_t *run, char *words);

/*
 * vz_limit_together: the group that all containers are in weighs, and is
 * guaranteed, what they are together; where leaves is set, this one no more.
 * vz_limit_parent: the same of the folder that group lies in, by the files of
 * that version of cgroups.
 */
void vz_limit_together(const vz_run_t *run, unsigned leaves);
void vz_limit_parent(const char *group, int version, unsigned leaves);

/*
 * vz_limit_kept: comma-separated names of what the record holds and this
 * kernel can't enforce, "-" for nothing; into words (VZ_WORDS_MAX).  which is
 * "vmguarpages", "oomguarpages", "privvmpages", "diskspace" or NULL for all.
 */
void vz_limit_kept(const vz_ct_t *ct, const char *which, char *words);


#endif /* VZ_LIMIT_H */
