/*
 * Verdicts about archives, so that each is read only once: a template that
 * can't be started is not offered. They are kept in the runtime folder by
 * version (template_cache.h).
 */

#ifndef VZ_TEMPLATE_VERDICT_H
#define VZ_TEMPLATE_VERDICT_H

#include "daemon/template/archive.h"


/*
 * vz_template_verdict: VZ_OK where the archive is usable; VZ_FAILED with words
 * (VZ_WORDS_MAX bytes) that say what is wrong; VZ_AGAIN where it is unknown.
 * With look set an unknown archive is read first, by the job's deadline, and a
 * new verdict is logged.
 */
vz_code_e vz_template_verdict(vz_job_t *job, const vz_template_t *entry,
    int look, char *words);

/*
 * vz_template_verdict_new: 1 where that was not reported about this file
 * before; it is noted now.
 */
int vz_template_verdict_new(const vz_config_t *conf, const char *file,
    const char *why);


#endif /* VZ_TEMPLATE_VERDICT_H */
