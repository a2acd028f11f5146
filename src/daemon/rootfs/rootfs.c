#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "daemon/base/job.h"
#include "daemon/base/spawn.h"
#include "daemon/ct/ct_state.h"
#include "daemon/rootfs/disk_room.h"
#include "daemon/rootfs/image.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/rootfs.h"
#include "wire/code.h"


#define VZ_ROOTFS_WAIT  5000        /* ms to wait for an image that is being
                                       released */
#define VZ_MKFS_TIME    30000


typedef enum {
    VZ_ROOTFS_HOST = 0,             /* with the host's ids */
    VZ_ROOTFS_GUEST,                /* with the container's */
    VZ_ROOTFS_RAW,                  /* the image's file system alone */
    VZ_ROOTFS_NONE                  /* nothing: there may be no image */
} vz_rootfs_how_e;


static vz_code_e vz_rootfs_run(vz_job_t *job, const vz_ct_t *ct,
    vz_rootfs_how_e how, vz_rootfs_pt function, const void *data,
    char *words);
static vz_code_e vz_rootfs_child(const vz_config_t *conf, const vz_ct_t *ct,
    vz_rootfs_how_e how, vz_rootfs_pt function, const void *data,
    char *words);
static int vz_rootfs_wait(vz_job_t *job, const vz_ct_t *ct, pid_t pid);
static blkcnt_t vz_rootfs_written(const vz_ct_t *ct);
static int vz_rootfs_open(const vz_ct_t *ct, unsigned raw);
static vz_code_e vz_rootfs_do_resize(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static vz_code_e vz_rootfs_failed(char *words, const char *what);


vz_code_e
vz_rootfs_make(const vz_ct_t *ct, char *words)
{
    int          fd, rc;
    char         path[PATH_MAX], output[512];
    vz_spawn_t   run;
    const char  *argv[] = {
        "/usr/sbin/mkfs.btrfs", "-q", "-f", "-m", "single", "-d", "single",
        path, NULL
    };

    if (vz_ct_store_image(ct, path) == -1) {
        return vz_rootfs_failed(words, "image");
    }

    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd == -1) {
        return vz_rootfs_failed(words, "image");
    }

    rc = ftruncate(fd, (off_t) ct->disk.limit);
    close(fd);

    if (rc == -1) {
        return vz_rootfs_failed(words, "image");
    }

    memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.output = output;
    run.output_size = sizeof(output);
    run.timeout = VZ_MKFS_TIME;

    if (vz_spawn(&run) != VZ_OK) {
        snprintf(words, VZ_WORDS_MAX, "mkfs.btrfs: %.160s",
                 strncmp(output, "ERROR", 5) == 0 ? output : "failed");
        return VZ_FAILED;
    }

    return VZ_OK;
}


vz_code_e
vz_rootfs_enter(vz_job_t *job, const vz_ct_t *ct, unsigned guest,
    vz_rootfs_pt function, const void *data, char *words)
{
    return vz_rootfs_run(job, ct, guest ? VZ_ROOTFS_GUEST : VZ_ROOTFS_HOST,
                         function, data, words);
}


vz_code_e
vz_rootfs_enter_raw(vz_job_t *job, const vz_ct_t *ct, vz_rootfs_pt function,
    const void *data, char *words)
{
    return vz_rootfs_run(job, ct, VZ_ROOTFS_RAW, function, data, words);
}


vz_code_e
vz_rootfs_beside(vz_job_t *job, const vz_ct_t *ct, vz_rootfs_pt function,
    const void *data, char *words)
{
    return vz_rootfs_run(job, ct, VZ_ROOTFS_NONE, function, data, words);
}


/*
 * Wait for the child, and tell the client of a long verb that it is at work. 1
 * when it has ended, 0 at the deadline, -1.
 */

static int
vz_rootfs_wait(vz_job_t *job, const vz_ct_t *ct, pid_t pid)
{
    int            n;
    blkcnt_t       written;
    struct pollfd  event;

    event.fd = pidfd_open(pid, 0);
    event.events = POLLIN;
    written = 0;

    do {
        n = poll(&event, 1, vz_job_beat(job));

        /* an image that grows is at work */

        if (n == 0 && vz_rootfs_written(ct) != written) {
            written = vz_rootfs_written(ct);
            vz_job_moves(job);
        }

    } while ((n == -1 && errno == EINTR) || (n == 0 && vz_job_left(job) > 0));

    close(event.fd);

    return n;
}


/* The blocks that its image takes on the host. */

static blkcnt_t
vz_rootfs_written(const vz_ct_t *ct)
{
    char         path[PATH_MAX];
    struct stat  st;

    return vz_ct_store_image(ct, path) == 0 && stat(path, &st) == 0
           ? st.st_blocks : 0;
}


/* The child answers by its exit status, and sends words through a pipe. */

