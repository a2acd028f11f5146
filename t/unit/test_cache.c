/*
 * The template cache: finding, unpacking, and archives that mean harm.  The
 * program that unpacks is this one, run again.
 *
 * sources: src/daemon/template/template_cache.c src/daemon/template/archive.c
 * sources: src/daemon/template/unpacker.c src/daemon/template/unpack.c
 * sources: src/daemon/template/archive_layout.c src/daemon/base/enclose.c
 * sources: src/daemon/template/template_fixup.c src/daemon/rootfs/disk_space.c
 * sources: src/daemon/template/template_verdict.c src/daemon/base/dirtree.c
 * sources: src/daemon/base/lock.c src/daemon/base/job.c src/daemon/base/log.c
 * sources: src/daemon/base/file.c src/daemon/base/run_folder.c
 * sources: src/daemon/base/monotonic.c
 * libs: -larchive
 */

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/template/template_cache.h"
#include "daemon/base/job.h"
#include "daemon/base/log.h"
#include "daemon/base/dirtree.h"
#include "daemon/template/unpack.h"
#include "daemon/template/template_verdict.h"


static char         home[] = "/tmp/vz-cache-XXXXXX";
static char         outside[64];
static vz_config_t  conf;
static vz_job_t     job;
static char         path[PATH_MAX];
static int          null;


/* --- making archives --- */

typedef struct archive  tar_t;


static tar_t *
tar_new(const char *file)
{
    char    name[PATH_MAX + 64];
    tar_t  *tar;

    (void) snprintf(name, sizeof(name), "%s/%s", conf.template_dir, file);

    tar = archive_write_new();
    assert_non_null(tar);
    assert_int_equal(archive_write_set_format_pax_restricted(tar), 0);
    assert_int_equal(archive_write_set_format_option(tar, NULL,
                     "xattrheader", "SCHILY"), 0);
    assert_int_equal(archive_write_add_filter_gzip(tar), 0);
    assert_int_equal(archive_write_open_filename(tar, name), 0);

    return tar;
}


static void
tar_add(tar_t *tar, const char *name, unsigned type, unsigned mode,
    const char *body)
{
    struct archive_entry  *e;

    e = archive_entry_new();
    archive_entry_set_pathname(e, name);
    archive_entry_set_mode(e, type | mode);
    archive_entry_set_mtime(e, 1000000000, 0);

    switch (type) {
    case AE_IFLNK:
        archive_entry_set_symlink(e, body);
        break;
    case AE_IFREG:
        archive_entry_set_size(e, strlen(body));
        break;
    case AE_IFCHR:
    case AE_IFBLK:
        archive_entry_set_rdevmajor(e, 1);
        archive_entry_set_rdevminor(e, 3);
        break;
    }

    if (type == 0) {
        archive_entry_set_mode(e, AE_IFREG | mode);
        archive_entry_set_hardlink(e, body);
    }

    if (strcmp(name, "./marked") == 0) {
        archive_entry_set_uid(e, 33);
        archive_entry_set_gid(e, 65534);
        archive_entry_set_uname(e, "root");
        archive_entry_set_gname(e, "root");
        archive_entry_xattr_add_entry(e, "trusted.overlay.opaque", "y", 1);
        archive_entry_xattr_add_entry(e, "user.overlay.opaque", "y", 1);
        archive_entry_xattr_add_entry(e, "user.good", "yes", 3);
    }

    if (strcmp(name, "./shifted") == 0) {
        archive_entry_set_uid(e, 100000);
    }

    assert_int_equal(archive_write_header(tar, e), ARCHIVE_OK);

    if (type == AE_IFREG) {
        assert_int_equal(archive_write_data(tar, body, strlen(body)),
                         (ssize_t) strlen(body));
    }

    archive_entry_free(e);
}


static void
tar_end(tar_t *tar)
{
    assert_int_equal(archive_write_close(tar), ARCHIVE_OK);
    (void) archive_write_free(tar);
}


/* what a template must have, at its end: where "bin" may be a link by then */
static void
tar_system(tar_t *tar)
{
    tar_add(tar, "./sbin/init", AE_IFREG, 0755, "elf");
    tar_add(tar, "./bin/sh", AE_IFREG, 0755, "elf");
    tar_end(tar);
}


/* --- asking --- */

static vz_code_e
unpack(const char *name)
{
    vz_job_init(&job, &conf, null);
    (void) clock_gettime(CLOCK_MONOTONIC, &job.deadline);
    job.deadline.tv_sec += 60;

    return vz_template_cache_unpack(&conf, name, &job, path);
}


static int
there(const char *name, struct stat *st)
{
    char  file[PATH_MAX + 64];

    (void) snprintf(file, sizeof(file), "%s/%s", path, name);

    return lstat(file, st) == 0;
}


