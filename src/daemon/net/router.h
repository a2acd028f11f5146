/*
 * Forwarding by the host's kernel: between containers and the uplink. No other
 * link of the host forwards.
 */

#ifndef VZ_ROUTER_H
#define VZ_ROUTER_H

#include "daemon/base/config.h"


typedef enum {
    VZ_ROUTER_OWN = 0,      /* the host forwards by its own configuration */
    VZ_ROUTER_UPLINK,       /* we turned it on, for what comes by the uplink */
    VZ_ROUTER_ALL           /* we turned it on for all links: this kernel
                               has no other way */
} vz_router_e;


/*
 * vz_router_open: let the kernel forward packets between the container's
 * interface and conf->uplink. The uplink and the other links go on accepting
 * router advertisements. 0, or -1 with errno.
 */
int vz_router_open(const vz_config_t *conf, int family,
    const char *interface);

/*
 * vz_router_what: what the host forwards, and who turned it on; rules of
 * nftables restrict it.
 */
vz_router_e vz_router_what(int family);

/* vz_router_set: write a value of /proc/sys. 0, or -1 with errno. */
int vz_router_set(const char *value, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


#endif /* VZ_ROUTER_H */
