/*
 * The program of an interface, run by the kernel on frames of every kind: as
 * a filter of a socket it takes what it lets go on (0) for nothing to keep, and
 * cuts what it drops (TC_ACT_SHOT) to two bytes.
 *
 * sources: src/daemon/net/ingress_filter.c src/daemon/base/ip.c
 */

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "unit.h"
#include "daemon/net/ingress_filter.h"
#include "wire/field.h"


static const unsigned char  own[6] = { 2, 0x7a, 0, 0, 0x79, 0x19 };

static vz_config_t  conf;
static vz_ct_t      ct;
static int          pair[2];


static void
give(const char *text)
{
    assert_int_equal(vz_ip_parse(text, &ct.addresses[ct.naddresses++]),
                     0);
}


static void
attach(void)
{
    vz_ingress_filter_t  filter;
    struct sock_fprog    prog;

    vz_ingress_filter_make(&conf, &ct, own, &filter);
    assert_in_range(filter.n, 1, VZ_INGRESS_FILTER_MAX - 1);
    assert_int_equal(filter.code[filter.n - 1].code, BPF_RET|BPF_K);

    prog.len = (unsigned short) filter.n;
    prog.filter = filter.code;

    assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER, &prog,
                                sizeof(prog)), 0);
}


static int
setup(void **state)
{
    (void) state;

    memset(&conf, 0, sizeof(conf));
    memset(&ct, 0, sizeof(ct));
    strcpy(conf.gateway4, "169.254.0.1");
    strcpy(conf.gateway6, "fe80::1");
    strcpy(conf.host_dns, "no");

    assert_int_equal(vz_field_init(), VZ_OK);

    return socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
}


static int
teardown(void **state)
{
    (void) state;

    (void) close(pair[0]);

    return close(pair[1]);
}


/* 1: it goes on */
static int
frame(const unsigned char *bytes, size_t len)
{
    char  buf[256];

    assert_int_equal(send(pair[1], bytes, len, 0), (ssize_t) len);

    return recv(pair[0], buf, sizeof(buf), MSG_DONTWAIT) == -1;
}


static size_t
head(unsigned char *bytes, unsigned type)
{
    memset(bytes, 0, 128);
    memcpy(bytes + 6, own, 6);
    bytes[12] = (unsigned char) (type >> 8);
    bytes[13] = (unsigned char) type;

    return 100;
}


static int
ip4(const char *from, const char *to, unsigned proto, unsigned port)
{
    size_t         len;
    unsigned char  bytes[128];

    len = head(bytes, 0x800);
    bytes[14] = 0x45;
    bytes[23] = (unsigned char) proto;
    assert_int_equal(inet_pton(AF_INET, from, bytes + 26), 1);
    assert_int_equal(inet_pton(AF_INET, to, bytes + 30), 1);
    bytes[36] = (unsigned char) (port >> 8);
    bytes[37] = (unsigned char) port;

    return frame(bytes, len);
}


static int
ip6(const char *from, const char *to, unsigned proto, unsigned port)
{
    size_t         len;
    unsigned char  bytes[128];

    len = head(bytes, 0x86dd);
    bytes[14] = 0x60;
    bytes[20] = (unsigned char) proto;
    assert_int_equal(inet_pton(AF_INET6, from, bytes + 22), 1);
    assert_int_equal(inet_pton(AF_INET6, to, bytes + 38), 1);
    bytes[54] = (unsigned char) (proto ? 0 : port);
    bytes[56] = (unsigned char) (port >> 8);
    bytes[57] = (unsigned char) port;

    return frame(bytes, len);
}


static int
arp(const char *from, const unsigned char *hw)
{
    size_t         len;
    unsigned char  bytes[128];

    len = head(bytes, 0x806);
    memcpy(bytes + 22, hw, 6);
    assert_int_equal(inet_pton(AF_INET, from, bytes + 28), 1);

    return frame(bytes, len);
}