/* names in a folder of the store that match */
static unsigned
count(const char *folder, const char *start)
{
    DIR            *dir;
    char            name[128];
    unsigned        n;
    struct dirent  *e;

    (void) snprintf(name, sizeof(name), "%s/%s", home, folder);

    dir = opendir(name);
    if (dir == NULL) {
        return 0;
    }

    for (n = 0; (e = readdir(dir)) != NULL; /* void */) {
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0
             && strncmp(e->d_name, start, strlen(start)) == 0;
    }

    (void) closedir(dir);

    return n;
}


/* --- finding --- */

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


/* --- unpacking --- */

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
nothing_leaves_the_folder(void **state)
{
    size_t       i;
    char         name[16], file[32];
    tar_t       *tar;
    struct stat  st;

    static const struct {
        const char  *link;      /* a symlink "l" to this, first */
        const char  *name;
        unsigned     type;
        const char  *body;
    } evil[] = {
        { NULL, "../../../outside/a", AE_IFREG, "x" },
        { NULL, "./x/../../../../outside/a", AE_IFREG, "x" },
        { NULL, "OUTSIDE/a", AE_IFREG, "x" },
        { "OUTSIDE", "l/a", AE_IFREG, "x" },
        { "../../../outside", "l/a", AE_IFREG, "x" },
        { "OUTSIDE/a", "l", AE_IFREG, "x" },
        { NULL, "h", 0, "OUTSIDE/victim" },
        { NULL, "h", 0, "../../outside/victim" },
        { "OUTSIDE/victim", "h", 0, "l" },
        { "OUTSIDE", "l", AE_IFDIR, "" },
        { "OUTSIDE", "etc/../l/a", AE_IFREG, "x" }
    };

    (void) state;

    (void) snprintf(path, sizeof(path), "%s/victim", outside);
    (void) close(open(path, O_WRONLY|O_CREAT|O_CLOEXEC, 0600));

    for (i = 0; i < VZ_COUNT(evil); i++) {
        char  link[PATH_MAX], entry[PATH_MAX], body[PATH_MAX];

        (void) snprintf(name, sizeof(name), "evil-%zu", i);
        (void) snprintf(file, sizeof(file), "%s.tar.gz", name);

#define PLACE(to, from)                                                       \
        (void) snprintf(to, PATH_MAX, "%s%s",                                 \
                        strncmp(from, "OUTSIDE", 7) == 0 ? outside : "",      \
                        strncmp(from, "OUTSIDE", 7) == 0 ? from + 7 : from)

        tar = tar_new(file);
        tar_add(tar, "./first", AE_IFREG, 0644, "x");

        if (evil[i].link) {
            PLACE(link, evil[i].link);
            tar_add(tar, "l", AE_IFLNK, 0777, link);
        }

        PLACE(entry, evil[i].name);
        PLACE(body, evil[i].body);
        tar_add(tar, entry, evil[i].type, 0777, body);
        tar_system(tar);

        /* refused or made harmless: the outside stays as it was */
        (void) unpack(name);

        assert_int_equal(count("outside", ""), 1);
        (void) snprintf(path, sizeof(path), "%s/victim", outside);
        assert_int_equal(lstat(path, &st), 0);
        assert_int_equal(st.st_nlink, 1);
        assert_int_equal(st.st_mode & 07777, 0600);
    }

    assert_int_equal(count("template", "."), 0);
}


static void
links_of_the_template_do_not_mislead_the_preparation(void **state)
{
    char         file[PATH_MAX];
    tar_t       *tar;
    struct stat  st;

    (void) state;

    (void) snprintf(file, sizeof(file), "%s/victim", outside);

    tar = tar_new("misleading.tar.gz");
    tar_add(tar, "./usr/lib/systemd/systemd", AE_IFREG, 0755, "elf");
    tar_add(tar, "./sbin/telinit", AE_IFREG, 0755, "elf");
    tar_add(tar, "./dev", AE_IFLNK, 0777, outside);
    tar_add(tar, "./etc/machine-id", AE_IFLNK, 0777, file);
    tar_add(tar, "./etc/inittab", AE_IFLNK, 0777, file);
    tar_add(tar, "./etc/ssh", AE_IFLNK, 0777, outside);
    tar_add(tar, "./etc/systemd", AE_IFLNK, 0777, "/nowhere");
    tar_system(tar);

    (void) unpack("misleading");

    assert_int_equal(lstat(file, &st), 0);
    assert_int_equal(count("outside", ""), 1);
}


