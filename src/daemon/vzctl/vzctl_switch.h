/*
 * Another private area takes the place of a container's own: two renames, of
 * which a note tells, so that whoever comes after a process that died between
 * them ends what it began.
 */

#ifndef VZ_VZCTL_SWITCH_H
#define VZ_VZCTL_SWITCH_H

#include "daemon/vzctl/vzctl_driver.h"


/* What is kept of before, as in vz_ct_detail_t. */
typedef struct {
    char        template[64 + 1];
    uint64_t    until;                  /* time(2); 0: it was gone back to */
} vz_vzctl_kept_t;


/* What is done to the container ct, which is stopped and not mounted. */
typedef vz_code_e (*vz_vzctl_switch_pt)(vz_job_t *job,
    const vz_vzctl_conf_t *ct, const void *data);


/*
 * vz_vzctl_switch_stopped: stop the container, which stays wanted to run where
 * it ran, end a backup of it that is on its way, and act. Where this fails, and
 * it ran, it is started again. VZ_OK, or a code with the job's words set.
 */
vz_code_e vz_vzctl_switch_stopped(vz_job_t *job, const vz_vzctl_conf_t *ct,
    vz_vzctl_switch_pt act, const void *data);

/*
 * vz_vzctl_switch_to_new: by that, let VZ_VZCTL_AREA_NEW take the place of its
 * own, which is kept for a day where there is room.
 */
vz_code_e vz_vzctl_switch_to_new(vz_job_t *job, const vz_vzctl_conf_t *ct);

/* Primitive of base/driver.h. */
vz_code_e vz_vzctl_switch_revert(vz_job_t *job, vz_done_t *done);

/*
 * vz_vzctl_switch_settle: end what a process that died has begun; the caller
 * holds the container's lock. 0, or -1 with errno. vz_vzctl_switch_settled: the
 * same for the job's container: VZ_OK, or VZ_FAILED with the job's words set.
 */
int vz_vzctl_switch_settle(const vz_config_t *conf, uint32_t ctid);
vz_code_e vz_vzctl_switch_settled(vz_job_t *job);

/*
 * vz_vzctl_switch_kept: read what is kept of before. 0, or -1 where nothing
 * is.
 */
int vz_vzctl_switch_kept(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_kept_t *kept);

/*
 * vz_vzctl_switch_forget: remove all that is beside a container's private area,
 * and the notes of it. 0, or -1 with errno.
 */
int vz_vzctl_switch_forget(const vz_config_t *conf, uint32_t ctid);

/*
 * vz_vzctl_switch_repair: settle those containers that nobody works with now.
 * Failures are logged.
 */
void vz_vzctl_switch_repair(const vz_config_t *conf);

/*
 * Primitive of base/driver.h: remove what was kept for its time, and what a
 * process that died was making.
 */
void vz_vzctl_switch_tend(const vz_config_t *conf);


#endif /* VZ_VZCTL_SWITCH_H */
