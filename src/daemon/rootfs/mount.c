#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include "daemon/base/caps.h"
#include "daemon/rootfs/attach.h"
#include "daemon/rootfs/disk_room.h"
#include "daemon/rootfs/image.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/mount.h"
#include "wire/frame.h"


#define VZ_MOUNT_POLL   20          /* ms between two checks of an image */


static vz_code_e vz_mount_image(const vz_ct_t *ct, const char *lower, int wait,
    uint64_t room, vz_mount_t *mount, const char **layers, char *words);
static vz_code_e vz_mount_build(const vz_ct_t *ct, const char *lower,
    const char *layers, uint64_t room, vz_mount_t *mount, char *words);
static int vz_mount_clone(int dirfd, const char *path, int userns,
    const char *target);
static int vz_mount_overlay(uint32_t base, const char *layers);
static int vz_mount_userns(uint32_t base);
static vz_code_e vz_mount_failed(char *words, const char *what);


vz_code_e
vz_mount_make(const vz_ct_t *ct, const char *lower, int wait, uint64_t room,
    vz_mount_t *mount, char *words)
{
    vz_code_e    rc;
    const char  *layers;

    rc = vz_mount_image(ct, lower, wait, room, mount, &layers, words);

    return rc == VZ_OK
           ? vz_mount_build(ct, lower, layers, room, mount, words) : rc;
}


vz_code_e
vz_mount_top(const vz_ct_t *ct, int wait, vz_mount_t *mounts, char *words)
{
    int          raw;
    vz_code_e    rc;
    vz_attach_t  attach;

    mounts->root = -1;
    mounts->raw = -1;

    rc = vz_attach(ct, wait, &attach, words);
    if (rc != VZ_OK) {
        return rc;
    }

    /* what the host unmounts meanwhile must be unmounted here, too */

    if (unshare(CLONE_NEWNS) == -1
        || mount(NULL, "/", NULL, MS_REC|MS_SLAVE, NULL) == -1
        || chdir(ct->dir) == -1)
    {
        vz_attach_close(&attach);
        return vz_mount_failed(words, "mount namespace");
    }

    raw = vz_mount_device(attach.device);
    vz_attach_close(&attach);

    if (raw == -1) {
        return vz_mount_failed(words, "mounting the image");
    }

    /* only an attached mount can be cloned */

    if (move_mount(raw, "", AT_FDCWD, "raw", MOVE_MOUNT_F_EMPTY_PATH) == -1) {
        close(raw);
        return vz_mount_failed(words, "attaching the image");
    }

    mounts->raw = raw;

    return VZ_OK;
}


vz_code_e
vz_mount_raw(const vz_ct_t *ct, const char *lower, int wait, uint64_t room,
    vz_mount_t *mount, char *words)
{
    const char  *layers;

    return vz_mount_image(ct, lower, wait, room, mount, &layers, words);
}


/* Mount the image alone; its layers are in that folder of it. */

static vz_code_e
vz_mount_image(const vz_ct_t *ct, const char *lower, int wait, uint64_t room,
    vz_mount_t *mounts, const char **layers, char *words)
{
    int        raw;
    vz_code_e  rc;

    rc = vz_mount_top(ct, wait, mounts, words);
    if (rc != VZ_OK) {
        return rc;
    }

    raw = mounts->raw;

    vz_disk_room(ct, raw, room);
    *layers = vz_layout_make(raw, lower);

    if (*layers == NULL) {
        return vz_mount_failed(words, "layers");
    }

    vz_image_discard(raw, 1);

    return VZ_OK;
}


static vz_code_e
vz_mount_build(const vz_ct_t *ct, const char *lower, const char *layers,
    uint64_t room, vz_mount_t *mount, char *words)
{
    int             raw, userns;
    unsigned        tries;
    struct statvfs  fs;

    raw = mount->raw;

    mount->raw = open_tree(AT_FDCWD, "raw", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC);
    if (mount->raw == -1) {
        return vz_mount_failed(words, "image clone");
    }

    userns = ct->idmap ? vz_mount_userns(ct->idmap) : -1;

    if (userns == -1 && ct->idmap) {
        return vz_mount_failed(words, "user namespace");
    }

    if (vz_mount_clone(raw, "", userns, "raw") == -1
        || vz_mount_clone(AT_FDCWD, lower, userns, "root") == -1)
    {
        close(userns);
        return vz_mount_failed(words, "idmapped mount");
    }

    close(userns);
    close(raw);

    for (tries = 0; tries < 2; tries++) {

        mount->root = vz_mount_overlay(ct->idmap, layers);
        if (mount->root == -1) {
            return vz_mount_failed(words, "overlay");
        }

        /* without its work folder overlayfs is mounted read-only */

        if (fstatvfs(mount->root, &fs) == 0 && !(fs.f_flag & ST_RDONLY)) {
            return VZ_OK;
        }

        if (tries == 0) {
            close(mount->root);
            vz_disk_room_more(ct, mount->raw, room);
        }
    }

    snprintf(words, VZ_WORDS_MAX, "its disk is full, so its root could only "
             "be read: make it larger");

    return VZ_NOSPACE;
}


