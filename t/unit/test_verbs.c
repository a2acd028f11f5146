/*
 * The daemon's verbs on a driver of the test's own: which values a request
 * becomes, and which lines the driver's values become.
 *
 * sources: src/daemon/server/verb_table.c src/daemon/server/verb_address.c
 * sources: src/daemon/server/verb_firewall.c
 * sources: src/daemon/server/verb_user_data.c src/daemon/guest/guest_cloud.c
 * sources: src/daemon/guest/guest_files.c src/daemon/server/verb_end.c
 * sources: src/daemon/server/verb_host.c src/daemon/server/verb_life.c
 * sources: src/daemon/server/verb_set.c src/daemon/server/verb_stat.c
 * sources: src/daemon/server/stat_text.c src/daemon/base/job.c
 * sources: src/daemon/base/strbuf.c src/daemon/base/ip.c src/daemon/base/log.c
 * sources: src/daemon/base/sysinfo.c src/daemon/template/archive.c
 * sources: src/daemon/template/template_verdict.c src/daemon/base/file.c
 * sources: src/daemon/template/unpacker.c src/daemon/base/run_folder.c
 * sources: src/daemon/template/template_cache.c src/daemon/base/dirtree.c
 * sources: src/daemon/base/lock.c src/daemon/rootfs/disk_space.c
 * sources: src/daemon/base/monotonic.c src/daemon/server/verb_test.c
 * sources: src/daemon/server/feature.c src/daemon/server/verb_history.c
 * sources: src/daemon/history/reason.c src/daemon/history/recorder.c
 * sources: src/daemon/history/ring.c src/daemon/history/series.c
 * sources: src/daemon/server/verb_console.c src/daemon/base/by_ctid.c
 * sources: src/daemon/history/node_meter.c src/daemon/history/reading.c
 * sources: src/daemon/server/console_process.c
 * sources: src/daemon/guest/guest_password.c src/daemon/history/tally.c
 * sources: src/daemon/server/verb_traffic.c src/daemon/server/verb_snapshot.c
 * sources: src/daemon/server/verb_backup.c src/daemon/base/process.c
 * sources: src/daemon/backup/backup_cache.c src/daemon/backup/backup_files.c
 * sources: src/daemon/backup/backup_keep.c src/daemon/backup/backup_lock.c
 * sources: src/daemon/backup/backup_path.c src/daemon/backup/backup_take.c
 * sources: src/daemon/backup/backup_record.c src/daemon/backup/repositories.c
 * sources: src/daemon/backup/restic.c src/daemon/backup/restic_process.c
 * sources: src/daemon/backup/restic_list.c src/daemon/backup/restic_why.c
 * sources: src/daemon/backup/snapshot_files.c src/daemon/base/enclose.c
 * sources: src/daemon/backup/view_files.c src/daemon/backup/view_tar.c
 * sources: src/daemon/backup/view_tar_data.c src/daemon/backup/tar_head.c
 * sources: src/daemon/backup/view_tar_xattr.c src/daemon/base/check_line.c
 * sources: src/daemon/backup/backup_links.c
 * libs: -lm -lcrypt -ljansson
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include "grammars.h"
#include "daemon/base/job.h"
#include "daemon/server/verb_life.h"
#include "daemon/server/verb_table.h"


static vz_config_t     conf;
static vz_job_t        job;
static vz_done_t       outcome;         /* what the driver says of a change */
static vz_code_e       answer;          /* and returns */
static vz_ct_stat_t    figures;
static vz_ct_detail_t  details;
static char            called[1024];    /* the driver's functions, values */


static void
call(const char *fmt, ...)
{
    size_t   len;
    va_list  args;

    len = strlen(called);

    va_start(args, fmt);
    (void) vsnprintf(called + len, sizeof(called) - len, fmt, args);
    va_end(args);

    (void) strcat(called, ";");
}


static vz_code_e
result(vz_job_t *j, vz_done_t *done)
{
    if (done) {
        *done = outcome;
    }

    return answer == VZ_OK ? VZ_OK : vz_job_end(j, answer, "the reason");
}


static vz_code_e
drv_create(vz_job_t *j, const char *template, const char *tag,
    vz_done_t *done)
{
    call("create %s %s", template, tag);

    return result(j, done);
}


