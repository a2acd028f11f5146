#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "daemon/backup/backup_links.h"
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/backup_path.h"
#include "daemon/backup/backup_restore.h"
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_list.h"
#include "daemon/backup/restic_why.h"
#include "daemon/base/job.h"
#include "daemon/base/run_folder.h"


#define VZ_BACKUP_RESTORE_TURN   50     /* ms between two looks whether the
                                           repository is mounted */
#define VZ_BACKUP_RESTORE_SHORT  8      /* digits of a backup's folder there */
#define VZ_BACKUP_RESTORE_FROM   87     /* progress, in percent, where filling
                                           begins: making the disk is before */
#define VZ_BACKUP_RESTORE_TO     92


typedef struct {
    vz_job_t                    *job;
    const vz_backup_restore_t   *restore;
    const vz_backup_target_t    *target;
    int                          host;      /* the node's mount namespace;
                                               -1: this kernel has none */
    char                         to[PATH_MAX + 8];
    char                         base[PATH_MAX];
    vz_restic_t                  mount;
    vz_restic_process_t          process;
} vz_backup_filling_t;


static vz_code_e vz_backup_restore_space(vz_backup_filling_t *fill);
static vz_code_e vz_backup_restore_both(vz_backup_filling_t *fill);
static vz_code_e vz_backup_restore_mount(vz_backup_filling_t *fill);
static vz_code_e vz_backup_restore_copy(vz_backup_filling_t *fill);
static vz_code_e vz_backup_restore_copied(vz_backup_filling_t *fill,
    const vz_restic_t *run, vz_code_e code);
static vz_code_e vz_backup_restore_line(vz_job_t *job, char *line, size_t len,
    void *data);
static void vz_backup_restore_unmount(vz_backup_filling_t *fill);
static vz_code_e vz_backup_restore_back(vz_backup_filling_t *fill,
    vz_code_e code);


vz_code_e
vz_backup_restore_begin(vz_job_t *job, const vz_backup_t *from,
    unsigned trial, vz_backup_restore_t *restore)
{
    vz_code_e                  code;
    vz_restic_list_t           saved;
    const vz_restic_saved_t   *one;

    code = vz_restic_open(job, from->repository, &restore->repository);
    if (code != VZ_OK) {
        return code;
    }

    (void) snprintf(restore->tag, sizeof(restore->tag), "%s", from->tag);

    code = trial ? vz_backup_lock_check(job, from->tag)
                 : vz_backup_lock_take(job, from->tag);

    if (code == VZ_OK) {
        vz_job_progress(job, 1, "looking at its backups");
        code = vz_restic_list(job, restore->repository, from->tag, &saved);

        if (code == VZ_OK) {
            one = vz_restic_list_find(&saved, from->snapshot);

            if (one != NULL) {
                (void) strcpy(restore->id, one->id);
            } else {
                code = vz_job_end(job, VZ_NOENT, "the backup has no such file, "
                                  "or is removed");
            }

            vz_restic_list_free(&saved);
        }
    }

    if (code != VZ_OK) {
        vz_backup_restore_end(restore);
    }

    return code;
}


void
vz_backup_restore_end(vz_backup_restore_t *restore)
{
    restore->repository = NULL;

    vz_backup_lock_drop();
    vz_restic_close();
}


vz_code_e
vz_backup_restore_fill(vz_job_t *job, const vz_backup_restore_t *restore,
    const vz_backup_target_t *target)
{
    vz_code_e                    code;
    static vz_backup_filling_t   fill;

    (void) memset(&fill, 0, sizeof(fill));
    fill.job = job;
    fill.restore = restore;
    fill.target = target;
    fill.process.pid = -1;
    fill.process.out = fill.process.err = -1;

    if (vz_run_folder_make(job->conf, "restore", restore->tag, fill.base) == -1
        || (mkdir(fill.base, 0700) == -1 && errno != EEXIST))
    {
        return vz_job_end(job, VZ_INTERNAL, "%.120s: %s", fill.base,
                          strerror(errno));
    }

    /* what a process that was killed has left in the node's own mounts */

    (void) umount2(fill.base, MNT_DETACH);

    fill.host = open("/proc/self/ns/mnt", O_RDONLY|O_CLOEXEC);

    if (fill.host == -1 && (errno != ENOENT || target->folder == NULL)) {
        return vz_job_end(job, VZ_INTERNAL, "its mounts: %s", strerror(errno));
    }

    code = vz_backup_restore_space(&fill);

    return vz_backup_restore_back(&fill, code);
}


