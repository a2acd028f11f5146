#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/backup/backup_cache.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/job.h"
#include "daemon/base/lock.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/ct/ct_stopping.h"
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_identity.h"
#include "daemon/lxc/lxc_conf.h"
#include "daemon/lxc/lxc_lifecycle.h"
#include "daemon/lxc/lxc_power.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/net/ct_net.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/mount_pin.h"
#include "daemon/rootfs/rootfs.h"
#include "daemon/template/template_cache.h"
#include "daemon/template/template_prune.h"


#define VZ_LXC_IDS_WAIT   10000     /* ms, for the lock over id ranges */
#define VZ_LXC_IDLE_WAIT  5000      /* ms to wait for the image of a
                                       destroyed container */


static vz_code_e vz_lxc_reserve(vz_job_t *job, vz_ct_t *ct);
static vz_code_e vz_lxc_furnish(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static int vz_lxc_publish(const vz_config_t *conf, vz_ct_t *ct);
static int vz_lxc_hide(const vz_ct_t *ct, const char *gone);


vz_code_e
vz_lxc_lifecycle_create(vz_job_t *job, const char *template, const char *tag,
    vz_done_t *done)
{
    char       lower[PATH_MAX], words[VZ_WORDS_MAX];
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_ct_store_read(job->conf, job->ctid, &ct);

    if (rc == VZ_OK && !ct.started && strcmp(ct.template, template) == 0) {
        done->already = 1;
        return VZ_OK;
    }

    if (rc != VZ_NOENT) {
        return vz_job_end(job, VZ_EXISTS, "container %u exists",
                          job->ctid);
    }

    if (!vz_disk_space(job->conf, words)) {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    rc = vz_template_cache_unpack(job->conf, template, job, lower);
    if (rc != VZ_OK) {
        return rc;
    }

    memset(&ct, 0, sizeof(ct));
    ct.ctid = job->ctid;
    strcpy(ct.tag, tag);
    snprintf(ct.template, sizeof(ct.template), "%s", template);
    snprintf(ct.version, sizeof(ct.version), "%s", strrchr(lower, '/') + 1);

    rc = vz_lxc_lifecycle_clear(job, &ct);

    if (rc == VZ_OK) {
        ct.disk.barrier = job->conf->disk_default > VZ_DISK_MIN
                          ? job->conf->disk_default : VZ_DISK_MIN;
        ct.disk.limit = ct.disk.barrier;

        rc = vz_lxc_lifecycle_create_as(job, &ct, NULL, NULL);
    }

    if (rc != VZ_OK) {
        (void) vz_dirtree_remove(ct.dir);
        return rc;
    }

    vz_template_prune(job->conf, job, template);

    return VZ_OK;
}


vz_code_e
vz_lxc_lifecycle_clear(vz_job_t *job, vz_ct_t *ct)
{
    if (vz_ct_store_dir(job->conf, ct->ctid, "gone", ct->dir) == -1
        || vz_mount_drop(ct) == -1
        || vz_dirtree_remove(ct->dir) == -1
        || vz_ct_store_dir(job->conf, ct->ctid, "tmp", ct->dir) == -1
        || vz_mount_drop(ct) == -1
        || vz_dirtree_remove(ct->dir) == -1)
    {
        return vz_job_end(job, VZ_FAILED, "leftovers of container %u: %s",
                          ct->ctid, strerror(errno));
    }

    return VZ_OK;
}


vz_code_e
vz_lxc_lifecycle_create_as(vz_job_t *job, vz_ct_t *ct, vz_lxc_disk_pt disk,
    const void *data)
{
    vz_code_e  rc;

    snprintf(ct->hostname, sizeof(ct->hostname), "vps%u", ct->ctid);

    ct->created = (uint64_t) time(NULL);
    ct->units = 1000;
    ct->smtp_shut = 1;
    ct->disk.set = 1;

    rc = vz_lxc_lifecycle_make(job, ct, disk, data);

    return rc == VZ_OK ? vz_lxc_lifecycle_publish(job, ct) : rc;
}


vz_code_e
vz_lxc_lifecycle_publish(vz_job_t *job, vz_ct_t *ct)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    /* what the number's last container sent is not this one's */

    rc = vz_ct_net_forget(job->conf, ct, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    vz_job_progress(job, 95, "writing configuration");

    if (vz_lxc_conf_write(job->conf, ct) == -1
        || vz_lxc_publish(job->conf, ct) == -1)
    {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                          "container %u: %s", ct->ctid, strerror(errno));
    }

    return VZ_OK;
}


vz_code_e
vz_lxc_lifecycle_make(vz_job_t *job, vz_ct_t *ct, vz_lxc_disk_pt disk,
    const void *data)
{
    vz_code_e  rc;

    rc = vz_lxc_reserve(job, ct);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_job_progress(job, 75, "making its disk");

    rc = disk ? disk(job, ct, data) : vz_lxc_lifecycle_empty(job, ct);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_job_progress(job, 85, "writing its name and keys");

    return vz_lxc_lifecycle_furnish(job, ct, 1);
}


vz_code_e
vz_lxc_lifecycle_empty(vz_job_t *job, const vz_ct_t *ct)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    rc = vz_rootfs_make(ct, words);

    return rc == VZ_OK ? rc : vz_job_end(job, rc, "%s", words);
}


