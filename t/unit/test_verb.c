/*
 * Request lines: what the daemon takes and what the panel sends.
 */

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "grammars.h"
#include "wire/frame.h"


typedef struct {
    const char  *line;
    size_t       len;
    vz_verb_e    verb;
    unsigned     argc;
    uint32_t     ctid;
} vz_good_t;

/* lines beside those that each verb's row makes (verb_line()) */

static const vz_good_t  good[] = {
    { VZ_LIT("deletevm 101"), VZ_VERB_DESTROY, 1, 101 },
    { VZ_LIT("DeleteVM 101"), VZ_VERB_DESTROY, 1, 101 },
    { VZ_LIT("tag=0123456789abcdef adopt 101 fedcba9876543210"),
      VZ_VERB_ADOPT, 2, 101 },
    { VZ_LIT("fence=7 id=265.2.1 tag=0123456789abcdef stop 101"),
      VZ_VERB_STOP, 1, 101 },
    { VZ_LIT("fence=999999999999999999 restart 101"), VZ_VERB_RESTART, 1,
      101 },
    { VZ_LIT("START 2147483644"), VZ_VERB_START, 1, 2147483644 },
    { VZ_LIT("setmemoryvm 101 256M 512M"), VZ_VERB_SETMEMORYVM, 3, 101 },
    { VZ_LIT("setmemoryvm 101 256M"), VZ_VERB_SETMEMORYVM, 3, 101 },
    { VZ_LIT("setmemoryoo 101 256M unlimited"), VZ_VERB_SETMEMORYOO, 3, 101 },
    { VZ_LIT("setMemoryOC 101 1 1"), VZ_VERB_SETMEMORYOO, 3, 101 },
    { VZ_LIT("setmemoryp 101 1024K 1M"), VZ_VERB_SETMEMORYP, 3, 101 },
    { VZ_LIT("setdisk 101 1G 1100M"), VZ_VERB_SETDISK, 3, 101 },
    { VZ_LIT("setdisk 101 1G"), VZ_VERB_SETDISK, 3, 101 },
    { VZ_LIT("setip 101 10.0.0.2/24"), VZ_VERB_SETIP, 2, 101 },
    { VZ_LIT("setip 101 2001:db8::2"), VZ_VERB_SETIP, 2, 101 },
    { VZ_LIT("setdns 101 9.9.9.9 8.8.8.8 2620:fe::fe"), VZ_VERB_SETDNS, 4,
      101 },
    { VZ_LIT("getcpu"), VZ_VERB_GETCPU, 0, 0 },
    { VZ_LIT("getcpu 101"), VZ_VERB_GETCPU, 1, 101 },
    { VZ_LIT("body=1 fence=7 id=265.2.1 tag=0123456789abcdef passwd 101"),
      VZ_VERB_PASSWD, 1, 101 },
    { VZ_LIT("body=200 lines 101"), VZ_VERB_LINES, 1, 101 },
    { VZ_LIT("fence=7 tag=0123456789abcdef echo 101"), VZ_VERB_ECHO, 1, 101 },
    { VZ_LIT("console 101 login 999 2"), VZ_VERB_CONSOLE, 4, 101 },
    { VZ_LIT("body=1 files main 0123456789abcdef 0123abcd"), VZ_VERB_FILES,
      3, 0 },
    { VZ_LIT("verify main 0123456789abcdef"), VZ_VERB_VERIFY, 2, 0 },
    { VZ_LIT("verify main 0123456789abcdef 0123abcd none"), VZ_VERB_VERIFY, 4,
      0 },
    { VZ_LIT("record main 0123456789abcdef 0123abcd"), VZ_VERB_RECORD, 3, 0 },
    { VZ_LIT("inherit 101 main 0123456789abcdef 0123abcd"), VZ_VERB_INHERIT,
      4, 101 },
    { VZ_LIT("body=64 backup 101 main night"), VZ_VERB_BACKUP, 3, 101 },
    { VZ_LIT("pInG"), VZ_VERB_PING, 0, 0 }
};


typedef struct {
    const char  *line;
    size_t       len;
    vz_code_e    code;
    const char  *words;             /* must begin with */
} vz_bad_t;

