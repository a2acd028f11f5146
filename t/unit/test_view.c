/*
 * A folder of somebody else's: found, listed, sent, and as a tar archive that
 * tar(1) makes the same folder of.
 *
 * sources: src/daemon/backup/view_files.c src/daemon/backup/view_tar.c
 * sources: src/daemon/backup/view_tar_data.c
 * sources: src/daemon/backup/view_tar_xattr.c src/daemon/backup/tar_head.c
 * sources: src/daemon/backup/backup_path.c
 * valgrind: it has no openat2(2)
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include "grammars.h"
#include "daemon/backup/restic_list.h"
#include "daemon/backup/tar_head.h"
#include "daemon/backup/view_files.h"
#include "daemon/backup/view_tar.h"


static char  base[64];              /* has "in", "out" and what is written */
static int   root;                  /* "in" */


/* what restic_list.c has, and nothing else of it */
void
vz_restic_list_print(int64_t time, char text[VZ_RESTIC_LIST_TIME + 1])
{
    (void) snprintf(text, VZ_RESTIC_LIST_TIME + 1, "%lld", (long long) time);
}


static int
folder(void **state)
{
    char  path[96];

    (void) state;
    (void) strcpy(base, "/tmp/vz-view-XXXXXX");

    if (mkdtemp(base) == NULL) {
        return -1;
    }

    (void) snprintf(path, sizeof(path), "%s/out", base);
    (void) mkdir(path, 0700);
    (void) snprintf(path, sizeof(path), "%s/in", base);
    (void) mkdir(path, 0755);
    root = open(path, O_PATH|O_DIRECTORY);

    return root == -1 ? -1 : 0;
}


static int
gone(void **state)
{
    char  line[96];

    (void) state;
    (void) close(root);
    (void) snprintf(line, sizeof(line), "rm -rf %s", base);

    return system(line);
}


static int
shell(const char *what)
{
    char  line[1024];

    (void) snprintf(line, sizeof(line), "cd %s && { %s; }", base, what);

    return system(line);
}


static void
put(const char *name, const char *text)
{
    int  fd;

    fd = openat(root, name, O_WRONLY|O_CREAT|O_EXCL, 0640);
    assert_true(fd != -1);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void) close(fd);
}


static int
file(const char *name)
{
    int   fd;
    char  path[96];

    (void) snprintf(path, sizeof(path), "%s/%s", base, name);
    fd = open(path, O_RDWR|O_CREAT|O_TRUNC, 0600);
    assert_true(fd != -1);

    return fd;
}


static void
records(void **state)
{
    char                      value[300], text[320], *p;
    long                      len;
    size_t                    n;
    static vz_tar_records_t   all;

    (void) state;
    (void) memset(value, 'v', sizeof(value));

    for (n = 0; n < sizeof(value); n++) {
        all.len = 0;
        assert_int_equal(vz_tar_head_record(&all, "k", value, n), 0);

        /* what it says of its own length is so */

        len = strtol(all.bytes, &p, 10);
        assert_int_equal(len, all.len);
        (void) snprintf(text, sizeof(text), " k=%.*s\n", (int) n, value);
        assert_int_equal(strlen(text), all.len - (size_t) (p - all.bytes));
        assert_memory_equal(p, text, strlen(text));
    }

    all.len = VZ_TAR_RECORDS - 5;
    assert_int_equal(vz_tar_head_record(&all, "k", value, 1), -1);
    assert_int_equal(errno, ENOSPC);
    all.len = 0;
    assert_int_equal(vz_tar_head_record(&all, "k", value, SIZE_MAX / 2), -1);
}


