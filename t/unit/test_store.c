/*
 * The record of a container: what is written is read again, what is broken
 * is refused, ranges of ids and addresses are found.
 *
 * sources: src/daemon/ct/ct_store.c src/daemon/ct/ct_record.c
 * sources: src/daemon/base/strbuf.c src/daemon/base/file.c
 * sources: src/daemon/base/ip.c src/daemon/base/dirtree.c
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/base/dirtree.h"
#include "daemon/ct/ct_store.h"
#include "wire/field.h"


static char         home[] = "/tmp/vz-store-XXXXXX";
static vz_config_t  conf;


static int
setup(void **state)
{
    (void) state;

    (void) memset(&conf, 0, sizeof(conf));
    (void) snprintf(conf.lxc_path, sizeof(conf.lxc_path), "%s/lxc", home);
    conf.idmap_base = 65536 * 100;

    return vz_ct_store_init(&conf);
}


static int
teardown(void **state)
{
    (void) state;

    return vz_dirtree_remove(conf.lxc_path);
}


static void
fill(vz_ct_t *ct, uint32_t ctid)
{
    (void) memset(ct, 0, sizeof(*ct));

    ct->ctid = ctid;
    ct->idmap = conf.idmap_base;
    (void) strcpy(ct->template, "debian-12");
    (void) strcpy(ct->version, "debian-12@1-2");
    (void) strcpy(ct->hostname, "web.example.org");

    assert_int_equal(vz_ct_store_dir(&conf, ctid, NULL, ct->dir), 0);
    (void) mkdir(ct->dir, 0700);
}


static void
put(uint32_t ctid, const char *text)
{
    vz_ct_t  ct;

    fill(&ct, ctid);
    assert_int_equal(vz_ct_store_file(&ct, "ct.conf", text, strlen(text)), 0);
}


static void
a_record_comes_back_as_it_was_written(void **state)
{
    vz_ct_t  ct, back;

    (void) state;

    fill(&ct, 101);

    (void) strcpy(ct.tag, "3f2a9c5d01e4b768");
    ct.naddresses = 2;
    assert_int_equal(vz_ip_parse("10.1.2.3", &ct.addresses[0]), 0);
    assert_int_equal(vz_ip_parse("fd77::1/64", &ct.addresses[1]), 0);
    (void) strcpy(ct.gateway4, "10.1.2.1");
    ct.ndns = 1;
    (void) strcpy(ct.dns[0], "9.9.9.9");
    ct.privvm.set = 1;
    ct.privvm.barrier = 64 << 20;
    ct.privvm.limit = VZ_UNLIMITED;
    ct.units = 1000;
    ct.percent = 50;
    ct.created = 4102444800;
    ct.started = 1;

    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_read(&conf, 101, &back), VZ_OK);
    assert_memory_equal(&ct, &back, sizeof(ct));
}


static void
a_container_that_is_not_there_is_noent(void **state)
{
    vz_ct_t  ct;

    (void) state;

    assert_int_equal(vz_ct_store_read(&conf, 999, &ct), VZ_NOENT);
}


static void
a_broken_record_is_refused(void **state)
{
    size_t   i;
    vz_ct_t  ct;

    static const char  *texts[] = {
        "\n",
        "ctid=102\nidmap=65536\n",
        "ctid=102\nidmap=65536\nversion=../../etc\n",
        "ctid=102\nidmap=65536\nversion=..\n",
        "ctid=102\nidmap=65536\nversion=a@1-1\nrescue=a\n",
        "ctid=102\nidmap=65536\nversion=a@1-1\nrescue=a\n"
        "rescue_version=../etc\n",
        "ctid=103\nidmap=65536\nversion=a@1-1\n",
        "ctid=102\nidmap=4294967296\nversion=a@1-1\n",
        "ctid=102\nidmap=6x\nversion=a@1-1\n",
        "ctid=102\nidmap=65536\nversion=a@1-1\naddresses=10.0.0.1,nine\n",
        "ctid=102\nidmap=65536\nversion=a@1-1\nprivvmpages=64\n",
        "ctid=102\nidmap=65536\nversion=a@1-1\ndns=1.1.1.1,1.1.1.2,"
        "1.1.1.3,1.1.1.4\n"
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(texts); i++) {
        put(102, texts[i]);
        assert_int_equal(vz_ct_store_read(&conf, 102, &ct), VZ_INTERNAL);
    }
}


static void
a_record_is_replaced_as_a_whole_and_no_link_followed(void **state)
{
    char      path[PATH_MAX + 32], other[PATH_MAX + 32];
    vz_ct_t   ct, back;

    (void) state;

    fill(&ct, 101);
    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_read(&conf, 101, &back), VZ_OK);

    /* who reads the old one meanwhile has all of it */

    (void) snprintf(path, sizeof(path), "%s/ct.conf", back.dir);
    (void) snprintf(other, sizeof(other), "%s/before", back.dir);
    assert_int_equal(link(path, other), 0);

    ct.units = 4321;
    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_read(&conf, 101, &back), VZ_OK);
    assert_int_equal(back.units, 4321);

    assert_int_equal(rename(other, path), 0);
    assert_int_equal(vz_ct_store_read(&conf, 101, &back), VZ_OK);
    assert_int_not_equal(back.units, 4321);

    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink("before", path), 0);
    assert_int_equal(vz_ct_store_read(&conf, 101, &back), VZ_INTERNAL);
}