static void
a_fifo_in_a_files_place_does_not_hang(void **state)
{
    tar_t  *tar;

    (void) state;

    tar = tar_new("fifo.tar.gz");
    tar_add(tar, "./usr/lib/systemd/systemd", AE_IFREG, 0755, "elf");
    tar_add(tar, "./sbin/telinit", AE_IFREG, 0755, "elf");
    tar_add(tar, "./etc/machine-id", AE_IFIFO, 0644, NULL);
    tar_add(tar, "./etc/inittab", AE_IFIFO, 0644, NULL);
    tar_system(tar);

    assert_int_equal(unpack("fifo"), VZ_OK);
}


static void
what_is_no_archive_is_said_and_leaves_nothing(void **state)
{
    int    fd;
    char   file[PATH_MAX + 64];
    tar_t *tar;

    (void) state;

    (void) snprintf(file, sizeof(file), "%s/rubbish.tar.gz",
                    conf.template_dir);
    fd = open(file, O_WRONLY|O_CREAT|O_CLOEXEC, 0644);
    assert_int_equal(write(fd, "rubbish", 7), 7);
    (void) close(fd);

    assert_int_equal(unpack("rubbish"), VZ_FAILED);
    assert_non_null(strstr(job.words, "rubbish"));

    /* cut in the middle */
    tar = tar_new("cut.tar.gz");
    tar_add(tar, "./a", AE_IFREG, 0644, "some bytes of a file");
    tar_add(tar, "./b", AE_IFREG, 0644, "some more bytes of a file");
    tar_end(tar);
    (void) snprintf(file, sizeof(file), "%s/cut.tar.gz", conf.template_dir);
    assert_int_equal(truncate(file, 100), 0);

    assert_int_equal(unpack("cut"), VZ_FAILED);

    tar_end(tar_new("empty.tar.gz"));
    assert_int_equal(unpack("empty"), VZ_FAILED);

    assert_int_equal(count("template", "."), 0);
    assert_int_equal(count("template", "cut"), 0);
    assert_int_equal(count("template", "rubbish"), 0);
    assert_int_equal(count("lock", ""), 0);
}


/* a disk of that many MB, the archive "big" of 20 MB on it */
static vz_code_e
unpack_big_into(const char *megabytes)
{
    char        *body, data[32], old[PATH_MAX];
    tar_t       *tar;
    vz_code_e    code;

    (void) strcpy(old, conf.lxc_path);
    (void) strcat(conf.lxc_path, "/small");
    (void) snprintf(data, sizeof(data), "size=%sM", megabytes);

    assert_int_equal(vz_dirtree_make(conf.lxc_path, 0711), 0);
    assert_int_equal(mount("none", conf.lxc_path, "tmpfs", 0, data), 0);

    body = malloc((20 << 20) + 1);
    assert_non_null(body);
    (void) memset(body, 'A', 20 << 20);
    body[20 << 20] = '\0';

    tar = tar_new("big.tar.gz");
    tar_add(tar, "./big", AE_IFREG, 0644, body);
    tar_system(tar);
    free(body);

    code = unpack("big");

    assert_int_equal(count("small/template", "."), 0);
    assert_int_equal(count("small/template", "big@"), code == VZ_OK);
    assert_int_equal(umount2(conf.lxc_path, MNT_DETACH), 0);
    (void) strcpy(conf.lxc_path, old);

    return code;
}


static void
a_disk_that_fills_publishes_nothing(void **state)
{
    (void) state;

    assert_int_equal(unpack_big_into("14"), VZ_NOSPACE);
    assert_non_null(strstr(job.words, "big, ./big: No space left on device"));

    assert_int_equal(unpack_big_into("64"), VZ_OK);
}


