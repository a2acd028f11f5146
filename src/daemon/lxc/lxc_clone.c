/*
 * A clone is created as any container is: in .CTID.tmp, which is renamed in the
 * end. Its disk is filled with what the other one has at one moment, under that
 * one's lock; copying goes on without it.
 */

#include <stdio.h>
#include <string.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/lxc/lxc_clone.h"
#include "daemon/lxc/lxc_lifecycle.h"
#include "daemon/rootfs/copy.h"
#include "daemon/rootfs/copy_image.h"
#include "daemon/rootfs/disk_space.h"


#define VZ_LXC_CLONE_LOCK  10000    /* ms to wait for the other one's lock */


static vz_code_e vz_lxc_clone_from(vz_job_t *job, uint32_t from,
    const char *tag, vz_ct_t *ct);
static vz_code_e vz_lxc_clone_locked(vz_job_t *job, vz_ct_t *ct,
    vz_rootfs_pt function);
static vz_code_e vz_lxc_clone_make(vz_job_t *job, const vz_ct_t *source,
    const char *tag);
static vz_code_e vz_lxc_clone_disk(vz_job_t *job, const vz_ct_t *ct,
    const void *source);


vz_code_e
vz_lxc_clone(vz_job_t *job, uint32_t from, const char *from_tag,
    const char *tag, vz_done_t *done)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t    ct, source;
    vz_code_e  rc;

    rc = vz_ct_store_read(job->conf, job->ctid, &ct);

    /* it gets its number when it is whole */

    if (rc == VZ_OK && tag[0] && strcmp(ct.tag, tag) == 0) {
        done->already = 1;
        return VZ_OK;
    }

    if (rc != VZ_NOENT) {
        return vz_job_end(job, VZ_EXISTS, "container %u exists", job->ctid);
    }

    if (!vz_disk_space(job->conf, words)) {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    if ((rc = vz_lxc_clone_from(job, from, from_tag, &source)) != VZ_OK
        || (rc = vz_lxc_clone_locked(job, &source, vz_copy_take)) != VZ_OK)
    {
        return rc;
    }

    rc = vz_lxc_clone_make(job, &source, tag);

    /* what stays goes when its image is mounted next */

    strcpy(words, job->words);

    if (vz_lxc_clone_locked(job, &source, vz_copy_drop) != VZ_OK) {
        vz_log(LOG_NOTICE, "container %u, which was copied: %s", from,
               job->words);
    }

    return vz_job_end(job, rc, "%s", rc == VZ_OK ? "" : words);
}


/* Read the record of the container that is meant. */

static vz_code_e
vz_lxc_clone_from(vz_job_t *job, uint32_t from, const char *tag, vz_ct_t *ct)
{
    vz_code_e  rc;

    rc = vz_ct_store_read(job->conf, from, ct);

    if (rc == VZ_NOENT) {
        return vz_job_end(job, rc, "container %u does not exist", from);
    }

    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "the record of container %u is broken",
                          from);
    }

    return strcmp(ct->tag, tag) == 0
           ? VZ_OK : vz_job_end(job, VZ_NOENT, "no container %u has this tag",
                                from);
}


/*
 * Run a function on the image of the other container, under that one's lock. It
 * may have become another one since its record was read.
 */

static vz_code_e
vz_lxc_clone_locked(vz_job_t *job, vz_ct_t *ct, vz_rootfs_pt function)
{
    char       name[16], holder[VZ_LOCK_HOLDER], words[VZ_WORDS_MAX];
    char       tag[sizeof(ct->tag)];
    vz_code_e  rc;
    vz_lock_t  lock;

    snprintf(name, sizeof(name), "%u", ct->ctid);

    rc = vz_lock_take(job->conf, name, "clone", VZ_LXC_CLONE_LOCK, &lock,
                      holder);

    if (rc != VZ_OK) {
        return vz_job_end(job, VZ_BUSY, "container %u is held by: %s",
                          ct->ctid, rc == VZ_BUSY && holder[0]
                                    ? holder : "another process");
    }

    strcpy(tag, ct->tag);
    rc = vz_lxc_clone_from(job, ct->ctid, tag, ct);

    if (rc == VZ_OK) {
        rc = vz_rootfs_enter_raw(job, ct, function, NULL, words);
        rc = vz_job_end(job, rc, "%s", words);
    }

    vz_lock_drop(&lock);

    return rc;
}


static vz_code_e
vz_lxc_clone_make(vz_job_t *job, const vz_ct_t *source, const char *tag)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    memset(&ct, 0, sizeof(ct));
    ct.ctid = job->ctid;
    strcpy(ct.tag, tag);
    strcpy(ct.template, source->template);
    strcpy(ct.version, source->version);
    ct.disk = source->disk;
    ct.started = 1;                 /* no first boot is to come */

    rc = vz_lxc_lifecycle_clear(job, &ct);

    if (rc == VZ_OK) {
        rc = vz_lxc_lifecycle_create_as(job, &ct, vz_lxc_clone_disk, source);
    }

    if (rc != VZ_OK) {
        (void) vz_dirtree_remove(ct.dir);
    }

    return rc;
}


/* The image itself where that is faster, else what is in it, as a stream. */

static vz_code_e
vz_lxc_clone_disk(vz_job_t *job, const vz_ct_t *ct, const void *source)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    vz_job_progress(job, 75, "copying its disk");

    rc = vz_rootfs_beside(job, ct, vz_copy_image, source, words);

    if (rc != VZ_UNSUPPORTED) {
        return rc == VZ_OK ? rc : vz_job_end(job, rc, "%s", words);
    }

    rc = vz_lxc_lifecycle_empty(job, ct);

    if (rc == VZ_OK) {
        rc = vz_rootfs_enter_raw(job, ct, vz_copy_fill, source, words);
        rc = vz_job_end(job, rc, "%s", rc == VZ_OK ? "" : words);
    }

    return rc;
}
