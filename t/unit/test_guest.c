/*
 * Files inside a container's root: the guest owns every name on the way.
 *
 * sources: src/daemon/guest/guest_files.c src/daemon/guest/guest_identity.c
 * sources: src/daemon/guest/hostkey.c src/daemon/base/dirtree.c
 * sources: src/daemon/base/file.c
 * sources: t/unit/guest_root.c
 * valgrind: it has no openat2(2)
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "guest_root.h"
#include "daemon/base/dirtree.h"
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_identity.h"


static char  home[] = "/tmp/vz-guest-XXXXXX";
static char  victim[64];
static int   root;


static void
link_to(const char *target, const char *path)
{
    char  name[PATH_MAX];

    (void) snprintf(name, sizeof(name), "%s/%s", base, path);
    (void) unlink(name);
    assert_int_equal(symlink(target, name), 0);
}


static int
setup(void **state)
{
    FILE  *fp;
    char   path[128];

    (void) state;

    (void) snprintf(base, sizeof(base), "%s/root", home);
    (void) snprintf(victim, sizeof(victim), "%s/victim", home);
    (void) snprintf(path, sizeof(path), "%s/etc/ssh", base);

    if (vz_dirtree_make(path, 0755) == -1) {
        return -1;
    }

    fp = fopen(victim, "w");
    if (fp == NULL || fputs("untouched", fp) == EOF || fclose(fp) == EOF) {
        return -1;
    }

    root = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);

    return root == -1 ? -1 : 0;
}


static int
teardown(void **state)
{
    (void) state;

    (void) close(root);
    (void) unlink(victim);

    return vz_dirtree_remove(base);
}


static void
assert_untouched(void)
{
    FILE  *fp;
    char   text[32];

    fp = fopen(victim, "r");
    assert_non_null(fp);
    assert_non_null(fgets(text, sizeof(text), fp));
    assert_string_equal(text, "untouched");
    (void) fclose(fp);
}


static void
a_symlink_is_replaced_and_not_followed(void **state)
{
    struct stat  st;

    (void) state;

    link_to(victim, "etc/hostname");
    assert_int_equal(vz_guest_files_hostname(root, "web.example.org"), 0);
    assert_string_equal(get("etc/hostname"), "web.example.org\n");
    assert_int_equal(fstatat(root, "etc/hostname", &st, AT_SYMLINK_NOFOLLOW),
                     0);
    assert_true(S_ISREG(st.st_mode));
    assert_untouched();
}


static void
a_folder_that_leads_outside_stays_inside(void **state)
{
    char  path[128];

    (void) state;

    (void) snprintf(path, sizeof(path), "%s/etc", base);
    assert_int_equal(vz_dirtree_remove(path), 0);
    link_to("../../../../../../../../../../tmp", "etc");

    assert_int_equal(vz_guest_files_hostname(root, "web"), -1);

    (void) snprintf(path, sizeof(path), "%s/tmp", base);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(vz_guest_files_hostname(root, "web"), 0);
    assert_string_equal(get("tmp/hostname"), "web\n");
    assert_int_not_equal(access("/tmp/hostname", F_OK), 0);
}


/* the kernels of OpenVZ know no openat2(2) */
static int
forget_openat2(void)
{
    struct sock_filter  filter[] = {
        BPF_STMT(BPF_LD|BPF_W|BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP|BPF_JEQ|BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|ENOSYS),
        BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW)
    };
    struct sock_fprog   prog = {
        sizeof(filter) / sizeof(filter[0]), filter
    };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
           && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}


/* what went wrong first, or 0 */
static int
on_an_old_kernel(void)
{
    char  text[64];

    if (!forget_openat2()) {
        return 1;
    }

    if (vz_guest_files_hostname(root, "web.example.org") != 0
        || vz_guest_files_read(root, "etc/hostname", text, sizeof(text)) != 16
        || strcmp(text, "web.example.org\n") != 0)
    {
        return 2;
    }

    if (vz_guest_files_has(root, "etc/nothing")
        || !vz_guest_files_has(root, "/etc/ssh"))
    {
        return 3;
    }

    /* "../victim" and a folder that is a symlink */
    if (vz_guest_files_read(root, "etc/../../victim", text, sizeof(text)) != -1
        || vz_guest_files_read(root, "out/victim", text, sizeof(text)) != -1
        || vz_guest_files_write(root, "out/victim", "x", 1, 0644) != -1
        || vz_guest_files_read(root, "etc/link", text, sizeof(text)) != -1)
    {
        return 4;
    }

    return vz_guest_files_write(root, "etc/link", "x", 1, 0644) == 0 ? 0 : 5;
}


