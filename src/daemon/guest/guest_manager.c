#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include "daemon/base/strbuf.h"
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_manager.h"
#include "daemon/net/ct_link.h"


#define VZ_GUEST_MANAGER_FILE  65536  /* bytes of a file that is changed, at
                                         most */
#define VZ_GUEST_MANAGER_MORE  4096  /* bytes that a change adds at most */
#define VZ_GUEST_MANAGER_HEAD  "# set by the panel: " VZ_CT_LINK_INSIDE       \
                         " has its addresses before anything starts\n"


typedef struct vz_guest_manager_s  vz_guest_manager_t;

/* Write the new file from the old one, which is "" where there is none. */
typedef void (*vz_guest_manager_pt)(const vz_guest_manager_t *manager,
    const vz_config_t *conf, const vz_ct_t *ct, const char *old,
    vz_strbuf_t *new);

struct vz_guest_manager_s {
    const char          *there;          /* a path that tells that a guest
                                            has this manager */
    const char          *path;           /* of the file */
    vz_guest_manager_pt  make;
    const char          *text;
};


static int vz_guest_manager_one(const vz_guest_manager_t *manager,
    const vz_config_t *conf, const vz_ct_t *ct, int root, char *buf);
static void vz_guest_manager_fixed(const vz_guest_manager_t *manager,
    const vz_config_t *conf, const vz_ct_t *ct, const char *old,
    vz_strbuf_t *new);
static void vz_guest_manager_added(const vz_guest_manager_t *manager,
    const vz_config_t *conf, const vz_ct_t *ct, const char *old,
    vz_strbuf_t *new);
static void vz_guest_manager_networkd(const vz_guest_manager_t *manager,
    const vz_config_t *conf, const vz_ct_t *ct, const char *old,
    vz_strbuf_t *new);
static void vz_guest_manager_interfaces(const vz_guest_manager_t *manager,
    const vz_config_t *conf, const vz_ct_t *ct, const char *old,
    vz_strbuf_t *new);
static void vz_guest_manager_udhcpc(const vz_guest_manager_t *manager,
    const vz_config_t *conf, const vz_ct_t *ct, const char *old,
    vz_strbuf_t *new);
static void vz_guest_manager_sysconfig(const vz_guest_manager_t *manager,
    const vz_config_t *conf, const vz_ct_t *ct, const char *old,
    vz_strbuf_t *new);


/*
 * The managers and their files. systemd.network(5) uses the first file by name
 * that matches; netplan's begin with "10-". interfaces(5) is used by busybox
 * and Alpine, too. In NetworkManager.conf(5) the last file decides. ifcfg(5)
 * is wicked's; sysconfig.txt describes that of initscripts.
 */

static const vz_guest_manager_t  vz_managers[] = {
    { "lib/systemd/systemd-networkd",
      "etc/systemd/network/00-vzpanel.network", vz_guest_manager_networkd,
      "" },
    { "etc/NetworkManager/conf.d", "etc/NetworkManager/conf.d/99-vzpanel.conf",
      vz_guest_manager_fixed,
      VZ_GUEST_MANAGER_HEAD "[keyfile]\nunmanaged-devices=interface-name:"
      VZ_CT_LINK_INSIDE "\n" },
    { "etc/network/interfaces", "etc/network/interfaces",
      vz_guest_manager_interfaces, "" },
    { "etc/network/interfaces.d/" VZ_CT_LINK_INSIDE,
      "etc/network/interfaces.d/" VZ_CT_LINK_INSIDE,
      vz_guest_manager_interfaces, "" },
    { "etc/network/interfaces.d/50-cloud-init",
      "etc/network/interfaces.d/50-cloud-init", vz_guest_manager_interfaces,
      "" },
    { "usr/share/udhcpc/default.script", "usr/share/udhcpc/default.script",
      vz_guest_manager_udhcpc, "" },
    { "etc/udhcpc/default.script", "etc/udhcpc/default.script",
      vz_guest_manager_udhcpc, "" },  /* Debian's */
    { "etc/dhcpcd.conf", "etc/dhcpcd.conf", vz_guest_manager_added,
      "denyinterfaces " VZ_CT_LINK_INSIDE "\n" },
    { "etc/sysconfig/network-scripts/ifcfg-" VZ_CT_LINK_INSIDE,
      "etc/sysconfig/network-scripts/ifcfg-" VZ_CT_LINK_INSIDE,
      vz_guest_manager_sysconfig, "ONBOOT=no\n" },
    { "etc/sysconfig/network/ifcfg-" VZ_CT_LINK_INSIDE,
      "etc/sysconfig/network/ifcfg-" VZ_CT_LINK_INSIDE,
      vz_guest_manager_sysconfig, "STARTMODE='off'\n" }
};

