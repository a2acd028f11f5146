/*
 * Private areas: a container's own, and those beside it, in the same folder:
 *
 *   .CTID.new    one that is being made
 *   .CTID.old    the one before, which is kept for a day
 *   .CTID.gone   one that is being removed
 */

#ifndef VZ_VZCTL_AREA_H
#define VZ_VZCTL_AREA_H

#include "daemon/vzctl/vzctl_driver.h"


#define VZ_VZCTL_AREA_NEW   "new"
#define VZ_VZCTL_AREA_OLD   "old"
#define VZ_VZCTL_AREA_GONE  "gone"

/*
 * vz_vzctl_area_path: print the path of one beside the container's own, or with
 * NULL of its own (PATH_MAX bytes). 0, or -1 with errno.
 */
int vz_vzctl_area_path(const vz_config_t *conf, uint32_t ctid,
    const char *which, char *path);

/* vz_vzctl_area_has: 1 where it is there. */
int vz_vzctl_area_has(const vz_config_t *conf, uint32_t ctid,
    const char *which);

/*
 * vz_vzctl_area_drop: remove it. 0, also where there is none, or -1 with errno.
 */
int vz_vzctl_area_drop(const vz_config_t *conf, uint32_t ctid,
    const char *which);

/*
 * vz_vzctl_area_ploop: 1 where a private area holds an image of ploop and no
 * files.
 */
int vz_vzctl_area_ploop(const char *path);

/*
 * vz_vzctl_area_plain: print the path of the container's own (PATH_MAX bytes),
 * which must be a folder of files that another one can take the place of.
 * VZ_OK, VZ_UNSUPPORTED or VZ_FAILED, with words (VZ_WORDS_MAX bytes).
 */
vz_code_e vz_vzctl_area_plain(const vz_config_t *conf, uint32_t ctid,
    char *path, char *words);

/*
 * vz_vzctl_area_fits: check that what is in the area path is no more than the
 * container may have. VZ_OK, or VZ_NOSPACE or another code with the job's words
 * set.
 */
vz_code_e vz_vzctl_area_fits(vz_job_t *job, const char *path);


#endif /* VZ_VZCTL_AREA_H */
