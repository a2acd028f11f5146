/*
 * The template cache: archives are found, unpacked once, prepared and swept.
 * The program that unpacks is this one, run again.
 *
 * sources: src/daemon/template/template_cache.c src/daemon/template/archive.c
 * sources: src/daemon/template/unpacker.c src/daemon/template/unpack.c
 * sources: src/daemon/template/archive_layout.c src/daemon/base/enclose.c
 * sources: src/daemon/template/template_fixup.c src/daemon/rootfs/disk_space.c
 * sources: src/daemon/template/template_verdict.c src/daemon/base/dirtree.c
 * sources: src/daemon/base/lock.c src/daemon/base/job.c src/daemon/base/log.c
 * sources: src/daemon/base/file.c src/daemon/base/run_folder.c
 * sources: src/daemon/base/monotonic.c t/unit/tar.c
 * libs: -larchive
 * valgrind: its program is none that an enclosure can run
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "tar.h"
#include "daemon/base/dirtree.h"
#include "daemon/template/template_cache.h"
#include "daemon/template/template_verdict.h"


static vz_code_e
collect(const vz_template_t *entry, void *data)
{
    (void) strcat(data, entry->name);
    (void) strcat(data, " ");

    return VZ_OK;
}


static void
only_regular_files_with_good_names_are_templates(void **state)
{
    char            all[512] = "", file[PATH_MAX + 64];
    size_t          i;
    vz_template_t   entry;

    static const char *const  files[] = {
        "b.tar.gz", "a.tar.xz", "a.tar.zst", "c-1.0+x_y.tar.gz",
        ".hidden.tar.gz", "Upper.tar.gz", "a b.tar.gz", "d.tar", "e.tar.bz2",
        ".tar.gz", "-f.tar.gz", "g..h.tar.gz"
    };

    static const char *const  none[] = {
        "link", "folder", "../cache/b", ""
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(files); i++) {
        tar_end(tar_new(files[i]));
    }

    (void) snprintf(file, sizeof(file), "%s/link.tar.gz", conf.template_dir);
    assert_int_equal(symlink("b.tar.gz", file), 0);
    (void) snprintf(file, sizeof(file), "%s/folder.tar.gz",
                    conf.template_dir);
    assert_int_equal(mkdir(file, 0755), 0);

    assert_int_equal(vz_archive_list(&conf, &vz_archive_all, collect, all),
                     VZ_OK);
    assert_string_equal(all, "a b c-1.0+x_y ");

    assert_int_equal(vz_archive_find(&conf, &vz_archive_all, "a", &entry),
                     VZ_OK);
    assert_non_null(strstr(entry.path, "/a.tar.zst"));

    for (i = 0; i < VZ_COUNT(none); i++) {
        assert_int_equal(vz_archive_find(&conf, &vz_archive_all, none[i],
                                         &entry), VZ_NOTEMPLATE);
    }

    assert_int_equal(unpack("nothing"), VZ_NOTEMPLATE);
    assert_non_null(strstr(job.words, "nothing is not installed"));
}


typedef struct {
    const char  *file;
    const char  *why;
    unsigned     seen;
} odd_t;


static void
see(const char *file, const char *why, void *data)
{
    odd_t     *odd;
    unsigned   found;

    found = 0;

    for (odd = data; odd->file; odd++) {
        if (strcmp(odd->file, file) == 0) {
            assert_non_null(strstr(why, odd->why));
            odd->seen++;
            found = 1;
        }
    }

    assert_true(found);
}


/* with those of the test before */
static void
a_file_that_cannot_be_used_is_told_with_the_reason(void **state)
{
    int     fd;
    char    file[PATH_MAX + 64];
    odd_t  *o;

    odd_t  odd[] = {
        { "Upper.tar.gz", vz_field_rule(VZ_FIELD_TEMPLATE), 0 },
        { "a b.tar.gz", vz_field_rule(VZ_FIELD_TEMPLATE), 0 },
        { "-f.tar.gz", vz_field_rule(VZ_FIELD_TEMPLATE), 0 },
        { "g..h.tar.gz", vz_field_rule(VZ_FIELD_TEMPLATE), 0 },
        { "d.tar", "must end in one of .tar.zst .tar.gz .tar.xz", 0 },
        { "e.tar.bz2", "must end in one of .tar.zst .tar.gz .tar.xz", 0 },
        { "link.tar.gz", "no link to one: copy it here", 0 },
        { "folder.tar.gz", "must be a file", 0 },
        { NULL, NULL, 0 }
    };

    (void) state;

    (void) snprintf(file, sizeof(file), "%s/README", conf.template_dir);
    fd = open(file, O_WRONLY|O_CREAT|O_CLOEXEC, 0644);
    (void) close(fd);

    vz_archive_odd(&conf, &vz_archive_all, see, odd);

    for (o = odd; o->file; o++) {
        assert_int_equal(o->seen, 1);
    }

    /* what is known is not said again */
    assert_true(vz_template_verdict_new(&conf, "d.tar", "why"));
    assert_false(vz_template_verdict_new(&conf, "d.tar", "why"));
    assert_true(vz_template_verdict_new(&conf, "d.tar", "another why"));
}