#define VZ_MANAGERS  (sizeof(vz_managers) / sizeof(vz_managers[0]))


int
vz_guest_manager_tell(const vz_config_t *conf, const vz_ct_t *ct, int root)
{
    int      failed;
    char    *buf;
    size_t   i;

    buf = malloc(2 * VZ_GUEST_MANAGER_FILE + VZ_GUEST_MANAGER_MORE);

    if (buf == NULL) {
        return -1;
    }

    failed = 0;

    for (i = 0; i < VZ_MANAGERS; i++) {
        if (vz_guest_files_has(root, vz_managers[i].there)
            && vz_guest_manager_one(&vz_managers[i], conf, ct, root, buf) == -1
            && failed == 0)
        {
            failed = errno;
        }
    }

    free(buf);
    errno = failed;

    return failed ? -1 : 0;
}


static int
vz_guest_manager_one(const vz_guest_manager_t *manager,
                     const vz_config_t *conf,
    const vz_ct_t *ct, int root, char *buf)
{
    vz_strbuf_t  text;

    if (vz_guest_files_read(root, manager->path, buf,
                            VZ_GUEST_MANAGER_FILE) == -1) {
        if (errno != ENOENT) {
            return -1;
        }

        buf[0] = '\0';
    }

    vz_strbuf_init(&text, buf + VZ_GUEST_MANAGER_FILE,
                   VZ_GUEST_MANAGER_FILE + VZ_GUEST_MANAGER_MORE);
    manager->make(manager, conf, ct, buf, &text);

    if (text.full) {
        errno = EFBIG;
        return -1;
    }

    return strcmp(buf, text.buf) == 0
           ? 0 : vz_guest_files_write(root, manager->path, text.buf, text.len,
                                      0644);
}


static void
vz_guest_manager_fixed(const vz_guest_manager_t *manager,
                       const vz_config_t *conf,
    const vz_ct_t *ct, const char *old, vz_strbuf_t *new)
{
    (void) conf;
    (void) ct;
    (void) old;

    vz_strbuf_put(new, "%s", manager->text);
}


static void
vz_guest_manager_added(const vz_guest_manager_t *manager,
                       const vz_config_t *conf,
    const vz_ct_t *ct, const char *old, vz_strbuf_t *new)
{
    (void) conf;
    (void) ct;

    if (strstr(old, manager->text) != NULL) {
        vz_strbuf_put(new, "%s", old);
        return;
    }

    /*
     * our lines come before all sections: dhcpcd.conf(5) has sections for
     * single interfaces
     */

    vz_strbuf_put(new, VZ_GUEST_MANAGER_HEAD "%s%s", manager->text, old);
}


/*
 * The file names the addresses as well: versions before KeepConfiguration
 * (243) drop those that it does not name. The interface is managed, so that
 * services which wait for the network see it online.
 */

