/*
 * Backups without a restic: the list of repositories, paths that clients name,
 * what restic says of failures, and times.
 *
 * sources: src/daemon/backup/repositories.c src/daemon/backup/backup_path.c
 * sources: src/daemon/backup/restic_why.c src/daemon/backup/restic_list.c
 * sources: src/daemon/backup/restic.c
 * sources: src/daemon/backup/restic_process.c src/daemon/backup/backup_cache.c
 * sources: src/daemon/backup/backup_lock.c src/daemon/base/check_line.c
 * sources: src/daemon/backup/backup_links.c
 * sources: src/daemon/base/job.c src/daemon/base/lock.c src/daemon/base/log.c
 * sources: src/daemon/base/dirtree.c src/daemon/base/file.c
 * sources: src/daemon/base/monotonic.c src/daemon/base/process.c
 * sources: src/daemon/base/run_folder.c src/daemon/base/config.c
 * libs: -ljansson
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "grammars.h"
#include "daemon/backup/backup_links.h"
#include "daemon/backup/backup_path.h"
#include "daemon/backup/repositories.h"
#include "daemon/backup/restic_list.h"
#include "daemon/backup/restic_why.h"


static vz_config_t         conf;
static vz_repositories_t   all;
static char                words[VZ_CONFIG_WORDS];


static vz_code_e
load(const char *text, mode_t mode)
{
    FILE  *file;

    file = fopen(conf.repositories, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(conf.repositories, mode), 0);
    words[0] = '\0';

    return vz_repositories_load(&conf, &all, words);
}


static void
a_list_is_read(void **state)
{
    char  url[VZ_REPOSITORY_URL], names[VZ_REPOSITORY_TEXT];

    (void) state;

    assert_int_equal(load("# where\n\n[main]\n url = /srv/%t/x%t\nkey=/k\n"
                          "[off-site]\nurl = rest:http://a:b@c/%t/\n"
                          "key = /etc/k\nupload = 500\nenv = A=b=c\nenv=D=\n"
                          "option = s3.x=y\nmounted = /srv\n", 0600), VZ_OK);

    assert_int_equal(all.n, 2);
    assert_string_equal(all.list[1].name, "off-site");
    assert_int_equal(all.list[1].upload, 500);
    assert_int_equal(all.list[1].nenv, 2);
    assert_string_equal(all.list[1].env[0], "A=b=c");
    assert_string_equal(all.list[1].option[0], "s3.x=y");
    assert_string_equal(all.list[1].mounted, "/srv");
    assert_null(vz_repositories_find(&all, "offsite"));

    assert_int_equal(vz_repositories_url(&all.list[0], "0123456789abcdef",
                                         url), 0);
    assert_string_equal(url, "/srv/0123456789abcdef/x0123456789abcdef");

    vz_repositories_names(&conf, names);
    assert_string_equal(names, "main,off-site");
}


static void
a_list_that_is_wrong_is_refused_whole(void **state)
{
    size_t  i;
    char    names[VZ_REPOSITORY_TEXT];

    static const char *const  lists[][2] = {
        { "url = /x/%t\n", "line 1: stands before" },
        { "[main]\nurl = /x/%t\n", "[main] above has no key" },
        { "[main]\nkey = /k\n[b]\n", "line 3: [main] above has no url" },
        { "[main]\nurl = /x\nkey = /k\n", "line 2: url: has no %t" },
        { "[main]\nurl = /x/%t\nkey = k\n", "line 3: key: an absolute path" },
        { "[main]\nurl = /x/%t\nurl = /y/%t\n", "line 3: url is there twice" },
        { "[../x]\n", "line 1: [NAME]: 1 to 32" },
        { "[main\n", "line 1: [NAME]" },
        { "[main]\nurl = /x/%t\nkey = /k\n[main]\n", "line 4: [main] is" },
        { "[main]\nenv = x\n", "line 2: env: NAME=VALUE" },
        { "[main]\nupload = fast\n", "line 2: upload: a number" },
        { "[main]\npassword = x\n", "line 2: unknown key \"password\"" },
        { "[main]\nhello\n", "line 2: is neither" }
    };

    (void) state;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        assert_int_equal(load(lists[i][0], 0600), VZ_FAILED);
        assert_non_null(strstr(words, lists[i][1]));
        assert_int_equal(all.n, 0);
        vz_repositories_names(&conf, names);
        assert_string_equal(names, "-");
    }
}


static void
a_list_that_others_can_read_is_refused(void **state)
{
    (void) state;

    assert_int_equal(load("[main]\nurl = /x/%t\nkey = /k\n", 0640), VZ_DENIED);
    assert_non_null(strstr(words, "chmod 600"));
    assert_int_equal(load("", 0604), VZ_DENIED);

    assert_int_equal(unlink(conf.repositories), 0);
    assert_int_equal(symlink("/etc/hostname", conf.repositories), 0);
    assert_int_equal(vz_repositories_load(&conf, &all, words), VZ_FAILED);
    assert_int_equal(unlink(conf.repositories), 0);
    assert_int_equal(vz_repositories_load(&conf, &all, words), VZ_OK);
    assert_int_equal(all.n, 0);
}


static void
a_password_is_of_its_tag_and_key(void **state)
{
    char             one[VZ_REPOSITORY_PASSWORD + 1];
    char             two[VZ_REPOSITORY_PASSWORD + 1], why[VZ_WORDS_MAX];
    FILE            *file;
    vz_repository_t  repository;

    (void) state;

    memset(&repository, 0, sizeof(repository));
    repository.key = "build/unit/backup.key";

    file = fopen(repository.key, "w");
    assert_non_null(file);
    assert_int_equal(fputs("key-of-20-characters\n", file) < 0, 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(repository.key, 0600), 0);

    /* printf 0123456789abcdef | openssl dgst -sha256 -hmac KEY */
    assert_int_equal(vz_repositories_password(&repository, "0123456789abcdef",
                                              one, why), VZ_OK);
    assert_int_equal(strlen(one), VZ_REPOSITORY_PASSWORD);
    assert_int_equal(vz_repositories_password(&repository, "0123456789abcdee",
                                              two, why), VZ_OK);
    assert_string_not_equal(one, two);

    assert_int_equal(chmod(repository.key, 0644), 0);
    assert_int_equal(vz_repositories_password(&repository, "0123456789abcdef",
                                              one, why), VZ_DENIED);
    assert_int_equal(unlink(repository.key), 0);
    assert_int_equal(vz_repositories_password(&repository, "0123456789abcdef",
                                              one, why), VZ_FAILED);
}


