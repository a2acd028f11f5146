/*
 * What stands before a verb (vz_mark_t), under the container's lock: whether
 * the container is the one that is meant, whether who asks has been followed
 * by another, and whether this very verb was done before.
 *
 *   LXC_PATH/mark/CTID   "TAG FENCE ID ...": the highest fence seen of that
 *                        container and its newest verbs that succeeded; it
 *                        counts for a container with that tag, "-" for none
 *   LXC_PATH/gone/TAG    one that was destroyed, for a day: a create that
 *                        comes late makes it no more
 *
 * Where the disk is full they lie in the runtime folder, under the same names.
 */

#ifndef VZ_CT_MARK_H
#define VZ_CT_MARK_H

#include "daemon/base/driver.h"


#define VZ_MARK_IDS  16             /* of one container, the newest */

typedef struct {
    unsigned        done;           /* answered: nothing is left to do */
    unsigned        there;          /* the container, whatever it is */
    unsigned        next;           /* it gets another tag by this verb */
    unsigned        kept;           /* there is a file of its marks */
    char            tag[VZ_TAG_LEN + 1];        /* of the one that is meant */
    uint64_t        fence;
    unsigned        nids;
    char            ids[VZ_MARK_IDS][VZ_ACT_MAX + 1];   /* the newest last */
} vz_marked_t;


/*
 * vz_ct_mark_enter: before a verb that changes a container acts.  VZ_OK: it
 * may, or with done set it must not, and the words are those of the answer;
 * else refused, said.
 */
vz_code_e vz_ct_mark_enter(const vz_driver_t *driver, vz_job_t *job,
    vz_marked_t *marked);

/* vz_ct_mark_leave: after it has succeeded. */
void vz_ct_mark_leave(const vz_job_t *job, vz_marked_t *marked);

/*
 * vz_ct_mark_look: VZ_OK, or VZ_NOENT, said: a read is of the one that is
 * meant
 */
vz_code_e vz_ct_mark_look(const vz_driver_t *driver, vz_job_t *job);


#endif /* VZ_CT_MARK_H */
