#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include "daemon/guest/guest_files.h"
#include "wire/random.h"


#define VZ_GUEST_FILES_FILE   (4 << 20)  /* bytes of a file that is changed,
                                            at most */
#define VZ_GUEST_FILES_TRIES  1000      /* tries, while others rename parts
                                           of a path */
#define VZ_GUEST_FILES_MARK   "# set by the panel"


/* Changes files by way of two buffers of VZ_GUEST_FILES_FILE and more. */
typedef int (*vz_guest_files_pt)(int root, const char *value, char *text,
    char *out);


static int vz_guest_files_edit(int root, const char *value,
    vz_guest_files_pt function);
static int vz_guest_files_set_password(int root, const char *hash, char *text,
    char *out);
static int vz_guest_files_set_hostname(int root, const char *hostname,
    char *text, char *out);
static int vz_guest_files_open(int root, const char *path, int flags);
static int vz_guest_files_walk(int root, const char *path, int flags);
static int vz_guest_files_regular(int root, const char *path);
static int vz_guest_files_parent(int root, const char *path,
    const char **name);
static size_t vz_guest_files_shadow(const char *text, size_t size, char *out,
    const char *hash);
static int vz_guest_files_passwd(int root, char *text, char *out);
static size_t vz_guest_files_line(const char *line, const char *end);
static size_t vz_guest_files_hosts(const char *text, size_t size, char *out,
    const char *hostname);


static int
vz_guest_files_open(int root, const char *path, int flags)
{
    int              fd, tries;
    struct open_how  how;

    memset(&how, 0, sizeof(how));
    how.flags = (uint64_t) (flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

    tries = VZ_GUEST_FILES_TRIES;

    /* EAGAIN: somewhere on the host a name changed under a ".." */

    do {
        fd = (int) syscall(SYS_openat2, root, path, &how, sizeof(how));
    } while (fd == -1 && errno == EAGAIN && --tries > 0);

    return fd == -1 && errno == ENOSYS ? vz_guest_files_walk(root, path,
                                                             flags) : fd;
}


/*
 * OpenVZ has kernels without openat2(2): there each name is opened on its own,
 * and no symbolic link is followed.
 */

static int
vz_guest_files_walk(int root, const char *path, int flags)
{
    int     fd, next, last;
    char    name[NAME_MAX + 1];
    size_t  len;

    fd = openat(root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);

    while (fd != -1) {
        path += strspn(path, "/");
        len = strcspn(path, "/");

        if (len > NAME_MAX || (len == 2 && path[0] == '.' && path[1] == '.'))
        {
            close(fd);
            errno = EINVAL;
            return -1;
        }

        memcpy(name, path, len);
        name[len] = '\0';
        path += len;
        last = path[strspn(path, "/")] == '\0';

        /* before 2.6.39 there is no O_PATH, and a FIFO would block */

        next = openat(fd, len ? name : ".", O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
                      | (last ? flags : O_PATH | O_DIRECTORY));
        close(fd);

        if (last) {
            return next;
        }

        fd = next;
    }

    return -1;
}


int
vz_guest_files_has(int root, const char *path)
{
    int  fd;

    fd = vz_guest_files_open(root, path, O_PATH);

    if (fd == -1) {
        return 0;
    }

    close(fd);

    return 1;
}


/*
 * The kind of a file is checked before it is opened: a FIFO would block, and a
 * device would act.
 */

static int
vz_guest_files_regular(int root, const char *path)
{
    int          fd, file;
    char         name[32];
    struct stat  st;

    fd = vz_guest_files_open(root, path, O_PATH);
    if (fd == -1) {
        return -1;
    }

    if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode)) {
        close(fd);
        errno = EINVAL;
        return -1;
    }

    snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);

    file = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    close(fd);

    return file;
}


ssize_t
vz_guest_files_read(int root, const char *path, char *buf, size_t size)
{
    int      fd;
    size_t   len;
    ssize_t  n;

    fd = vz_guest_files_regular(root, path);
    if (fd == -1) {
        return -1;
    }

    len = 0;

    do {
        n = read(fd, buf + len, size - len);

        if (n > 0) {
            len += (size_t) n;
        }
    } while (n > 0 && len < size);

    close(fd);

    if (n == -1 || len == size) {
        errno = n == -1 ? errno : EFBIG;
        return -1;
    }

    buf[len] = '\0';

    return (ssize_t) len;
}


static int
vz_guest_files_parent(int root, const char *path, const char **name)
{
    char         dir[256];
    const char  *slash;

    slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;

    snprintf(dir, sizeof(dir), "%.*s", slash ? (int) (slash - path) : 1,
             slash ? path : ".");

    return vz_guest_files_open(root, dir, O_PATH | O_DIRECTORY);
}


