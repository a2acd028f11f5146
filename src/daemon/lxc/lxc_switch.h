/*
 * What reinstall and rescue share: a system is made beside, in .CTID.tmp, while
 * the container runs; the container is stopped; its image moves in; and one
 * write of the record, which is the caller's, is the switch.
 */

#ifndef VZ_LXC_SWITCH_H
#define VZ_LXC_SWITCH_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/* What ends in the write of the record; the container ct is stopped. */
typedef vz_code_e (*vz_lxc_switch_pt)(vz_job_t *job, vz_ct_t *ct,
    const vz_ct_t *fresh);


/*
 * vz_lxc_switch_template: unpack a template, and note it with its version in
 * fresh.  VZ_OK, or another code with the job's words set.
 */
vz_code_e vz_lxc_switch_template(vz_job_t *job, const char *template,
    vz_ct_t *fresh);

/*
 * vz_lxc_switch_beside: make a system in .CTID.tmp of the container ct, of
 * which fresh is a copy with the template, version and disk that are meant.
 * Its record, written with its folder, keeps the template's version.  VZ_OK, or
 * another code with the job's words set.
 */
vz_code_e vz_lxc_switch_beside(vz_job_t *job, vz_ct_t *fresh);

/*
 * vz_lxc_switch_clear: remove .CTID.tmp, whatever became of it.  A failure is
 * logged: the next process that opens the driver removes it.
 */
void vz_lxc_switch_clear(const vz_job_t *job);

/*
 * vz_lxc_switch_run: stop the container, and act.  Where there was no switch,
 * and it ran, it is started again.  VZ_OK, or another code with words.
 */
vz_code_e vz_lxc_switch_run(vz_job_t *job, vz_ct_t *ct, const vz_ct_t *fresh,
    vz_lxc_switch_pt act);

/*
 * vz_lxc_switch_back: it ran and there was no switch: start it again. Returns
 * code; the job's words stay.
 */
vz_code_e vz_lxc_switch_back(vz_job_t *job, vz_code_e code);

/*
 * vz_lxc_switch_stop: stop it where it runs, and wait until its disk is free.
 * It stays wanted to run, where it was.  Its record is loaded again: stopping
 * may have written it.  VZ_OK, or another code with words.
 */
vz_code_e vz_lxc_switch_stop(vz_job_t *job, vz_ct_t *ct);

/*
 * vz_lxc_switch_move: the image of fresh becomes ct->dir/name, which is on the
 * disk before a record tells it.  VZ_OK, or another code with words.
 */
vz_code_e vz_lxc_switch_move(vz_job_t *job, const vz_ct_t *fresh,
    const vz_ct_t *ct, const char *name);


#endif /* VZ_LXC_SWITCH_H */