static const vz_bad_t  bad[] = {
    { VZ_LIT(""), VZ_SYNTAX, "a line" },
    { VZ_LIT(" start 101"), VZ_SYNTAX, "a line" },
    { VZ_LIT("start 101 "), VZ_SYNTAX, "a line" },
    { VZ_LIT("start  101"), VZ_SYNTAX, "a line" },
    { VZ_LIT("start\t101"), VZ_SYNTAX, "a line" },
    { VZ_LIT("start 101\r"), VZ_SYNTAX, "a line" },
    { VZ_LIT("start 101\n"), VZ_SYNTAX, "a line" },
    { VZ_LIT("start 101\0"), VZ_SYNTAX, "a line" },
    { VZ_LIT("start\0101"), VZ_SYNTAX, "a line" },
    { VZ_LIT("setname 101 ma\xc3\xb1" "ana"), VZ_SYNTAX, "a line" },

    { VZ_LIT("tag=0123456789abcdef"), VZ_SYNTAX, "a verb stands" },
    { VZ_LIT("tag=0123456789abcde stop 101"), VZ_RANGE, "tag: 16" },
    { VZ_LIT("tag=0123456789ABCDEF stop 101"), VZ_RANGE, "tag: 16" },
    { VZ_LIT("fence=0 stop 101"), VZ_RANGE, "fence: " },
    { VZ_LIT("fence=1000000000000000000 stop 101"), VZ_RANGE, "fence: " },
    { VZ_LIT("id= stop 101"), VZ_RANGE, "id: " },
    { VZ_LIT("id=A stop 101"), VZ_RANGE, "id: " },
    { VZ_LIT("id=1 fence=1 stop 101"), VZ_UNKNOWN, "no verb fence=1" },

    { VZ_LIT("passwd 101"), VZ_SYNTAX, "passwd takes a body of 1 line" },
    { VZ_LIT("body=2 passwd 101"), VZ_SYNTAX, "passwd takes a body of 1 line" },
    { VZ_LIT("body=201 lines 101"), VZ_SYNTAX,
      "lines takes a body of 0 to 200 lines" },
    { VZ_LIT("body=1 stop 101"), VZ_SYNTAX, "stop takes no body" },
    { VZ_LIT("body=0 lines 101"), VZ_SYNTAX, "body: 1 to 256 lines" },
    { VZ_LIT("body=257 lines 101"), VZ_SYNTAX, "body: 1 to 256 lines" },
    { VZ_LIT("body=18446744073709551617 lines 101"), VZ_SYNTAX, "body: 1 to" },
    { VZ_LIT("body=-1 lines 101"), VZ_SYNTAX, "body: 1 to 256 lines" },
    { VZ_LIT("body= lines 101"), VZ_SYNTAX, "body: 1 to 256 lines" },
    { VZ_LIT("body=1"), VZ_SYNTAX, "body: 1 to 256 lines" },
    { VZ_LIT("fence=7 body=1 lines 101"), VZ_UNKNOWN, "no verb body=1" },
    { VZ_LIT("id=1.2 echo 101"), VZ_SYNTAX, "echo ends in a stream" },
    { VZ_LIT("id=1.2 console 101 shell 80 24"), VZ_SYNTAX,
      "console ends in a stream" },
    { VZ_LIT("console 101 log 80 24"), VZ_RANGE, "mode: shell or login" },
    { VZ_LIT("console 101 shell 1 24"), VZ_RANGE, "cells: a number of" },
    { VZ_LIT("console 101 shell 80 1000"), VZ_RANGE, "cells: a number of" },
    { VZ_LIT("console 101 shell 80 024"), VZ_RANGE, "cells: a number of" },

    { VZ_LIT("id=1.2 body=1 file main 0123456789abcdef 0123abcd"), VZ_UNKNOWN,
      "no verb body=1" },
    { VZ_LIT("body=1 id=1.2 file main 0123456789abcdef 0123abcd"), VZ_SYNTAX,
      "file ends in a stream" },
    { VZ_LIT("files main 0123456789abcdef 0123abcd"), VZ_SYNTAX,
      "files takes a body of 1 line" },
    { VZ_LIT("backups ../x 0123456789abcdef"), VZ_RANGE, "repository: " },
    { VZ_LIT("backups main 0123456789abcde/"), VZ_RANGE, "tag: " },
    { VZ_LIT("forget main 0123456789abcdef latest"), VZ_RANGE, "backup: " },

    { VZ_LIT("reboot 101"), VZ_UNKNOWN, "no verb reboot" },
    { VZ_LIT("starts 101"), VZ_UNKNOWN, "no verb starts" },
    { VZ_LIT("star 101"), VZ_UNKNOWN, "no verb star" },
    { VZ_LIT("secret aGVsbG8="), VZ_UNKNOWN, "no verb secret" },
    { VZ_LIT("auth abc"), VZ_UNKNOWN, "no verb auth" },
    { VZ_LIT("start;id 101"), VZ_UNKNOWN, "no verb start;id" },
    { VZ_LIT("a b c d e f g h"), VZ_UNKNOWN, "no verb a" },

    { VZ_LIT("start"), VZ_SYNTAX, "start takes 1 argument" },
    { VZ_LIT("start 101 102"), VZ_SYNTAX, "start takes 1 argument" },
    { VZ_LIT("ping 101"), VZ_SYNTAX, "ping takes 0 arguments" },
    { VZ_LIT("list 1 2 3 4 5 6"), VZ_SYNTAX, "list takes 0 arguments" },
    { VZ_LIT("create 101"), VZ_SYNTAX, "create takes 2 arguments" },
    { VZ_LIT("setdns 101"), VZ_SYNTAX, "setdns takes 2 to 4 arguments" },
    { VZ_LIT("setdns 101 9.9.9.1 9.9.9.2 9.9.9.3 9.9.9.4"), VZ_SYNTAX,
      "setdns takes 2 to 4" },
    { VZ_LIT("setmemoryp 101"), VZ_SYNTAX, "setmemoryp takes 2 to 3" },
    { VZ_LIT("getcpu 101 102"), VZ_SYNTAX, "getcpu takes 0 to 1" },
    { VZ_LIT("body=1 passwd 101 hunter2hunter2"), VZ_SYNTAX,
      "passwd takes 1 argument" },

    { VZ_LIT("start 100"), VZ_RANGE, "ctid: a number from 101" },
    { VZ_LIT("start 0101"), VZ_RANGE, "ctid: " },
    { VZ_LIT("start -1"), VZ_RANGE, "ctid: " },
    { VZ_LIT("start all"), VZ_RANGE, "ctid: " },
    { VZ_LIT("create 101 ../debian"), VZ_RANGE, "template: " },
    { VZ_LIT("create 101 --help"), VZ_RANGE, "template: " },
    { VZ_LIT("setname 101 --save"), VZ_RANGE, "hostname: " },
    { VZ_LIT("setname 101 $(id)"), VZ_RANGE, "hostname: " },
    { VZ_LIT("setname 101 localhost"), VZ_RANGE, "hostname: " },
    { VZ_LIT("setname 101 101"), VZ_RANGE, "hostname: " },
    { VZ_LIT("setip 101 127.0.0.1"), VZ_RANGE, "address: " },
    { VZ_LIT("setip 101 10.0.0.1/0"), VZ_RANGE, "address: " },
    { VZ_LIT("deleteip 101 10.0.0.1/24"), VZ_RANGE, "address: " },
    { VZ_LIT("deleteip 101 all"), VZ_RANGE, "address: " },
    { VZ_LIT("setdns 101 9.9.9.9 x"), VZ_RANGE, "address: " },
    { VZ_LIT("setcpu 101 7"), VZ_RANGE, "units: " },
    { VZ_LIT("setcpu 101 1000 -5"), VZ_RANGE, "percent: " },
    { VZ_LIT("setmemoryp 101 512M 256M"), VZ_RANGE, "limit: the second" },
    { VZ_LIT("setmemoryvm 101 unlimited unlimited"), VZ_RANGE, "size: " },
    { VZ_LIT("setmemoryvm 101 unlimited"), VZ_RANGE, "size: " },
    { VZ_LIT("setdisk 101 2G 1G"), VZ_RANGE, "size: the second" },
    { VZ_LIT("setdisk 101 1G unlimited"), VZ_RANGE, "size: a whole" },
    { VZ_LIT("setdisk 101 1048577K 1G"), VZ_RANGE, "size: the second" }
};