static vz_code_e
drv_set_tag(vz_job_t *j, const char *tag)
{
    call("set_tag %s", tag);

    return result(j, NULL);
}


static vz_code_e
drv_start(vz_job_t *j, vz_done_t *done)
{
    call("start");

    return result(j, done);
}


static vz_code_e
drv_stop(vz_job_t *j, vz_stop_e how, vz_done_t *done)
{
    call("stop %u", how);

    return result(j, done);
}


static vz_code_e
drv_set_memory(vz_job_t *j, vz_memory_e which, uint64_t barrier,
    uint64_t limit, vz_done_t *done)
{
    call("set_memory %d %llu %llu", which, (unsigned long long) barrier,
         (unsigned long long) limit);

    return result(j, done);
}


static vz_code_e
drv_set_cpu(vz_job_t *j, uint32_t units, uint32_t percent)
{
    call("set_cpu %u %s", units, percent == VZ_KEEP ? "keep" : "set");

    return result(j, NULL);
}


static vz_code_e
drv_set_password(vz_job_t *j, const char *secret)
{
    call("set_password %s", secret);

    return result(j, NULL);
}


static vz_code_e
drv_address_remove(vz_job_t *j, const vz_ip_t *address, vz_done_t *done)
{
    char  text[VZ_IP_TEXT];

    (void) strcpy(text, "all");

    if (address) {
        vz_ip_print(address, 1, text);
    }

    call("address_remove %s", text);

    return result(j, done);
}


static vz_code_e
drv_set_dns(vz_job_t *j, const vz_ip_t *list, unsigned n)
{
    (void) list;

    call("set_dns %u", n);

    return result(j, NULL);
}


static vz_code_e
drv_stat(vz_job_t *j, vz_ct_stat_t *stat, vz_ct_detail_t *detail)
{
    *stat = figures;

    if (detail) {
        *detail = details;
    }

    return result(j, NULL);
}


static vz_code_e
drv_each(vz_job_t *j, vz_each_pt each, void *data)
{
    each(&figures, data);
    each(&figures, data);

    return result(j, NULL);
}


static vz_code_e
drv_node(vz_job_t *j, vz_node_stat_t *node)
{
    (void) memset(node, 0, sizeof(*node));
    node->kept = "";
    node->disk_min = 1024;

    return result(j, NULL);
}


static const vz_driver_t  driver = {
    .name = "test",
    .set_tag = drv_set_tag,
    .create = drv_create,
    .start = drv_start,
    .boot = drv_start,
    .stop = drv_stop,
    .set_memory = drv_set_memory,
    .set_cpu = drv_set_cpu,
    .set_password = drv_set_password,
    .address_remove = drv_address_remove,
    .set_dns = drv_set_dns,
    .stat = drv_stat,
    .each = drv_each,
    .node = drv_node
};


/* carry out a request; what was printed is in job.hold, terminated */
static vz_code_e
run(const char *line)
{
    char                  words[VZ_WORDS_MAX];
    vz_code_e             code;
    static vz_request_t   req;

    assert_int_equal(vz_verb_parse(line, strlen(line), &req, words), VZ_OK);

    called[0] = '\0';
    vz_job_init(&job, &conf, -1);
    job.req = &req;
    job.driver = &driver;
    job.ctid = req.ctid;

    code = vz_verb_table[req.verb].run(&job);
    job.hold[job.held] = '\0';

    return code;
}


static void
a_request_becomes_values(void **state)
{
    size_t  i;

    static const char *const  lines[][2] = {
        { "tag=0123456789abcdef create 101 debian-12",
          "create debian-12 0123456789abcdef;" },
        { "create 101 debian-12", "create debian-12 ;" },
        { "adopt 101 0123456789abcdef", "set_tag 0123456789abcdef;" },
        { "stop 101", "stop 0;" },
        { "setmemoryvm 101 1M", "set_memory 0 1048576 1048576;" },
        { "setmemoryoc 101 1M 2M", "set_memory 1 1048576 2097152;" },
        { "setmemoryp 101 1K unlimited",
          "set_memory 2 1024 18446744073709551615;" },
        { "setcpu 101 1000", "set_cpu 1000 keep;" },
        { "setcpu 101 1000 0", "set_cpu 1000 set;" },
        { "deleteip 101", "address_remove all;" },
        { "deleteip 101 192.0.2.7", "address_remove 192.0.2.7;" },
        { "setdns 101 192.0.2.1 2001:db8::1", "set_dns 2;" }
    };

    (void) state;

    for (i = 0; i < VZ_COUNT(lines); i++) {
        assert_int_equal(run(lines[i][0]), VZ_OK);
        assert_string_equal(called, lines[i][1]);
        assert_string_equal(job.words, "");
    }
}