static void
a_path_stays_below_the_root(void **state)
{
    char      path[PATH_MAX], text[PATH_MAX * 2], name[VZ_BACKUP_PATH_NAME];
    size_t    i;

    static const char *const  good[][2] = {
        { "/", "/root" }, { "/etc", "/root/etc" }, { "/etc/", "/root/etc" },
        { "/a%20b", "/root/a b" }, { "/%0A", "/root/\n" },
        { "/%ff%FE/x", "/root/\xff\xfe/x" }, { "/...", "/root/..." },
        { "/.a/..b", "/root/.a/..b" }, { "/-rf", "/root/-rf" }
    };

    static const char *const  bad[] = {
        "", "etc", "//", "/etc//x", "/..", "/../record", "/etc/../x",
        "/%2e%2e/record", "/.%2E", "/.", "/etc/.", "/etc/./x", "/etc/..",
        "/a%2fb", "/..%2frecord/panel", "/a%00", "/a%0", "/a%", "/%zz",
        "/a b", "/a\nb", "/\xff", "/a/../", "/%2e/"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(vz_backup_path_parse(good[i][0], path), VZ_OK);
        assert_string_equal(path, good[i][1]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(vz_backup_path_parse(bad[i], path), VZ_RANGE);
    }

    memset(text, 'a', sizeof(text));
    text[0] = '/';
    text[256] = '\0';
    assert_int_equal(vz_backup_path_parse(text, path), VZ_OK);
    text[256] = 'a';
    text[257] = '\0';
    assert_int_equal(vz_backup_path_parse(text, path), VZ_RANGE);

    for (i = 0; i < sizeof(text) - 1; i += 2) {
        text[i] = '/';
        text[i + 1] = 'a';
    }

    text[sizeof(text) - 1] = '\0';
    assert_int_equal(vz_backup_path_parse(text, path), VZ_RANGE);

    assert_int_equal(vz_backup_path_print("a b\n\xff%/", 7, name), VZ_OK);
    assert_string_equal(name, "a%20b%0A%FF%25%2F");
    memset(text, '\n', 255);
    assert_int_equal(vz_backup_path_print(text, 255, name), VZ_OK);
    assert_int_equal(strlen(name), 3 * 255);
    assert_int_equal(vz_backup_path_print(text, 256, name), VZ_RANGE);
}


static void
what_restic_says_has_a_reason(void **state)
{
    size_t  i;

    static const struct {
        const char       *said;
        vz_restic_why_e   why;
    } table[] = {
        { "subprocess ssh: root@127.0.0.1: Permission denied (publickey).\n"
          "Fatal: unable to open repository at sftp://root@127.0.0.1//x: unable"
          " to start the sftp session, error: EOF", VZ_RESTIC_DENIED },
        { "subprocess ssh: Host key verification failed.\nFatal: unable to open"
          " repository at sftp://root@127.0.0.1//x: unable to start the sftp"
          " session, error: EOF", VZ_RESTIC_DENIED },
        { "subprocess ssh: ssh: connect to host 127.0.0.1 port 22: Connection"
          " refused\nFatal: unable to open repository at sftp://x: EOF",
          VZ_RESTIC_SILENT },
        { "Fatal: unable to save snapshot: Write: sftp: \"Failure\""
          " (SSH_FX_FAILURE)", VZ_RESTIC_FULL },
        { "Fatal: unable to open config file: stat /x/config: no such file or "
          "directory\nIs there a repository at the following location?\n/x\n",
          VZ_RESTIC_NO_REPOSITORY },
        { "Fatal: unable to open config file: <config/> does not exist\n",
          VZ_RESTIC_NO_REPOSITORY },
        { "Fatal: unable to open config file: Head \"http://h/config\": dial "
          "tcp 127.0.0.1:1: connect: connection refused\n", VZ_RESTIC_SILENT },
        { "Fatal: unable to open config file: unexpected HTTP response (500): "
          "500 Internal Server Error\n", VZ_RESTIC_SILENT },
        { "Fatal: wrong password or no key found\n", VZ_RESTIC_KEY },
        { "Save(<data/0011>) returned error, retrying after 1s: write /x: no "
          "space left on device\n", VZ_RESTIC_FULL },
        { "Remove(<snapshot/0011>) returned error, retrying after 1s: blob not "
          "removed, server response: 403 Forbidden (403)\n",
          VZ_RESTIC_APPEND },
        { "unable to create lock in backend: repository is already locked "
          "exclusively by PID 1 on host by root (UID 0, GID 0)\n",
          VZ_RESTIC_LOCKED },
        { "cannot dump file: path \"/x\" not found in snapshot\n",
          VZ_RESTIC_GONE },
        { "cannot dump file: decrypting blob 0011 failed: ciphertext"
          " verification failed\n", VZ_RESTIC_DAMAGED },
        { "Fatal: repository contains errors\n", VZ_RESTIC_DAMAGED },
        { "panic: what\n", VZ_RESTIC_OTHER },
        { "", VZ_RESTIC_OTHER }
    };

    (void) state;

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        assert_int_equal(vz_restic_why_find(table[i].said), table[i].why);
    }
}


