/*
 * Archives that mean harm, that are broken, or for which the disk has no room.
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
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>
#include "tar.h"
#include "daemon/base/dirtree.h"
#include "daemon/template/template_verdict.h"


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
          "shifted ids (shifted belongs to 100000)" }
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


int
main(int argc, char **argv)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nothing_leaves_the_folder),
        cmocka_unit_test(links_of_the_template_do_not_mislead_the_preparation),
        cmocka_unit_test(a_fifo_in_a_files_place_does_not_hang),
        cmocka_unit_test(what_is_no_archive_is_said_and_leaves_nothing),
        cmocka_unit_test(a_disk_that_fills_publishes_nothing),
        cmocka_unit_test(unpacking_ends_before_the_disk_is_full),
        cmocka_unit_test(
            what_cannot_be_started_is_refused_before_it_is_ordered)
    };

    return tar_main(argc, argv, tests, VZ_COUNT(tests));
}
