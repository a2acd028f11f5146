/* A container that begins as a copy of another one on its node. */

#ifndef VZ_LXC_CLONE_H
#define VZ_LXC_CLONE_H

#include "daemon/base/driver.h"


/* Primitive of base/driver.h. */
vz_code_e vz_lxc_clone(vz_job_t *job, uint32_t from, const char *from_tag,
    const char *tag, vz_done_t *done);


#endif /* VZ_LXC_CLONE_H */
