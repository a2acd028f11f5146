#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <time.h>
#include <unistd.h>
#include "tar.h"
#include "daemon/base/dirtree.h"
#include "daemon/base/log.h"
#include "daemon/template/template_cache.h"
#include "daemon/template/unpack.h"


char         home[] = "/tmp/vz-cache-XXXXXX";
char         outside[64];
vz_config_t  conf;
vz_job_t     job;
char         path[PATH_MAX];
int          null;


tar_t *
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


void
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


void
tar_end(tar_t *tar)
{
    assert_int_equal(archive_write_close(tar), ARCHIVE_OK);
    (void) archive_write_free(tar);
}


/* what a template must have, at its end: where "bin" may be a link by then */
void
tar_system(tar_t *tar)
{
    tar_add(tar, "./sbin/init", AE_IFREG, 0755, "elf");
    tar_add(tar, "./bin/sh", AE_IFREG, 0755, "elf");
    tar_end(tar);
}


vz_code_e
unpack(const char *name)
{
    vz_job_init(&job, &conf, null);
    (void) clock_gettime(CLOCK_MONOTONIC, &job.deadline);
    job.deadline.tv_sec += 60;

    return vz_template_cache_unpack(&conf, name, &job, path);
}


int
there(const char *name, struct stat *st)
{
    char  file[PATH_MAX + 64];

    (void) snprintf(file, sizeof(file), "%s/%s", path, name);

    return lstat(file, st) == 0;
}


/* names in a folder of the store that match */
unsigned
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
tar_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n)
{
    vz_unpack_order_t  order;

    /* the sanitizers' last words need more than an enclosure has */
    if (vz_unpack_order(argc, argv, &order) == 0) {
        _exit(vz_unpack(&order));
    }

    /* chroot(2) and files of others are root's */
    if (not_root()) {
        return 0;
    }

    return _cmocka_run_group_tests("tests", tests, n, setup, teardown);
}
