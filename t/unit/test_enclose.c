/*
 * What code that runs in the enclosure of the unpacker can reach of the host:
 * a process of root, a service on 127.0.0.1, an abstract socket, files.
 *
 * sources: src/daemon/base/enclose.c src/daemon/base/dirtree.c
 * valgrind: an enclosure leaves it none of its own files
 */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/enclose.h"


#define KEEP  3                     /* descriptor of the answers */

typedef struct {
    char                  folder[64];
    char                  victim_file[80];
    pid_t                 victim;
    struct sockaddr_in    port;
    struct sockaddr_un    name;
    socklen_t             name_len;
    struct file_handle   *handle;
} host_t;

typedef int (*attack_pt)(const host_t *host);

typedef struct {
    const char  *what;
    attack_pt    attack;            /* 1 where it succeeded */
} attack_t;


static int
reaches(int family, const void *address, socklen_t len)
{
    int  fd, rc;

    fd = socket(family, SOCK_STREAM|SOCK_CLOEXEC, 0);
    rc = fd != -1 && connect(fd, address, len) == 0;
    (void) close(fd);

    return rc;
}


static int
opens(const char *path, int flags)
{
    int  fd;

    fd = open(path, flags|O_CLOEXEC, 0600);
    (void) close(fd);

    return fd != -1;
}


static int
kills(const host_t *host)
{
    return kill(host->victim, 0) == 0 || kill(1, 0) == -1;
}


static int
kills_its_group(const host_t *host)
{
    (void) host;

    return getpgrp() == 0 || getpgrp() != getpid();
}


static int
connects(const host_t *host)
{
    return reaches(AF_INET, &host->port, sizeof(host->port));
}


static int
connects_by_name(const host_t *host)
{
    return reaches(AF_UNIX, &host->name, host->name_len);
}


static int
opens_outside(const host_t *host)
{
    return opens(host->victim_file, O_RDONLY)
           || opens("../../../../../etc/passwd", O_RDONLY)
           || opens("/etc/passwd", O_RDONLY) || opens("/proc/1", O_RDONLY);
}


static int
opens_by_handle(const host_t *host)
{
    int  dir, fd;

    dir = open("/", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    fd = open_by_handle_at(dir, host->handle, O_RDONLY|O_CLOEXEC);
    (void) close(dir);

    return fd != -1;
}


static int
makes_a_device(const host_t *host)
{
    (void) host;

    return mknod("/device", S_IFBLK|0600, 0x700) == 0;
}


static int
chroots_or_mounts(const host_t *host)
{
    (void) host;

    return chroot("/") == 0 || unshare(CLONE_NEWNS) == 0
           || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1;
}


static int
has_descriptors(const host_t *host)
{
    int  fd;

    (void) host;

    for (fd = STDERR_FILENO + 1; fd < 64; fd++) {
        if (fd != KEEP && fcntl(fd, F_GETFD) != -1) {
            return 1;
        }
    }

    return 0;
}


/* what it is for: a file of any owner */
static int
can_not_write(const host_t *host)
{
    (void) host;

    return !opens("/own", O_WRONLY|O_CREAT) || chown("/own", 33, 44) == -1
           || chmod("/own", 04755) == -1 || opens("/own", O_RDONLY) == 0;
}


static const attack_t  attacks[] = {
    { "kill a root process of the host", kills },
    { "signal the caller's group", kills_its_group },
    { "connect to 127.0.0.1", connects },
    { "connect to an abstract socket", connects_by_name },
    { "open a file outside", opens_outside },
    { "open a file outside by its handle", opens_by_handle },
    { "make a device", makes_a_device },
    { "change root, or namespaces", chroots_or_mounts },
    { "use a descriptor of the caller's", has_descriptors },
    { "be kept from its own work", can_not_write }
};


static int
setup(void **state)
{
    int             fd, mount_id;
    socklen_t       len;
    static host_t   host;

    (void) strcpy(host.folder, "/tmp/vz-enclose-XXXXXX");

    if (mkdtemp(host.folder) == NULL) {
        return -1;
    }

    (void) snprintf(host.victim_file, sizeof(host.victim_file), "%s.victim",
                    host.folder);
    fd = open(host.victim_file, O_WRONLY|O_CREAT|O_CLOEXEC, 0600);
    (void) close(fd);

    host.handle = malloc(sizeof(*host.handle) + MAX_HANDLE_SZ);
    host.handle->handle_bytes = MAX_HANDLE_SZ;

    if (name_to_handle_at(AT_FDCWD, host.victim_file, host.handle, &mount_id,
                          0) == -1)
    {
        return -1;
    }

    host.victim = fork();

    if (host.victim == 0) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void) pause();
        _exit(0);
    }

    len = sizeof(host.port);
    host.port.sin_family = AF_INET;
    host.port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(fd, (struct sockaddr *) &host.port, len) == -1
        || listen(fd, 8) == -1
        || getsockname(fd, (struct sockaddr *) &host.port, &len) == -1)
    {
        return -1;
    }

    host.name.sun_family = AF_UNIX;
    host.name_len = (socklen_t) (sizeof(sa_family_t) + 1
                    + (size_t) sprintf(host.name.sun_path + 1, "vz-unit-%d",
                                       getpid()));
    fd = socket(AF_UNIX, SOCK_STREAM, 0);

    if (bind(fd, (struct sockaddr *) &host.name, host.name_len) == -1
        || listen(fd, 8) == -1)
    {
        return -1;
    }

    *state = &host;

    return 0;
}


