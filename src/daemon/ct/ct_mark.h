/*
 * The marks before a verb (vz_mark_t), which are checked under the container's
 * lock. They say which container is meant, whether the caller was replaced by
 * a newer one, and whether this very verb was carried out before.
 *
 *   LXC_PATH/mark/CTID   "TAG FENCE ID ...": the highest fence seen of that
 *                        container, and its newest verbs that succeeded.  It
 *                        counts for a container with that tag; "-": none
 *   LXC_PATH/gone/TAG    a container that was destroyed, for a day: a create
 *                        that comes late does not make it again
 *
 * Where the disk is full these files are in the runtime folder, under the same
 * names.
 */

#ifndef VZ_CT_MARK_H
#define VZ_CT_MARK_H

#include "daemon/base/driver.h"


#define VZ_MARK_IDS  16             /* the newest verbs of one container */

typedef struct {
    unsigned        done;           /* 1: the verb is answered, and must not
                                       act */
    unsigned        there;          /* 1: a container with that number
                                       exists */
    unsigned        next;           /* 1: this verb gives it another tag */
    unsigned        kept;           /* 1: a file of its marks exists */
    char            tag[VZ_TAG_LEN + 1];        /* of the container that is
                                                   meant */
    uint64_t        fence;
    unsigned        nids;
    char            ids[VZ_MARK_IDS][VZ_ACT_MAX + 1];   /* the newest last */
} vz_marked_t;


/*
 * vz_ct_mark_enter: check the marks before a verb changes a container. VZ_OK:
 * the verb may act; with marked->done set it must not, and the job's words are
 * the answer. Another code: the verb is refused, and the job's words are set.
 */
vz_code_e vz_ct_mark_enter(const vz_driver_t *driver, vz_job_t *job,
    vz_marked_t *marked);

/* vz_ct_mark_leave: store the marks after the verb has succeeded. */
void vz_ct_mark_leave(const vz_job_t *job, vz_marked_t *marked);

/*
 * vz_ct_mark_look: check that a verb which only reads gets the container that
 * is meant. VZ_OK, or VZ_NOENT with the job's words set.
 */
vz_code_e vz_ct_mark_look(const vz_driver_t *driver, vz_job_t *job);


#endif /* VZ_CT_MARK_H */
