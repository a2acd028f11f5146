#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/backup_record.h"
#include "daemon/backup/backup_restore.h"
#include "daemon/backup/restic.h"
#include "daemon/base/file.h"
#include "daemon/base/job.h"
#include "daemon/history/ring.h"
#include "daemon/lxc/lxc_backup.h"
#include "daemon/lxc/lxc_lifecycle.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_reinstall.h"
#include "daemon/lxc/lxc_rescue.h"
#include "daemon/lxc/lxc_switch.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/snapshot_view.h"


#define VZ_LXC_BACKUP_IDLE  5000        /* ms to wait for the new image */
#define VZ_LXC_BACKUP_RING  (16 << 20)  /* bytes of a history, at most */

typedef struct {
    const vz_config_t   *conf;
    vz_ct_t              plain;         /* with ids as its own root sees them */
    vz_mount_t           mount;
} vz_lxc_backup_t;


static vz_code_e vz_lxc_backup_load(const vz_config_t *conf, uint32_t ctid,
    vz_ct_t *ct, char *words);
static vz_code_e vz_lxc_backup_made(vz_job_t *job, vz_ct_t *ct,
    vz_ct_t *fresh, const vz_backup_restore_t *restore);
static vz_code_e vz_lxc_backup_history(vz_job_t *job, const vz_ct_t *ct,
    const vz_backup_t *from, vz_done_t *done);
static vz_code_e vz_lxc_backup_read(vz_job_t *job, const vz_backup_t *from,
    const char *beside);
static vz_code_e vz_lxc_backup_mount(void *data, const char *path,
    char *words);
static void vz_lxc_backup_unmount(void *data, const char *path);


/* what a node knows of a container, beside its disk */

static const char *const  vz_lxc_backup_files[] = {
    "ct.conf", "firewall", "history", "history.traffic"
};

#define VZ_LXC_BACKUP_FILES                                                   \
    (sizeof(vz_lxc_backup_files) / sizeof(vz_lxc_backup_files[0]))


vz_code_e
vz_lxc_backup_view(const vz_config_t *conf, uint32_t ctid,
    const char *snapshot, const char *path, char *words)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_backup_load(conf, ctid, &ct, words);

    return rc == VZ_OK
           ? vz_snapshot_view(conf, &ct, snapshot, path, words) : rc;
}


static vz_code_e
vz_lxc_backup_load(const vz_config_t *conf, uint32_t ctid, vz_ct_t *ct,
    char *words)
{
    vz_code_e  rc;

    rc = vz_ct_store_read(conf, ctid, ct);

    if (rc != VZ_OK) {
        snprintf(words, VZ_WORDS_MAX, "container %u does not exist", ctid);
    }

    return rc;
}


vz_code_e
vz_lxc_backup_record(const vz_config_t *conf, uint32_t ctid,
    const char *folder, char *words)
{
    char       path[PATH_MAX];
    size_t     i;
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_backup_load(conf, ctid, &ct, words);
    if (rc != VZ_OK) {
        return rc;
    }

    for (i = 0; i < VZ_LXC_BACKUP_FILES; i++) {

        if (vz_ct_store_path(&ct, vz_lxc_backup_files[i], path) == -1
            || (vz_file_copy(path, folder, vz_lxc_backup_files[i]) == -1
                && errno != ENOENT))
        {
            snprintf(words, VZ_WORDS_MAX, "%.120s: %s", path, strerror(errno));
            return VZ_FAILED;
        }
    }

    return VZ_OK;
}


