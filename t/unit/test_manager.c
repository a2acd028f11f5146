/*
 * A guest's own network managers: what is written for each, that it is written
 * where it is and nowhere else, once, and that a customer's own stays.
 *
 * sources: src/daemon/base/file.c
 * sources: src/daemon/guest/guest_manager.c src/daemon/guest/guest_files.c
 * sources: src/daemon/guest/hostkey.c src/daemon/base/dirtree.c
 * sources: src/daemon/base/strbuf.c src/daemon/base/ip.c
 * sources: t/unit/guest_root.c
 * valgrind: it has no openat2(2)
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "guest_root.h"
#include "daemon/base/dirtree.h"
#include "daemon/guest/guest_manager.h"
#include "wire/field.h"


static int           root;
static vz_config_t   conf;
static vz_ct_t       ct;


static int
setup(void **state)
{
    (void) state;

    strcpy(base, "/tmp/vz-manager-XXXXXX");

    if (mkdtemp(base) == NULL || vz_field_init() != VZ_OK) {
        return -1;
    }

    root = open(base, O_PATH|O_DIRECTORY|O_CLOEXEC);
    memset(&conf, 0, sizeof(conf));
    memset(&ct, 0, sizeof(ct));
    strcpy(conf.gateway4, "169.254.0.1");
    strcpy(conf.gateway6, "fe80::1");

    return root == -1 ? -1 : 0;
}


static int
teardown(void **state)
{
    (void) state;

    (void) close(root);

    return vz_dirtree_remove(base);
}


static void
where_there_is_none_nothing_is_written(void **state)
{
    (void) state;

    put("etc/hostname", "x\n");
    assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), 0);
    assert_string_equal(get("etc/systemd/network/00-vzpanel.network"), "");
    assert_string_equal(get("etc/network/interfaces"), "");
    assert_string_equal(get("etc/dhcpcd.conf"), "");
}


static void
networkd_keeps_what_is_there_and_knows_it(void **state)
{
    (void) state;

    put("lib/systemd/systemd-networkd", "");
    put("etc/systemd/network/eth0.network", "[Network]\nDHCP=true\n");
    assert_int_equal(vz_ip_parse("10.81.0.15/24", &ct.addresses[0]), 0);
    assert_int_equal(vz_ip_parse("2001:db8::5/64", &ct.addresses[1]), 0);
    ct.naddresses = 2;
    strcpy(ct.gateway6, "fd00::1");

    assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), 0);
    assert_string_equal(get("etc/systemd/network/00-vzpanel.network"),
        "# set by the panel: eth0 has its addresses before anything starts\n"
        "[Match]\nName=eth0\n\n"
        "[Network]\nDHCP=no\nIPv6AcceptRA=no\nLinkLocalAddressing=ipv6\n"
        "KeepConfiguration=yes\n"
        "Address=10.81.0.15/32\nAddress=2001:db8::5/128\n"
        "\n[Route]\nGateway=169.254.0.1\nGatewayOnLink=yes\n"
        "\n[Route]\nGateway=fd00::1\nGatewayOnLink=yes\n");

    /* on a bridge its own prefix, and no gateway of ours */

    strcpy(conf.bridge, "br0");
    ct.naddresses = 1;
    ct.gateway6[0] = '\0';

    assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), 0);
    assert_string_equal(get("etc/systemd/network/00-vzpanel.network"),
        "# set by the panel: eth0 has its addresses before anything starts\n"
        "[Match]\nName=eth0\n\n"
        "[Network]\nDHCP=no\nIPv6AcceptRA=no\nLinkLocalAddressing=ipv6\n"
        "KeepConfiguration=yes\nAddress=10.81.0.15/24\n");
}


static void
ifupdown_asks_nobody_for_eth0(void **state)
{
    unsigned     i;
    struct stat  first, second;
    char         name[PATH_MAX];

    static const char  right[] =
        "auto lo\niface lo inet loopback\nauto eth0\n"
        "# set by the panel: eth0 has its addresses before anything starts\n"
        "iface eth0 inet manual\n  hostname x\n"
        "# set by the panel: eth0 has its addresses before anything starts\n"
        "iface eth0 inet6 manual\n"
        "iface eth1 inet dhcp\niface eth0:1 inet static\n address 10.1.1.1";

    (void) state;

    put("etc/network/interfaces", "auto lo\niface lo inet loopback\nauto eth0\n"
        "  iface eth0 inet dhcp\n  hostname x\niface  eth0 inet6\tauto\n"
        "iface eth1 inet dhcp\niface eth0:1 inet static\n address 10.1.1.1");
    put("etc/network/interfaces.d/50-cloud-init", "iface eth0 inet dhcp\n");
    put("etc/network/interfaces.d/eth0", "iface eth0 inet static\n");

    (void) snprintf(name, sizeof(name), "%s/etc/network/interfaces", base);

    for (i = 0; i < 2; i++) {
        assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), 0);
        assert_string_equal(get("etc/network/interfaces"), right);
        assert_int_equal(stat(name, i ? &second : &first), 0);
    }

    assert_int_equal(first.st_ino, second.st_ino);      /* left alone */
    assert_non_null(strstr(get("etc/network/interfaces.d/50-cloud-init"),
                           "\niface eth0 inet manual\n"));
    assert_string_equal(get("etc/network/interfaces.d/eth0"),
                        "iface eth0 inet static\n");
}