static void
what_came_of_a_change_is_told(void **state)
{
    (void) state;

    outcome.already = 1;
    assert_int_equal(run("start 101"), VZ_OK);
    assert_string_equal(job.words, "already");

    outcome.killed = 1;
    assert_int_equal(run("stop 101"), VZ_OK);
    assert_string_equal(job.words, "killed");

    (void) strcpy(outcome.kept, "diskspace.soft");
    assert_int_equal(run("setmemoryp 101 1M"), VZ_OK);
    assert_string_equal(job.words, "stored, but not enforced: diskspace.soft");

    (void) strcpy(outcome.inside, "no eth0");
    assert_int_equal(run("deleteip 101"), VZ_OK);
    assert_string_equal(job.words, "stored, but not applied inside: no eth0");

    /* a failure has the driver's own words */
    answer = VZ_FAILED;
    assert_int_equal(run("deleteip 101"), VZ_FAILED);
    assert_string_equal(job.words, "the reason");
}


static void
a_restart_stops_and_starts(void **state)
{
    (void) state;

    assert_int_equal(run("restart 101"), VZ_OK);
    assert_string_equal(called, "stop 1;start;");
    assert_string_equal(job.words, "");
    assert_int_equal(job.percent, 60);

    /* that it was stopped before is no news */
    outcome.already = 1;
    assert_int_equal(run("restart 101"), VZ_OK);
    assert_string_equal(job.words, "");

    outcome.killed = 1;
    assert_int_equal(run("restart 101"), VZ_OK);
    assert_string_equal(job.words, "killed");

    answer = VZ_BUSY;
    assert_int_equal(run("restart 101"), VZ_BUSY);
    assert_string_equal(called, "stop 1;");
}


static void
boot_leaves_what_nobody_wants_to_run(void **state)
{
    (void) state;

    (void) run("start 101");
    outcome.unwanted = 1;
    assert_int_equal(vz_verb_life_boot(&job), VZ_OK);
    assert_string_equal(job.words, "no longer wanted");
}


static void
a_secret_is_one_line(void **state)
{
    (void) state;

    assert_int_equal(run("body=1 passwd 101"), VZ_RANGE);
    job.secret = "two\nlines";
    assert_int_equal(vz_verb_table[VZ_VERB_PASSWD].run(&job), VZ_RANGE);
    assert_string_equal(called, "");

    job.secret = "correct horse";
    assert_int_equal(vz_verb_table[VZ_VERB_PASSWD].run(&job), VZ_OK);
    assert_string_equal(called, "set_password correct horse;");
}


static void
figures_are_printed_once_for_all(void **state)
{
    (void) state;

    figures.memory_limit = VZ_UNLIMITED;
    figures.memory_used = 4096;
    figures.disk_total = 1000;
    figures.disk_used = 400;
    figures.disk_free = 600;
    figures.cpu_units = 1000;
    figures.cpu_ns = VZ_CT_STAT_UNKNOWN;

    assert_int_equal(run("getmemory 101"), VZ_OK);
    assert_string_equal(job.hold, "= total=unlimited used=4096 "
                        "free=unlimited\n");

    figures.memory_limit = 1024;
    assert_int_equal(run("getmemory 101"), VZ_OK);
    assert_string_equal(job.hold, "= total=1024 used=4096 free=0\n");

    assert_int_equal(run("getdisk 101"), VZ_OK);
    assert_string_equal(job.hold, "= total=1000 used=400 free=600\n");

    assert_int_equal(run("getcpu 101"), VZ_OK);
    assert_string_equal(job.hold, "= units=1000 limit=0 usage_ns=-\n");
}