static void
own_addresses_go_on_and_others_do_not(void **state)
{
    (void) state;

    give("10.74.1.1");
    give("10.74.1.3");
    give("2001:db8:74::1");
    give("2001:db8:74::3");
    attach();

    assert_true(ip4("10.74.1.1", "192.0.2.9", 17, 9));
    assert_true(ip4("10.74.1.3", "192.0.2.9", 6, 9));
    assert_false(ip4("10.74.1.2", "192.0.2.9", 17, 9));
    assert_false(ip4("0.0.0.0", "255.255.255.255", 17, 67));
    assert_false(ip4("127.0.0.1", "192.0.2.9", 17, 9));

    assert_true(ip6("2001:db8:74::1", "2001:db8:9::9", 17, 9));
    assert_true(ip6("2001:db8:74::3", "2001:db8:9::9", 17, 9));
    assert_false(ip6("2001:db8:74::2", "2001:db8:9::9", 17, 9));
    assert_false(ip6("2001:db8:75::1", "2001:db8:9::9", 17, 9));
    assert_false(ip6("::1", "2001:db8:9::9", 17, 9));
    assert_false(ip6("fec0::1", "2001:db8:9::9", 17, 9));

    assert_true(arp("10.74.1.1", own));
    assert_false(arp("10.74.1.2", own));
    assert_false(arp("0.0.0.0", own));
    assert_false(arp("10.74.1.1", (const unsigned char *) "\2zzzzz"));
}


static void
without_an_address_only_the_link_is_left(void **state)
{
    (void) state;

    attach();

    assert_false(ip4("10.74.1.1", "192.0.2.9", 17, 9));
    assert_false(arp("10.74.1.1", own));
    assert_false(ip6("2001:db8:74::1", "2001:db8:9::9", 17, 9));
    assert_true(ip6("fe80::5", "fe80::1", 58, 0));
    assert_true(ip6("::", "ff02::1:ff00:5", 58, 0));
}


static void
the_link_is_for_icmp_only(void **state)
{
    (void) state;

    give("10.74.1.1");
    give("2001:db8:74::1");
    attach();

    assert_true(ip4("10.74.1.1", "169.254.0.1", 1, 0));
    assert_false(ip4("10.74.1.1", "169.254.0.1", 17, 53));
    assert_false(ip4("10.74.1.1", "169.254.0.1", 6, 9006));
    assert_false(ip4("10.74.1.1", "169.254.169.254", 6, 80));
    assert_false(ip4("10.74.1.1", "169.254.169.254", 1, 0));

    assert_true(ip6("2001:db8:74::1", "fe80::1", 58, 0));
    assert_false(ip6("2001:db8:74::1", "fe80::1", 6, 9006));
    assert_false(ip6("fe80::5", "fe80::1", 17, 53));
    assert_false(ip6("fe80::5", "ff02::fb", 17, 5353));
    assert_true(ip6("::", "ff02::16", 0, 58));      /* hop by hop, a report */
    assert_false(ip6("fe80::5", "fe80::1", 0, 6));
    assert_false(ip6("fe80::5", "2001:db8:9::9", 58, 0));
    assert_false(ip6("::", "2001:db8:9::9", 17, 9));
}


static void
the_hosts_name_server_is_asked_where_it_is_configured(void **state)
{
    unsigned char  bytes[128];

    (void) state;

    strcpy(conf.host_dns, "yes");
    give("10.74.1.1");
    give("2001:db8:74::1");
    attach();

    assert_true(ip4("10.74.1.1", "169.254.0.1", 17, 53));
    assert_true(ip4("10.74.1.1", "169.254.0.1", 6, 53));
    assert_false(ip4("10.74.1.1", "169.254.0.1", 6, 9006));
    assert_false(ip4("10.74.1.1", "169.254.0.1", 47, 53));
    assert_true(ip6("fe80::5", "fe80::1", 17, 53));
    assert_false(ip6("fe80::5", "fe80::1", 6, 9006));

    /* what comes behind a first fragment has no port */

    (void) head(bytes, 0x800);
    bytes[14] = 0x45;
    bytes[21] = 1;
    bytes[23] = 17;
    (void) inet_pton(AF_INET, "10.74.1.1", bytes + 26);
    (void) inet_pton(AF_INET, "169.254.0.1", bytes + 30);
    bytes[37] = 53;
    assert_false(frame(bytes, 100));
}