int
vz_guest_files_write(int root, const char *path, const char *text, size_t len,
    mode_t mode)
{
    int          dir, fd, rc;
    char         temp[64];
    ssize_t      n;
    uint64_t     number;
    const char  *name;
    struct stat  st;

    dir = vz_guest_files_parent(root, path, &name);
    if (dir == -1) {
        return -1;
    }

    if (vz_random(&number, sizeof(number)) == -1) {
        close(dir);
        return -1;
    }

    snprintf(temp, sizeof(temp), ".vz-%016llx", (unsigned long long) number);

    fd = openat(dir, temp, O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW|O_CLOEXEC, 0600);
    if (fd == -1) {
        close(dir);
        return -1;
    }

    rc = 0;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0
        && S_ISREG(st.st_mode))
    {
        mode = st.st_mode & 07777;
        rc = fchown(fd, st.st_uid, st.st_gid);
    }

    n = rc == -1 || fchmod(fd, mode) == -1 ? -1 : write(fd, text, len);

    if (n != (ssize_t) len || renameat(dir, temp, dir, name) == -1) {
        rc = n >= 0 && n != (ssize_t) len ? ENOSPC : errno;
        (void) unlinkat(dir, temp, 0);
        errno = rc;
        rc = -1;
    }

    close(fd);
    close(dir);

    return rc;
}


int
vz_guest_files_folder(int root, const char *path, mode_t mode)
{
    int          dir, fd, rc;
    const char  *name;

    dir = vz_guest_files_parent(root, path, &name);
    if (dir == -1) {
        return -1;
    }

    rc = mkdirat(dir, name, mode) == -1 && errno != EEXIST ? -1 : 0;
    close(dir);

    if (rc == -1) {
        return -1;
    }

    fd = vz_guest_files_open(root, path, O_PATH | O_DIRECTORY);
    if (fd == -1) {
        return -1;
    }

    close(fd);

    return 0;
}


/*
 * Set root's hash in /etc/shadow, and leave the other fields. /etc/passwd gets
 * an "x", or the hash would not be used.
 */

int
vz_guest_files_password(int root, const char *hash)
{
    return vz_guest_files_edit(root, hash, vz_guest_files_set_password);
}


/* Change files in memory of two files' size, which is wiped afterwards. */

static int
vz_guest_files_edit(int root, const char *value, vz_guest_files_pt function)
{
    int    rc;
    char  *text;

    text = malloc(2 * VZ_GUEST_FILES_FILE + 1024);
    if (text == NULL) {
        return -1;
    }

    rc = function(root, value, text, text + VZ_GUEST_FILES_FILE);

    explicit_bzero(text, 2 * VZ_GUEST_FILES_FILE + 1024);
    free(text);

    return rc;
}


static int
vz_guest_files_set_password(int root, const char *hash, char *text, char *out)
{
    size_t   len;
    ssize_t  size;

    if (vz_guest_files_passwd(root, text, out) == -1) {
        return -1;
    }

    size = vz_guest_files_read(root, "etc/shadow", text, VZ_GUEST_FILES_FILE);

    if (size == -1 && errno != ENOENT) {
        return -1;
    }

    len = vz_guest_files_shadow(text, size == -1 ? 0 : (size_t) size, out,
                                hash);

    return vz_guest_files_write(root, "etc/shadow", out, len, 0600);
}


/* Copy /etc/shadow with another hash for root into out. Returns its length. */

static size_t
vz_guest_files_shadow(const char *text, size_t size, char *out,
                      const char *hash)
{
    int          found;
    long         today;
    size_t       len;
    const char  *line, *next, *rest;

    len = 0;
    found = 0;
    today = (long) (time(NULL) / 86400);

    for (line = text; line < text + size; line = next) {
        next = line + vz_guest_files_line(line, text + size);
        rest = line;

        if (!found && strncmp(line, "root:", 5) == 0) {
            found = 1;

            /* name:hash:days of the last change:the rest */

            rest = line + 5 + strcspn(line + 5, ":\n");
            rest += *rest == ':';
            rest += strcspn(rest, ":\n");

            len += (size_t) snprintf(out + len, 512, "root:%s:%ld", hash,
                                     today);
        }

        memcpy(out + len, rest, (size_t) (next - rest));
        len += (size_t) (next - rest);
    }

    if (found) {
        return len;
    }

    if (len && out[len - 1] != '\n') {
        out[len++] = '\n';
    }

    return len + (size_t) snprintf(out + len, 512, "root:%s:%ld:0:99999:7"
                                   ":::\n", hash, today);
}


static int
vz_guest_files_passwd(int root, char *text, char *out)
{
    char     *line, *end;
    size_t    head;
    ssize_t   size;

    size = vz_guest_files_read(root, "etc/passwd", text, VZ_GUEST_FILES_FILE);
    if (size == -1) {
        return -1;
    }

    line = strncmp(text, "root:", 5) == 0
           ? text : memmem(text, (size_t) size, "\nroot:", 6);

    if (line == NULL) {
        errno = ENOENT;
        return -1;
    }

    line = strchr(line, ':') + 1;
    end = line + strcspn(line, ":\n");

    if (end - line == 1 && *line == 'x') {
        return 0;
    }

    head = (size_t) (line - text);
    memcpy(out, text, head);
    out[head] = 'x';
    memcpy(out + head + 1, end, (size_t) size - (size_t) (end - text));

    return vz_guest_files_write(root, "etc/passwd", out,
                                head + 1 + (size_t) size
                                - (size_t) (end - text), 0644);
}