/* an argument of each kind that a verb has */
static const char *const  samples[VZ_FIELD_COUNT] = {
    [VZ_FIELD_CTID] = "101",
    [VZ_FIELD_TEMPLATE] = "debian-12-x86_64-minimal",
    [VZ_FIELD_HOSTNAME] = "virtual1.example.org",
    [VZ_FIELD_ADDRESS] = "10.0.0.2",
    [VZ_FIELD_GATEWAY] = "10.0.0.1",
    [VZ_FIELD_CIDR] = "10.0.0.2/24",
    [VZ_FIELD_SIZE] = "1G",
    [VZ_FIELD_LIMIT] = "1G",
    [VZ_FIELD_UNITS] = "1000",
    [VZ_FIELD_PERCENT] = "50",
    [VZ_FIELD_TAG] = "0123456789abcdef",
    [VZ_FIELD_POLICY] = "accept",
    [VZ_FIELD_TRIAL] = "30",
    [VZ_FIELD_GATE] = "smtp",
    [VZ_FIELD_SWITCH] = "open",
    [VZ_FIELD_RATE] = "100",
    [VZ_FIELD_SNAPSHOT] = "s-20261201",
    [VZ_FIELD_REPOSITORY] = "main",
    [VZ_FIELD_BACKUP] = "0123abcd",
    [VZ_FIELD_PART] = "3/8",
    [VZ_FIELD_SECONDS] = "20",
    [VZ_FIELD_CONSOLE] = "shell",
    [VZ_FIELD_CELLS] = "80",
    [VZ_FIELD_TIME] = "1796083200"
};