static void
an_old_kernel_follows_no_symlink(void **state)
{
    int    status;
    pid_t  pid;

    (void) state;

    link_to(home, "out");
    link_to(victim, "etc/link");

    pid = fork();
    assert_int_not_equal(pid, -1);

    if (pid == 0) {
        _exit(on_an_old_kernel());
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_string_equal(get("etc/link"), "x");
    assert_untouched();
}


/* a device might act as soon as it is opened */

static void
only_a_regular_file_is_opened(void **state)
{
    int   fd;
    char  path[128], buf[64], event[4096];

    (void) state;

    (void) snprintf(path, sizeof(path), "%s/etc/shadow", base);
    assert_int_equal(mkfifo(path, 0600), 0);

    fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_int_not_equal(fd, -1);
    assert_int_not_equal(inotify_add_watch(fd, path, IN_OPEN), -1);

    assert_int_equal(vz_guest_files_read(root, "etc/shadow", buf,
                                         sizeof(buf)), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(read(fd, event, sizeof(event)), -1);
    assert_int_equal(errno, EAGAIN);
    (void) close(fd);

    assert_int_equal(unlink(path), 0);
    put("etc/shadow", "x");
    fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    assert_int_not_equal(inotify_add_watch(fd, path, IN_OPEN), -1);

    assert_int_equal(vz_guest_files_read(root, "etc/shadow", buf,
                                         sizeof(buf)), 1);
    assert_true(read(fd, event, sizeof(event)) > 0);
    (void) close(fd);
}


static void
a_full_disk_is_told_as_such(void **state)
{
    int            rc, saved;
    char           text[8192];
    struct rlimit  limit, less;

    (void) state;

    (void) memset(text, 'x', sizeof(text));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);

    less = limit;
    less.rlim_cur = 4096;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &less), 0);

    rc = vz_guest_files_write(root, "etc/issue", text, sizeof(text), 0644);
    saved = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);

    assert_int_equal(rc, -1);
    assert_int_equal(saved, ENOSPC);
    assert_string_equal(get("etc/issue"), "");
}


static void
a_file_too_large_is_refused(void **state)
{
    char  buf[16];

    (void) state;

    put("etc/issue", "0123456789abcdef");
    assert_int_equal(vz_guest_files_read(root, "etc/issue", buf, sizeof(buf)),
                     -1);

    put("etc/issue", "0123456789abcde");
    assert_int_equal(vz_guest_files_read(root, "etc/issue", buf, sizeof(buf)),
                     15);
}


