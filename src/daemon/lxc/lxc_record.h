/*
 * The record of the container that a job is about, with the answers that the
 * job gives where it can't be read or written.
 */

#ifndef VZ_LXC_RECORD_H
#define VZ_LXC_RECORD_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/*
 * vz_lxc_record_load: read the record of the job's container.  VZ_OK; VZ_NOENT
 * where there is no such container, VZ_INTERNAL where its record is broken,
 * both with the job's words set.
 */
vz_code_e vz_lxc_record_load(vz_job_t *job, vz_ct_t *ct);

/*
 * vz_lxc_record_save: write the record.  VZ_OK; VZ_NOSPACE or VZ_INTERNAL with
 * the job's words set.
 */
vz_code_e vz_lxc_record_save(vz_job_t *job, const vz_ct_t *ct);


#endif /* VZ_LXC_RECORD_H */