static ino_t
inode(const char *path)
{
    struct stat  st;

    assert_int_equal(lstat(path, &st), 0);

    return st.st_ino;
}


static void
put(const char *path, const char *text, size_t len)
{
    FILE  *file;

    file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}


#define LINKS  "build/unit/links"


static void
names_of_one_file_are_noted_and_made(void **state)
{
    char         target[16];
    struct stat  st;

    (void) state;

    assert_int_equal(system("rm -rf " LINKS " && mkdir -p " LINKS "/r/d/e"),
                     0);
    put(LINKS "/r/ one", VZ_LIT("x"));
    assert_int_equal(link(LINKS "/r/ one", LINKS "/r/d/two\n"), 0);
    assert_int_equal(link(LINKS "/r/ one", LINKS "/r/d/e/three"), 0);
    assert_int_equal(mkfifo(LINKS "/r/fifo", 0600), 0);
    assert_int_equal(mknod(LINKS "/r/d/socket", S_IFSOCK | 0640, 0), 0);
    assert_int_equal(chmod(LINKS "/r/d/e", 01777), 0);
    assert_int_equal(chmod(LINKS "/r/ one", 07755), 0);
    assert_int_equal(symlink("\xff/l \xfe", LINKS "/r/d/odd"), 0);
    assert_int_equal(symlink("\xc3\xb1", LINKS "/r/d/plain"), 0);
    assert_int_equal(vz_backup_links_write(LINKS "/r", LINKS "/note"), 0);

    /* as it comes back without them */

    assert_int_equal(unlink(LINKS "/r/d/two\n"), 0);
    assert_int_equal(unlink(LINKS "/r/d/e/three"), 0);
    assert_int_equal(unlink(LINKS "/r/d/socket"), 0);
    assert_int_equal(unlink(LINKS "/r/d/odd"), 0);
    assert_int_equal(symlink("\xef\xbf\xbd/l \xef\xbf\xbd", LINKS "/r/d/odd"),
                     0);
    assert_int_equal(chmod(LINKS "/r/d/e", 0777), 0);
    assert_int_equal(chmod(LINKS "/r/ one", 06755), 0);
    put(LINKS "/r/d/two\n", VZ_LIT("x"));
    put(LINKS "/r/d/e/three", VZ_LIT("x"));
    assert_int_equal(utimensat(AT_FDCWD, LINKS "/r/d", (struct timespec[2]) {
                               { 5, 6 }, { 7, 8 } }, 0), 0);

    assert_int_equal(vz_backup_links_apply(LINKS "/r", LINKS "/note"), 0);
    assert_int_equal(inode(LINKS "/r/ one"), inode(LINKS "/r/d/two\n"));
    assert_int_equal(inode(LINKS "/r/ one"), inode(LINKS "/r/d/e/three"));
    assert_int_equal(lstat(LINKS "/r/d/socket", &st), 0);
    assert_int_equal(st.st_mode, S_IFSOCK | 0640);
    assert_int_equal(lstat(LINKS "/r/d/e", &st), 0);
    assert_int_equal(st.st_mode & 07777, 01777);
    assert_int_equal(readlink(LINKS "/r/d/odd", target, sizeof(target)), 5);
    assert_memory_equal(target, "\xff/l \xfe", 5);
    assert_int_equal(readlink(LINKS "/r/d/plain", target, sizeof(target)), 2);
    assert_int_equal(lstat(LINKS "/r/d/two\n", &st), 0);
    assert_int_equal(st.st_mode & 07777, 07755);
    assert_int_equal(lstat(LINKS "/r/d", &st), 0);
    assert_int_equal(st.st_mtim.tv_sec, 7);
    assert_int_equal(st.st_mtim.tv_nsec, 8);

    assert_int_equal(vz_backup_links_apply(LINKS "/r", LINKS "/none"), 0);
}