static void
vz_guest_manager_networkd(const vz_guest_manager_t *manager,
                          const vz_config_t *conf,
    const vz_ct_t *ct, const char *old, vz_strbuf_t *new)
{
    char                  text[VZ_IP_TEXT];
    unsigned              i, routed;
    vz_ip_t               address;
    const char           *gateway[2];

    (void) manager;
    (void) old;

    routed = conf->bridge[0] == '\0';

    vz_strbuf_put(new,
                  VZ_GUEST_MANAGER_HEAD
                  "[Match]\nName=" VZ_CT_LINK_INSIDE "\n\n"
                  "[Network]\nDHCP=no\nIPv6AcceptRA=no\n"
                  "LinkLocalAddressing=ipv6\nKeepConfiguration=yes\n");

    for (i = 0; i < ct->naddresses; i++) {
        address = ct->addresses[i];

        if (routed) {
            address.prefix = address.family == AF_INET ? 32 : 128;
        }

        vz_ip_print(&address, 0, text);
        vz_strbuf_put(new, "Address=%s/%u\n", text, address.prefix);
    }

    gateway[0] = ct->gateway4[0] || !routed ? ct->gateway4 : conf->gateway4;
    gateway[1] = ct->gateway6[0] || !routed ? ct->gateway6 : conf->gateway6;

    for (i = 0; i < 2; i++) {
        if (gateway[i][0]) {
            vz_strbuf_put(new, "\n[Route]\nGateway=%s\nGatewayOnLink=yes\n",
                          gateway[i]);
        }
    }
}


/* "iface eth0 inet dhcp" becomes manual; the lines below it stay. */

static void
vz_guest_manager_interfaces(const vz_guest_manager_t *manager,
                            const vz_config_t *conf,
    const vz_ct_t *ct, const char *old, vz_strbuf_t *new)
{
    char         name[32], family[16], method[16];
    size_t       len;
    const char  *line;

    (void) manager;
    (void) conf;
    (void) ct;

    for (line = old; *line != '\0'; line += len) {
        len = strcspn(line, "\n");
        len += line[len] == '\n';

        if (sscanf(line, " iface %31s %15s %15s", name, family, method) == 3
            && strcmp(name, VZ_CT_LINK_INSIDE) == 0
            && (strcmp(method, "dhcp") == 0 || strcmp(method, "auto") == 0))
        {
            vz_strbuf_put(new, VZ_GUEST_MANAGER_HEAD "iface %s %s manual\n",
                          name,
                          family);
            continue;
        }

        vz_strbuf_put(new, "%.*s", (int) len, line);
    }
}


/* Its script begins with clearing the interface. */

static void
vz_guest_manager_udhcpc(const vz_guest_manager_t *manager,
                        const vz_config_t *conf,
    const vz_ct_t *ct, const char *old, vz_strbuf_t *new)
{
    size_t  len;

    static const char  guard[] =
        VZ_GUEST_MANAGER_HEAD
        "[ \"$interface\" != " VZ_CT_LINK_INSIDE " ] || exit 0\n";

    (void) manager;
    (void) conf;
    (void) ct;

    if (strncmp(old, "#!", 2) != 0 || strstr(old, guard) != NULL) {
        vz_strbuf_put(new, "%s", old);
        return;
    }

    len = strcspn(old, "\n");
    vz_strbuf_put(new, "%.*s\n%s%s", (int) len, old, guard,
                  old + len + (old[len] == '\n'));
}


/* Where it is set to DHCP it does not bring the interface up at all. */

static void
vz_guest_manager_sysconfig(const vz_guest_manager_t *manager,
                           const vz_config_t *conf,
    const vz_ct_t *ct, const char *old, vz_strbuf_t *new)
{
    int          dhcp;
    size_t       len, key;
    const char  *line;

    (void) conf;
    (void) ct;

    key = strcspn(manager->text, "=") + 1;
    dhcp = 0;

    for (line = old; *line != '\0'; line += len) {
        len = strcspn(line, "\n");
        len += line[len] == '\n';

        if (strncmp(line, "BOOTPROTO=", 10) == 0
            && strspn(line + 10, "'\"") < len - 10
            && strncmp(line + 10 + strspn(line + 10, "'\""), "dhcp", 4) == 0)
        {
            dhcp = 1;
        }
    }

    if (!dhcp) {
        vz_strbuf_put(new, "%s", old);
        return;
    }

    vz_strbuf_put(new, VZ_GUEST_MANAGER_HEAD "BOOTPROTO=none\n%s",
                  manager->text);

    for (line = old; *line != '\0'; line += len) {
        len = strcspn(line, "\n");
        len += line[len] == '\n';

        if (strncmp(line, "BOOTPROTO=", 10) != 0
            && strncmp(line, manager->text, key) != 0)
        {
            vz_strbuf_put(new, "%.*s", (int) len, line);
        }
    }
}
