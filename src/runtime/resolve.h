/*
 * Names of DNS, by nginx's own resolver: the directive resolver in http.
 */

#ifndef VZ_RESOLVE_H
#define VZ_RESOLVE_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    VZ_RESOLVE_UNKNOWN = 0, /* there is no resolver, or it did not answer */
    VZ_RESOLVE_NO,
    VZ_RESOLVE_YES
} vz_resolve_e;


/* vz_resolve_init: worker start. */
void vz_resolve_init(ngx_cycle_t *cycle);

/*
 * vz_resolve_points: on a fiber, whether a name has an address, given as the 4
 * or 16 bytes of its family; it waits for msec at most.
 */
vz_resolve_e vz_resolve_points(const ngx_str_t *name, int family,
    const u_char *addr, ngx_msec_t msec);


#endif /* VZ_RESOLVE_H */
