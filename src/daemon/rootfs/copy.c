#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "daemon/base/spawn.h"
#include "daemon/rootfs/apart.h"
#include "daemon/rootfs/attach.h"
#include "daemon/rootfs/copy.h"
#include "daemon/rootfs/disk_room.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/mount.h"
#include "daemon/rootfs/subvolume.h"
#include "wire/frame.h"


#define VZ_COPY_STREAM  "stream"        /* a pipe in the fresh one's folder */
#define VZ_COPY_WAIT    10000           /* ms to wait for the image */
#define VZ_COPY_TIME    INT_MAX         /* whoever waits has a deadline */


static int vz_copy_source(const vz_ct_t *from, char *words);
static vz_code_e vz_copy_stream(const vz_ct_t *ct, int source, char *words);
static pid_t vz_copy_send(const char *stream, int source);
static vz_code_e vz_copy_receive(const vz_ct_t *ct, const char *stream,
    char *words);
static vz_code_e vz_copy_failed(char *words, const char *what);


vz_code_e
vz_copy_take(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    int        live;
    vz_code_e  code;

    (void) root;
    (void) data;

    if (vz_disk_room_full(ct, raw)) {
        snprintf(words, VZ_WORDS_MAX, "the disk to copy is full: make it "
                 "larger, or remove files");
        return VZ_STATE;
    }

    live = vz_layout_live(raw);
    if (live == -1) {
        return vz_copy_failed(words, "image");
    }

    code = VZ_OK;

    /* what was left by one that died; the kernel keeps one that is read */

    if (vz_subvolume_drop(raw, VZ_LAYOUT_COPY) == -1
        && (errno == EPERM || errno == EBUSY))
    {
        snprintf(words, VZ_WORDS_MAX, "container %u is being copied already",
                 ct->ctid);
        code = VZ_BUSY;

    } else if (vz_subvolume_copy(live, raw, VZ_LAYOUT_COPY, 1) == -1) {
        code = vz_copy_failed(words, "snapshot");
    }

    close(live);

    return code;
}


vz_code_e
vz_copy_drop(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    (void) ct;
    (void) root;
    (void) data;

    return vz_subvolume_drop(raw, VZ_LAYOUT_COPY) == 0
           ? VZ_OK : vz_copy_failed(words, "removing what was copied");
}


vz_code_e
vz_copy_fill(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    int        source, fd;
    vz_code_e  rc;

    (void) root;

    source = vz_copy_source(data, words);
    if (source == -1) {
        return VZ_FAILED;
    }

    rc = vz_copy_stream(ct, source, words);
    close(source);

    if (rc != VZ_OK) {
        return rc;
    }

    fd = openat(raw, VZ_LAYOUT_COPY,
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1 || vz_subvolume_copy(fd, raw, VZ_LAYOUT_NEXT, 0) == -1
        || vz_layout_switch(raw) == -1
        || vz_subvolume_drop(raw, VZ_LAYOUT_COPY) == -1)
    {
        rc = vz_copy_failed(words, "copied disk");
    }

    close(fd);

    return rc;
}


/*
 * What is to be copied: a descriptor, or -1. The image is shared with whoever
 * runs its container, as that of a view is.
 */

static int
vz_copy_source(const vz_ct_t *from, char *words)
{
    int          top, fd;
    vz_attach_t  attach;

    if (vz_attach_view(from, VZ_COPY_WAIT, &attach, words) != VZ_OK) {
        return -1;
    }

    if (vz_apart() == -1) {
        vz_attach_close(&attach);
        (void) vz_copy_failed(words, "mount namespace");
        return -1;
    }

    top = vz_mount_device(attach.device);
    vz_attach_close(&attach);

    if (top == -1) {
        (void) vz_copy_failed(words, "mounting the image to copy");
        return -1;
    }

    fd = openat(top, VZ_LAYOUT_COPY, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    if (fd == -1) {
        (void) vz_copy_failed(words, "what is to be copied");
    }

    close(top);

    return fd;
}


static vz_code_e
vz_copy_stream(const vz_ct_t *ct, int source, char *words)
{
    int        status;
    char       stream[PATH_MAX];
    pid_t      pid;
    vz_code_e  rc;

    if (vz_ct_store_path(ct, VZ_COPY_STREAM, stream) == -1
        || mkfifo(stream, 0600) == -1)
    {
        return vz_copy_failed(words, "stream");
    }

    pid = vz_copy_send(stream, source);

    if (pid == -1) {
        (void) unlink(stream);
        return vz_copy_failed(words, "fork");
    }

    rc = vz_copy_receive(ct, stream, words);

    if (rc != VZ_OK) {
        (void) kill(pid, SIGKILL);
    }

    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) { /* void */ }

    if (unlink(stream) == -1 && rc == VZ_OK) {
        return vz_copy_failed(words, "stream");
    }

    if (rc == VZ_OK && status != 0) {
        errno = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
        return vz_copy_failed(words, "reading what is to be copied");
    }

    return rc;
}


/* The kernel writes the stream, in a process of its own; -1 with errno. */

static pid_t
vz_copy_send(const char *stream, int source)
{
    int                           fd;
    pid_t                         pid;
    struct btrfs_ioctl_send_args  args;

    pid = fork();

    if (pid != 0) {
        return pid;
    }

    (void) prctl(PR_SET_PDEATHSIG, SIGKILL);

    fd = open(stream, O_WRONLY|O_CLOEXEC);

    memset(&args, 0, sizeof(args));
    args.send_fd = fd;

    _exit(fd == -1 || ioctl(source, BTRFS_IOC_SEND, &args) == -1
          ? errno & 0x7f : 0);
}


static vz_code_e
vz_copy_receive(const vz_ct_t *ct, const char *stream, char *words)
{
    char         raw[PATH_MAX], output[512];
    vz_spawn_t   run;
    const char  *argv[] = {
        "/usr/bin/btrfs", "receive", "-q", "-f", stream, raw, NULL
    };

    if (vz_ct_store_path(ct, "raw", raw) == -1) {
        return vz_copy_failed(words, "image");
    }

    memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.output = output;
    run.output_size = sizeof(output);
    run.timeout = VZ_COPY_TIME;

    if (vz_spawn(&run) != VZ_OK) {
        output[strcspn(output, "\n")] = '\0';
        snprintf(words, VZ_WORDS_MAX, "btrfs receive: %.140s",
                 output[0] ? output : "failed");

        return strstr(output, strerror(ENOSPC)) ? VZ_NOSPACE : VZ_FAILED;
    }

    return VZ_OK;
}


static vz_code_e
vz_copy_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return errno == ENOSPC ? VZ_NOSPACE : VZ_FAILED;
}