static void
keys_of_a_newer_version_are_passed_over(void **state)
{
    vz_ct_t  ct;

    (void) state;

    put(104, "ctid=104\nidmap=65536\nversion=a@1-1\nshiny=1\nnoise\n");
    assert_int_equal(vz_ct_store_read(&conf, 104, &ct), VZ_OK);
    assert_int_equal(ct.idmap, 65536);
}


static int
count(const vz_ct_t *ct, void *data)
{
    (void) ct;
    (*(unsigned *) data)++;

    return 0;
}


static void
only_whole_containers_are_walked(void **state)
{
    char      path[PATH_MAX + 32];
    vz_ct_t   ct;
    unsigned  n;

    (void) state;

    fill(&ct, 101);
    assert_int_equal(vz_ct_store_write(&ct), 0);

    (void) snprintf(path, sizeof(path), "%s/ct/.102.tmp", conf.lxc_path);
    assert_int_equal(mkdir(path, 0700), 0);
    (void) strcpy(ct.dir, path);
    ct.ctid = 102;
    assert_int_equal(vz_ct_store_write(&ct), 0);

    (void) snprintf(path, sizeof(path), "%s/ct/lost+found", conf.lxc_path);
    assert_int_equal(mkdir(path, 0700), 0);

    n = 0;
    assert_int_equal(vz_ct_store_each(&conf, 0, count, &n), 0);
    assert_int_equal(n, 1);

    n = 0;
    assert_int_equal(vz_ct_store_each(&conf, 1, count, &n), 0);
    assert_int_equal(n, 2);

    n = 0;
    assert_int_equal(vz_ct_store_shadows(&conf, count, &n), 0);
    assert_int_equal(n, 1);
}


/* what it can still say, and its folder */
static void
what_a_broken_record_has_is_taken(void **state)
{
    char      path[PATH_MAX + 32];
    vz_ct_t   ct;
    unsigned  n;

    (void) state;

    if (geteuid() != 0) {
        skip();
    }

    put(101, "ctid=101\ntag=3f2a9c5d01e4b768\nversion=a@1-1\n"
             "addresses=10.1.2.3\ncpuunits=x\nidmap=65");

    assert_int_equal(vz_ct_store_dir(&conf, 101, NULL, path), 0);
    assert_int_equal(chown(path, 0, conf.idmap_base), 0);

    assert_int_equal(vz_ct_store_read(&conf, 101, &ct), VZ_INTERNAL);
    assert_int_equal(ct.broken, 1);
    assert_int_equal(ct.ctid, 101);
    assert_int_equal(ct.idmap, conf.idmap_base);
    assert_int_equal(ct.naddresses, 1);
    assert_string_equal(ct.tag, "3f2a9c5d01e4b768");

    n = 0;
    assert_int_equal(vz_ct_store_each(&conf, 0, count, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(vz_ct_store_idmap(&conf), conf.idmap_base + 65536);

    /* of another number: nothing is left of it but its place */
    put(101, "ctid=7\nidmap=65536\nversion=a@1-1\n");
    assert_int_equal(vz_ct_store_idmap(&conf), conf.idmap_base + 65536);

    (void) strcat(path, "/ct.conf");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(vz_ct_store_idmap(&conf), conf.idmap_base + 65536);
}


static void
wanted_no_more_needs_no_room(void **state)
{
    vz_ct_t  ct, back;

    (void) state;

    fill(&ct, 101);
    ct.onboot = 1;
    assert_int_equal(vz_ct_store_file(&ct, "config", "x\n", 2), 0);
    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_read(&conf, 101, &back), VZ_OK);
    assert_int_equal(back.onboot, 1);

    assert_int_equal(vz_ct_store_unwant(&ct), 0);
    assert_int_equal(vz_ct_store_read(&conf, 101, &back), VZ_OK);
    assert_int_equal(back.onboot, 0);
}


static void
in_rescue_it_boots_another_system(void **state)
{
    char     path[PATH_MAX];
    vz_ct_t  ct, booted;

    (void) state;

    fill(&ct, 101);
    (void) strcpy(ct.image, "image.2");
    ct.disk.set = 1;
    ct.disk.limit = 5 << 20;
    vz_ct_store_booted(&ct, &booted);
    assert_memory_equal(&ct, &booted, sizeof(ct));
    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_uses(&conf, "mender@1-1"), 0);

    (void) strcpy(ct.rescue, "mender");
    (void) strcpy(ct.rescue_version, "mender@1-1");
    vz_ct_store_booted(&ct, &booted);
    assert_string_equal(booted.version, "mender@1-1");
    assert_string_equal(booted.rescue, "");
    assert_int_equal(booted.disk.limit, VZ_CT_RESCUE_DISK);
    assert_int_equal(vz_ct_store_image(&booted, path), 0);
    assert_string_equal(strrchr(path, '/'), "/rescue");

    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_read(&conf, 101, &booted), VZ_OK);
    assert_memory_equal(&ct, &booted, sizeof(ct));
    assert_int_equal(vz_ct_store_uses(&conf, "mender@1-1"), 1);
}


