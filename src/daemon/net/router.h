/*
 * How far the host's kernel forwards: for containers and the uplink, and for
 * no other link of the host, which stays the host that it was.
 */

#ifndef VZ_ROUTER_H
#define VZ_ROUTER_H

#include "daemon/base/config.h"


typedef enum {
    VZ_ROUTER_OWN = 0,      /* the host forwards by its own configuration */
    VZ_ROUTER_UPLINK,       /* only what comes by the uplink, for us */
    VZ_ROUTER_ALL           /* everything, for us: the kernel knows no less */
} vz_router_e;


/*
 * vz_router_open: let packets from the container's interface and from
 * conf->uplink be forwarded.  Other links go on heeding router advertisements,
 * and so does the uplink.  0, or -1 with errno.
 */
int vz_router_open(const vz_config_t *conf, int family,
    const char *interface);

/* vz_router_what: what is forwarded, and for whom; rules close the rest. */
vz_router_e vz_router_what(int family);

/* vz_router_set: one value of /proc/sys.  0, or -1 with errno. */
int vz_router_set(const char *value, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


#endif /* VZ_ROUTER_H */
