#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <sys/socket.h>
#include "daemon/net/ct_link.h"
#include "daemon/net/router.h"


#define VZ_ROUTER_PATH   128
#define VZ_ROUTER_LINKS  256        /* links of the host that are checked */


/* A link of the host, while forwarding of IPv6 is turned on. */

typedef struct {
    char    name[IFNAMSIZ];
    char    forwarding;
    char    accept_ra;
} vz_router_link_t;


static int vz_router_open6(const vz_config_t *conf, const char *interface);
static unsigned vz_router_links(const vz_config_t *conf,
    vz_router_link_t *links);
static void vz_router_settle(const vz_router_link_t *links, unsigned n);
static char vz_router_get(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
static int vz_router_file(int flags, const char *fmt, va_list args);


int
vz_router_open(const vz_config_t *conf, int family, const char *interface)
{
    if (conf->uplink[0] == '\0') {
        return 0;
    }

    if (family == AF_INET6) {
        return vz_router_open6(conf, interface);
    }

    /*
     * set it for each interface, so that the rest of the host stays as it is
     */

    if (vz_router_set("1", "/proc/sys/net/ipv4/conf/%s/forwarding", interface)
        == -1)
    {
        return -1;
    }

    return vz_router_set("1", "/proc/sys/net/ipv4/conf/%s/forwarding",
                         conf->uplink);
}


vz_router_e
vz_router_what(int family)
{
    if (family == AF_INET) {
        return vz_router_get("/proc/sys/net/ipv4/conf/all/forwarding") == '0'
               ? VZ_ROUTER_UPLINK : VZ_ROUTER_OWN;
    }

    if (vz_router_get("/proc/sys/net/ipv6/conf/all/forwarding") != '1') {
        return VZ_ROUTER_UPLINK;
    }

    /* an administrator who turns it on does so for future links, too */

    return vz_router_get("/proc/sys/net/ipv6/conf/default/forwarding") == '0'
           ? VZ_ROUTER_ALL : VZ_ROUTER_OWN;
}


/*
 * Turn on forwarding of IPv6. The kernel then forgets the routers that other
 * links have learned, unless their accept_ra is 2. Before force_forwarding
 * (6.17) it can only be turned on for all links.
 */

static int
vz_router_open6(const vz_config_t *conf, const char *interface)
{
    int                rc;
    unsigned           i, n, force;
    vz_router_link_t   links[VZ_ROUTER_LINKS];

    force = vz_router_get("/proc/sys/net/ipv6/conf/all/force_forwarding")
            != '\0';

    if (vz_router_get("/proc/sys/net/ipv6/conf/%s/forwarding", interface)
        == '1'
        && vz_router_get("/proc/sys/net/ipv6/conf/%s/forwarding",
                         conf->uplink) == '1'
        && (force ? vz_router_get("/proc/sys/net/ipv6/conf/%s/"
                                  "force_forwarding", conf->uplink)
                  : vz_router_get("/proc/sys/net/ipv6/conf/all/forwarding"))
           == '1'
        && (!force || vz_router_get("/proc/sys/net/ipv6/conf/%s/"
                                    "force_forwarding", interface) == '1'))
    {
        return 0;
    }

    n = vz_router_links(conf, links);

    /* the uplink stays a router that still listens to advertisements */

    if (vz_router_get("/proc/sys/net/ipv6/conf/%s/accept_ra", conf->uplink)
        == '1')
    {
        (void) vz_router_set("2", "/proc/sys/net/ipv6/conf/%s/accept_ra",
                             conf->uplink);
    }

    for (i = 0; i < n; i++) {
        if (links[i].accept_ra == '1') {
            (void) vz_router_set("2", "/proc/sys/net/ipv6/conf/%s/accept_ra",
                                 links[i].name);
        }
    }

    rc = 0;

    if (force) {
        rc |= vz_router_set("1", "/proc/sys/net/ipv6/conf/%s/"
                            "force_forwarding", interface);
        rc |= vz_router_set("1", "/proc/sys/net/ipv6/conf/%s/"
                            "force_forwarding", conf->uplink);

    } else if (vz_router_get("/proc/sys/net/ipv6/conf/all/forwarding")
               != '1')
    {
        rc |= vz_router_set("1", "/proc/sys/net/ipv6/conf/all/forwarding");
        rc |= vz_router_set("0", "/proc/sys/net/ipv6/conf/default/"
                            "forwarding");
    }

    rc |= vz_router_set("1", "/proc/sys/net/ipv6/conf/%s/forwarding",
                        interface);
    rc |= vz_router_set("1", "/proc/sys/net/ipv6/conf/%s/forwarding",
                        conf->uplink);

    vz_router_settle(links, n);

    return rc;
}


/* Restore the other links: hosts that listen to the routers of their links. */

static void
vz_router_settle(const vz_router_link_t *links, unsigned n)
{
    unsigned  i;

    for (i = 0; i < n; i++) {
        if (links[i].forwarding == '0') {
            (void) vz_router_set("0", "/proc/sys/net/ipv6/conf/%s/forwarding",
                                 links[i].name);
        }

        if (links[i].accept_ra == '1') {
            (void) vz_router_set("1", "/proc/sys/net/ipv6/conf/%s/accept_ra",
                                 links[i].name);
        }
    }
}


static unsigned
vz_router_links(const vz_config_t *conf, vz_router_link_t *links)
{
    DIR              *dir;
    size_t            len;
    unsigned          n;
    struct dirent    *entry;

    n = 0;
    dir = opendir("/proc/sys/net/ipv6/conf");

    while (dir != NULL && n < VZ_ROUTER_LINKS
           && (entry = readdir(dir)) != NULL)
    {
        len = strlen(entry->d_name);

        if (entry->d_name[0] == '.' || len >= IFNAMSIZ
            || strcmp(entry->d_name, "all") == 0
            || strcmp(entry->d_name, "default") == 0
            || strcmp(entry->d_name, conf->uplink) == 0
            || vz_ct_link_ours(conf, entry->d_name))
        {
            continue;
        }

        memcpy(links[n].name, entry->d_name, len + 1);
        links[n].forwarding =
                       vz_router_get("/proc/sys/net/ipv6/conf/%s/forwarding",
                                     entry->d_name);
        links[n].accept_ra =
                       vz_router_get("/proc/sys/net/ipv6/conf/%s/accept_ra",
                                     entry->d_name);
        n++;
    }

    if (dir != NULL) {
        (void) closedir(dir);
    }

    return n;
}


/* The first letter of a value, or "" where there is none. */

static char
vz_router_get(const char *fmt, ...)
{
    int      fd;
    char     value;
    va_list  args;

    va_start(args, fmt);
    fd = vz_router_file(O_RDONLY, fmt, args);
    va_end(args);

    if (fd == -1) {
        return '\0';
    }

    if (read(fd, &value, 1) != 1) {
        value = '\0';
    }

    close(fd);

    return value;
}


static int
vz_router_file(int flags, const char *fmt, va_list args)
{
    char  path[VZ_ROUTER_PATH];

    vsnprintf(path, sizeof(path), fmt, args);

    return open(path, flags | O_CLOEXEC);
}


int
vz_router_set(const char *value, const char *fmt, ...)
{
    int      fd, rc;
    va_list  args;

    va_start(args, fmt);
    fd = vz_router_file(O_WRONLY, fmt, args);
    va_end(args);

    if (fd == -1) {
        return -1;
    }

    rc = write(fd, value, strlen(value)) == (ssize_t) strlen(value) ? 0 : -1;
    close(fd);

    return rc;
}