static vz_code_e
vz_rootfs_run(vz_job_t *job, const vz_ct_t *ct, vz_rootfs_how_e how,
    vz_rootfs_pt function, const void *data, char *words)
{
    int            pipes[2], status;
    pid_t          pid;
    ssize_t        n;
    vz_code_e      rc;

    words[0] = '\0';

    if (pipe2(pipes, O_CLOEXEC) == -1) {
        return vz_rootfs_failed(words, "pipe");
    }

    pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);

        rc = how == VZ_ROOTFS_NONE
             ? function(ct, -1, -1, data, words)
             : vz_rootfs_child(job->conf, ct, how, function, data, words);

        n = write(pipes[1], words, strlen(words));
        _exit(n >= 0 ? (int) rc : VZ_INTERNAL);
    }

    close(pipes[1]);

    if (pid == -1) {
        close(pipes[0]);
        return vz_rootfs_failed(words, "fork");
    }

    n = vz_rootfs_wait(job, ct, pid);

    if (n != 1) {
        kill(pid, SIGKILL);
    }

    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) { /* void */ }

    if (n == 1 && WIFEXITED(status)) {
        rc = (vz_code_e) WEXITSTATUS(status);
        n = read(pipes[0], words, VZ_WORDS_MAX - 1);
        words[n > 0 ? n : 0] = '\0';

    } else {
        rc = n == 1 ? VZ_INTERNAL : VZ_TIMEOUT;
        snprintf(words, VZ_WORDS_MAX, "entering the container's root %s",
                 n == 1 ? "failed" : "took too long");
    }

    close(pipes[0]);

    return rc;
}


static vz_code_e
vz_rootfs_child(const vz_config_t *conf, const vz_ct_t *ct,
    vz_rootfs_how_e how, vz_rootfs_pt function, const void *data, char *words)
{
    char           lower[PATH_MAX];
    vz_ct_state_t  run;
    unsigned       private;
    vz_code_e      rc;
    vz_mount_t     mount;

    private = 0;

    if (vz_ct_state_alive(ct, &run) && run.init.pid != 0
        && vz_mount_there(ct, vz_mount_name(ct, 0))
        && vz_mount_there(ct, vz_mount_name(ct, 1)))
    {
        mount.root = vz_rootfs_open(ct, 0);
        mount.raw = vz_rootfs_open(ct, 1);

        if (mount.root == -1 || mount.raw == -1) {
            return vz_rootfs_failed(words, "root");
        }

    } else {
        if (!vz_ct_state_alive(ct, &run) && vz_mount_drop(ct) == -1) {
            return vz_rootfs_failed(words, "umount");
        }

        if (vz_ct_store_lower(conf, ct, lower) == -1) {
            return vz_rootfs_failed(words, "template");
        }

        rc = how == VZ_ROOTFS_RAW
             ? vz_mount_raw(ct, lower, VZ_ROOTFS_WAIT, VZ_DISK_ROOM_PANEL,
                            &mount, words)
             : vz_mount_make(ct, lower, VZ_ROOTFS_WAIT, VZ_DISK_ROOM_PANEL,
                             &mount, words);

        /* a full disk can still be enlarged */

        if (rc != VZ_OK
            && (rc != VZ_NOSPACE || function != vz_rootfs_do_resize))
        {
            return rc;
        }

        private = 1;
    }

    if (how == VZ_ROOTFS_GUEST && vz_mount_ids(ct->idmap) == -1) {
        return vz_rootfs_failed(words, "ids");
    }

    rc = function(ct, how == VZ_ROOTFS_RAW ? -1 : mount.root, mount.raw, data,
                  words);

    if (private) {
        vz_mount_unmake(&mount);    /* this writes everything to the disk */

    } else if (rc == VZ_OK && how != VZ_ROOTFS_RAW
               && vz_image_sync(mount.raw) == -1)
    {
        rc = vz_rootfs_failed(words, "sync");
    }

    return rc;
}


int
vz_rootfs_raw(const vz_ct_t *ct)
{
    vz_ct_state_t  run;

    return vz_ct_state_alive(ct, &run) && run.init.pid != 0
           && vz_mount_there(ct, vz_mount_name(ct, 1))
           ? vz_rootfs_open(ct, 1) : -1;
}


static int
vz_rootfs_open(const vz_ct_t *ct, unsigned raw)
{
    char  path[PATH_MAX];

    return vz_ct_store_path(ct, vz_mount_name(ct, raw), path) == -1
           ? -1 : open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}


vz_code_e
vz_rootfs_resize(vz_job_t *job, const vz_ct_t *ct, uint64_t bytes,
    char *words)
{
    return vz_rootfs_enter(job, ct, 0, vz_rootfs_do_resize, &bytes, words);
}


static vz_code_e
vz_rootfs_do_resize(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    uint64_t  bytes;

    (void) root;
    memcpy(&bytes, data, sizeof(bytes));

    return vz_image_resize(ct, raw, bytes, words);
}


static vz_code_e
vz_rootfs_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%.80s: %s", what, strerror(errno));

    return errno == ENOSPC ? VZ_NOSPACE : VZ_FAILED;
}