/*
 * From here on nobody else sees what is mounted, but on kernels before Linux
 * 3.8, as those of OpenVZ 6: no process comes back there from mounts of its
 * own.
 */
static vz_code_e
vz_backup_restore_space(vz_backup_filling_t *fill)
{
    char                        words[VZ_WORDS_MAX];
    vz_code_e                   code;
    const vz_backup_target_t   *target;

    target = fill->target;

    if ((fill->host != -1
         && (unshare(CLONE_NEWNS) == -1
             || mount(NULL, "/", NULL, MS_REC|MS_SLAVE, NULL) == -1))
        || mount("vzpanel", fill->base, "tmpfs", MS_NOSUID|MS_NODEV,
                 "mode=0700,size=1M") == -1
        || chdir(fill->base) == -1
        || mkdir("from", 0700) == -1 || mkdir("to", 0700) == -1)
    {
        return vz_job_end(fill->job, VZ_INTERNAL, "its mounts: %s",
                          strerror(errno));
    }

    if (target->folder != NULL) {
        (void) snprintf(fill->to, sizeof(fill->to), "%s", target->folder);
        return vz_backup_restore_both(fill);
    }

    (void) snprintf(fill->to, sizeof(fill->to), "%s/to", fill->base);
    code = target->mount(target->data, fill->to, words);

    if (code != VZ_OK) {
        return vz_job_end(fill->job, code, "%s", words);
    }

    code = vz_backup_restore_both(fill);
    target->unmount(target->data, fill->to);

    return code;
}


static vz_code_e
vz_backup_restore_both(vz_backup_filling_t *fill)
{
    vz_code_e  code;

    code = vz_backup_restore_mount(fill);

    if (code == VZ_OK) {
        code = vz_backup_restore_copy(fill);
    }

    vz_backup_restore_unmount(fill);

    return code;
}


static vz_code_e
vz_backup_restore_mount(vz_backup_filling_t *fill)
{
    char             from[PATH_MAX + 8], words[VZ_WORDS_MAX];
    vz_code_e        code;
    struct pollfd    pfd;
    struct statfs    fs;

    const char *const  args[] = {
        "--no-lock", "mount", "--no-default-permissions", "--", from, NULL
    };

    (void) snprintf(from, sizeof(from), "%s/from", fill->base);

    fill->mount.repository = fill->restore->repository;
    fill->mount.tag = fill->restore->tag;
    fill->mount.args = args;
    fill->mount.urgent = 1;

    code = vz_restic_process_start(fill->job->conf, &fill->mount,
                                   &fill->process, words);

    if (code != VZ_OK) {
        return vz_job_end(fill->job, code, "%s", words);
    }

    pfd.fd = fill->process.err;
    pfd.events = POLLIN;

    while (statfs(from, &fs) == -1 || fs.f_type != FUSE_SUPER_MAGIC) {

        if (vz_job_left(fill->job) == 0) {
            return vz_restic_why_silent(fill->job, &fill->mount);
        }

        if (poll(&pfd, 1, VZ_BACKUP_RESTORE_TURN) == 1
            && vz_restic_read(&fill->mount, pfd.fd) == 0)
        {
            fill->mount.status = vz_restic_process_end(&fill->process, 1);
            return vz_restic_why(fill->job, &fill->mount);
        }

        (void) vz_job_beat(fill->job);
    }

    return VZ_OK;
}


