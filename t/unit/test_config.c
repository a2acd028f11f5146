/*
 * virtual-server.conf: every key, and whatever a hand may get wrong in it.
 *
 * sources: src/daemon/base/config.c
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/base/config.h"
#include "wire/field.h"


static vz_config_t  conf;
static char         path[] = "/tmp/vz-config-XXXXXX";
static char         words[VZ_CONFIG_WORDS];


static int
read_text(const char *text)
{
    FILE  *file;

    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);

    words[0] = '\0';

    return vz_config_read(path, &conf, words);
}


static void
an_empty_file_means_the_defaults(void **state)
{
    (void) state;

    assert_int_equal(read_text(""), 0);
    assert_string_equal(conf.driver, "auto");
    assert_string_equal(conf.key_file, "/etc/vzpanel/relay.key");
    assert_string_equal(conf.log, "syslog");
    assert_string_equal(conf.bridge, "");
    assert_string_equal(conf.peers, "");
    assert_string_equal(conf.addresses, "");
    assert_string_equal(conf.host_dns, "no");
    assert_int_equal(conf.ctid_min, 101);
    assert_int_equal(conf.ctid_max, 2147483644);
    assert_int_equal(conf.silence, 60);
    assert_int_equal(conf.disk_default, 1 << 30);
}


static void
keys_comments_and_spaces_are_read(void **state)
{
    (void) state;

    assert_int_equal(read_text("# a comment\n\n"
                               "  driver=lxc\t\n"
                               "log = /var/log/x.log\r\n"
                               "lxcfs = none\n"
                               "bridge = vzbr0.1\n"
                               "uplink =\n"
                               "ctid_min = 2000\n"
                               "ctid_max = 2147483644\n"
                               "disk_default = 512M\n"
                               "rescue_template = debian-12\n"
                               "gateway4 = 10.0.0.1\n"
                               "gateway6 = fd00::1\n"
                               "interface_prefix = ve\n"
                               "nft_table = vz_2\n"
                               "idmap_base = 131072\n"
                               "host_dns = yes\n"
                               "addresses = 198.51.100.0/24 10.0.0.0/8,"
                               " 2001:db8::/33 192.0.2.7\n"
                               "lxc_path = /srv/lxc"), 0);
    assert_string_equal(conf.host_dns, "yes");
    assert_string_equal(conf.addresses, "198.51.100.0/24 10.0.0.0/8,"
                        " 2001:db8::/33 192.0.2.7");
    assert_string_equal(conf.driver, "lxc");
    assert_string_equal(conf.log, "/var/log/x.log");
    assert_string_equal(conf.lxcfs, "none");
    assert_string_equal(conf.bridge, "vzbr0.1");
    assert_string_equal(conf.uplink, "");
    assert_int_equal(conf.ctid_min, 2000);
    assert_int_equal(conf.disk_default, 512 << 20);
    assert_string_equal(conf.rescue_template, "debian-12");
    assert_string_equal(conf.gateway4, "10.0.0.1");
    assert_string_equal(conf.gateway6, "fd00::1");
    assert_string_equal(conf.nft_table, "vz_2");
    assert_int_equal(conf.idmap_base, 131072);
    assert_string_equal(conf.lxc_path, "/srv/lxc");
}


static void
a_bad_value_is_refused_with_its_line(void **state)
{
    size_t  i;
    char    text[512];

    static const char *const  bad[] = {
        "driver = xen", "driver =", "driver = lx", "driver = lxc vzctl",
        "key_file = relay.key", "key_file =", "key_file = /a/../b",
        "key_file = /a b", "key_file = /a//b", "key_file = /a/",
        "key_file = /a/./b", "key_file = /a\xc3\xb1",
        "lxc_path = none", "log = stderr", "log_level = debug",
        "ctid_min = 100", "ctid_min = 0101", "ctid_min = -1",
        "ctid_min = 101x", "ctid_min = 4294967397", "ctid_max = 2147483645",
        "ctid_min = 99999999999999999999999", "ctid_min = ",
        "stop_timeout = 0", "stop_timeout = 10000", "silence = 1.5",
        "bridge = 0123456789abcdef", "bridge = a/b", "bridge = -a",
        "bridge = a b", "peers = root,www-data", "gateway4 = 1.2.3",
        "gateway4 = ::1",
        "gateway6 = 1.2.3.4", "gateway6 = fe80::1%eth0",
        "interface_prefix = vzvz", "interface_prefix =",
        "interface_prefix = V", "nft_table = 1a", "nft_table = a;b",
        "nft_table =", "rescue_template = ../x",
        "disk_default = 1", "disk_default = -1G",
        "disk_default = 1G ; rm", "idmap_base = 0",
        "addresses = 198.51.100.1/24", "addresses = 10.0.0.0/33",
        "addresses = 0.0.0.0/0", "addresses = ::/0", "addresses = eth0",
        "addresses = 10.0.0.0/8;", "addresses = 2001:db8:0:1::/63",
        "host_dns = maybe", "host_dns =",
        "colour = red", " = red", "= red", "driver", "driver lxc",
        "driver = lxc # why", "dri\x01ver = lxc", "Driver = lxc"
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(bad); i++) {
        (void) snprintf(text, sizeof(text), "# one\n%s\n", bad[i]);

        if (read_text(text) != -1 || strstr(words, "line 2") == NULL) {
            fail_msg("\"%s\": %s", bad[i], words);
        }
    }
}


static void
values_that_contradict_each_other_are_refused(void **state)
{
    (void) state;

    assert_int_equal(read_text("ctid_min = 500\nctid_max = 400\n"), -1);
    assert_non_null(strstr(words, "ctid_min"));
    assert_int_equal(read_text("idmap_base = 100000\n"), -1);
    assert_non_null(strstr(words, "65536"));
    assert_int_equal(read_text("silence = 5\nsilence = 5\n"), -1);
    assert_non_null(strstr(words, "line 2: silence is set twice"));
}


static void
both_drivers_may_be_named(void **state)
{
    (void) state;

    assert_int_equal(read_text("driver = vzctl\n"), 0);
    assert_string_equal(conf.driver, "vzctl");
}


static void
a_line_without_end_is_refused(void **state)
{
    static char  text[3 * PATH_MAX];

    (void) state;

    (void) memset(text, 'a', sizeof(text) - 1);
    assert_int_equal(read_text(text), -1);
    assert_non_null(strstr(words, "line 1: the line is too long"));

    (void) memcpy(text, "key_file = /", 12);
    text[PATH_MAX + 12] = '\0';
    assert_int_equal(read_text(text), -1);

    text[PATH_MAX + 10] = '\0';
    assert_int_equal(read_text(text), 0);
    assert_int_equal(strlen(conf.key_file), PATH_MAX - 1);
}


static void
only_roots_own_regular_file_counts(void **state)
{
    (void) state;

    assert_int_equal(read_text(""), 0);

    assert_int_equal(chmod(path, 0664), 0);
    assert_int_equal(vz_config_read(path, &conf, words), -1);
    assert_int_equal(chmod(path, 0600), 0);

    if (geteuid() == 0) {
        assert_int_equal(chown(path, 33, 0), 0);
        assert_int_equal(vz_config_read(path, &conf, words), -1);
        assert_non_null(strstr(words, "root"));
        assert_int_equal(chown(path, 0, 0), 0);
    }

    assert_int_equal(vz_config_read("/tmp", &conf, words), -1);
    assert_int_equal(vz_config_read("/nonexistent", &conf, words), -1);
    assert_non_null(strstr(words, "/nonexistent: No such file"));
}


/* what is commented out there claims to be the default */
static void
the_example_shows_the_defaults(void **state)
{
    FILE         *in;
    char          line[256];
    size_t        keys, n;
    vz_config_t   defaults;

    static char  text[16384];

    (void) state;

    in = fopen("conf/virtual-server.conf", "r");
    assert_non_null(in);

    n = 0;
    keys = 0;

    while (fgets(line, sizeof(line), in) != NULL) {

        if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z') {
            n += snprintf(text + n, sizeof(text) - n, "%s", line + 1);
            keys++;
        }
    }

    (void) fclose(in);
    assert_true(keys > 15);

    if (read_text(text) != 0) {
        fail_msg("%s", words);
    }

    vz_config_defaults(&defaults);
    (void) strcpy(defaults.path, path);
    assert_memory_equal(&conf, &defaults, sizeof(conf));
}


static int
setup(void **state)
{
    int  fd;

    (void) state;

    fd = mkstemp(path);

    return fd == -1 || close(fd) == -1 || vz_field_init() != VZ_OK;
}


static int
teardown(void **state)
{
    (void) state;

    vz_field_free();

    return unlink(path);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_empty_file_means_the_defaults),
        cmocka_unit_test(keys_comments_and_spaces_are_read),
        cmocka_unit_test(a_bad_value_is_refused_with_its_line),
        cmocka_unit_test(values_that_contradict_each_other_are_refused),
        cmocka_unit_test(both_drivers_may_be_named),
        cmocka_unit_test(a_line_without_end_is_refused),
        cmocka_unit_test(only_roots_own_regular_file_counts),
        cmocka_unit_test(the_example_shows_the_defaults)
    };

    /* who is not root can't make a file that counts */
    if (not_root()) {
        return 0;
    }

    return cmocka_run_group_tests(tests, setup, teardown);
}