static void
other_frames_are_dropped(void **state)
{
    unsigned       type;
    unsigned char  bytes[128];

    static const unsigned  types[] = {
        0x0000, 0x8100, 0x88a8, 0x8035, 0x8863, 0x8847, 0x88cc, 0xffff
    };

    (void) state;

    give("10.74.1.1");
    attach();

    for (type = 0; type < sizeof(types) / sizeof(types[0]); type++) {
        (void) head(bytes, types[type]);
        assert_false(frame(bytes, 100));
    }

    /* of another's hardware address, and too short for any header */

    (void) head(bytes, 0x800);
    bytes[11] ^= 1;
    (void) inet_pton(AF_INET, "10.74.1.1", bytes + 26);
    assert_false(frame(bytes, 100));

    (void) head(bytes, 0x800);
    assert_false(frame(bytes, 33));
    assert_false(frame(bytes, 14));
}


static void
on_a_bridge_the_link_is_open_but_for_routers(void **state)
{
    unsigned char  bytes[128];

    (void) state;

    strcpy(conf.bridge, "br0");
    give("10.74.1.1/24");
    give("2001:db8:74::1/64");
    attach();

    assert_true(ip4("10.74.1.1", "169.254.0.1", 17, 53));
    assert_false(ip4("10.74.1.2", "10.74.1.9", 17, 53));
    assert_true(ip6("fe80::5", "fe80::1", 6, 80));
    assert_true(ip6("fe80::5", "ff02::fb", 17, 5353));

    (void) head(bytes, 0x86dd);
    bytes[20] = 58;
    (void) inet_pton(AF_INET6, "fe80::5", bytes + 22);
    (void) inet_pton(AF_INET6, "ff02::1", bytes + 38);

    bytes[54] = 134;
    assert_false(frame(bytes, 100));
    bytes[54] = 137;
    assert_false(frame(bytes, 100));
    bytes[54] = 136;
    assert_true(frame(bytes, 100));
}


static void
as_many_addresses_as_a_container_may_have(void **state)
{
    char      text[32];
    unsigned  i;

    (void) state;

    for (i = 0; i < VZ_CT_ADDRESSES; i++) {
        snprintf(text, sizeof(text), "2001:db8:74::%x", i + 1);
        give(text);
    }

    attach();

    for (i = 0; i < VZ_CT_ADDRESSES; i++) {
        snprintf(text, sizeof(text), "2001:db8:74::%x", i + 1);
        assert_true(ip6(text, "2001:db8:9::9", 17, 9));
    }

    assert_false(ip6("2001:db8:74::21", "2001:db8:9::9", 17, 9));
    assert_true(ip6("fe80::5", "fe80::1", 58, 0));

    ct.naddresses = 0;

    for (i = 0; i < VZ_CT_ADDRESSES; i++) {
        snprintf(text, sizeof(text), "10.74.1.%u", i + 1);
        give(text);
    }

    attach();
    assert_true(ip4("10.74.1.1", "192.0.2.9", 17, 9));
    assert_true(ip4("10.74.1.32", "192.0.2.9", 17, 9));
    assert_false(ip4("10.74.1.33", "192.0.2.9", 17, 9));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(own_addresses_go_on_and_others_do_not,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            without_an_address_only_the_link_is_left, setup, teardown),
        cmocka_unit_test_setup_teardown(the_link_is_for_icmp_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            the_hosts_name_server_is_asked_where_it_is_configured, setup,
            teardown),
        cmocka_unit_test_setup_teardown(other_frames_are_dropped, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            on_a_bridge_the_link_is_open_but_for_routers, setup, teardown),
        cmocka_unit_test_setup_teardown(
            as_many_addresses_as_a_container_may_have, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