static void
more(void **state)
{
    char                      name[128], want[64];
    vz_tar_entry_t            entry;
    static vz_tar_records_t   all;

    static const struct {
        const char  *name;              /* behind 100 letters, where odd */
        unsigned     odd;
        uint64_t     uid, size;
        int64_t      mtime;
        const char  *want;
    } cases[] = {
        { "a", 0, 0, 0, 0, "" },
        { "a", 0, 07777777, 077777777777, 077777777777, "" },
        { "caf\xe9", 0, 1, 1, 1, "" },
        { "caf\xc3\xa9", 1, 1, 1, 1, "" },
        { "caf\xe9", 1, 1, 1, 1, "21 hdrcharset=BINARY\n" },
        { "\xc0\xaf", 1, 1, 1, 1, "21 hdrcharset=BINARY\n" },
        { "\xed\xa0\x80", 1, 1, 1, 1, "21 hdrcharset=BINARY\n" },
        { "\xf4\x90\x80\x80", 1, 1, 1, 1, "21 hdrcharset=BINARY\n" },
        { "\xf0\x9f\x98\x80", 1, 1, 1, 1, "" },
        { "\xf0\x9f", 1, 1, 1, 1, "21 hdrcharset=BINARY\n" },
        { "a", 0, 010000000, 1, 1, "15 uid=2097152\n" },
        { "a", 0, 1, 0100000000000, 1, "19 size=8589934592\n" },
        { "a", 0, 1, 1, -5, "12 mtime=-5\n" },
        { "a", 0, 1, 1, 0100000000000, "20 mtime=8589934592\n" }
    };

    (void) state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) memset(name, 'n', 100);
        (void) strcpy(name + (cases[i].odd ? 100 : 0), cases[i].name);

        (void) memset(&entry, 0, sizeof(entry));
        entry.name = name;
        entry.uid = cases[i].uid;
        entry.size = cases[i].size;
        entry.mtime = cases[i].mtime;
        all.len = 0;
        assert_int_equal(vz_tar_head_more(&all, &entry), 0);

        /* the name is behind that */

        (void) snprintf(want, sizeof(want), "%s%s", cases[i].want,
                        cases[i].odd ? "1" : "");
        assert_true(cases[i].odd || all.len == strlen(want));
        all.bytes[strlen(want)] = '\0';
        assert_string_equal(all.bytes, want);
    }
}


static void
found(void **state)
{
    int          fd;
    char         text[16];
    struct stat  st;

    (void) state;
    assert_int_equal(shell("mkdir in/d; echo secret > secret; echo x > in/d/f;"
                           "ln -s ../secret in/up; ln -s / in/top; ln -s d"
                           " in/link; mkfifo in/pipe"), 0);

    assert_true(vz_view_files_find(root, "", &st) != -1 && S_ISDIR(st.st_mode));
    assert_true(vz_view_files_find(root, "/d/f", &st) != -1
                && S_ISREG(st.st_mode));
    assert_true(vz_view_files_find(root, "/up", &st) != -1
                && S_ISLNK(st.st_mode));

    assert_int_equal(vz_view_files_find(root, "/link/f", &st), -1);
    assert_int_equal(vz_view_files_find(root, "/top/etc/passwd", &st), -1);
    assert_int_equal(vz_view_files_find(root, "/../secret", &st), -1);
    assert_int_equal(vz_view_files_find(root, "/d/../../secret", &st), -1);
    assert_int_equal(vz_view_files_find(root, "/d/f/x", &st), -1);

    assert_int_equal(vz_view_files_open(root, "/up"), -1);
    assert_int_equal(vz_view_files_open(root, "/pipe"), -1);
    assert_int_equal(vz_view_files_open(root, "/link"), -1);

    fd = file("got");
    assert_int_equal(vz_view_files_send(root, "/d/f", fd), 0);
    assert_int_equal(pread(fd, text, sizeof(text), 0), 2);
    assert_memory_equal(text, "x\n", 2);
    (void) close(fd);
}


static void
listed(void **state)
{
    int       i, fd;
    char      name[32], line[256], want[64];
    FILE     *in;

    (void) state;
    assert_int_equal(mkdirat(root, "many", 0700), 0);

    for (i = 2500; i > 0; i--) {
        (void) snprintf(name, sizeof(name), "many/f%04d", i);
        put(name, "");
    }

    fd = file("list");
    assert_int_equal(vz_view_files_list(root, "/many", fd), 0);
    (void) lseek(fd, 0, SEEK_SET);
    in = fdopen(fd, "r");

    for (i = 1; i <= VZ_VIEW_FILES_MOST; i++) {
        assert_non_null(fgets(line, sizeof(line), in));
        (void) snprintf(want, sizeof(want), " mode=0640 name=f%04d\n", i);
        assert_non_null(strstr(line, want));
    }

    assert_string_equal(fgets(line, sizeof(line), in), "more=1\n");
    assert_null(fgets(line, sizeof(line), in));
    (void) fclose(in);

    put("one name", "abc");
    fd = file("list");
    assert_int_equal(vz_view_files_list(root, "/one name", fd), 0);
    assert_true(pread(fd, line, sizeof(line), 0) > 0);
    assert_memory_equal(line, "type=file size=3 ", 17);
    assert_non_null(strstr(line, " name=one%20name\n"));
    assert_int_equal(vz_view_files_list(root, "/none", fd), -1);
    (void) close(fd);
}


