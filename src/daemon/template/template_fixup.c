#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/base/dirtree.h"
#include "daemon/template/template_fixup.h"


#define VZ_INITTAB      "/etc/inittab"
#define VZ_INITTAB_MAX  32768
#define VZ_UNITS        "/etc/systemd/system"


static int vz_template_fixup_folders(void);
static int vz_template_fixup_dev(void);
static int vz_template_fixup_machine_id(void);
static int vz_template_fixup_host_keys(void);
static int vz_template_fixup_units(void);
static int vz_template_fixup_inittab(void);
static int vz_template_fixup_inittab_keeps(const char *line, size_t len);
static int vz_template_fixup_has_systemd(void);
static int vz_template_fixup_is_folder(const char *path);
static ssize_t vz_template_fixup_load(const char *path, char *buf,
    size_t size);
static int vz_template_fixup_save(const char *path, const char *buf,
    size_t len);


/*
 * Units of file systems that a user namespace may not mount; systemd would be
 * "degraded".
 */
static const char *const  vz_template_fixup_masked[] = {
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-kernel-config.mount",
    "sys-fs-fuse-connections.mount",
    "dev-hugepages.mount",
    "proc-sys-fs-binfmt_misc.automount",
    "proc-sys-fs-binfmt_misc.mount",
    NULL
};

/* For sysvinit: SIGPWR shuts down, and one console replaces six terminals. */
static const char  vz_template_fixup_inittab_lines[] =
    "pf::powerwait:/sbin/shutdown -h now\n"
    "co:2345:respawn:/sbin/getty 115200 console\n";


int
vz_template_fixup(void)
{
    if (vz_template_fixup_folders() == -1
        || vz_template_fixup_dev() == -1
        || vz_template_fixup_machine_id() == -1
        || vz_template_fixup_host_keys() == -1
        || vz_template_fixup_units() == -1
        || vz_template_fixup_inittab() == -1)
    {
        return -1;
    }

    return 0;
}


/* Create the folders that LXC mounts over. */
static int
vz_template_fixup_folders(void)
{
    size_t  i;

    static const char *const  folders[] = {
        "/proc", "/sys", "/run", "/etc"
    };

    for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {

        if (mkdir(folders[i], 0755) == -1 && errno != EEXIST) {
            return -1;
        }
    }

    return 0;
}


/* Empty /dev: LXC mounts its own over it, so that its files are never seen. */
static int
vz_template_fixup_dev(void)
{
    if (vz_dirtree_remove("/dev") == -1 || mkdir("/dev", 0755) == -1) {
        return -1;
    }

    return 0;
}


/*
 * Empty /etc/machine-id, and do not remove it: each container gets an id of
 * its own, and systemd does not take the boot for the first one, which would
 * enable units again (machine-id(5)).
 */
static int
vz_template_fixup_machine_id(void)
{
    struct stat  st;

    if (lstat("/var/lib/dbus/machine-id", &st) == 0 && S_ISREG(st.st_mode)
        && unlink("/var/lib/dbus/machine-id") == -1)
    {
        return -1;
    }

    if (!vz_template_fixup_has_systemd() && lstat("/etc/machine-id",
                                                  &st) == -1) {
        return 0;
    }

    (void) unlink("/etc/machine-id");

    return vz_template_fixup_save("/etc/machine-id", "", 0);
}


/* Remove ssh host keys, which all containers of the template would share. */
static int
vz_template_fixup_host_keys(void)
{
    int             rc;
    DIR            *dir;
    struct dirent  *entry;

    if (!vz_template_fixup_is_folder("/etc/ssh")) {
        return 0;
    }

    dir = opendir("/etc/ssh");
    if (dir == NULL) {
        return -1;
    }

    rc = 0;

    while ((entry = readdir(dir)) != NULL) {

        if (strncmp(entry->d_name, "ssh_host_", 9) == 0
            && entry->d_type != DT_DIR
            && unlinkat(dirfd(dir), entry->d_name, 0) == -1)
        {
            rc = -1;
        }
    }

    (void) closedir(dir);

    return rc;
}


static int
vz_template_fixup_units(void)
{
    char                path[128];
    const char *const  *unit;

    if (!vz_template_fixup_has_systemd()) {
        return 0;
    }

    if (vz_dirtree_make(VZ_UNITS, 0755) == -1) {
        return -1;
    }

    for (unit = vz_template_fixup_masked; *unit; unit++) {
        (void) snprintf(path, sizeof(path), VZ_UNITS "/%s", *unit);

        if (unlink(path) == -1 && errno != ENOENT) {
            return -1;
        }

        if (symlink("/dev/null", path) == -1) {
            return -1;
        }
    }

    return 0;
}


static int
vz_template_fixup_inittab(void)
{
    char     old[VZ_INITTAB_MAX], *p, *lf;
    char     new[VZ_INITTAB_MAX + sizeof(vz_template_fixup_inittab_lines)];
    size_t   len, n;
    ssize_t  size;

    /* busybox has a file of that name with another grammar */
    if (access("/sbin/telinit", F_OK) == -1) {
        return 0;
    }

    size = vz_template_fixup_load(VZ_INITTAB, old, sizeof(old));
    if (size <= 0) {
        return 0;
    }

    n = 0;

    for (p = old; p < old + size; p += len) {
        lf = memchr(p, '\n', (size_t) (old + size - p));
        len = lf ? (size_t) (lf - p) + 1 : (size_t) (old + size - p);

        if (vz_template_fixup_inittab_keeps(p, len)) {
            (void) memcpy(new + n, p, len);
            n += len;
        }
    }

    if (n && new[n - 1] != '\n') {
        new[n++] = '\n';
    }

    (void) memcpy(new + n, vz_template_fixup_inittab_lines,
                  sizeof(vz_template_fixup_inittab_lines) - 1);

    n += sizeof(vz_template_fixup_inittab_lines) - 1;

    return vz_template_fixup_save(VZ_INITTAB, new, n);
}


static int
vz_template_fixup_inittab_keeps(const char *line, size_t len)
{
    if (line[0] == '#') {
        return 1;
    }

    if (strncmp(line, "pf:", 3) == 0 || strncmp(line, "co:", 3) == 0) {
        return 0;
    }

    return memmem(line, len, "getty", 5) == NULL
           || memmem(line, len, " tty", 4) == NULL;
}


static int
vz_template_fixup_has_systemd(void)
{
    return access("/usr/lib/systemd/systemd", F_OK) == 0
           || access("/lib/systemd/systemd", F_OK) == 0;
}


static int
vz_template_fixup_is_folder(const char *path)
{
    struct stat  st;

    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}


static ssize_t
vz_template_fixup_load(const char *path, char *buf, size_t size)
{
    int          fd;
    ssize_t      n;
    struct stat  st;

    fd = open(path, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    n = -1;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
        && (size_t) st.st_size < size)
    {
        n = read(fd, buf, size - 1);
    }

    (void) close(fd);

    if (n >= 0) {
        buf[n] = '\0';
    }

    return n;
}


static int
vz_template_fixup_save(const char *path, const char *buf, size_t len)
{
    int      fd;
    ssize_t  n;

    fd = open(path, O_WRONLY|O_CREAT|O_TRUNC|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC,
              0644);
    if (fd == -1) {
        return -1;
    }

    n = write(fd, buf, len);

    if (close(fd) == -1 || n != (ssize_t) len) {
        return -1;
    }

    return 0;
}
