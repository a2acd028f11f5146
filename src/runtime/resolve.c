/*
 * Names of DNS, by nginx's own resolver.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
#include "runtime/fiber.h"
#include "runtime/resolve.h"


#define VZ_RESOLVE_SLACK  1000      /* ms: the resolver's own timer is first */


typedef struct {
    vz_fiber_t      *fiber;         /* set while it waits */
    int              family;
    const u_char    *addr;
    vz_resolve_e     found;
    ngx_uint_t       done;
} vz_resolve_t;


static void vz_resolve_heard(ngx_resolver_ctx_t *ctx);
static ngx_uint_t vz_resolve_same(const vz_resolve_t *ask,
    const struct sockaddr *sa);


static ngx_resolver_t  *vz_resolve_resolver;


void
vz_resolve_init(ngx_cycle_t *cycle)
{
    ngx_http_conf_ctx_t       *ctx;
    ngx_http_core_loc_conf_t  *clcf;

    ctx = (ngx_http_conf_ctx_t *) ngx_get_conf(cycle->conf_ctx,
                                               ngx_http_module);
    clcf = ctx->loc_conf[ngx_http_core_module.ctx_index];

    vz_resolve_resolver = clcf->resolver;
}


vz_resolve_e
vz_resolve_points(const ngx_str_t *name, int family, const u_char *addr,
    ngx_msec_t msec)
{
    vz_resolve_t         ask;
    ngx_resolver_ctx_t  *ctx;

    if (vz_resolve_resolver == NULL) {
        return VZ_RESOLVE_UNKNOWN;
    }

    ctx = ngx_resolve_start(vz_resolve_resolver, NULL);

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        return VZ_RESOLVE_UNKNOWN;
    }

    ngx_memzero(&ask, sizeof(vz_resolve_t));
    ask.family = family;
    ask.addr = addr;

    ctx->name = *name;
    ctx->handler = vz_resolve_heard;
    ctx->data = &ask;
    ctx->timeout = msec;

    /* what fails here is freed; what is known is heard before it returns */

    if (ngx_resolve_name(ctx) != NGX_OK || ask.done) {
        return ask.found;
    }

    ask.fiber = vz_fiber_self();

    if (vz_fiber_wait(msec + VZ_RESOLVE_SLACK) != NGX_OK && !ask.done) {
        ngx_resolve_name_done(ctx);
    }

    return ask.found;
}


static void
vz_resolve_heard(ngx_resolver_ctx_t *ctx)
{
    ngx_uint_t     i;
    vz_resolve_t  *ask = ctx->data;

    if (ctx->state == NGX_OK) {
        ask->found = VZ_RESOLVE_NO;

        for (i = 0; i < ctx->naddrs; i++) {
            if (vz_resolve_same(ask, ctx->addrs[i].sockaddr)) {
                ask->found = VZ_RESOLVE_YES;
            }
        }

    } else if (ctx->state == NGX_RESOLVE_NXDOMAIN) {
        ask->found = VZ_RESOLVE_NO;
    }

    ask->done = 1;
    ngx_resolve_name_done(ctx);

    if (ask->fiber != NULL) {
        vz_fiber_wake(ask->fiber);
    }
}


static ngx_uint_t
vz_resolve_same(const vz_resolve_t *ask, const struct sockaddr *sa)
{
    if (sa->sa_family != ask->family) {
        return 0;
    }

    if (ask->family == AF_INET) {
        return ngx_memcmp(&((const struct sockaddr_in *) sa)->sin_addr,
                          ask->addr, 4)
               == 0;
    }

    return ngx_memcmp(&((const struct sockaddr_in6 *) sa)->sin6_addr,
                      ask->addr, 16)
           == 0;
}