static void
only_roots_password_changes(void **state)
{
    struct stat  st;

    (void) state;

    put("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    put("etc/shadow", "bin:*:1:0:99999:7:::\n"
                      "root:old:1:2:3:4:5:6:7\n"
                      "rooty:!:1::::::");
    assert_int_equal(fchmodat(root, "etc/shadow", 0640, 0), 0);

    assert_int_equal(vz_guest_files_password(root, "$6$salt$hash"), 0);

    assert_non_null(strstr(get("etc/shadow"), "bin:*:1:0:99999:7:::\nroot:"));
    assert_non_null(strstr(get("etc/shadow"), "root:$6$salt$hash:"));
    assert_non_null(strstr(get("etc/shadow"), ":2:3:4:5:6:7\nrooty:!:1::::::"));
    assert_null(strstr(get("etc/shadow"), "old"));

    assert_int_equal(fstatat(root, "etc/shadow", &st, 0), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
}


static void
put_bytes(const char *path, const char *bytes, size_t len)
{
    int   fd;
    char  name[PATH_MAX];

    (void) snprintf(name, sizeof(name), "%s/%s", base, path);

    fd = open(name, O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0644);
    assert_int_equal(write(fd, bytes, len), (ssize_t) len);
    (void) close(fd);
}


static void
what_follows_a_nul_is_kept(void **state)
{
    ssize_t  n;
    char     text[256];

    static const char  shadow[] = "bin:*:1:::::\0:\nroot:old:1:0:9:7:::\n"
                                  "ana:$y$x:19000:0:99999:7:::\n";
    static const char  hosts[] = "10.0.0.1 a\0b\n10.0.0.2 c";

    (void) state;

    put("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    put_bytes("etc/shadow", shadow, sizeof(shadow) - 1);
    assert_int_equal(vz_guest_files_password(root, "NEW"), 0);

    n = vz_guest_files_read(root, "etc/shadow", text, sizeof(text));
    assert_true(n > 0);
    assert_memory_equal(text, "bin:*:1:::::\0:\nroot:NEW:", 24);
    assert_non_null(memmem(text, (size_t) n,
                           "\nana:$y$x:19000:0:99999:7:::\n", 29));
    assert_null(memmem(text, (size_t) n, "old", 3));

    put_bytes("etc/hosts", hosts, sizeof(hosts) - 1);
    assert_int_equal(vz_guest_files_hostname(root, "web"), 0);

    n = vz_guest_files_read(root, "etc/hosts", text, sizeof(text));
    assert_true(n > 0);
    assert_memory_equal(text, "10.0.0.1 a\0b\n10.0.0.2 c\n127.0.1.1 web ",
                        38);
}


/* a rename anywhere on the host makes openat2(2) doubt a ".." */
static void
renames_of_others_do_not_matter(void **state)
{
    int    i;
    char   one[128], two[128], path[128];
    pid_t  pid;

    (void) state;

    /* long, so that they fall into its walk */
    (void) strcpy(path, "etc/");

    for (i = 0; i < 8; i++) {
        (void) strcat(path, "ssh/../");
    }

    (void) strcat(path, "hosts");
    (void) snprintf(one, sizeof(one), "%s/etc/moving", base);
    (void) snprintf(two, sizeof(two), "%s/moving", base);
    put("etc/moving", "x");
    put("etc/hosts", "x");

    pid = fork();

    if (pid == 0) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);

        for ( ;; ) {
            (void) rename(one, two);
            (void) rename(two, one);
        }
    }

    for (i = 0; i < 20000; i++) {
        if (!vz_guest_files_has(root, path)) {
            break;
        }
    }

    (void) kill(pid, SIGKILL);
    (void) waitpid(pid, NULL, 0);

    assert_int_equal(i, 20000);
}