#define LIST  "id=101 state=frozen hostname=- address=192.0.2.7 "             \
              "memory_used=0 memory_limit=unlimited swap_used=0 disk_used=0 " \
              "disk_total=0 inodes_used=- inodes_total=0 cpu_ns=0 "           \
              "cpu_units=0 cpu_percent=0 processes=0 uptime=0 "               \
              "rx_bytes=0 tx_bytes=0 "                                        \
              "template=debian-12 tag=-"


static void
a_container_is_a_line(void **state)
{
    (void) state;

    figures.ctid = 101;
    figures.state = VZ_CT_FROZEN;
    figures.memory_limit = VZ_UNLIMITED;
    figures.inodes_used = VZ_CT_STAT_UNKNOWN;
    (void) strcpy(figures.template, "debian-12");
    figures.naddresses = 1;
    assert_int_equal(vz_ip_parse("192.0.2.7/24", &figures.addresses[0]), 0);

    assert_int_equal(run("list"), VZ_OK);
    assert_string_equal(job.hold, "= " LIST "\n= " LIST "\n");

    details.created = VZ_CT_STAT_UNKNOWN;
    assert_int_equal(run("status 101"), VZ_OK);
    assert_string_equal(job.hold, "= " LIST " gateway=- gateways=- dns=- "
                        "vmguarpages=- oomguarpages=- privvmpages=- "
                        "diskspace=- kept=- created=-\n");

    (void) strcpy(figures.rescue, "mender");
    figures.broken = 1;
    details.rescue_since = 1000000001;
    details.rescue_disk = "gone";
    (void) strcpy(details.gateway, "169.254.0.1");
    (void) strcpy(details.gateway4, "169.254.0.1");
    (void) strcpy(details.gateway6, "fe80::1");
    (void) strcpy(details.dns[0], "192.0.2.1");
    (void) strcpy(details.dns[1], "192.0.2.2");
    details.ndns = 2;
    details.privvm.set = 1;
    details.privvm.barrier = 64;
    details.privvm.limit = VZ_UNLIMITED;
    (void) strcpy(details.kept, "diskspace.soft");
    details.created = 1000000000;
    details.restarts = 3;
    details.lxcfs_gone = 1;
    details.looked = 1;

    assert_int_equal(run("status 101"), VZ_OK);
    assert_string_equal(job.hold, "= " LIST " rescue=mender broken=1 "
                        "gateway=169.254.0.1 "
                        "gateways=169.254.0.1,fe80::1 dns=192.0.2.1,192.0.2.2 "
                        "vmguarpages=- oomguarpages=- privvmpages=64:unlimited "
                        "diskspace=- kept=diskspace.soft created=1000000000 "
                        "rescue_since=1000000001 rescue_disk=gone "
                        "again=3 lxcfs=gone inside=-\n");
}


static void
the_node_is_told_with_its_driver(void **state)
{
    (void) state;

    assert_int_equal(run("node"), VZ_OK);
    assert_memory_equal(job.hold, "= driver=test version=- kernel=", 31);
    assert_non_null(strstr(job.hold, " cgroup=- hostname="));
    assert_non_null(strstr(job.hold,
                           "\n= disk_min=1024 shrink_live=1 kept=- "
                           "features=- repositories=-\n"));

    answer = VZ_TIMEOUT;
    assert_int_equal(run("node"), VZ_TIMEOUT);
    assert_int_equal(job.held, 0);
}


static int
forget(void **state)
{
    (void) state;

    answer = VZ_OK;
    (void) memset(&outcome, 0, sizeof(outcome));
    (void) memset(&figures, 0, sizeof(figures));
    (void) memset(&details, 0, sizeof(details));

    return 0;
}


#define test(name)  cmocka_unit_test_setup(name, forget)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test(a_request_becomes_values),
        test(what_came_of_a_change_is_told),
        test(a_restart_stops_and_starts),
        test(boot_leaves_what_nobody_wants_to_run),
        test(a_secret_is_one_line),
        test(figures_are_printed_once_for_all),
        test(a_container_is_a_line),
        test(the_node_is_told_with_its_driver)
    };

    return cmocka_run_group_tests(tests, grammars_begin, grammars_end);
}