/* the verb with so many samples; the one with this number is wrong */
static size_t
verb_line(char line[VZ_LINE_MAX], const vz_verb_t *def, unsigned argc,
    unsigned wrong)
{
    int          n;
    unsigned     i;
    const char  *arg;

    n = snprintf(line, VZ_LINE_MAX, "%s%s", def->body_min ? "body=1 " : "",
                 def->name);

    for (i = 0; i < argc; i++) {
        arg = i >= def->max ? "1" : samples[def->args[i]];

        if (arg == NULL) {
            fail_msg("samples[] has none for an argument of %s", def->name);
        }

        n += snprintf(line + n, VZ_LINE_MAX - n, " %s",
                      i == wrong ? "--help" : arg);
    }

    return n;
}


static void
each_verb_takes_the_arguments_of_its_row(void **state)
{
    int               verb;
    char              line[VZ_LINE_MAX], words[VZ_WORDS_MAX];
    size_t            len;
    unsigned          n;
    vz_code_e         rc;
    vz_request_t      req, again;
    const vz_verb_t  *def;

    (void) state;

    for (verb = 0; verb < VZ_VERB_COUNT; verb++) {
        def = vz_verb_def((vz_verb_e) verb);

        for (n = 0; n <= def->max + 1U; n++) {
            len = verb_line(line, def, n, n);
            rc = vz_verb_parse(line, len, &req, words);

            if (n < def->min || n > def->max) {
                assert_int_equal(rc, VZ_SYNTAX);
                continue;
            }

            assert_int_equal(rc, VZ_OK);
            assert_int_equal(req.verb, verb);

            len = vz_verb_print(line, &req.mark, req.body, req.verb, req.argc,
                                req.argv, words);
            assert_int_equal(vz_verb_parse(line, len - 1, &again, words),
                             VZ_OK);
            assert_int_equal(again.argc, req.argc);
        }

        for (n = 0; n < def->max; n++) {
            len = verb_line(line, def, def->max, n);
            assert_int_equal(vz_verb_parse(line, len, &req, words), VZ_RANGE);
        }
    }
}