static void
a_missing_line_is_added(void **state)
{
    (void) state;

    put("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    put("etc/shadow", "bin:*:1:::::");

    assert_int_equal(vz_guest_files_password(root, "$6$salt$hash"), 0);
    assert_non_null(strstr(get("etc/shadow"),
                           "bin:*:1:::::\nroot:$6$salt$hash:"));
}


static void
a_password_of_the_old_kind_gives_way(void **state)
{
    (void) state;

    put("etc/passwd", "bin:x:1:1::/:\nroot:deadbeef:0:0:root:/root:/bin/sh\n"
                      "www:x:33:33::/:\n");

    assert_int_equal(vz_guest_files_password(root, "$6$salt$hash"), 0);
    assert_string_equal(get("etc/passwd"), "bin:x:1:1::/:\n"
                        "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33::/:\n");
    assert_non_null(strstr(get("etc/shadow"), "root:$6$salt$hash:"));
}


static void
a_second_name_leaves_one_line(void **state)
{
    (void) state;

    put("etc/hosts", "127.0.0.1 localhost\n10.0.0.9 db # mine");

    assert_int_equal(vz_guest_files_hostname(root, "one.example.org"), 0);
    assert_int_equal(vz_guest_files_hostname(root, "two"), 0);

    assert_string_equal(get("etc/hosts"), "127.0.0.1 localhost\n"
                        "10.0.0.9 db # mine\n"
                        "127.0.1.1 two # set by the panel\n");
}


static void
hosts_that_cannot_be_read_stay(void **state)
{
    FILE         *fp;
    char          name[128];
    struct stat   before, after;

    (void) state;

    (void) snprintf(name, sizeof(name), "%s/etc/hosts", base);
    fp = fopen(name, "w");
    assert_non_null(fp);

    while (ftell(fp) < 5 << 20) {
        (void) fputs("0.0.0.0 advertisements.example.org\n", fp);
    }

    assert_int_equal(fclose(fp), 0);
    put("etc/hostname", "before\n");
    assert_int_equal(stat(name, &before), 0);

    assert_int_equal(vz_guest_files_hostname(root, "after"), -1);
    assert_int_equal(errno, EFBIG);

    assert_int_equal(stat(name, &after), 0);
    assert_int_equal(after.st_ino, before.st_ino);
    assert_string_equal(get("etc/hostname"), "before\n");

    /* a list that many have is not too large */

    assert_int_equal(truncate(name, 3 << 20), 0);
    assert_int_equal(vz_guest_files_hostname(root, "after"), 0);
    assert_int_equal(stat(name, &after), 0);
    assert_in_range(after.st_size, 3 << 20, (3 << 20) + 128);
    assert_string_equal(get("etc/hostname"), "after\n");
}


static void
name_servers_are_written(void **state)
{
    static vz_ct_t  ct;

    (void) state;

    ct.ndns = 2;
    (void) strcpy(ct.dns[0], "9.9.9.9");
    (void) strcpy(ct.dns[1], "fd77::53");

    link_to("../run/systemd/resolve/stub-resolv.conf", "etc/resolv.conf");
    assert_int_equal(vz_guest_files_dns(root, &ct), 0);
    assert_string_equal(get("etc/resolv.conf"),
                        "nameserver 9.9.9.9\nnameserver fd77::53\n");
}


static void
each_container_has_keys_and_an_id_of_its_own(void **state)
{
    char         path[128], first[1024], id[64];
    struct stat  st;

    (void) state;

    (void) snprintf(path, sizeof(path), "%s/usr/sbin", base);
    assert_int_equal(vz_dirtree_make(path, 0755), 0);
    put("usr/sbin/sshd", "");
    put("etc/machine-id", "");
    put("etc/ssh/ssh_host_rsa_key", "shared");

    assert_int_equal(vz_guest_identity_make(root, "web"), 0);

    (void) snprintf(first, sizeof(first), "%s",
                    get("etc/ssh/ssh_host_ed25519_key"));
    (void) snprintf(id, sizeof(id), "%s", get("etc/machine-id"));

    assert_int_equal(strlen(id), 33);
    assert_non_null(strstr(first, "BEGIN OPENSSH PRIVATE KEY"));
    assert_int_equal(fstatat(root, "etc/ssh/ssh_host_ed25519_key", &st, 0),
                     0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(fstatat(root, "etc/ssh/ssh_host_rsa_key", &st, 0), -1);
    assert_non_null(strstr(get("etc/ssh/ssh_host_ecdsa_key"),
                           "BEGIN EC PRIVATE KEY"));
    assert_non_null(strstr(get("etc/ssh/ssh_host_ecdsa_key.pub"),
                           "ecdsa-sha2-nistp256 AAAA"));

    assert_int_equal(vz_guest_identity_make(root, "web"), 0);
    assert_string_not_equal(first, get("etc/ssh/ssh_host_ed25519_key"));
    assert_string_not_equal(id, get("etc/machine-id"));
}


static void
init_is_known_by_what_it_is(void **state)
{
    char  path[128];

    (void) state;

    (void) snprintf(path, sizeof(path), "%s/sbin", base);
    assert_int_equal(vz_dirtree_make(path, 0755), 0);
    (void) snprintf(path, sizeof(path), "%s/lib/systemd", base);
    assert_int_equal(vz_dirtree_make(path, 0755), 0);

    assert_int_equal(vz_guest_files_halt(root), SIGPWR);

    put("sbin/init", "");
    assert_int_equal(vz_guest_files_halt(root), SIGPWR);

    put("lib/systemd/systemd", "");
    link_to("/lib/systemd/systemd", "sbin/init");
    assert_int_equal(vz_guest_files_halt(root), SIGRTMIN + 3);

    put("sbin/busybox", "");
    link_to("busybox", "sbin/init");
    assert_int_equal(vz_guest_files_halt(root), SIGUSR2);
}


#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)


int
main(void)
{
    int  rc;

    const struct CMUnitTest  tests[] = {
        test(a_symlink_is_replaced_and_not_followed),
        test(a_folder_that_leads_outside_stays_inside),
        test(an_old_kernel_follows_no_symlink),
        test(only_a_regular_file_is_opened),
        test(a_full_disk_is_told_as_such),
        test(a_file_too_large_is_refused),
        test(only_roots_password_changes),
        test(what_follows_a_nul_is_kept),
        test(renames_of_others_do_not_matter),
        test(a_missing_line_is_added),
        test(a_password_of_the_old_kind_gives_way),
        test(a_second_name_leaves_one_line),
        test(hosts_that_cannot_be_read_stay),
        test(name_servers_are_written),
        test(each_container_has_keys_and_an_id_of_its_own),
        test(init_is_known_by_what_it_is)
    };

    if (mkdtemp(home) == NULL) {
        return 1;
    }

    rc = cmocka_run_group_tests(tests, NULL, NULL);
    (void) rmdir(home);

    return rc;
}
