/*
 * The last line of a verb that changed a container.
 */

#ifndef VZ_VERB_END_H
#define VZ_VERB_END_H

#include "daemon/base/driver.h"


/*
 * vz_verb_end: set the job's words to what came of a change, where code is
 * VZ_OK; else they are the driver's and stay.  Returns code.
 */
vz_code_e vz_verb_end(vz_job_t *job, vz_code_e code, const vz_done_t *done);


#endif /* VZ_VERB_END_H */