static int
teardown(void **state)
{
    host_t  *host;

    host = *state;

    (void) kill(host->victim, SIGKILL);
    (void) waitpid(host->victim, NULL, 0);
    (void) unlink(host->victim_file);
    free(host->handle);

    return vz_dirtree_remove(host->folder);
}


/* A child that is enclosed, as fork(2) answers; *heard is what it writes. */
static pid_t
enclosed(const host_t *host, int *heard)
{
    int    pipes[2];
    pid_t  pid;

    assert_int_equal(pipe(pipes), 0);
    pid = fork();

    if (pid == 0 && (dup2(pipes[1], KEEP) == -1
                     || vz_enclose(host->folder, KEEP) == -1))
    {
        _exit(2);
    }

    (void) close(pipes[1]);
    *heard = pipes[0];

    return pid;
}


/* all of them in one child, each told by a byte */
static void
nothing_of_the_host_is_reached(void **state)
{
    int      heard, status;
    char     said[VZ_COUNT(attacks)];
    pid_t    pid;
    size_t   i;
    host_t  *host;

    host = *state;

    /* they are attacks: outside they succeed */
    assert_true(connects(host));
    assert_true(connects_by_name(host));
    assert_int_equal(kill(host->victim, 0), 0);

    pid = enclosed(host, &heard);

    if (pid == 0) {
        for (i = 0; i < VZ_COUNT(attacks); i++) {
            (void) !write(KEEP, attacks[i].attack(host) ? "!" : ".", 1);
        }

        _exit(7);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 7);
    assert_int_equal(read(heard, said, sizeof(said)), sizeof(said));
    (void) close(heard);

    for (i = 0; i < VZ_COUNT(attacks); i++) {
        if (said[i] != '.') {
            fail_msg("it could %s", attacks[i].what);
        }
    }
}


/* the one that waits is killed: its child goes, too */
static void
it_dies_with_who_started_it(void **state)
{
    int      heard, status;
    char     byte;
    pid_t    pid;
    host_t  *host;

    host = *state;

    pid = enclosed(host, &heard);

    if (pid == 0) {
        (void) !write(KEEP, "x", 1);
        (void) pause();
        _exit(0);
    }

    assert_int_equal(read(heard, &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);

    /* its end of the pipe closes */
    assert_int_equal(read(heard, &byte, 1), 0);
    (void) close(heard);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nothing_of_the_host_is_reached),
        cmocka_unit_test(it_dies_with_who_started_it)
    };

    if (not_root()) {
        return 0;
    }

    return cmocka_run_group_tests(tests, setup, teardown);
}
