#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "daemon/backup/backup_lock.h"
#include "daemon/backup/backup_restore.h"
#include "daemon/base/file.h"
#include "daemon/base/job.h"
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_identity.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/vzctl/vzctl_area.h"
#include "daemon/vzctl/vzctl_backup.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_sample.h"
#include "daemon/vzctl/vzctl_snapshot.h"
#include "daemon/vzctl/vzctl_switch.h"


#define VZ_VZCTL_BACKUP_READ                                                  \
    (MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC|MS_NOATIME)

/* An area that is filled. */
typedef struct {
    const vz_config_t   *conf;
    char                 path[PATH_MAX];
} vz_vzctl_backup_t;


static vz_code_e vz_vzctl_backup_copied(const char *from, const char *folder,
    const char *name, char *words);
static vz_code_e vz_vzctl_backup_made(vz_job_t *job,
    const vz_vzctl_conf_t *ct, const vz_backup_restore_t *restore);
static int vz_vzctl_backup_room(void *data);
static vz_code_e vz_vzctl_backup_furnish(vz_job_t *job,
    const vz_vzctl_conf_t *ct, const char *path, unsigned identity);


vz_code_e
vz_vzctl_backup_view(const vz_config_t *conf, uint32_t ctid,
    const char *snapshot, const char *path, char *words)
{
    char       area[PATH_MAX];
    vz_code_e  code;

    if (vz_vzctl_area_path(conf, ctid, NULL, area) == 0
        && vz_vzctl_area_ploop(area))
    {
        return vz_vzctl_snapshot_mount(conf, ctid, snapshot, path, words);
    }

    code = vz_vzctl_area_plain(conf, ctid, area, words);
    if (code != VZ_OK) {
        return code;
    }

    if (mount(area, path, NULL, MS_BIND, NULL) == -1
        || mount(NULL, path, NULL, MS_REMOUNT|MS_BIND|VZ_VZCTL_BACKUP_READ,
                 NULL) == -1)
    {
        (void) snprintf(words, VZ_WORDS_MAX, "view of its private area: %s",
                        strerror(errno));
        return VZ_FAILED;
    }

    return VZ_OK;
}


void
vz_vzctl_backup_end(const vz_config_t *conf, uint32_t ctid,
    const char *snapshot)
{
    char  area[PATH_MAX];

    if (vz_vzctl_area_path(conf, ctid, NULL, area) == 0
        && vz_vzctl_area_ploop(area))
    {
        vz_vzctl_snapshot_umount(conf, ctid, snapshot);
    }
}


vz_code_e
vz_vzctl_backup_record(const vz_config_t *conf, uint32_t ctid,
    const char *folder, char *words)
{
    char       path[PATH_MAX];
    vz_code_e  code;

    code = VZ_FAILED;

    if (snprintf(path, sizeof(path), "%s/%u.conf", conf->vz_conf_dir, ctid)
        < (int) sizeof(path))
    {
        code = vz_vzctl_backup_copied(path, folder, "vzctl.conf", words);
    }

    return code == VZ_OK && vz_vzctl_sample_path(conf, ctid, path) == 0
           ? vz_vzctl_backup_copied(path, folder, "history", words) : code;
}


static vz_code_e
vz_vzctl_backup_copied(const char *from, const char *folder, const char *name,
    char *words)
{
    if (vz_file_copy(from, folder, name) == -1 && errno != ENOENT) {
        (void) snprintf(words, VZ_WORDS_MAX, "%.120s: %s", from,
                        strerror(errno));
        return VZ_FAILED;
    }

    return VZ_OK;
}


vz_code_e
vz_vzctl_backup_restore(vz_job_t *job, const vz_backup_t *from,
    vz_done_t *done)
{
    char                  words[VZ_WORDS_MAX], area[PATH_MAX];
    vz_code_e             code;
    vz_vzctl_conf_t       ct;
    vz_backup_restore_t   restore;

    (void) done;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_vzctl_switch_settled(job)) != VZ_OK)
    {
        return code;
    }

    code = vz_vzctl_area_plain(job->conf, job->ctid, area, words);

    if (code == VZ_OK && !vz_disk_space_at(job->conf, area, words)) {
        code = VZ_NOSPACE;
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "%s", words);
    }

    /* one that is on its way would be of what is about to be replaced */

    (void) vz_backup_lock_end(job->conf, ct.tag, VZ_BACKUP_LOCK_WAIT);

    code = vz_backup_restore_begin(job, from, 0, &restore);
    if (code != VZ_OK) {
        return code;
    }

    code = vz_vzctl_backup_made(job, &ct, &restore);
    vz_backup_restore_end(&restore);

    if (code == VZ_OK) {
        code = vz_vzctl_switch_to_new(job, &ct);
    }

    (void) vz_vzctl_area_drop(job->conf, job->ctid, VZ_VZCTL_AREA_NEW);

    return code;
}