int
vz_mount_device(const char *device)
{
    int  fs, fd, saved;

    fs = fsopen("btrfs", FSOPEN_CLOEXEC);
    if (fs == -1) {
        return -1;
    }

    fd = -1;

    if (fsconfig(fs, FSCONFIG_SET_STRING, "source", device, 0) == 0
        && fsconfig(fs, FSCONFIG_SET_FLAG, "nodiscard", NULL, 0) == 0
        && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
    {
        fd = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOATIME|MOUNT_ATTR_NODEV
                                          |MOUNT_ATTR_NOSUID);
    }

    saved = errno;
    close(fs);
    errno = saved;

    return fd;
}


static int
vz_mount_clone(int dirfd, const char *path, int userns, const char *target)
{
    int                fd, rc;
    unsigned           flags;
    struct mount_attr  attr;

    flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;

    fd = open_tree(dirfd, path, *path ? flags : flags | AT_EMPTY_PATH);
    if (fd == -1) {
        return -1;
    }

    memset(&attr, 0, sizeof(attr));
    attr.attr_set = MOUNT_ATTR_IDMAP;
    attr.userns_fd = (uint64_t) userns;

    rc = userns == -1 ? 0 : mount_setattr(fd, "", AT_EMPTY_PATH, &attr,
                                          sizeof(attr));

    if (rc == 0) {
        rc = move_mount(fd, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH);
    }

    close(fd);

    return rc;
}


/*
 * Mount the overlay with the ids of the container's root: it creates its work
 * folder with the ids of the caller, and the host's root has none in the
 * idmapped upper layer.
 */

static int
vz_mount_overlay(uint32_t base, const char *layers)
{
    int   fs, fd, saved;
    char  upper[64], work[64];

    snprintf(upper, sizeof(upper), "raw/%.16s/" VZ_LAYOUT_UPPER, layers);
    snprintf(work, sizeof(work), "raw/%.16s/" VZ_LAYOUT_WORK, layers);

    if (vz_mount_ids(base) == -1) {
        return -1;
    }

    fd = -1;
    fs = fsopen("overlay", FSOPEN_CLOEXEC);

    if (fs != -1
        && fsconfig(fs, FSCONFIG_SET_STRING, "source", "overlay", 0) == 0
        && fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir", "root", 0) == 0
        && fsconfig(fs, FSCONFIG_SET_STRING, "upperdir", upper, 0) == 0
        && fsconfig(fs, FSCONFIG_SET_STRING, "workdir", work, 0) == 0
        && fsconfig(fs, FSCONFIG_SET_STRING, "redirect_dir", "on", 0) == 0
        && fsconfig(fs, FSCONFIG_SET_STRING, "metacopy", "on", 0) == 0
        && fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
    {
        fd = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOATIME|MOUNT_ATTR_NODEV);
    }

    saved = errno;

    if (fs != -1) {
        close(fs);
    }

    if (vz_mount_ids(0) == -1) {
        return -1;
    }

    errno = saved;

    return fd;
}


int
vz_mount_ids(uint32_t base)
{
    setfsgid(base);
    setfsuid(base);

    /*
     * these return the previous ids: only a second call tells which ids hold
     */

    if ((uint32_t) setfsgid((gid_t) -1) != base
        || (uint32_t) setfsuid((uid_t) -1) != base)
    {
        errno = EPERM;
        return -1;
    }

    return vz_caps_raise();
}


/*
 * Create a user namespace with the container's ids only; the process that made
 * it is gone.
 */

static int
vz_mount_userns(uint32_t base)
{
    int                 fd, n, len, pipes[2], i;
    char                path[64], map[64], byte;
    pid_t               pid;
    static const char  *files[] = { "uid_map", "gid_map" };

    if (pipe2(pipes, O_CLOEXEC) == -1) {
        return -1;
    }

    pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);

        if (unshare(CLONE_NEWUSER) == 0 && write(pipes[1], "", 1) == 1) {
            pause();
        }

        _exit(1);
    }

    close(pipes[1]);
    n = pid == -1 ? -1 : (int) read(pipes[0], &byte, 1);
    close(pipes[0]);

    fd = -1;

    if (n == 1) {
        len = snprintf(map, sizeof(map), "0 %u %u", base, VZ_CT_IDS);

        for (i = 0; i < 2 && n != -1; i++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);

            fd = open(path, O_WRONLY | O_CLOEXEC);
            if (fd == -1) {
                n = -1;
                break;
            }

            if (write(fd, map, (size_t) len) != len) {
                n = -1;
            }

            close(fd);
        }

        fd = -1;
    }

    if (n == 1) {
        snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }

    if (pid != -1) {
        kill(pid, SIGKILL);
        while (waitpid(pid, NULL, 0) == -1 && errno == EINTR) { /* void */ }
    }

    return fd;
}


