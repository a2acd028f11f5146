/*
 * The limits in a container's record are enforced by its cgroups.
 *
 *   privvmpages    limit: memory (and swap) that it may use;
 *                  barrier: memory.high
 *   vmguarpages    barrier: memory.low, a soft limit in version 1
 *   oomguarpages   barrier: memory.min
 *   cpuunits       the weight
 *   cpupercent     a quota in percent of one CPU, where that is less than
 *                  what all containers together may have
 *
 * A limit that this kernel can't enforce stays in the record, and answers name
 * it.
 */

#ifndef VZ_CT_LIMITS_H
#define VZ_CT_LIMITS_H

#include "daemon/ct/ct_state.h"


/*
 * vz_ct_limits_apply: enforce all limits, at a start. VZ_OK, or VZ_FAILED with
 * words (VZ_WORDS_MAX bytes).
 */
vz_code_e vz_ct_limits_apply(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words);

/*
 * vz_ct_limits_memory, vz_ct_limits_cpu: enforce the limits of memory or CPU
 * while the container runs. VZ_OK; VZ_FAILED with words. Memory: VZ_STATE with
 * words where more is in use than the new limit allows; then nothing has
 * changed.
 */
vz_code_e vz_ct_limits_memory(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words);
vz_code_e vz_ct_limits_cpu(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words);

/*
 * vz_ct_limits_together: set the weight and the guarantees of the group of all
 * containers to the sums of theirs; with leaves set, without this container's.
 * vz_ct_limits_parent: do the same for one folder of a given version of
 * cgroups.
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