/* names and links of every length, holes, attributes: as tar(1) reads them */
static void
archived(void **state)
{
    int   fd, i;
    char  path[400], name[300];

    (void) state;
    assert_int_equal(mkdirat(root, "t", 0755), 0);
    assert_int_equal(mkdirat(root, "t/empty", 01777), 0);

    for (i = 90; i < 256; i += 5) {
        (void) memset(name, 'n', sizeof(name));
        name[i] = '\0';
        (void) snprintf(path, sizeof(path), "t/%s", name);
        put(path, "text of some length\n");
        (void) snprintf(path, sizeof(path), "t/l%d", i);
        assert_int_equal(symlinkat(name, root, path), 0);
    }

    put("t/line\nfeed", "x");
    put("t/\xff\xfe", "y");
    assert_int_equal(linkat(root, "t/line\nfeed", root, "t/same", 0), 0);
    assert_int_equal(mkfifoat(root, "t/pipe", 0600), 0);

    fd = openat(root, "t/holes", O_WRONLY|O_CREAT, 0600);

    for (i = 1; i < 60; i++) {
        assert_int_equal(pwrite(fd, "data", 4, (off_t) i << 20), 4);
    }

    assert_int_equal(ftruncate(fd, (off_t) 1 << 33), 0);
    (void) fsetxattr(fd, "user.note", "a\0b\n", 4, 0);
    (void) close(fd);

    fd = file("tar");
    assert_int_equal(vz_view_tar(root, "/t", fd), 0);
    assert_true(lseek(fd, 0, SEEK_END) < 4 << 20);
    (void) close(fd);

    assert_int_equal(shell("tar --xattrs -xpf tar -C out && rm in/t/pipe &&"
                           " find in/t -name holes -size +8000000k | grep -q ."
                           " && [ $(stat -c %b out/t/holes) -lt 2000 ]"
                           " && [ $(stat -c %h out/t/same) = 2 ]"
                           " && cmp -n 80000000 in/t/holes out/t/holes"
                           " && [ $(stat -c %s out/t/holes) = 8589934592 ]"
                           " && rm in/t/holes out/t/holes"
                           " && diff -r --no-dereference in/t out/t"), 0);
    assert_int_equal(shell("[ \"$(cd in && find t -printf"
                           " '%p %m %U %G %T@ %l\\n' | sed 's/\\.[0-9]* / /'"
                           " | sort)\" ="
                           " \"$(cd out && find t -printf"
                           " '%p %m %U %G %T@ %l\\n' | sed 's/\\.[0-9]* / /'"
                           " | sort)\" ]"), 0);
}


/* the root itself; and a path that no program could name */
static void
deep_down(void **state)
{
    int   fd, i, deep, next;
    char  name[201];

    (void) state;

    fd = file("tar");
    assert_int_equal(vz_view_tar(root, "", fd), 0);
    assert_int_equal(shell("tar -tf tar | grep -qx './t/empty/'"), 0);

    deep = dup(root);
    (void) memset(name, 'd', sizeof(name));
    name[sizeof(name) - 1] = '\0';

    for (i = 0; i < 30; i++) {
        assert_int_equal(mkdirat(deep, name, 0700), 0);
        next = openat(deep, name, O_PATH|O_DIRECTORY);
        (void) close(deep);
        deep = next;
    }

    (void) close(deep);
    assert_int_equal(vz_view_tar(root, "", fd), -1);
    (void) close(fd);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(records),
        cmocka_unit_test(more),
        cmocka_unit_test(found),
        cmocka_unit_test(listed),
        cmocka_unit_test(archived),
        cmocka_unit_test(deep_down)
    };

    return cmocka_run_group_tests(tests, folder, gone);
}