static void
a_note_reaches_nothing_outside(void **state)
{
    ino_t        was;
    struct stat  st;

    (void) state;

    assert_int_equal(system("rm -rf " LINKS " && mkdir -p " LINKS "/r/d "
                            LINKS "/out"), 0);
    put(LINKS "/r/a", VZ_LIT("x"));
    put(LINKS "/out/victim", VZ_LIT("y"));
    assert_int_equal(symlink("../out", LINKS "/r/link"), 0);
    was = inode(LINKS "/out/victim");

    put(LINKS "/note", VZ_LIT("l 1:1 a\0l 1:1 link/victim\0"
                              "l 1:1 ../out/victim\0l 1:1 d/../../out/victim\0"
                              "l 1:1 \0l 1:1 d/..\0l zz a\0l\0l 1:1\0l \0"
                              "s 777 0 0 ../out/s\0s 777 0 0 link/s\0"
                              "s 777 0 0 /tmp/vz-no-such-socket\0s x\0"
                              "t 1777 ../out\0t 1777 link\0t 1777 d\0t\0"
                              "y ../out/y\0x\0y link/y\0x\0y d\0x\0y \0"
                              "what is this\0y a"));
    assert_int_equal(vz_backup_links_apply(LINKS "/r", LINKS "/note"), 0);

    assert_int_equal(inode(LINKS "/out/victim"), was);
    assert_int_equal(access(LINKS "/out/s", F_OK), -1);
    assert_int_equal(access("/tmp/vz-no-such-socket", F_OK), -1);
    assert_int_equal(stat(LINKS "/out", &st), 0);
    assert_int_equal(st.st_mode & S_ISVTX, 0);
    assert_int_equal(stat(LINKS "/r/d", &st), 0);
    assert_int_equal(st.st_mode & 07777, 01777);
}


static void
times_are_of_utc(void **state)
{
    char  text[VZ_RESTIC_LIST_TIME + 1];

    (void) state;

    vz_restic_list_print(vz_restic_list_time("2026-12-01T13:57:06.467495168Z"),
                         text);
    assert_string_equal(text, "2026-12-01T13:57:06Z");
    vz_restic_list_print(vz_restic_list_time("2026-12-01T13:57:06+02:30"),
                         text);
    assert_string_equal(text, "2026-12-01T11:27:06Z");
    vz_restic_list_print(vz_restic_list_time("1970-01-01T00:00:00Z"), text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
    vz_restic_list_print(vz_restic_list_time("yesterday"), text);
    assert_string_equal(text, "-");
    vz_restic_list_print(vz_restic_list_time("2026-12-01T13:57:06 mac=x"),
                         text);
    assert_string_equal(text, "-");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_list_is_read),
        cmocka_unit_test(a_list_that_is_wrong_is_refused_whole),
        cmocka_unit_test(a_list_that_others_can_read_is_refused),
        cmocka_unit_test(a_password_is_of_its_tag_and_key),
        cmocka_unit_test(a_path_stays_below_the_root),
        cmocka_unit_test(what_restic_says_has_a_reason),
        cmocka_unit_test(names_of_one_file_are_noted_and_made),
        cmocka_unit_test(a_note_reaches_nothing_outside),
        cmocka_unit_test(times_are_of_utc)
    };

    vz_config_defaults(&conf);
    (void) strcpy(conf.repositories, "build/unit/repositories.conf");

    return cmocka_run_group_tests(tests, grammars_begin, grammars_end);
}