void
vz_mount_unmake(vz_mount_t *mount)
{
    close(mount->root);
    close(mount->raw);

    (void) vz_mount_ids(0);
    (void) umount2("root", MNT_DETACH);
    (void) umount2("raw", MNT_DETACH);
    (void) umount2("raw", MNT_DETACH);
}


const char *
vz_mount_name(const vz_ct_t *ct, unsigned raw)
{
    if (ct->rescue[0] == '\0') {
        return raw ? "raw" : "root";
    }

    return raw ? "disk.raw" : "disk";
}


int
vz_mount_attach(const vz_ct_t *ct, const vz_mount_t *mount, int host)
{
    const char         *raw, *root;
    struct mount_attr   attr;

    raw = vz_mount_name(ct, 1);
    root = vz_mount_name(ct, 0);

    if (setns(host, CLONE_NEWNS) == -1 || chdir(ct->dir) == -1) {
        return -1;
    }

    if (ct->rescue[0]) {
        memset(&attr, 0, sizeof(attr));
        attr.attr_set = MOUNT_ATTR_NOSUID;

        if ((mkdir(raw, 0700) == -1 && errno != EEXIST)
            || (mkdir(root, 0700) == -1 && errno != EEXIST)
            || mount_setattr(mount->root, "", AT_EMPTY_PATH, &attr,
                             sizeof(attr)) == -1)
        {
            return -1;
        }
    }

    if (move_mount(mount->raw, "", AT_FDCWD, raw, MOVE_MOUNT_F_EMPTY_PATH)
        == -1
        || move_mount(mount->root, "", AT_FDCWD, root,
                      MOVE_MOUNT_F_EMPTY_PATH) == -1)
    {
        return -1;
    }

    return chdir("/");
}


int
vz_mount_nosuid(const vz_ct_t *ct)
{
    char               path[PATH_MAX];
    struct mount_attr  attr;

    memset(&attr, 0, sizeof(attr));
    attr.attr_set = MOUNT_ATTR_NOSUID;

    return vz_ct_store_path(ct, "root", path) == -1
           ? -1 : mount_setattr(AT_FDCWD, path, 0, &attr, sizeof(attr));
}


int
vz_mount_there(const vz_ct_t *ct, const char *name)
{
    char         path[PATH_MAX];
    struct stat  dir, st;

    return vz_ct_store_path(ct, name, path) == 0
           && lstat(ct->dir, &dir) == 0
           && lstat(path, &st) == 0
           && st.st_dev != dir.st_dev;
}


int
vz_mount_drop(const vz_ct_t *ct)
{
    char                path[PATH_MAX];
    unsigned            i, tries;
    static const char  *names[] = { "disk", "disk.raw", "root", "raw" };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (vz_ct_store_path(ct, names[i], path) == -1) {
            return -1;
        }

        for (tries = 0; vz_mount_there(ct, names[i]); tries++) {
            if (umount2(path, UMOUNT_NOFOLLOW) == 0) {
                continue;
            }

            if (errno == EBUSY && tries < 5) {
                usleep(VZ_MOUNT_POLL * 1000);
                continue;
            }

            if (errno != EBUSY
                || umount2(path, UMOUNT_NOFOLLOW | MNT_DETACH) == -1)
            {
                return -1;
            }
        }

        /* a start that lacks the own disk has no folder to bind, either */

        if (i < 2 && rmdir(path) == -1 && errno != ENOENT) {
            return -1;
        }
    }

    return 0;
}


int
vz_mount_image_idle(const vz_ct_t *ct, int wait)
{
    vz_ct_t  booted;

    vz_ct_store_booted(ct, &booted);

    for ( ;; ) {
        if (vz_attach_idle(ct)
            && (ct->rescue[0] == '\0' || vz_attach_idle(&booted)))
        {
            return 1;
        }

        if (wait <= 0) {
            return 0;
        }

        usleep(VZ_MOUNT_POLL * 1000);
        wait -= VZ_MOUNT_POLL;
    }
}


static vz_code_e
vz_mount_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return VZ_FAILED;
}