static void
unpacking_ends_before_the_disk_is_full(void **state)
{
    (void) state;

    conf.disk_free = 10 << 20;
    assert_int_equal(unpack_big_into("28"), VZ_NOSPACE);
    assert_non_null(strstr(job.words, "would fill the node's disk"));

    /* nor is it begun */
    assert_int_equal(unpack_big_into("8"), VZ_NOSPACE);
    assert_non_null(strstr(job.words, "nearly full"));

    assert_int_equal(unpack_big_into("64"), VZ_OK);
    conf.disk_free = 0;
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
what_cannot_be_started_is_refused_before_it_is_ordered(void **state)
{
    char           words[VZ_WORDS_MAX], name[16], file[32];
    size_t         i, j;
    tar_t         *tar;
    vz_template_t  entry;

    static const struct {
        const char  *names[4];
        const char  *why;
    } bad[] = {
        { { "metadata.yaml", "templates/x" }, "only the metadata" },
        { { "sys/sbin/init", "sys/bin/sh" }, "below sys/: pack it from" },
        { { "./etc/passwd", "./bin/sh" }, "has no /sbin/init" },
        { { "./sbin/init" }, "has no /bin/sh" },
        { { "./sbin/init", "./bin/sh", "./shifted" },
          "shifted ids (shifted is of 100000)" }
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(bad); i++) {
        (void) snprintf(name, sizeof(name), "bad-%zu", i);
        (void) snprintf(file, sizeof(file), "%s.tar.gz", name);

        tar = tar_new(file);

        for (j = 0; bad[i].names[j]; j++) {
            tar_add(tar, bad[i].names[j], AE_IFREG, 0755, "x");
        }

        tar_end(tar);

        assert_int_equal(vz_archive_find(&conf, &vz_archive_all, name, &entry),
                         VZ_OK);
        vz_job_init(&job, &conf, null);
        (void) clock_gettime(CLOCK_MONOTONIC, &job.deadline);
        job.deadline.tv_sec += 60;

        /* by a look; then known without one; and by unpacking it */
        assert_int_equal(vz_template_verdict(&job, &entry, 0, words),
                         VZ_AGAIN);
        assert_int_equal(vz_template_verdict(&job, &entry, 1, words),
                         VZ_FAILED);
        assert_non_null(strstr(words, bad[i].why));
        assert_int_equal(vz_template_verdict(&job, &entry, 0, words),
                         VZ_FAILED);
        assert_non_null(strstr(words, bad[i].why));
        assert_int_equal(unpack(name), VZ_FAILED);
        assert_non_null(strstr(job.words, bad[i].why));
    }

    tar_system(tar_new("fine.tar.gz"));
    assert_int_equal(vz_archive_find(&conf, &vz_archive_all, "fine", &entry),
                     VZ_OK);
    assert_int_equal(vz_template_verdict(&job, &entry, 1, words), VZ_OK);
    assert_int_equal(vz_template_verdict(&job, &entry, 0, words), VZ_OK);
    assert_int_equal(count("template", "bad"), 0);
    assert_int_equal(count("template", "."), 0);
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


static int
setup(void **state)
{
    (void) state;

    if (mkdtemp(home) == NULL || vz_field_init() != VZ_OK) {
        return -1;
    }

    (void) snprintf(outside, sizeof(outside), "%s/outside", home);
    (void) snprintf(conf.lxc_path, sizeof(conf.lxc_path), "%s", home);
    (void) snprintf(conf.template_dir, sizeof(conf.template_dir), "%s/cache",
                    home);

    (void) strcpy(conf.unpack, "/proc/self/exe");

    /* as the daemon's main() does */
    (void) umask(077);

    null = open("/dev/null", O_WRONLY|O_CLOEXEC);
    vz_log_tty();

    /* what is mounted here is the test's own */
    return unshare(CLONE_NEWNS) == -1
           || mount(NULL, "/", NULL, MS_REC|MS_PRIVATE, NULL) == -1
           || vz_dirtree_make(outside, 0700) == -1
           || vz_dirtree_make(conf.template_dir, 0755) == -1;
}


static int
teardown(void **state)
{
    (void) state;

    vz_field_free();

    return vz_dirtree_remove(home);
}


int
main(int argc, char **argv)
{
    vz_unpack_order_t  order;

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(only_regular_files_with_good_names_are_templates),
        cmocka_unit_test(a_file_that_cannot_be_used_is_told_with_the_reason),
        cmocka_unit_test(a_template_is_unpacked_once_and_prepared),
        cmocka_unit_test(a_changed_archive_is_another_version),
        cmocka_unit_test(nothing_leaves_the_folder),
        cmocka_unit_test(links_of_the_template_do_not_mislead_the_preparation),
        cmocka_unit_test(a_fifo_in_a_files_place_does_not_hang),
        cmocka_unit_test(what_is_no_archive_is_said_and_leaves_nothing),
        cmocka_unit_test(a_disk_that_fills_publishes_nothing),
        cmocka_unit_test(unpacking_ends_before_the_disk_is_full),
        cmocka_unit_test(absolute_names_and_an_inner_root_are_understood),
        cmocka_unit_test(
            what_cannot_be_started_is_refused_before_it_is_ordered),
        cmocka_unit_test(ten_at_once_unpack_one_version),
        cmocka_unit_test(what_the_dead_left_is_swept),
        cmocka_unit_test(time_that_is_over_ends_it)
    };

    /* the sanitizers' last words need more than an enclosure has */
    if (vz_unpack_order(argc, argv, &order) == 0) {
        _exit(vz_unpack(&order));
    }

    /* chroot(2) and files of others are root's */
    if (geteuid() != 0) {
        print_message("skipped: not root\n");
        return 0;
    }

    return cmocka_run_group_tests(tests, setup, teardown);
}