static vz_code_e
vz_backup_restore_copy(vz_backup_filling_t *fill)
{
    char          from[PATH_MAX + 64], to[PATH_MAX + 16];
    vz_code_e     code;
    vz_restic_t   run;

    /*
     * names of overlayfs's own are not in a backup, whoever made it, and a
     * device that somebody wrote into a repository is not made
     */

    const char *const  args[] = {
        "--archive", "--no-devices", "--hard-links", "--acls", "--xattrs",
        "--sparse", "--numeric-ids", "--checksum", "--delete",
        "--info=progress2", "--outbuf=L", "--filter=-x trusted.overlay.*",
        "--", from, to, NULL
    };

    (void) snprintf(from, sizeof(from), "%s/from/ids/%.*s" VZ_BACKUP_PATH_ROOT
                    "/", fill->base, VZ_BACKUP_RESTORE_SHORT,
                    fill->restore->id);
    (void) snprintf(to, sizeof(to), "%s/", fill->to);

    if (access(from, F_OK) == -1) {
        return vz_job_end(fill->job, VZ_FAILED, "the backup can't be read: %s",
                          strerror(errno));
    }

    (void) memset(&run, 0, sizeof(run));
    run.repository = fill->restore->repository;
    run.tag = fill->restore->tag;
    run.program = VZ_REPOSITORY_RSYNC;
    run.args = args;
    run.line = vz_backup_restore_line;
    run.line_data = fill;
    run.urgent = 1;

    vz_job_progress(fill->job, VZ_BACKUP_RESTORE_FROM, "restoring its files");
    fill->job->words[0] = '\0';
    code = vz_restic_run(fill->job, &run);

    if (code != VZ_OK) {
        return vz_backup_restore_copied(fill, &run, code);
    }

    (void) snprintf(from, sizeof(from), "%s/from/ids/%.*s/record/"
                    VZ_BACKUP_LINKS_NAME, fill->base, VZ_BACKUP_RESTORE_SHORT,
                    fill->restore->id);

    return vz_backup_links_apply(to, from) == 0
           ? VZ_OK
           : vz_job_end(fill->job, errno == ENOSPC ? VZ_NOSPACE : VZ_FAILED,
                        "links between its files: %s", strerror(errno));
}


/* why it has failed: what restic says of the repository comes first */
static vz_code_e
vz_backup_restore_copied(vz_backup_filling_t *fill, const vz_restic_t *run,
    vz_code_e code)
{
    struct pollfd  pfd;

    if (fill->job->words[0]) {
        /* it was ended, found no room, or did nothing for too long */
        return code == VZ_NOSPACE ? code : VZ_FAILED;
    }

    pfd.fd = fill->process.err;
    pfd.events = POLLIN;

    while (poll(&pfd, 1, 0) == 1
           && vz_restic_read(&fill->mount, pfd.fd) != 0)
    {
        /* void */
    }

    if (vz_restic_why_find(fill->mount.said) != VZ_RESTIC_OTHER) {
        return vz_restic_why(fill->job, &fill->mount);
    }

    vz_job_said(fill->job, run->said);

    if (strstr(run->said, "No space left on device") != NULL
        || strstr(run->said, "Disk quota exceeded") != NULL)
    {
        return vz_job_end(fill->job, VZ_NOSPACE, "the backup does not fit on "
                          "the container's disk");
    }

    return vz_job_end(fill->job, VZ_FAILED, "rsync ended with %d: %.140s",
                      run->status, run->said);
}


/* "  1,234,567  12%   1.2MB/s ..." */
static vz_code_e
vz_backup_restore_line(vz_job_t *job, char *line, size_t len, void *data)
{
    char                        *percent;
    unsigned                     n;
    const vz_backup_filling_t   *fill;

    (void) len;
    fill = data;

    if (fill->target->room && !fill->target->room(fill->target->data)) {
        return vz_job_end(job, VZ_NOSPACE, "the node's disk is nearly full");
    }

    percent = strchr(line, '%');

    if (percent != NULL) {
        while (percent > line && percent[-1] >= '0' && percent[-1] <= '9') {
            percent--;
        }

        n = (unsigned) strtoul(percent, NULL, 10);
        n = n > 100 ? 100 : n;

        vz_job_progress(job, VZ_BACKUP_RESTORE_FROM
                        + n * (VZ_BACKUP_RESTORE_TO - VZ_BACKUP_RESTORE_FROM)
                          / 100, "restoring its files");
    }

    return VZ_OK;
}


static void
vz_backup_restore_unmount(vz_backup_filling_t *fill)
{
    char  from[PATH_MAX + 8];

    (void) snprintf(from, sizeof(from), "%s/from", fill->base);
    (void) umount2(from, MNT_DETACH);
    (void) vz_restic_process_end(&fill->process, 1);
}


static vz_code_e
vz_backup_restore_back(vz_backup_filling_t *fill, vz_code_e code)
{
    (void) !chdir("/");
    (void) umount2(fill->base, MNT_DETACH);

    if (fill->host != -1 && setns(fill->host, CLONE_NEWNS) == -1) {
        code = vz_job_end(fill->job, VZ_INTERNAL, "back to the node's mounts: "
                          "%s", strerror(errno));
    }

    vz_restic_process_close(&fill->host);
    (void) rmdir(fill->base);

    return code;
}