static void
clients_of_dhcp_leave_it_alone(void **state)
{
    unsigned  i;

    (void) state;

    put("usr/share/udhcpc/default.script", "#!/bin/sh\nip addr flush $1\n");
    put("etc/dhcpcd.conf", "hostname\ninterface eth1\nstatic x\n");
    put("etc/NetworkManager/conf.d/10.conf", "");

    for (i = 0; i < 2; i++) {
        assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), 0);
        assert_string_equal(get("usr/share/udhcpc/default.script"),
            "#!/bin/sh\n"
            "# set by the panel: eth0 has its addresses before anything "
            "starts\n[ \"$interface\" != eth0 ] || exit 0\n"
            "ip addr flush $1\n");
        assert_string_equal(get("etc/dhcpcd.conf"),
            "# set by the panel: eth0 has its addresses before anything "
            "starts\ndenyinterfaces eth0\n"
            "hostname\ninterface eth1\nstatic x\n");
        assert_non_null(strstr(get("etc/NetworkManager/conf.d/"
                                   "99-vzpanel.conf"),
                               "\nunmanaged-devices=interface-name:eth0\n"));
    }

    /* a program that is none of a shell's */

    put("usr/share/udhcpc/default.script", "\177ELF");
    assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), 0);
    assert_string_equal(get("usr/share/udhcpc/default.script"), "\177ELF");
}


static void
ifcfg_asks_nobody_for_eth0(void **state)
{
    unsigned  i;

    (void) state;

    put("etc/sysconfig/network/ifcfg-eth0",
        "BOOTPROTO='dhcp'\nSTARTMODE='auto'\nMTU=''\n");
    put("etc/sysconfig/network-scripts/ifcfg-eth0",
        "DEVICE=eth0\nBOOTPROTO=dhcp\nONBOOT=yes\n");

    for (i = 0; i < 2; i++) {
        assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), 0);
        assert_string_equal(get("etc/sysconfig/network/ifcfg-eth0"),
            "# set by the panel: eth0 has its addresses before anything "
            "starts\nBOOTPROTO=none\nSTARTMODE='off'\nMTU=''\n");
        assert_string_equal(get("etc/sysconfig/network-scripts/ifcfg-eth0"),
            "# set by the panel: eth0 has its addresses before anything "
            "starts\nBOOTPROTO=none\nONBOOT=no\nDEVICE=eth0\n");
    }

    put("etc/sysconfig/network-scripts/ifcfg-eth0",
        "BOOTPROTO=static\nONBOOT=yes\n");
    assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), 0);
    assert_string_equal(get("etc/sysconfig/network-scripts/ifcfg-eth0"),
                        "BOOTPROTO=static\nONBOOT=yes\n");
}


static void
one_that_can_not_be_read_keeps_no_other_from_being_told(void **state)
{
    char  name[PATH_MAX];

    (void) state;

    put("etc/network/interfaces", "");
    (void) snprintf(name, sizeof(name), "%s/etc/network/interfaces", base);
    assert_int_equal(unlink(name), 0);
    assert_int_equal(mkfifo(name, 0600), 0);
    put("etc/dhcpcd.conf", "");

    assert_int_equal(vz_guest_manager_tell(&conf, &ct, root), -1);
    assert_non_null(strstr(get("etc/dhcpcd.conf"), "denyinterfaces eth0\n"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(
            where_there_is_none_nothing_is_written, setup, teardown),
        cmocka_unit_test_setup_teardown(
            networkd_keeps_what_is_there_and_knows_it, setup, teardown),
        cmocka_unit_test_setup_teardown(ifupdown_asks_nobody_for_eth0, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(clients_of_dhcp_leave_it_alone, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(ifcfg_asks_nobody_for_eth0, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            one_that_can_not_be_read_keeps_no_other_from_being_told, setup,
            teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
