/*
 * What was found out about archives, so that each is looked into once: a
 * template that nobody can start is not on offer.  Kept in the runtime folder
 * by version, as template_cache.h calls it.
 */

#ifndef VZ_TEMPLATE_VERDICT_H
#define VZ_TEMPLATE_VERDICT_H

#include "daemon/template/archive.h"


/*
 * vz_template_verdict: VZ_OK; VZ_FAILED with words (VZ_WORDS_MAX) that say
 * what is wrong with it, which is logged when it is found out; VZ_AGAIN where
 * that is not known.  With look it is found out first, by the job's deadline.
 */
vz_code_e vz_template_verdict(vz_job_t *job, const vz_template_t *entry,
    int look, char *words);

/*
 * vz_template_verdict_new: whether that was not said of that file before; it
 * is now.
 */
int vz_template_verdict_new(const vz_config_t *conf, const char *file,
    const char *why);


#endif /* VZ_TEMPLATE_VERDICT_H */