static void
right_lines_are_parsed(void **state)
{
    char          words[VZ_WORDS_MAX];
    size_t        i;
    unsigned      n;
    vz_request_t  req;

    (void) state;

    for (i = 0; i < VZ_COUNT(good); i++) {
        if (vz_verb_parse(good[i].line, good[i].len, &req, words) != VZ_OK) {
            fail_msg("%s: %s", good[i].line, words);
        }

        assert_int_equal(req.verb, good[i].verb);
        assert_ptr_equal(req.def, vz_verb_def(good[i].verb));
        assert_int_equal(req.argc, good[i].argc);
        assert_int_equal(req.ctid, good[i].ctid);
        assert_string_equal(words, "");

        for (n = 0; n < req.argc; n++) {
            assert_true(req.argv[n] > req.text);
            assert_true(req.argv[n] < req.text + sizeof(req.text));
        }
    }
}


static void
wrong_lines_are_refused_with_words(void **state)
{
    char          words[VZ_WORDS_MAX];
    size_t        i;
    vz_code_e     rc;
    vz_request_t  req;

    (void) state;

    for (i = 0; i < VZ_COUNT(bad); i++) {
        rc = vz_verb_parse(bad[i].line, bad[i].len, &req, words);

        if (rc != bad[i].code
            || strncmp(words, bad[i].words, strlen(bad[i].words)) != 0)
        {
            fail_msg("%s: %s %s", bad[i].line, vz_code_name(rc), words);
        }
    }
}


static void
one_value_stands_for_both_of_a_pair(void **state)
{
    char          words[VZ_WORDS_MAX];
    vz_request_t  req;

    (void) state;

    assert_int_equal(vz_verb_parse(VZ_LIT("setmemoryp 101 64M"), &req, words),
                     VZ_OK);
    assert_int_equal(req.argc, 3);
    assert_string_equal(req.argv[1], "64M");
    assert_string_equal(req.argv[2], "64M");
}


static void
arguments_outlive_the_line(void **state)
{
    char          line[] = "create 101 busybox", words[VZ_WORDS_MAX];
    vz_request_t  req;

    (void) state;

    assert_int_equal(vz_verb_parse(line, strlen(line), &req, words), VZ_OK);
    memset(line, 'x', sizeof(line));
    assert_string_equal(req.argv[0], "101");
    assert_string_equal(req.argv[1], "busybox");
}


static void
a_line_of_1023_bytes_is_the_longest(void **state)
{
    char          line[VZ_LINE_MAX], words[VZ_WORDS_MAX];
    vz_request_t  req;

    (void) state;

    memset(line, 'x', sizeof(line));
    assert_int_equal(vz_verb_parse(line, VZ_LINE_MAX - 1, &req, words),
                     VZ_UNKNOWN);
    assert_true(strlen(words) < 64);
    assert_int_equal(vz_verb_parse(line, VZ_LINE_MAX, &req, words),
                     VZ_SYNTAX);
    assert_int_equal(vz_verb_parse(line, (size_t) -1, &req, words),
                     VZ_SYNTAX);
}


static void
what_is_printed_parses_to_the_same(void **state)
{
    char          buf[VZ_LINE_MAX], words[VZ_WORDS_MAX];
    size_t        i, n;
    vz_request_t  req, again;

    (void) state;

    for (i = 0; i < VZ_COUNT(good); i++) {
        assert_int_equal(vz_verb_parse(good[i].line, good[i].len, &req,
                                       words), VZ_OK);

        n = vz_verb_print(buf, &req.mark, req.body, req.verb, req.argc,
                          req.argv, words);
        assert_true(n > 1 && n <= VZ_LINE_MAX);
        assert_int_equal(buf[n - 1], '\n');

        assert_int_equal(vz_verb_parse(buf, n - 1, &again, words), VZ_OK);
        assert_int_equal(again.verb, req.verb);
        assert_int_equal(again.argc, req.argc);
        assert_int_equal(again.ctid, req.ctid);
        assert_memory_equal(&again.mark, &req.mark, sizeof(vz_mark_t));
    }
}


static size_t
print(char *buf, vz_verb_e verb, unsigned argc, const char *const *argv,
    char *words)
{
    return vz_verb_print(buf, NULL, 0, verb, argc, argv, words);
}