vz_code_e
vz_lxc_lifecycle_furnish(vz_job_t *job, const vz_ct_t *ct, unsigned identity)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    rc = vz_rootfs_enter(job, ct, 1, vz_lxc_furnish, &identity, words);

    return rc == VZ_OK ? rc : vz_job_end(job, rc, "%s", words);
}


/* A range of ids belongs to the first record that names it. */

static vz_code_e
vz_lxc_reserve(vz_job_t *job, vz_ct_t *ct)
{
    int        rc;
    char       holder[VZ_LOCK_HOLDER], path[PATH_MAX];
    vz_lock_t  lock;

    if (vz_lock_take(job->conf, VZ_TEMPLATE_PRUNE_LOCK, "create",
                     VZ_LXC_IDS_WAIT,
                     &lock, holder) != VZ_OK)
    {
        return vz_job_end(job, VZ_BUSY, "id ranges are held by: %s", holder);
    }

    if (vz_ct_store_lower(job->conf, ct, path) == -1
        || access(path, F_OK) == -1)
    {
        vz_lock_drop(&lock);
        return vz_job_end(job, VZ_BUSY, "template %s has just been changed",
                          ct->template);
    }

    /* one that is made anew keeps its own */

    if (ct->idmap == 0) {
        ct->idmap = vz_ct_store_idmap(job->conf);
    }

    if (ct->idmap == 0) {
        vz_lock_drop(&lock);
        return vz_job_end(job, VZ_NOSPACE, "no range of ids is free");
    }

    /* the guest's root may pass through the folder, others may not */

    rc = mkdir(ct->dir, 0700) == -1
         || chown(ct->dir, 0, ct->idmap) == -1
         || chmod(ct->dir, 0710) == -1
         || vz_ct_store_path(ct, "root", path) == -1
         || mkdir(path, 0700) == -1
         || vz_ct_store_path(ct, "raw", path) == -1
         || mkdir(path, 0700) == -1
         || vz_ct_store_write(ct) == -1;

    vz_lock_drop(&lock);

    return rc ? vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                           "container %u: %s", ct->ctid, strerror(errno))
              : VZ_OK;
}


static vz_code_e
vz_lxc_furnish(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    unsigned  identity;

    (void) raw;
    memcpy(&identity, data, sizeof(identity));

    if (vz_guest_files_hostname(root, ct->hostname) == -1
        || (identity && vz_guest_identity_make(root, ct->hostname) == -1)
        || (ct->ndns && vz_guest_files_dns(root, ct) == -1))
    {
        snprintf(words, VZ_WORDS_MAX, "writing its name and keys: %s",
                 strerror(errno));
        return VZ_FAILED;
    }

    return VZ_OK;
}


