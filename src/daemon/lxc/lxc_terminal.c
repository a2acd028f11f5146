/*
 * Terminals in a container.  What runs inside has the guest's namespaces,
 * groups and system call filter; its files may be anything, so nothing here
 * waits for one of them or runs a library of the guest's.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <lxc/attach_options.h>
#include <lxc/lxccontainer.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include "daemon/base/pass_fd.h"
#include "daemon/ct/ct_state.h"
#include "daemon/ct/ct_store.h"
#include "daemon/lxc/lxc_monitor.h"
#include "daemon/lxc/lxc_terminal.h"


#define VZ_LXC_TERMINAL_WAIT    5000    /* ms for the pty to come out */
#define VZ_LXC_TERMINAL_PASSWD  65536   /* bytes that are read of it */
#define VZ_LXC_TERMINAL_PTMX    2       /* minor of /dev/ptmx; its major is
                                           TTYAUX_MAJOR, 5 */


typedef struct lxc_container *(*vz_lxc_terminal_new_pt)(const char *name,
    const char *path);

/* what the process in the container is told */
typedef struct {
    int             pair;           /* where it sends the pty */
    vz_terminal_e   what;
} vz_lxc_terminal_t;

static vz_code_e vz_lxc_terminal_attach(struct lxc_container *c,
    vz_terminal_t *terminal, char *words);
static int vz_lxc_terminal_is_pty(int fd);
static int vz_lxc_terminal_inside(void *data);
static int vz_lxc_terminal_take(int pts);
static void vz_lxc_terminal_exec(vz_terminal_e what);
static char *vz_lxc_terminal_shell(char *text);


vz_code_e
vz_lxc_terminal_open(const vz_config_t *conf, vz_terminal_t *terminal,
    char *words)
{
    vz_code_e              code;
    struct lxc_container  *c;

    code = vz_lxc_terminal_container(conf, terminal->ctid, &c, words);

    return code == VZ_OK ? vz_lxc_terminal_attach(c, terminal, words) : code;
}


vz_code_e
vz_lxc_terminal_container(const vz_config_t *conf, uint32_t ctid,
    struct lxc_container **c, char *words)
{
    char                    name[16], path[PATH_MAX];
    void                   *lxc;
    vz_ct_t                 ct;
    vz_code_e               code;
    vz_ct_state_t           run;
    vz_lxc_terminal_new_pt  container;

    code = vz_ct_store_read(conf, ctid, &ct);

    if (code != VZ_OK) {
        snprintf(words, VZ_WORDS_MAX, code == VZ_NOENT
                 ? "container %u does not exist"
                 : "the record of container %u is broken", ctid);
        return code;
    }

    if (!vz_ct_state_alive(&ct, &run) || run.init.pid == 0) {
        snprintf(words, VZ_WORDS_MAX, "it does not run");
        return VZ_STATE;
    }

    /* newuidmap(1) must not be found: see lxc_monitor.c */

    if (setenv("PATH", "/usr/sbin:/sbin", 1) == -1
        || snprintf(path, sizeof(path), "%s/ct", conf->lxc_path)
           >= (int) sizeof(path))
    {
        snprintf(words, VZ_WORDS_MAX, "lxc_path: too long");
        return VZ_INTERNAL;
    }

    lxc = dlopen(VZ_LXC_LIBRARY, RTLD_NOW);
    container = lxc ? (vz_lxc_terminal_new_pt) dlsym(lxc, "lxc_container_new")
                    : NULL;

    if (container == NULL) {
        snprintf(words, VZ_WORDS_MAX, "%.150s (package liblxc1)", dlerror());
        return VZ_INTERNAL;
    }

    snprintf(name, sizeof(name), "%u", ctid);
    *c = container(name, path);

    if (*c == NULL) {
        snprintf(words, VZ_WORDS_MAX, "liblxc does not load container %u",
                 ctid);
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


/* what the monitor keeps of it (lxc.console.buffer.size) */

vz_code_e
vz_lxc_terminal_log(const vz_config_t *conf, vz_terminal_t *terminal,
    char *words)
{
    int                     rc;
    uint64_t                n;
    vz_code_e               code;
    struct lxc_console_log  log;
    struct lxc_container   *c;

    code = vz_lxc_terminal_container(conf, terminal->ctid, &c, words);
    if (code != VZ_OK) {
        return code;
    }

    n = 0;
    memset(&log, 0, sizeof(log));
    log.read = true;
    log.read_max = &n;

    rc = c->console_log(c, &log);

    if (rc == -ENODATA) {
        n = 0;

    } else if (rc < 0) {
        snprintf(words, VZ_WORDS_MAX, "its log can't be read: %s",
                 strerror(-rc));
        return VZ_FAILED;
    }

    terminal->fd = memfd_create("bootlog", MFD_CLOEXEC);
    terminal->child = 0;

    if (terminal->fd == -1
        || (n && write(terminal->fd, log.data, n) != (ssize_t) n)
        || lseek(terminal->fd, 0, SEEK_SET) == -1)
    {
        snprintf(words, VZ_WORDS_MAX, "its log: %s", strerror(errno));
        return VZ_INTERNAL;
    }

    return VZ_OK;
}


static vz_code_e
vz_lxc_terminal_attach(struct lxc_container *c, vz_terminal_t *terminal,
    char *words)
{
    int                   pair[2];
    vz_lxc_terminal_t     inside;
    lxc_attach_options_t  options = LXC_ATTACH_OPTIONS_DEFAULT;

    static char  *env[] = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "TERM=xterm-256color", "HOME=/root", "USER=root", "LOGNAME=root",
        "LANG=C.UTF-8", NULL
    };

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1) {
        snprintf(words, VZ_WORDS_MAX, "socketpair: %s", strerror(errno));
        return VZ_INTERNAL;
    }