static void
a_template_is_unpacked_once_and_prepared(void **state)
{
    char         file[PATH_MAX + 64], value[8];
    tar_t       *tar;
    struct stat  st;

    (void) state;

    tar = tar_new("good.tar.gz");
    tar_add(tar, "./", AE_IFDIR, 0755, NULL);
    tar_add(tar, "./usr/lib/systemd/systemd", AE_IFREG, 0755, "elf");
    tar_add(tar, "./bin", AE_IFLNK, 0777, "usr/bin");
    tar_add(tar, "./usr/bin/su", AE_IFREG, 04755, "elf");
    tar_add(tar, "./bin/through", AE_IFREG, 0755, "the link");
    tar_add(tar, "./usr/bin/same", 0, 0755, "./usr/bin/su");
    tar_add(tar, "./dev/null", AE_IFCHR, 0666, NULL);
    tar_add(tar, "./dev/log", AE_IFREG, 0666, "x");
    tar_add(tar, "./lib/modules/whiteout", AE_IFCHR, 0666, NULL);
    tar_add(tar, "./etc/machine-id", AE_IFREG, 0444, "0123456789abcdef\n");
    tar_add(tar, "./etc/ssh/ssh_host_rsa_key", AE_IFREG, 0600, "key");
    tar_add(tar, "./etc/ssh/sshd_config", AE_IFREG, 0644, "x");
    tar_add(tar, "./marked", AE_IFREG, 0644, "x");
    tar_system(tar);

    assert_int_equal(unpack("good"), VZ_OK);
    assert_true(there("usr/bin/su", &st));
    assert_int_equal(st.st_mode & 07777, 04755);
    assert_int_equal(st.st_nlink, 2);
    assert_true(there("usr/bin", &st));
    assert_int_equal(st.st_mode & 07777, 0755);
    assert_true(there("usr/bin/through", &st));
    assert_int_equal(st.st_mtime, 1000000000);
    assert_true(there("dev", &st));
    assert_false(there("dev/null", &st));
    assert_false(there("dev/log", &st));
    assert_false(there("lib/modules/whiteout", &st));
    assert_true(there("etc/machine-id", &st));
    assert_int_equal(st.st_size, 0);
    assert_false(there("etc/ssh/ssh_host_rsa_key", &st));
    assert_true(there("etc/ssh/sshd_config", &st));
    assert_true(there("etc/systemd/system/sys-kernel-debug.mount", &st));
    assert_true(S_ISLNK(st.st_mode));
    assert_true(there("marked", &st));
    assert_int_equal(st.st_uid, 33);
    assert_int_equal(st.st_gid, 65534);

    (void) snprintf(file, sizeof(file), "%s/marked", path);
    assert_int_equal(lgetxattr(file, "trusted.overlay.opaque", value, 8),
                     -1);
    assert_int_equal(lgetxattr(file, "user.overlay.opaque", value, 8), -1);
    assert_int_equal(lgetxattr(file, "user.good", value, 8), 3);

    (void) snprintf(file, sizeof(file), "%s/template", home);
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(count("lock", ""), 0);
    assert_int_equal(count("template", ".good"), 0);

    /* the second time is only a look */
    assert_true(there("marked", &st));
    assert_int_equal(unpack("good"), VZ_OK);
    assert_int_equal(job.percent, 0);
    assert_int_equal(count("template", "good@"), 1);
}


static void
a_changed_archive_is_another_version(void **state)
{
    char    first[PATH_MAX];
    tar_t  *tar;

    (void) state;

    tar = tar_new("changing.tar.gz");
    tar_add(tar, "./one", AE_IFREG, 0644, "1");
    tar_system(tar);

    assert_int_equal(unpack("changing"), VZ_OK);
    (void) strcpy(first, path);

    tar = tar_new("changing.tar.gz");
    tar_add(tar, "./two", AE_IFREG, 0644, "number two, longer than one");
    tar_system(tar);

    assert_int_equal(unpack("changing"), VZ_OK);
    assert_string_not_equal(first, path);
    assert_int_equal(count("template", "changing@"), 2);
}


