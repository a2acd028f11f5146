/*
 * The grammar of every field: what it takes and what it must refuse.
 */

#include <arpa/inet.h>
#include <string.h>
#include "field_cases.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define X8(s)    s s s s s s s s
#define X64(s)   X8(X8(s))


static const vz_case_t  good[] = {
    { VZ_FIELD_CTID, VZ_LIT("101") },
    { VZ_FIELD_CTID, VZ_LIT("1000") },
    { VZ_FIELD_CTID, VZ_LIT("2147483644") },

    { VZ_FIELD_TEMPLATE, VZ_LIT("debian-12-x86_64-minimal") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("b") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("3.1+b_2") },
    { VZ_FIELD_TEMPLATE, VZ_LIT(X64("a")) },

    { VZ_FIELD_HOSTNAME, VZ_LIT("a") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("101a") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("1.2.example") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a.localhost.example.org") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("mylocalhost") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("localhosts.example.org") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("web.ip6-localhost") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("virtual1.example.org") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("A-b.C--d") },
    { VZ_FIELD_HOSTNAME, VZ_LIT(X8("a") X8("b") X8("c") X8("d") "." X8("e")
                                X8("f") X8("g") "hhhhhhh") },

    { VZ_FIELD_DOMAIN, VZ_LIT("a.example") },
    { VZ_FIELD_DOMAIN, VZ_LIT("Mail-1.example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("1.2.3.4.example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("xn--6qq79v.xn--p1ai") },
    { VZ_FIELD_DOMAIN, VZ_LIT(X8("a") X8("b") X8("c") X8("d") X8("e") X8("f")
                              X8("g") "hhhhhhh.example.net") },

    { VZ_FIELD_NODE, VZ_LIT("101") },
    { VZ_FIELD_NODE, VZ_LIT("localhost") },
    { VZ_FIELD_NODE, VZ_LIT("virtual1.example.org") },

    { VZ_FIELD_ADDRESS, VZ_LIT("10.0.0.1") },
    { VZ_FIELD_ADDRESS, VZ_LIT("127.0.0.53") },
    { VZ_FIELD_ADDRESS, VZ_LIT("2001:db8::1") },
    { VZ_FIELD_ADDRESS, VZ_LIT("fe80::1") },
    { VZ_FIELD_ADDRESS,
      VZ_LIT("2001:0db8:0000:0000:0000:0000:192.168.100.100") },

    { VZ_FIELD_SNAPSHOT, VZ_LIT("0") },
    { VZ_FIELD_SNAPSHOT, VZ_LIT("before-rollback-12") },
    { VZ_FIELD_SNAPSHOT, VZ_LIT("abcdefghijklmnopqrstuvwxyz012345") },
    { VZ_FIELD_REPOSITORY, VZ_LIT("off_site-2") },
    { VZ_FIELD_BACKUP, VZ_LIT("0123abcd") },
    { VZ_FIELD_BACKUP, VZ_LIT("0123456789abcdef0123456789abcdef"
                              "0123456789abcdef0123456789abcdef") },
    { VZ_FIELD_PART, VZ_LIT("none") },
    { VZ_FIELD_PART, VZ_LIT("1/1") },
    { VZ_FIELD_PART, VZ_LIT("99/99") },
    { VZ_FIELD_SECONDS, VZ_LIT("1") },
    { VZ_FIELD_SECONDS, VZ_LIT("300") },
    { VZ_FIELD_RATE, VZ_LIT("1") },
    { VZ_FIELD_RATE, VZ_LIT("99999") },
    { VZ_FIELD_RATE, VZ_LIT("unlimited") },
    { VZ_FIELD_GATEWAY, VZ_LIT("10.0.0.1") },
    { VZ_FIELD_GATEWAY, VZ_LIT("169.254.0.1") },
    { VZ_FIELD_GATEWAY, VZ_LIT("fe80::1") },

    { VZ_FIELD_CIDR, VZ_LIT("192.168.0.101") },
    { VZ_FIELD_CIDR, VZ_LIT("192.168.0.101/24") },
    { VZ_FIELD_CIDR, VZ_LIT("10.1.2.3/32") },
    { VZ_FIELD_CIDR, VZ_LIT("10.1.2.3/1") },
    { VZ_FIELD_CIDR, VZ_LIT("2001:db8::1/128") },
    { VZ_FIELD_CIDR, VZ_LIT("2001:db8::1/64") },

    { VZ_FIELD_SIZE, VZ_LIT("0") },
    { VZ_FIELD_SIZE, VZ_LIT("1") },
    { VZ_FIELD_SIZE, VZ_LIT("64M") },
    { VZ_FIELD_SIZE, VZ_LIT("8388607T") },
    { VZ_FIELD_SIZE, VZ_LIT("9223372036854775807") },
    { VZ_FIELD_LIMIT, VZ_LIT("unlimited") },
    { VZ_FIELD_LIMIT, VZ_LIT("512M") },

    { VZ_FIELD_UNITS, VZ_LIT("8") },
    { VZ_FIELD_UNITS, VZ_LIT("500000") },
    { VZ_FIELD_PERCENT, VZ_LIT("0") },
    { VZ_FIELD_PERCENT, VZ_LIT("100000") },

    { VZ_FIELD_EMAIL, VZ_LIT("ana@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("a.b+c_d-e@sub.example.co") },
    { VZ_FIELD_EMAIL, VZ_LIT("root@localhost") },
    { VZ_FIELD_EMAIL, VZ_LIT("o'hara@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("1@2.x3") },
    { VZ_FIELD_EMAIL, VZ_LIT("a@xn--espaa-rta.es") },
    { VZ_FIELD_EMAIL, VZ_LIT(X64("l") "@example.org") }
};


static const vz_case_t  bad[] = {
    { VZ_FIELD_CTID, VZ_LIT("") },
    { VZ_FIELD_CTID, VZ_LIT("0") },
    { VZ_FIELD_CTID, VZ_LIT("100") },
    { VZ_FIELD_CTID, VZ_LIT("0101") },
    { VZ_FIELD_CTID, VZ_LIT("+101") },
    { VZ_FIELD_CTID, VZ_LIT("-101") },
    { VZ_FIELD_CTID, VZ_LIT(" 101") },
    { VZ_FIELD_CTID, VZ_LIT("101 ") },
    { VZ_FIELD_CTID, VZ_LIT("101\n") },
    { VZ_FIELD_CTID, VZ_LIT("101\0") },
    { VZ_FIELD_CTID, VZ_LIT("1e3") },
    { VZ_FIELD_CTID, VZ_LIT("0x65") },
    { VZ_FIELD_CTID, VZ_LIT("2147483645") },
    { VZ_FIELD_CTID, VZ_LIT("4294967397") },
    { VZ_FIELD_CTID, VZ_LIT("18446744073709551717") },

    { VZ_FIELD_TEMPLATE, VZ_LIT("") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("..") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("../busybox") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("a/b") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("a..b") },
    { VZ_FIELD_TEMPLATE, VZ_LIT(".hidden") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("--help") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("Debian") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("a\0b") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("a$(id)") },
    { VZ_FIELD_TEMPLATE, VZ_LIT("a\n") },
    { VZ_FIELD_TEMPLATE, VZ_LIT(X64("a") "a") },

    { VZ_FIELD_HOSTNAME, VZ_LIT("") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("-a") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a-") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a.-b") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a..b") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a.") },
    { VZ_FIELD_HOSTNAME, VZ_LIT(".a") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a_b") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a b") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("10.0.0.1") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("101") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("1.2") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("localhost") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("LocalHost") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("localhost.localdomain") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("localhost.example.org") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("web.localhost") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a.b.LOCALHOST") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("ip6-localhost") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("ip6-loopback") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("IP6-AllNodes") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("ip6-allrouters") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("ip6-localhost.example.org") },
    { VZ_FIELD_DOMAIN, VZ_LIT("") },
    { VZ_FIELD_DOMAIN, VZ_LIT("example") },
    { VZ_FIELD_DOMAIN, VZ_LIT("example.net.") },
    { VZ_FIELD_DOMAIN, VZ_LIT(".example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("a..example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("a_b.example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("-a.example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("a-.example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("10.0.0.1") },
    { VZ_FIELD_DOMAIN, VZ_LIT("example.123") },
    { VZ_FIELD_DOMAIN, VZ_LIT("*.example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("a b.example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT("a.example.net\n") },
    { VZ_FIELD_DOMAIN, VZ_LIT("ñ.example.net") },
    { VZ_FIELD_DOMAIN, VZ_LIT(X64("a") ".example.net") },
    { VZ_FIELD_NODE, VZ_LIT("10.0.0.1") },
    { VZ_FIELD_NODE, VZ_LIT("-a") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("x\"; touch F; Y=\"") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a\n") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("a\0") },
    { VZ_FIELD_HOSTNAME, VZ_LIT("ñ") },
    { VZ_FIELD_HOSTNAME, VZ_LIT(X64("a")) },
    { VZ_FIELD_HOSTNAME, VZ_LIT(X8("abcd.") X8("abcd.") "a") },

    { VZ_FIELD_ADDRESS, VZ_LIT("") },
    { VZ_FIELD_ADDRESS, VZ_LIT("10.0.0") },
    { VZ_FIELD_ADDRESS, VZ_LIT("10.0.0.256") },
    { VZ_FIELD_ADDRESS, VZ_LIT("10.0.0.1/24") },
    { VZ_FIELD_ADDRESS, VZ_LIT("0.0.0.0") },
    { VZ_FIELD_ADDRESS, VZ_LIT("::") },
    { VZ_FIELD_ADDRESS, VZ_LIT("224.0.0.1") },
    { VZ_FIELD_ADDRESS, VZ_LIT("255.255.255.255") },
    { VZ_FIELD_ADDRESS, VZ_LIT("ff02::1") },
    { VZ_FIELD_ADDRESS, VZ_LIT("fe80::1%eth0") },
    { VZ_FIELD_ADDRESS, VZ_LIT("1::2::3") },
    { VZ_FIELD_SNAPSHOT, VZ_LIT("") },
    { VZ_FIELD_SNAPSHOT, VZ_LIT("-a") },
    { VZ_FIELD_SNAPSHOT, VZ_LIT("A") },
    { VZ_FIELD_SNAPSHOT, VZ_LIT("a.b") },
    { VZ_FIELD_SNAPSHOT, VZ_LIT("a/b") },
    { VZ_FIELD_SNAPSHOT, VZ_LIT("abcdefghijklmnopqrstuvwxyz0123456") },
    { VZ_FIELD_REPOSITORY, VZ_LIT("a.b") },
    { VZ_FIELD_REPOSITORY, VZ_LIT("_a") },
    { VZ_FIELD_BACKUP, VZ_LIT("0123abc") },
    { VZ_FIELD_BACKUP, VZ_LIT("latest00") },
    { VZ_FIELD_BACKUP, VZ_LIT("0123456789abcdef0123456789abcdef"
                              "0123456789abcdef0123456789abcdef0") },
    { VZ_FIELD_PART, VZ_LIT("0/8") },
    { VZ_FIELD_PART, VZ_LIT("9/8") },
    { VZ_FIELD_PART, VZ_LIT("1/100") },
    { VZ_FIELD_PART, VZ_LIT("5%") },
    { VZ_FIELD_PART, VZ_LIT("1/") },
    { VZ_FIELD_SECONDS, VZ_LIT("0") },
    { VZ_FIELD_SECONDS, VZ_LIT("301") },
    { VZ_FIELD_RATE, VZ_LIT("0") },
    { VZ_FIELD_RATE, VZ_LIT("100000") },
    { VZ_FIELD_RATE, VZ_LIT("10M") },
    { VZ_FIELD_RATE, VZ_LIT("none") },
    { VZ_FIELD_GATEWAY, VZ_LIT("127.0.0.1") },
    { VZ_FIELD_GATEWAY, VZ_LIT("127.255.0.9") },
    { VZ_FIELD_GATEWAY, VZ_LIT("::1") },
    { VZ_FIELD_GATEWAY, VZ_LIT("::ffff:10.0.0.1") },
    { VZ_FIELD_GATEWAY, VZ_LIT("10.0.0.1/24") },
    { VZ_FIELD_GATEWAY, VZ_LIT("0.0.0.0") },
    { VZ_FIELD_ADDRESS, VZ_LIT("10.0.0.1\0") },
    { VZ_FIELD_ADDRESS, VZ_LIT("10.0.0.1\n") },
    { VZ_FIELD_ADDRESS, VZ_LIT("inherit") },

    { VZ_FIELD_CIDR, VZ_LIT("10.0.0.1/") },
    { VZ_FIELD_CIDR, VZ_LIT("10.0.0.1/0") },
    { VZ_FIELD_CIDR, VZ_LIT("10.0.0.1/33") },
    { VZ_FIELD_CIDR, VZ_LIT("10.0.0.1/024") },
    { VZ_FIELD_CIDR, VZ_LIT("10.0.0.1/2 ") },
    { VZ_FIELD_CIDR, VZ_LIT("10.0.0.1/24/24") },
    { VZ_FIELD_CIDR, VZ_LIT("/24") },
    { VZ_FIELD_CIDR, VZ_LIT("2001:db8::1/129") },
    { VZ_FIELD_CIDR, VZ_LIT("127.0.0.1") },
    { VZ_FIELD_CIDR, VZ_LIT("127.8.8.8/8") },
    { VZ_FIELD_CIDR, VZ_LIT("169.254.0.1") },
    { VZ_FIELD_CIDR, VZ_LIT("::1") },
    { VZ_FIELD_CIDR, VZ_LIT("::ffff:127.0.0.1") },
    { VZ_FIELD_CIDR, VZ_LIT("fe80::1/64") },
    { VZ_FIELD_CIDR, VZ_LIT("all") },

    { VZ_FIELD_SIZE, VZ_LIT("") },
    { VZ_FIELD_SIZE, VZ_LIT("M") },
    { VZ_FIELD_SIZE, VZ_LIT("-1") },
    { VZ_FIELD_SIZE, VZ_LIT("1.5G") },
    { VZ_FIELD_SIZE, VZ_LIT("01M") },
    { VZ_FIELD_SIZE, VZ_LIT("64MB") },
    { VZ_FIELD_SIZE, VZ_LIT("64m") },
    { VZ_FIELD_SIZE, VZ_LIT("64P") },
    { VZ_FIELD_SIZE, VZ_LIT("64 M") },
    { VZ_FIELD_SIZE, VZ_LIT("8388608T") },
    { VZ_FIELD_SIZE, VZ_LIT("9223372036854775808") },
    { VZ_FIELD_SIZE, VZ_LIT("18446744073709551616") },
    { VZ_FIELD_SIZE, VZ_LIT("18446744073709551617K") },
    { VZ_FIELD_SIZE, VZ_LIT("unlimited") },
    { VZ_FIELD_LIMIT, VZ_LIT("Unlimited") },
    { VZ_FIELD_LIMIT, VZ_LIT("unlimitedM") },
    { VZ_FIELD_LIMIT, VZ_LIT("unlimited\n") },

    { VZ_FIELD_UNITS, VZ_LIT("7") },
    { VZ_FIELD_UNITS, VZ_LIT("500001") },
    { VZ_FIELD_UNITS, VZ_LIT("008") },
    { VZ_FIELD_PERCENT, VZ_LIT("100001") },
    { VZ_FIELD_PERCENT, VZ_LIT("-5") },
    { VZ_FIELD_PERCENT, VZ_LIT("50%") },
    { VZ_FIELD_PERCENT, VZ_LIT("00") },

    { VZ_FIELD_EMAIL, VZ_LIT("") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@") },
    { VZ_FIELD_EMAIL, VZ_LIT("@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("a@b@c.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@example.org\n") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@example.org\r\nBcc: x@y.z") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana\0@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("Ana <ana@example.org>") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@example.org>") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@example.org, b@c.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@example.org;b@c.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana @example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("\"ana b\"@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana(x)@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana:b@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana\\@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT(".ana@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana.@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("a..b@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("-oQ@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@-example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@example-.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@example..org") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@example.org.") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@10.0.0.1") },
    { VZ_FIELD_EMAIL, VZ_LIT("ana@[10.0.0.1]") },
    { VZ_FIELD_EMAIL, VZ_LIT("añа@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT(X64("l") "l@example.org") },
    { VZ_FIELD_EMAIL, VZ_LIT("a@" X64("d") ".org") },
    { VZ_FIELD_EMAIL, VZ_LIT("a@" X64("abc.") "org") },

    { VZ_FIELD_COUNT, VZ_LIT("x") },
    { (vz_field_e) -1, VZ_LIT("x") }
};


static void
right_values_are_taken(void **state)
{
    (void) state;

    field_cases_taken(good, VZ_COUNT(good));
}


static void
wrong_values_are_refused(void **state)
{
    (void) state;

    field_cases_refused(bad, VZ_COUNT(bad));
}


static void
no_field_of_the_wire_starts_with_a_hyphen_or_holds_a_space(void **state)
{
    int   kind, c;
    char  text[16];

    (void) state;

    for (kind = VZ_FIELD_CTID; kind <= VZ_FIELD_SWITCH; kind++) {
        assert_int_equal(vz_field_check((vz_field_e) kind, "-1000", 5),
                         VZ_RANGE);
        assert_int_equal(vz_field_check((vz_field_e) kind, "", 0), VZ_RANGE);
        assert_int_equal(vz_field_check((vz_field_e) kind, NULL, 0),
                         VZ_RANGE);

        for (c = 0; c < 256; c++) {
            if (c > 0x20 && c < 0x7f) {
                continue;
            }

            memcpy(text, "1000", 4);
            text[2] = (char) c;
            assert_int_equal(vz_field_check((vz_field_e) kind, text, 4),
                             VZ_RANGE);
        }
    }
}


static void
huge_values_cost_nothing(void **state)
{
    int    kind;
    char  *text;

    (void) state;

    text = test_malloc(1024 * 1024);
    memset(text, 'a', 1024 * 1024);

    for (kind = 0; kind < VZ_FIELD_COUNT; kind++) {
        assert_int_equal(vz_field_check((vz_field_e) kind, text, 1024 * 1024),
                         VZ_RANGE);
    }

    test_free(text);
}


static void
every_kind_has_name_rule_and_pattern(void **state)
{
    int  kind;

    (void) state;

    for (kind = 0; kind < VZ_FIELD_COUNT; kind++) {
        assert_true(strlen(vz_field_name((vz_field_e) kind)) > 1);
        assert_true(strlen(vz_field_rule((vz_field_e) kind)) > 5);
        assert_int_equal(vz_field_pattern((vz_field_e) kind)[0], '^');
    }

    assert_non_null(vz_field_name(VZ_FIELD_COUNT));
    assert_non_null(vz_field_rule(VZ_FIELD_COUNT));
    assert_non_null(vz_field_pattern(VZ_FIELD_COUNT));
}


static void
numbers_do_not_overflow(void **state)
{
    uint64_t  n;

    (void) state;

    assert_int_equal(vz_field_value_number(VZ_LIT("0"), 0, &n), VZ_OK);
    assert_int_equal(n, 0);
    assert_int_equal(vz_field_value_number(VZ_LIT("1"), 0, &n), VZ_RANGE);
    assert_int_equal(vz_field_value_number(VZ_LIT("9"), 8, &n), VZ_RANGE);
    assert_int_equal(vz_field_value_number(VZ_LIT("100"), 100, &n), VZ_OK);
    assert_int_equal(vz_field_value_number(VZ_LIT("101"), 100, &n), VZ_RANGE);
    assert_int_equal(vz_field_value_number(VZ_LIT("18446744073709551615"),
                                           UINT64_MAX, &n), VZ_OK);
    assert_true(n == UINT64_MAX);
    assert_int_equal(vz_field_value_number(VZ_LIT("18446744073709551616"),
                                           UINT64_MAX, &n), VZ_RANGE);
    assert_int_equal(vz_field_value_number(VZ_LIT("99999999999999999999999"),
                                           UINT64_MAX, &n), VZ_RANGE);
    assert_int_equal(vz_field_value_number(VZ_LIT(""), 9, &n), VZ_RANGE);
    assert_int_equal(vz_field_value_number(NULL, 0, 9, &n), VZ_RANGE);
    assert_int_equal(vz_field_value_number(VZ_LIT("00"), 9, &n), VZ_RANGE);
    assert_int_equal(vz_field_value_number(VZ_LIT("1a"), 99, &n), VZ_RANGE);
}


static void
sizes_have_their_value(void **state)
{
    uint64_t  n;
    uint32_t  ctid;

    (void) state;

    assert_int_equal(vz_field_value_size(VZ_LIT("256M"), &n), VZ_OK);
    assert_true(n == 268435456);
    assert_int_equal(vz_field_value_size(VZ_LIT("3K"), &n), VZ_OK);
    assert_true(n == 3072);
    assert_int_equal(vz_field_value_size(VZ_LIT("2T"), &n), VZ_OK);
    assert_true(n == 2199023255552);
    assert_int_equal(vz_field_value_size(VZ_LIT("7"), &n), VZ_OK);
    assert_true(n == 7);
    assert_int_equal(vz_field_value_size(VZ_LIT("G"), &n), VZ_RANGE);
    assert_int_equal(vz_field_value_size(VZ_LIT(""), &n), VZ_RANGE);
    assert_int_equal(vz_field_value_size(VZ_LIT("8589934592G"), &n), VZ_RANGE);

    assert_int_equal(vz_field_value_limit(VZ_LIT("unlimited"), &n), VZ_OK);
    assert_true(n == VZ_UNLIMITED);
    assert_int_equal(vz_field_value_limit(VZ_LIT("1G"), &n), VZ_OK);
    assert_true(n == 1073741824);

    assert_int_equal(vz_field_value_ctid(VZ_LIT("2147483644"), &ctid), VZ_OK);
    assert_true(ctid == 2147483644);
    assert_int_equal(vz_field_value_ctid(VZ_LIT("100"), &ctid), VZ_RANGE);
}


static void
cidrs_have_their_value(void **state)
{
    int            family;
    unsigned       prefix;
    unsigned char  addr[16];

    (void) state;

    assert_int_equal(vz_field_value_cidr(VZ_LIT("10.1.2.3/24"), &family, addr,
                                         &prefix), VZ_OK);
    assert_int_equal(family, AF_INET);
    assert_int_equal(prefix, 24);
    assert_memory_equal(addr, "\x0a\x01\x02\x03", 4);

    assert_int_equal(vz_field_value_cidr(VZ_LIT("2001:db8::5"), &family, addr,
                                         &prefix), VZ_OK);
    assert_int_equal(family, AF_INET6);
    assert_int_equal(prefix, 128);
    assert_memory_equal(addr, "\x20\x01\x0d\xb8", 4);

    assert_int_equal(vz_field_value_cidr(NULL, 0, &family, addr, &prefix),
                     VZ_RANGE);
    assert_int_equal(vz_field_value_cidr(VZ_LIT("/"), &family, addr, &prefix),
                     VZ_RANGE);
}


static int
init(void **state)
{
    (void) state;

    return vz_field_init() == VZ_OK && vz_field_init() == VZ_OK ? 0 : -1;
}


static int
done(void **state)
{
    (void) state;

    vz_field_free();
    vz_field_free();

    return vz_field_check(VZ_FIELD_CTID, "101", 3) == VZ_RANGE ? 0 : -1;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(right_values_are_taken),
        cmocka_unit_test(wrong_values_are_refused),
        cmocka_unit_test(
            no_field_of_the_wire_starts_with_a_hyphen_or_holds_a_space),
        cmocka_unit_test(huge_values_cost_nothing),
        cmocka_unit_test(every_kind_has_name_rule_and_pattern),
        cmocka_unit_test(numbers_do_not_overflow),
        cmocka_unit_test(sizes_have_their_value),
        cmocka_unit_test(cidrs_have_their_value)
    };

    return cmocka_run_group_tests(tests, init, done);
}