static int
vz_lxc_publish(const vz_config_t *conf, vz_ct_t *ct)
{
    char  path[PATH_MAX];

    /* its content is on the disk before it gets its name, then the name is */

    if (vz_ct_store_dir(conf, ct->ctid, NULL, path) == -1
        || vz_dirtree_sync(ct->dir) == -1
        || rename(ct->dir, path) == -1)
    {
        return -1;
    }

    strcpy(ct->dir, path);
    *strrchr(path, '/') = '\0';

    return vz_dirtree_sync(path);
}


vz_code_e
vz_lxc_lifecycle_destroy(vz_job_t *job, vz_done_t *done)
{
    char       words[VZ_WORDS_MAX], path[PATH_MAX];
    vz_ct_t    ct;
    unsigned   killed;
    vz_code_e  rc;

    rc = vz_ct_store_read(job->conf, job->ctid, &ct);

    if (rc == VZ_NOENT) {
        done->already = 1;
        return VZ_OK;
    }

    /* a container that can't be removed is left running */

    if (!ct.broken && vz_mount_pin_find(&ct, VZ_MOUNT_PIN_PATIENCE, words)) {
        return vz_job_end(job, VZ_BUSY, "%s", words);
    }

    rc = vz_lxc_power_halt(job->conf, &ct, 0, &killed, words);

    if (rc != VZ_OK && !ct.broken) {
        return vz_job_end(job, rc, "%s", words);
    }

    vz_lxc_power_unlock(job->conf, &ct);
    (void) vz_backup_lock_end(job->conf, ct.tag, VZ_BACKUP_LOCK_WAIT);
    vz_job_progress(job, 50, "removing its files");

    if (!vz_mount_image_idle(&ct, VZ_LXC_IDLE_WAIT)) {
        return vz_job_end(job, VZ_BUSY, "its image is still in use");
    }

    if (vz_ct_store_dir(job->conf, ct.ctid, "gone", path) == -1
        || vz_dirtree_remove(path) == -1
        || vz_lxc_hide(&ct, path) == -1
        || vz_dirtree_remove(path) == -1)
    {
        return vz_job_end(job, VZ_FAILED, "removing container %u: %s",
                          ct.ctid, strerror(errno));
    }

    vz_backup_cache_forget(job->conf, ct.tag);
    (void) vz_ct_stopping_forget(job->conf, ct.ctid);
    (void) vz_ct_net_forget(job->conf, &ct, words);

    if (!ct.broken) {
        vz_template_prune(job->conf, job, ct.template);
    }

    if (ct.rescue[0]) {
        vz_template_prune(job->conf, job, ct.rescue);
    }

    return VZ_OK;
}


/*
 * A full disk may have no room for another name: then the image is removed
 * first.
 */

static int
vz_lxc_hide(const vz_ct_t *ct, const char *gone)
{
    char  image[PATH_MAX];

    if (rename(ct->dir, gone) == 0) {
        return 0;
    }

    return errno != ENOSPC || vz_ct_store_image(ct, image) == -1
           || unlink(image) == -1
           ? -1 : rename(ct->dir, gone);
}


vz_code_e
vz_lxc_lifecycle_set_tag(vz_job_t *job, const char *tag)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    strcpy(ct.tag, tag);

    return vz_lxc_record_save(job, &ct);
}


/* A record that is broken behind its tag still tells the tag. */

vz_code_e
vz_lxc_lifecycle_tag(const vz_config_t *conf, uint32_t ctid,
                     char tag[VZ_TAG_LEN + 1])
{
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_ct_store_read(conf, ctid, &ct);
    strcpy(tag, ct.tag);

    return rc == VZ_INTERNAL && strlen(ct.tag) == VZ_TAG_LEN ? VZ_OK : rc;
}