/*
 * Beside the container's own, and filled.  Another container's host keys and
 * machine-id are not this one's; its name and name servers are.
 */
static vz_code_e
vz_vzctl_backup_made(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const vz_backup_restore_t *restore)
{
    int                         fd;
    vz_code_e                   code;
    vz_backup_target_t          target;
    static vz_vzctl_backup_t    made;

    made.conf = job->conf;

    if (vz_vzctl_area_drop(job->conf, job->ctid, VZ_VZCTL_AREA_NEW) == -1
        || vz_vzctl_area_path(job->conf, job->ctid, VZ_VZCTL_AREA_NEW,
                              made.path)
           == -1
        || mkdir(made.path, 0700) == -1)
    {
        return vz_job_end(job, errno == ENOSPC ? VZ_NOSPACE : VZ_FAILED,
                          "its new private area: %s", strerror(errno));
    }

    (void) memset(&target, 0, sizeof(target));
    target.folder = made.path;
    target.room = vz_vzctl_backup_room;
    target.data = &made;

    if ((code = vz_backup_restore_fill(job, restore, &target)) != VZ_OK
        || (code = vz_vzctl_backup_furnish(job, ct, made.path,
                                           strcmp(ct->tag, restore->tag) != 0))
           != VZ_OK
        || (code = vz_vzctl_area_fits(job, made.path)) != VZ_OK)
    {
        return code;
    }

    /* all of it is on the disk before it is the container's */

    fd = open(made.path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd == -1 || syncfs(fd) == -1) {
        sync();
    }

    if (fd != -1) {
        (void) close(fd);
    }

    return VZ_OK;
}


static int
vz_vzctl_backup_room(void *data)
{
    char                words[VZ_WORDS_MAX];
    vz_vzctl_backup_t  *made;

    made = data;

    return vz_disk_space_at(made->conf, made->path, words);
}


static vz_code_e
vz_vzctl_backup_furnish(vz_job_t *job, const vz_vzctl_conf_t *ct,
    const char *path, unsigned identity)
{
    int             root, rc;
    char            text[VZ_IP_TEXT];
    const char     *name;
    static vz_ct_t  names;              /* its name servers alone */

    for (names.ndns = 0; names.ndns < ct->ndns; names.ndns++) {
        vz_ip_print(&ct->dns[names.ndns], 0, text);
        (void) snprintf(names.dns[names.ndns], VZ_IP_LEN, "%.45s", text);
    }

    name = strcmp(ct->hostname, "-") == 0 ? "localhost" : ct->hostname;
    root = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    rc = root == -1
         || vz_guest_files_hostname(root, name) == -1
         || (identity && vz_guest_identity_make(root, name) == -1)
         || (names.ndns && vz_guest_files_dns(root, &names) == -1)
         ? -1 : 0;

    if (rc == -1) {
        (void) vz_job_end(job, VZ_FAILED, "writing its name and keys: %s",
                          strerror(errno));
    }

    if (root != -1) {
        (void) close(root);
    }

    return rc == -1 ? VZ_FAILED : VZ_OK;
}


const char *
vz_vzctl_backup_lacks(const vz_config_t *conf, const char *feature)
{
    char  path[PATH_MAX];

    if (strcmp(feature, "backup") == 0) {
        return access(VZ_REPOSITORY_RESTIC, X_OK) == 0
               ? NULL
               : "this node has no " VZ_REPOSITORY_RESTIC ", by which backups "
                 "are made: install it";
    }

    if (strcmp(feature, "snapshot") == 0) {
        return snprintf(path, sizeof(path), "%s/ploop_minor", conf->vz_proc)
               < (int) sizeof(path) && access(path, F_OK) == 0
               ? NULL
               : "the kernel of this node has no ploop, and a folder of simfs "
                 "has no snapshots";
    }

    return NULL;
}