static void
the_lowest_free_range_of_ids_is_given(void **state)
{
    vz_ct_t  ct;

    (void) state;

    assert_int_equal(vz_ct_store_idmap(&conf), conf.idmap_base);

    fill(&ct, 101);
    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_idmap(&conf), conf.idmap_base + 65536);

    fill(&ct, 102);
    ct.idmap = conf.idmap_base + 2 * 65536;
    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_idmap(&conf), conf.idmap_base + 65536);

    /* the last ranges of 32 bits */

    conf.idmap_base = 4294836224 - 65536;
    fill(&ct, 103);
    assert_int_equal(vz_ct_store_write(&ct), 0);
    assert_int_equal(vz_ct_store_idmap(&conf), 0);
}


static void
addresses_are_canonical(void **state)
{
    char     text[VZ_IP_TEXT];
    vz_ct_t  ct;
    vz_ip_t  a, b;

    (void) state;

    assert_int_equal(vz_ip_parse("FD77:0:0::1/64", &a), 0);
    vz_ip_print(&a, 1, text);
    assert_string_equal(text, "fd77::1/64");
    vz_ip_print(&a, 0, text);
    assert_string_equal(text, "fd77::1");

    assert_int_equal(vz_ip_parse("10.0.0.1/32", &b), 0);
    vz_ip_print(&b, 1, text);
    assert_string_equal(text, "10.0.0.1");
    assert_false(vz_ip_same(&a, &b));

    assert_int_equal(vz_ip_parse("10.0.0.1/24", &a), 0);
    assert_true(vz_ip_same(&a, &b));
    assert_int_equal(vz_ip_parse("10.0.0", &a), -1);

    fill(&ct, 101);
    assert_int_equal(vz_ip_find(ct.addresses, ct.naddresses, &b), -1);
    ct.addresses[ct.naddresses++] = b;
    assert_int_equal(vz_ip_find(ct.addresses, ct.naddresses, &b), 0);
}


static void
small_files_come_and_go(void **state)
{
    char     text[8];
    vz_ct_t  ct;

    (void) state;

    fill(&ct, 101);
    assert_int_equal(vz_ct_store_text(&ct, "used", text, sizeof(text)), -1);
    assert_int_equal(vz_ct_store_file(&ct, "used", "12", 2), 0);
    assert_int_equal(vz_ct_store_text(&ct, "used", text, sizeof(text)), 2);
    assert_string_equal(text, "12");
    assert_int_equal(vz_ct_store_forget(&ct, "used"), 0);
    assert_int_equal(vz_ct_store_forget(&ct, "used"), 0);
}


#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)


int
main(void)
{
    int  rc;

    const struct CMUnitTest  tests[] = {
        test(a_record_comes_back_as_it_was_written),
        test(a_container_that_is_not_there_is_noent),
        test(a_broken_record_is_refused),
        test(a_record_is_replaced_as_a_whole_and_no_link_followed),
        test(keys_of_a_newer_version_are_passed_over),
        test(only_whole_containers_are_walked),
        test(what_a_broken_record_has_is_taken),
        test(wanted_no_more_needs_no_room),
        test(in_rescue_it_boots_another_system),
        test(the_lowest_free_range_of_ids_is_given),
        test(addresses_are_canonical),
        test(small_files_come_and_go)
    };

    if (mkdtemp(home) == NULL || vz_field_init() != VZ_OK) {
        return 1;
    }

    rc = cmocka_run_group_tests(tests, NULL, NULL);

    (void) rmdir(home);
    vz_field_free();

    return rc;
}