    inside.pair = pair[1];
    inside.what = terminal->what;
    options.env_policy = LXC_ATTACH_CLEAR_ENV;
    options.extra_env_vars = env;
    options.initial_cwd = "/";

    if (c->attach(c, vz_lxc_terminal_inside, &inside, &options,
                  &terminal->child) != 0)
    {
        snprintf(words, VZ_WORDS_MAX, "it can't be entered: it has no room "
                 "for another process, or its monitor does not answer");
        return VZ_FAILED;
    }

    close(pair[1]);
    terminal->fd = vz_pass_fd_receive(pair[0], VZ_LXC_TERMINAL_WAIT);
    close(pair[0]);

    if (terminal->fd == -1 || !vz_lxc_terminal_is_pty(terminal->fd)) {
        snprintf(words, VZ_WORDS_MAX, "it has no terminal to give: /dev/ptmx "
                 "inside is not one");
        return VZ_FAILED;
    }

    return VZ_OK;
}


/* the guest may have put anything in its place, and we shall read it */

static int
vz_lxc_terminal_is_pty(int fd)
{
    struct stat    st;
    struct statfs  fs;

    return fstat(fd, &st) == 0 && S_ISCHR(st.st_mode)
           && major(st.st_rdev) == 5
           && minor(st.st_rdev) == VZ_LXC_TERMINAL_PTMX
           && fstatfs(fd, &fs) == 0 && fs.f_type == DEVPTS_SUPER_MAGIC;
}


/* From here on in the container, as its root. */

static int
vz_lxc_terminal_inside(void *data)
{
    int                 ptmx, pts, no;
    vz_lxc_terminal_t  *inside;

    inside = data;
    no = 0;
    ptmx = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

    if (ptmx == -1 || ioctl(ptmx, TIOCSPTLCK, &no) == -1) {
        _exit(125);
    }

    pts = ioctl(ptmx, TIOCGPTPEER, O_RDWR | O_NOCTTY);

    if (pts == -1 || vz_pass_fd_send(inside->pair, ptmx) == -1
        || vz_lxc_terminal_take(pts) == -1)
    {
        _exit(125);
    }

    vz_lxc_terminal_exec(inside->what);
    _exit(126);
}


/* the terminal is its own, and nothing of ours is left open */

static int
vz_lxc_terminal_take(int pts)
{
    umask(022);

    if (setsid() == -1 || ioctl(pts, TIOCSCTTY, 0) == -1
        || dup2(pts, STDIN_FILENO) == -1 || dup2(pts, STDOUT_FILENO) == -1
        || dup2(pts, STDERR_FILENO) == -1)
    {
        return -1;
    }

    closefrom(STDERR_FILENO + 1);

    return chdir("/root") == 0 ? 0 : chdir("/");
}


static void
vz_lxc_terminal_exec(vz_terminal_e what)
{
    char         *shell, name[NAME_MAX + 2];
    const char   *base;
    static char   text[VZ_LXC_TERMINAL_PASSWD];

    if (what == VZ_TERMINAL_LOGIN) {
        execl("/bin/login", "login", (char *) NULL);
        (void) dprintf(STDERR_FILENO, "/bin/login: %s\r\n", strerror(errno));
        return;
    }

    shell = vz_lxc_terminal_shell(text);

    if (shell != NULL) {
        base = strrchr(shell, '/');
        snprintf(name, sizeof(name), "-%s", base ? base + 1 : shell);
        execl(shell, name, (char *) NULL);
    }

    execl("/bin/sh", "-sh", (char *) NULL);
    (void) dprintf(STDERR_FILENO, "/bin/sh: %s\r\n", strerror(errno));
}


/* the last field of root's line in /etc/passwd; NULL where there is none */

static char *
vz_lxc_terminal_shell(char *text)
{
    int           fd;
    char         *line, *next, *field;
    ssize_t       n;
    struct stat   st;

    fd = open("/etc/passwd", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1) {
        return NULL;
    }

    /* a pipe would keep us waiting, a device has effects */

    n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
        ? read(fd, text, VZ_LXC_TERMINAL_PASSWD - 1) : -1;
    close(fd);

    if (n <= 0) {
        return NULL;
    }

    text[n] = '\0';

    for (line = text; line != NULL; line = next) {
        next = strchr(line, '\n');

        if (next != NULL) {
            *next++ = '\0';
        }

        field = strrchr(line, ':');

        if (strncmp(line, "root:", 5) == 0 && field && field[1] == '/') {
            return field + 1;
        }
    }

    return NULL;
}