int
vz_guest_files_hostname(int root, const char *hostname)
{
    return vz_guest_files_edit(root, hostname, vz_guest_files_set_hostname);
}


static int
vz_guest_files_set_hostname(int root, const char *hostname, char *text,
    char *out)
{
    int      n;
    char     name[128];
    size_t   len;
    ssize_t  size;

    /* a file that can't be read is not overwritten */

    size = vz_guest_files_read(root, "etc/hosts", text, VZ_GUEST_FILES_FILE);

    if (size == -1) {
        if (errno != ENOENT) {
            return -1;
        }

        size = sprintf(text, "127.0.0.1 localhost\n"
                       "::1 localhost ip6-localhost ip6-loopback\n");
    }

    len = vz_guest_files_hosts(text, (size_t) size, out, hostname);
    n = snprintf(name, sizeof(name), "%s\n", hostname);

    if (vz_guest_files_write(root, "etc/hostname", name, (size_t) n, 0644)
        == -1)
    {
        return -1;
    }

    return vz_guest_files_write(root, "etc/hosts", out, len, 0644);
}


/* The length of a line with its LF; it may contain any bytes. */

static size_t
vz_guest_files_line(const char *line, const char *end)
{
    const char  *lf;

    lf = memchr(line, '\n', (size_t) (end - line));

    return (size_t) ((lf ? lf + 1 : end) - line);
}


/* Copy /etc/hosts with the panel's own line for the name into out. */

static size_t
vz_guest_files_hosts(const char *text, size_t size, char *out,
    const char *hostname)
{
    int          n;
    size_t       len;
    const char  *line, *next, *end;

    len = 0;

    for (line = text; line < text + size; line = next) {
        next = line + vz_guest_files_line(line, text + size);
        end = next - (next[-1] == '\n');

        if ((size_t) (end - line) >= sizeof(VZ_GUEST_FILES_MARK) - 1
            && strncmp(end - (sizeof(VZ_GUEST_FILES_MARK) - 1),
                       VZ_GUEST_FILES_MARK,
                       sizeof(VZ_GUEST_FILES_MARK) - 1) == 0)
        {
            continue;
        }

        memcpy(out + len, line, (size_t) (end - line));
        len += (size_t) (end - line);
        out[len++] = '\n';
    }

    n = (int) strcspn(hostname, ".");

    return len + (size_t) (hostname[n] == '\0'
                           ? snprintf(out + len, 256, "127.0.1.1 %s "
                                      VZ_GUEST_FILES_MARK "\n", hostname)
                           : snprintf(out + len, 256, "127.0.1.1 %s %.*s "
                                      VZ_GUEST_FILES_MARK "\n", hostname, n,
                                      hostname));
}


int
vz_guest_files_dns(int root, const vz_ct_t *ct)
{
    char      text[VZ_CT_DNS * (VZ_IP_LEN + 16)];
    size_t    len;
    unsigned  i;

    len = 0;

    for (i = 0; i < ct->ndns; i++) {
        len += (size_t) snprintf(text + len, sizeof(text) - len,
                                 "nameserver %s\n", ct->dns[i]);
    }

    return vz_guest_files_write(root, "etc/resolv.conf", text, len, 0644);
}


int
vz_guest_files_halt(int root)
{
    int          fd;
    char         path[64], target[PATH_MAX], *name;
    ssize_t      n;

    fd = vz_guest_files_open(root, "sbin/init", O_PATH);

    if (fd == -1) {
        return SIGPWR;
    }

    /* this link of the kernel tells the resolved name */

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    n = readlink(path, target, sizeof(target) - 1);
    close(fd);

    if (n <= 0) {
        return SIGPWR;
    }

    target[n] = '\0';
    name = strrchr(target, '/');

    if (name != NULL && strcmp(name, "/systemd") == 0) {
        return SIGRTMIN + 3;
    }

    if (name != NULL && strcmp(name, "/busybox") == 0) {
        return SIGUSR2;
    }

    return SIGPWR;
}


int
vz_guest_files_oom(int root)
{
    int                 fd, rc;
    static const char  *file = "etc/systemd/system/service.d/10-vzpanel.conf";
    static const char  *text =
        "# Where memory is used up a service ends, and not init.\n"
        "[Service]\n"
        "OOMScoreAdjust=" VZ_GUEST_FILES_OOM "\n";

    fd = vz_guest_files_open(root, "etc/systemd/system",
                             O_RDONLY | O_DIRECTORY);

    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = mkdirat(fd, "service.d", 0755) == -1 && errno != EEXIST ? -1 : 0;
    close(fd);

    return rc == -1 || vz_guest_files_has(root, file)
           ? rc : vz_guest_files_write(root, file, text, strlen(text), 0644);
}
