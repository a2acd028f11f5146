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

#ifndef VZ_CT_LIMITS_H
#define VZ_CT_LIMITS_H

#include "daemon/ct/ct_state.h"


/*
 * vz_ct_limits_apply: all of them, at a start.  VZ_OK, or VZ_FAILED with
 * words.
 */
vz_code_e vz_ct_limits_apply(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words);

/*
 * One group, while it runs.  Memory: VZ_STATE with words when more is in use
 * than the new limit allows; nothing has changed then.
 */
vz_code_e vz_ct_limits_memory(const vz_ct_t *ct, const vz_ct_state_t *run,
    char *words);
vz_code_e vz_ct_limits_cpu(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words);

/*
 * vz_ct_limits_together: the group that all containers are in weighs, and is
 * guaranteed, what they are together; where leaves is set, this one no more.
 * vz_ct_limits_parent: the same of the folder that group lies in, by the files
 * of that version of cgroups.
 */
void vz_ct_limits_together(const vz_ct_state_t *run, unsigned leaves);
void vz_ct_limits_parent(const char *group, int version, unsigned leaves);

/*
 * vz_ct_limits_kept: print the names, with commas between them, of the values
 * that the record holds and this kernel can't enforce into words (VZ_WORDS_MAX
 * bytes); "" for none.  which is "vmguarpages", "oomguarpages", "privvmpages",
 * "diskspace", or NULL for all.
 */
void vz_ct_limits_kept(const vz_ct_t *ct, const char *which, char *words);


#endif /* VZ_CT_LIMITS_H */
