/* Verbs about the user data of a container's first boot. */

#ifndef VZ_VERB_USER_DATA_H
#define VZ_VERB_USER_DATA_H

#include "daemon/base/driver.h"


/*
 * userdata, getuserdata: each is a vz_verb_pt of verb_table.h.  The body of the
 * first is base64 of a script, or of what is for cloud-init, cut into lines.
 */
vz_code_e vz_verb_user_data_set(vz_job_t *job);
vz_code_e vz_verb_user_data_show(vz_job_t *job);


#endif /* VZ_VERB_USER_DATA_H */
