/* The verbs that read what the recorder has written. */

#ifndef VZ_VERB_HISTORY_H
#define VZ_VERB_HISTORY_H

#include "daemon/base/driver.h"


/* history ID FROM UNTIL, nodehistory FROM UNTIL, why ID */
vz_code_e vz_verb_history_one(vz_job_t *job);
vz_code_e vz_verb_history_node(vz_job_t *job);
vz_code_e vz_verb_history_why(vz_job_t *job);


#endif /* VZ_VERB_HISTORY_H */
