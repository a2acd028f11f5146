#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "daemon/base/pass_fd.h"
#include "daemon/lxc/lxc_user_data_inside.h"


#define VZ_LXC_USER_DATA_BOOT   180     /* seconds in which systemd boots */
#define VZ_LXC_USER_DATA_YOUNG  150     /* looks, a fifth of a second apart,
                                           until it can be asked */


static int vz_lxc_user_data_output(int pair);
static void vz_lxc_user_data_booted(void);
static int vz_lxc_user_data_script(const vz_lxc_user_data_t *inside);


int
vz_lxc_user_data_inside(void *data)
{
    char                      *argv[2];
    const vz_lxc_user_data_t  *inside;

    inside = data;

    (void) umask(022);

    if (setsid() == -1 || vz_lxc_user_data_output(inside->pair) == -1) {
        _exit(126);
    }

    closefrom(STDERR_FILENO + 1);
    vz_lxc_user_data_booted();

    if (vz_lxc_user_data_script(inside) == -1 || chdir("/root") == -1) {
        (void) dprintf(STDERR_FILENO, "%s: %s\n", VZ_LXC_USER_DATA_SCRIPT,
                       strerror(errno));
        _exit(126);
    }

    argv[0] = (char *) VZ_LXC_USER_DATA_SCRIPT;
    argv[1] = NULL;
    (void) execv(argv[0], argv);

    (void) dprintf(STDERR_FILENO, "%.*s: %s\n",
                   (int) strcspn(inside->data, "\r\n"), inside->data,
                   strerror(errno));
    _exit(127);
}


/* nothing that was there before is written to, nor followed */

static int
vz_lxc_user_data_output(int pair)
{
    int  fd;

    (void) mkdir("/var", 0755);
    (void) mkdir("/var/log", 0755);
    (void) unlink(VZ_LXC_USER_DATA_OUTPUT);

    fd = open(VZ_LXC_USER_DATA_OUTPUT,
              O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
              0600);

    if (fd == -1) {
        return -1;
    }

    return vz_pass_fd_send(pair, fd) == -1
           || dup2(fd, STDOUT_FILENO) == -1
           || dup2(fd, STDERR_FILENO) == -1
           ? -1 : 0;
}


/*
 * What a script asks of services works once they are there.  Boot may be
 * degraded, or never end: then it is not waited for any longer.
 */

static void
vz_lxc_user_data_booted(void)
{
    int              status;
    char             exe[64];
    pid_t            child;
    unsigned         i;
    ssize_t          n;
    struct timespec  look;

    look.tv_sec = 0;
    look.tv_nsec = 200000000;

    n = readlink("/proc/1/exe", exe, sizeof(exe) - 1);
    exe[n > 0 ? n : 0] = '\0';

    if (strstr(exe, "/systemd") == NULL) {
        return;
    }

    for (i = 0; i < VZ_LXC_USER_DATA_YOUNG
                && access("/run/systemd/private", F_OK) == -1; i++)
    {
        (void) nanosleep(&look, NULL);
    }

    child = fork();

    if (child == 0) {
        (void) alarm(VZ_LXC_USER_DATA_BOOT);
        (void) dup2(STDIN_FILENO, STDOUT_FILENO);
        (void) dup2(STDIN_FILENO, STDERR_FILENO);
        (void) execlp("systemctl", "systemctl", "is-system-running", "--wait",
                      (char *) NULL);
        _exit(127);
    }

    if (child > 0) {
        (void) waitpid(child, &status, 0);
    }
}


static int
vz_lxc_user_data_script(const vz_lxc_user_data_t *inside)
{
    int      fd;
    size_t   done;
    ssize_t  n;

    (void) unlink(VZ_LXC_USER_DATA_SCRIPT);

    fd = open(VZ_LXC_USER_DATA_SCRIPT,
              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0700);
    if (fd == -1) {
        return -1;
    }

    for (done = 0; done < inside->len; done += (size_t) n) {
        n = write(fd, inside->data + done, inside->len - done);

        if (n <= 0) {
            (void) close(fd);
            return -1;
        }
    }

    return close(fd);
}