static void
what_the_daemon_would_refuse_is_not_printed(void **state)
{
    char         buf[VZ_LINE_MAX], words[VZ_WORDS_MAX];

    const char  *inject[] = { "101", "a\nstop 102" };
    const char  *space[] = { "101", "a b" };
    const char  *pair[] = { "101", "2G", "1G" };

    (void) state;

    assert_int_equal(print(buf, VZ_VERB_SETNAME, 2, inject, words), 0);
    assert_memory_equal(words, "hostname: ", 10);
    assert_int_equal(print(buf, VZ_VERB_SETNAME, 2, space, words), 0);
    assert_int_equal(print(buf, VZ_VERB_SETDISK, 3, pair, words), 0);
    assert_int_equal(print(buf, VZ_VERB_START, 2, pair, words), 0);
    assert_int_equal(print(buf, VZ_VERB_START, 0, NULL, words), 0);
    assert_int_equal(print(buf, VZ_VERB_COUNT, 0, NULL, words), 0);
    assert_string_equal(words, "no such verb");
    assert_int_equal(print(buf, VZ_VERB_PING, 0, NULL, words), 5);
    assert_memory_equal(buf, "ping\n", 5);
}


static void
the_table_is_whole(void **state)
{
    int               verb, read;
    unsigned          i;
    const vz_verb_t  *def;

    static const char  long_ones[] = " create reinstall rescue rollback clone "
                                     "doze backup forget backups files restore "
                                     "verify record inherit trial ";
    char               name[32];

    (void) state;

    for (verb = 0; verb < VZ_VERB_COUNT; verb++) {
        def = vz_verb_def((vz_verb_e) verb);

        assert_non_null(def->name);
        assert_true(def->min <= def->max && def->max <= VZ_ARGS_MAX);
        assert_true(def->timeout >= (def->test ? 4 : 10)
                    && def->timeout <= 300);

        /* whoever is silent is told of before his time is over */
        assert_true(def->beat * 3 < def->timeout);
        (void) snprintf(name, sizeof(name), " %s ", def->name);
        assert_int_equal(def->beat != 0, strstr(long_ones, name) != NULL);

        assert_true(def->body_min <= def->body_max
                    && def->body_max <= VZ_BODY_LINES);
        assert_true(def->body_bytes <= VZ_BODY_BYTES);
        assert_true(def->body_max * def->body_bytes <= 256 * 1024);
        assert_true(!def->secret || def->body_min == 1);

        for (i = 0; def->name[i] != '\0'; i++) {
            assert_true(islower((unsigned char) def->name[i]));
        }

        /* the node has a history, too; a backup outlives what it is of */
        if (def->max > 0 && verb != VZ_VERB_NODEHISTORY
            && def->args[0] != VZ_FIELD_REPOSITORY)
        {
            assert_int_equal(def->args[0], VZ_FIELD_CTID);
        }

        /* a repository has a lock of its own, and so has a backup */
        read = verb == VZ_VERB_BACKUP || verb == VZ_VERB_SNAPFILES
               || def->args[0] == VZ_FIELD_REPOSITORY
               || (verb >= VZ_VERB_GETMEMORY && verb != VZ_VERB_RESTORE
                   && verb != VZ_VERB_INHERIT
                   && def->body_max == 0 && !def->stream && !def->test);
        assert_int_equal(def->lock, !read);
        assert_int_equal(def->secret, verb == VZ_VERB_PASSWD
                                      || verb == VZ_VERB_PASSHASH
                                      || verb == VZ_VERB_USERDATA);
    }

    assert_string_equal(vz_verb_def(VZ_VERB_COUNT)->name, "ping");
    assert_string_equal(vz_verb_def((vz_verb_e) -1)->name, "ping");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_verb_takes_the_arguments_of_its_row),
        cmocka_unit_test(right_lines_are_parsed),
        cmocka_unit_test(wrong_lines_are_refused_with_words),
        cmocka_unit_test(one_value_stands_for_both_of_a_pair),
        cmocka_unit_test(arguments_outlive_the_line),
        cmocka_unit_test(a_line_of_1023_bytes_is_the_longest),
        cmocka_unit_test(what_is_printed_parses_to_the_same),
        cmocka_unit_test(what_the_daemon_would_refuse_is_not_printed),
        cmocka_unit_test(the_table_is_whole)
    };

    return cmocka_run_group_tests(tests, grammars_begin, grammars_end);
}
