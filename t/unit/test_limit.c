/*
 * What all containers are together, and how much memory one uses.
 *
 * sources: src/daemon/cgroup/ct_limits.c src/daemon/cgroup/cgroup.c
 * sources: src/daemon/ct/ct_state.c src/daemon/ct/ct_store.c
 * sources: src/daemon/ct/ct_record.c src/daemon/base/strbuf.c
 * sources: src/daemon/base/file.c src/daemon/base/ip.c
 * sources: src/daemon/base/dirtree.c src/daemon/base/process.c
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/cgroup/cgroup.h"
#include "daemon/cgroup/ct_limits.h"


static char  root[] = "/tmp/vz-limit-XXXXXX";


static void
put(const char *group, const char *file, const char *text)
{
    char   path[256];
    FILE  *fp;

    snprintf(path, sizeof(path), "%s/%s", root, group);
    (void) mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/%s/%s", root, group, file);
    fp = fopen(path, "w");
    assert_non_null(fp);
    fputs(text, fp);
    fclose(fp);
}


/* the file of the group that all are in; cut, as it was written over */

static const char *
together(const char *file)
{
    FILE         *fp;
    char          path[256];
    static char   text[64];

    text[0] = '\0';
    snprintf(path, sizeof(path), "%s/%s", root, file);
    fp = fopen(path, "r");
    assert_non_null(fp);
    assert_non_null(fgets(text, sizeof(text), fp));
    fclose(fp);

    fp = fopen(path, "w");
    assert_non_null(fp);
    fclose(fp);

    return text;
}


static void
parent(int version, unsigned leaves)
{
    char  group[256];

    snprintf(group, sizeof(group), "%s/lxc.payload.102", root);
    vz_ct_limits_parent(group, version, leaves);
}


static int
make(void **state)
{
    (void) state;

    if (mkdtemp(root) == NULL) {
        return -1;
    }

    put(".", "memory.low", "0\n");
    put(".", "memory.min", "0\n");
    put(".", "cpu.weight", "100\n");
    put(".", "cpu.shares", "1024\n");

    put("lxc.payload.101", "memory.low", "200\n");
    put("lxc.payload.101", "memory.min", "50\n");
    put("lxc.payload.101", "cpu.weight", "100\n");
    put("lxc.payload.101", "cpu.shares", "1024\n");

    put("lxc.payload.102", "memory.low", "300\n");
    put("lxc.payload.102", "memory.min", "0\n");
    put("lxc.payload.102", "cpu.weight", "9950\n");
    put("lxc.payload.102", "cpu.shares", "204800\n");

    put("lxc.monitor.101", "memory.low", "7777\n");
    put("lxc.monitor.101", "cpu.shares", "7777\n");

    return 0;
}


static int
clean(void **state)
{
    char  command[64];

    (void) state;
    snprintf(command, sizeof(command), "rm -rf %s", root);

    return system(command);
}


static void
a_guarantee_is_that_of_all(void **state)
{
    (void) state;

    parent(2, 0);
    assert_string_equal(together("memory.low"), "500");
    assert_string_equal(together("memory.min"), "50");
    assert_string_equal(together("cpu.weight"), "10000");
}


static void
who_leaves_is_no_part_of_it(void **state)
{
    (void) state;

    parent(2, 1);
    assert_string_equal(together("memory.low"), "200");
    assert_string_equal(together("cpu.weight"), "100");

    parent(1, 0);
    assert_string_equal(together("cpu.shares"), "205824");
    parent(1, 1);
    assert_string_equal(together("cpu.shares"), "1024");
}


static void
no_sum_overflows(void **state)
{
    (void) state;

    put("lxc.payload.103", "memory.low", "18446744073709551600\n");
    put("lxc.payload.103", "memory.min", "max\n");
    parent(2, 0);
    assert_string_equal(together("memory.low"),
                        vz_cgroup_version() == 2 ? "max" : "-1");
    assert_string_equal(together("memory.min"),
                        vz_cgroup_version() == 2 ? "max" : "-1");
    put("lxc.payload.103", "memory.low", "0\n");
    put("lxc.payload.103", "memory.min", "0\n");
}


static void
files_that_may_go_are_not_used(void **state)
{
    static const char  two[] =
        "anon 8388608\nfile 165044224\nkernel 1\nshmem 4096\n"
        "inactive_anon 1\nactive_anon 1\ninactive_file 7946240\n"
        "active_file 157097984\nunevictable 0\n";
    static const char  one[] =
        "cache 165044224\ninactive_file 1\nactive_file 2\n"
        "total_cache 165044224\ntotal_inactive_file 7946240\n"
        "total_active_file 157097984\n";

    (void) state;

    assert_int_equal(vz_cgroup_cache(two, 1), 165044224);
    assert_int_equal(vz_cgroup_cache(one, 0), 165044224);
    assert_int_equal(vz_cgroup_cache("anon 1\n", 1), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_guarantee_is_that_of_all),
        cmocka_unit_test(who_leaves_is_no_part_of_it),
        cmocka_unit_test(no_sum_overflows),
        cmocka_unit_test(files_that_may_go_are_not_used)
    };

    return cmocka_run_group_tests(tests, make, clean);
}