static void
absolute_names_and_an_inner_root_are_understood(void **state)
{
    tar_t       *tar;
    struct stat  st;

    (void) state;

    tar = tar_new("absolute.tar.gz");
    tar_add(tar, "/etc/", AE_IFDIR, 0755, NULL);
    tar_add(tar, "/sbin/init", AE_IFREG, 0755, "elf");
    tar_add(tar, "/bin/same", 0, 0755, "/sbin/init");
    tar_add(tar, "//bin/sh", AE_IFREG, 0755, "elf");
    tar_end(tar);

    assert_int_equal(unpack("absolute"), VZ_OK);
    assert_true(there("bin/same", &st));
    assert_int_equal(st.st_nlink, 2);
    assert_true(there("bin/sh", &st));

    tar = tar_new("inner.tar.gz");
    tar_add(tar, "metadata.yaml", AE_IFREG, 0644, "x");
    tar_add(tar, "templates/hosts.tpl", AE_IFREG, 0644, "x");
    tar_add(tar, "rootfs/", AE_IFDIR, 0711, NULL);
    tar_add(tar, "rootfs/usr/sbin/init", AE_IFREG, 0755, "elf");
    tar_add(tar, "rootfs/bin/sh", AE_IFREG, 0755, "elf");
    tar_add(tar, "rootfs/rootfs/deep", AE_IFREG, 0644, "x");
    tar_end(tar);

    assert_int_equal(unpack("inner"), VZ_OK);
    assert_true(there("usr/sbin/init", &st));
    assert_true(there("rootfs/deep", &st));
    assert_true(there("etc", &st));
    assert_false(there("metadata.yaml", &st));
    assert_false(there("templates", &st));
    assert_false(there(".vz-inner", &st));
    assert_true(there("", &st));
    assert_int_equal(st.st_mode & 07777, 0711);
}


static void
ten_at_once_unpack_one_version(void **state)
{
    int     i, status;
    tar_t  *tar;
    pid_t   pid[10];

    (void) state;

    tar = tar_new("wanted.tar.gz");
    tar_add(tar, "./a", AE_IFREG, 0644, "x");
    tar_system(tar);

    for (i = 0; i < 10; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            _exit(unpack("wanted") == VZ_OK ? 0 : 1);
        }
    }

    for (i = 0; i < 10; i++) {
        assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
        assert_int_equal(status, 0);
    }

    assert_int_equal(count("template", "wanted@"), 1);
    assert_int_equal(count("template", "."), 0);
    assert_int_equal(count("lock", ""), 0);
}


static void
what_the_dead_left_is_swept(void **state)
{
    char    dead[PATH_MAX];
    tar_t  *tar;

    (void) state;

    tar = tar_new("swept.tar.gz");
    tar_add(tar, "./a", AE_IFREG, 0644, "x");
    tar_system(tar);

    (void) snprintf(dead, sizeof(dead), "%s/template/.swept@1-2.tmp.99/etc",
                    home);
    assert_int_equal(vz_dirtree_make(dead, 0755), 0);
    (void) snprintf(dead, sizeof(dead), "%s/template/.swept-2@1-2.tmp.99",
                    home);
    assert_int_equal(vz_dirtree_make(dead, 0755), 0);

    assert_int_equal(unpack("swept"), VZ_OK);
    assert_int_equal(count("template", ".swept@"), 0);
    /* another template's may be alive */
    assert_int_equal(count("template", ".swept-2@"), 1);
    assert_int_equal(vz_dirtree_remove(dead), 0);
}


static void
time_that_is_over_ends_it(void **state)
{
    tar_t  *tar;

    (void) state;

    tar = tar_new("late.tar.gz");
    tar_add(tar, "./a", AE_IFREG, 0644, "x");
    tar_system(tar);

    vz_job_init(&job, &conf, null);
    (void) clock_gettime(CLOCK_MONOTONIC, &job.deadline);

    assert_int_equal(vz_template_cache_unpack(&conf, "late", &job, path),
                     VZ_TIMEOUT);
    assert_int_equal(count("template", "."), 0);
    assert_int_equal(count("template", "late"), 0);
}


int
main(int argc, char **argv)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(only_regular_files_with_good_names_are_templates),
        cmocka_unit_test(a_file_that_cannot_be_used_is_told_with_the_reason),
        cmocka_unit_test(a_template_is_unpacked_once_and_prepared),
        cmocka_unit_test(a_changed_archive_is_another_version),
        cmocka_unit_test(absolute_names_and_an_inner_root_are_understood),
        cmocka_unit_test(ten_at_once_unpack_one_version),
        cmocka_unit_test(what_the_dead_left_is_swept),
        cmocka_unit_test(time_that_is_over_ends_it)
    };

    return tar_main(argc, argv, tests, VZ_COUNT(tests));
}