vz_code_e
vz_lxc_backup_restore(vz_job_t *job, const vz_backup_t *from,
    vz_done_t *done)
{
    char                  words[VZ_WORDS_MAX];
    vz_ct_t               ct, fresh;
    vz_code_e             rc;
    vz_backup_restore_t   restore;

    (void) done;

    if ((rc = vz_lxc_record_load(job, &ct)) != VZ_OK
        || (rc = vz_lxc_rescue_refuse(job, &ct)) != VZ_OK)
    {
        return rc;
    }

    if (!vz_disk_space(job->conf, words)) {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    /* one that is on its way would be of what is about to be replaced */

    (void) vz_backup_lock_end(job->conf, ct.tag, VZ_BACKUP_LOCK_WAIT);

    rc = vz_backup_restore_begin(job, from, 0, &restore);

    if (rc != VZ_OK) {
        return rc;
    }

    fresh = ct;
    fresh.started = 1;

    rc = vz_lxc_backup_made(job, &ct, &fresh, &restore);
    vz_backup_restore_end(&restore);

    if (rc == VZ_OK) {
        rc = vz_lxc_switch_run(job, &ct, &fresh, vz_lxc_reinstall_switch);
    }

    vz_lxc_switch_clear(job);

    return rc;
}


/*
 * Beside the container, and filled.  Another container's host keys and
 * machine-id are not this one's; its name and name servers are.
 */

static vz_code_e
vz_lxc_backup_made(vz_job_t *job, vz_ct_t *ct, vz_ct_t *fresh,
    const vz_backup_restore_t *restore)
{
    vz_code_e  rc;

    rc = vz_lxc_switch_beside(job, fresh);

    if (rc == VZ_OK) {
        rc = vz_lxc_backup_fill(job, fresh, restore);
    }

    if (rc == VZ_OK) {
        rc = vz_lxc_lifecycle_furnish(job, fresh,
                                      strcmp(ct->tag, restore->tag) != 0);
    }

    return rc;
}


vz_code_e
vz_lxc_backup_fill(vz_job_t *job, const vz_ct_t *fresh,
    const vz_backup_restore_t *restore)
{
    vz_lxc_backup_t      data;
    vz_backup_target_t   target;

    data.conf = job->conf;
    data.plain = *fresh;
    data.plain.idmap = 0;

    (void) memset(&target, 0, sizeof(target));
    target.mount = vz_lxc_backup_mount;
    target.unmount = vz_lxc_backup_unmount;
    target.data = &data;

    return vz_backup_restore_fill(job, restore, &target);
}


static vz_code_e
vz_lxc_backup_mount(void *data, const char *path, char *words)
{
    char              lower[PATH_MAX];
    vz_code_e         rc;
    vz_lxc_backup_t  *backup;

    backup = data;

    if (vz_ct_store_lower(backup->conf, &backup->plain, lower) == -1) {
        snprintf(words, VZ_WORDS_MAX, "template: %s", strerror(errno));
        return VZ_FAILED;
    }

    rc = vz_mount_make(&backup->plain, lower, VZ_LXC_BACKUP_IDLE, 0,
                       &backup->mount, words);

    if (rc == VZ_OK
        && move_mount(backup->mount.root, "", AT_FDCWD, path,
                      MOVE_MOUNT_F_EMPTY_PATH) == -1)
    {
        snprintf(words, VZ_WORDS_MAX, "its new disk: %s", strerror(errno));
        rc = VZ_FAILED;
    }

    return rc;
}


static void
vz_lxc_backup_unmount(void *data, const char *path)
{
    vz_lxc_backup_t  *backup;

    backup = data;

    /* the end of the last mount writes everything to the disk */

    (void) umount2(path, 0);

    if (chdir(backup->plain.dir) == 0) {
        vz_mount_unmake(&backup->mount);
    }
}


vz_code_e
vz_lxc_backup_inherit(vz_job_t *job, const vz_backup_t *from,
    vz_done_t *done)
{
    vz_ct_t    ct;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);

    return rc == VZ_OK ? vz_lxc_backup_history(job, &ct, from, done) : rc;
}


/*
 * Beside, and renamed when it is known to be whole: the recorder sees that the
 * file it had is gone.  What the container got and sent is not taken over: the
 * panel has counted it already.
 */

static vz_code_e
vz_lxc_backup_history(vz_job_t *job, const vz_ct_t *ct,
    const vz_backup_t *from, vz_done_t *done)
{
    char        path[PATH_MAX], beside[PATH_MAX];
    vz_code_e   rc;
    vz_ring_t   ring;

    if (vz_ct_store_path(ct, "history", path) == -1
        || vz_ct_store_path(ct, "history.inherit", beside) == -1)
    {
        return vz_job_end(job, VZ_INTERNAL, "%.120s: %s", ct->dir,
                          strerror(errno));
    }

    rc = vz_lxc_backup_read(job, from, beside);

    if (rc == VZ_OK) {
        rc = vz_ring_open(beside, &ring);

        if (rc == VZ_OK) {
            vz_ring_close(&ring);
        }
    }

    /* none at all, or one that this version would set aside */

    if (rc == VZ_NOENT || rc == VZ_STATE) {
        done->already = 1;
        (void) unlink(beside);
        return VZ_OK;
    }

    if (rc == VZ_OK && rename(beside, path) == -1) {
        rc = vz_job_end(job, VZ_INTERNAL, "%.120s: %s", path, strerror(errno));
    }

    if (rc != VZ_OK) {
        (void) unlink(beside);
    }

    return rc;
}


static vz_code_e
vz_lxc_backup_read(vz_job_t *job, const vz_backup_t *from, const char *beside)
{
    int                      fd;
    vz_code_e                rc;
    const vz_repository_t   *repository;

    rc = vz_restic_open(job, from->repository, &repository);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_backup_lock_read(job);

    if (rc == VZ_OK) {
        fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW
                          | O_CLOEXEC, 0600);

        if (fd == -1) {
            rc = vz_job_end(job, VZ_INTERNAL, "%.120s: %s", beside,
                            strerror(errno));
        } else {
            rc = vz_backup_record_copy(job, repository, from, "history", fd,
                                       VZ_LXC_BACKUP_RING);
            close(fd);
        }

        vz_backup_lock_drop();
    }

    vz_restic_close();

    return rc;
}
