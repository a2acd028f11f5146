/*
 * The way of an API request through its call and its fiber.
 *
 * The call has a pool of its own, because its fiber may outlive the request
 * (the client left), and the request may outlive the fiber (the reply is being
 * sent, the log needs the user's name).  The last of them destroys it.
 */

#include "runtime/call.h"
#include "runtime/download.h"
#include "runtime/fiber.h"
#include "runtime/http_core.h"
#include "runtime/sse.h"
#include "runtime/websocket.h"


#define VZ_CALL_POOL  4096


typedef struct {
    vz_call_t            call;          /* first: a vz_call_t is cast to its
                                           exchange */
    ngx_http_request_t  *request;       /* NULL when the client left */
    ngx_http_request_t  *origin;        /* the same, only to be compared */
    vz_call_pt           serve;
    ngx_event_t          event;         /* posted when the fiber has ended */
    ngx_log_t            log;
    ngx_uint_t           references;
    unsigned             starting:1;
    unsigned             ended:1;
} vz_exchange_t;


static vz_exchange_t *vz_http_exchange(ngx_http_request_t *r,
    const ngx_str_t *prefix, vz_call_pt serve);
static ngx_int_t vz_http_attach(vz_exchange_t *x);
static vz_exchange_t *vz_http_find(ngx_http_request_t *r);
static void vz_http_ready(ngx_http_request_t *r);
static void vz_http_run(void *data);
static void vz_http_ended(ngx_event_t *ev);
static void vz_http_finish(vz_exchange_t *x);
static void vz_http_error_page(vz_call_t *call, ngx_uint_t status);
static void vz_http_too_large(vz_call_t *call);
static void vz_http_detach(void *data);
static u_char *vz_http_log_error(ngx_log_t *log, u_char *buf, size_t len);


ngx_int_t
vz_http_handler(ngx_http_request_t *r, const ngx_str_t *prefix,
    vz_call_pt serve)
{
    ngx_int_t       rc;
    vz_exchange_t  *x;

    x = vz_http_exchange(r, prefix, serve);
    if (x == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (r->err_status >= NGX_HTTP_BAD_REQUEST) {
        vz_http_error_page(&x->call, r->err_status);

        /* a body that is not read must not be taken for the next request */

        rc = ngx_http_discard_request_body(r);

        return rc == NGX_OK ? vz_http_send(r, &x->call) : rc;
    }

    r->request_body_in_single_buf = 1;

    rc = ngx_http_read_client_request_body(r, vz_http_ready);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


vz_call_t *
vz_http_call(ngx_http_request_t *r)
{
    vz_exchange_t  *x;

    x = vz_http_find(r);

    return x != NULL ? &x->call : NULL;
}


static vz_exchange_t *
vz_http_exchange(ngx_http_request_t *r, const ngx_str_t *prefix,
    vz_call_pt serve)
{
    ngx_pool_t                *pool;
    vz_exchange_t             *x;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    pool = ngx_create_pool(VZ_CALL_POOL, clcf->error_log);
    if (pool == NULL) {
        return NULL;
    }

    x = ngx_pcalloc(pool, sizeof(vz_exchange_t));
    if (x == NULL) {
        goto failed;
    }

    x->log = *clcf->error_log;
    x->log.connection = r->connection->log->connection;
    x->log.handler = vz_http_log_error;
    x->log.data = x;
    x->log.action = NULL;

    x->request = r;
    x->origin = r;
    x->serve = serve;
    x->event.handler = vz_http_ended;
    x->event.data = x;
    x->event.log = &x->log;
    x->call.pool = pool;
    x->call.log = &x->log;
    pool->log = &x->log;

    if (vz_http_copy(&x->call, r, prefix) != NGX_OK
        || vz_http_attach(x) != NGX_OK)
    {
        goto failed;
    }

    vz_http_copy_redact(r);

    return x;

failed:

    pool->log = clcf->error_log;
    ngx_destroy_pool(pool);

    return NULL;
}


/*
 * nginx runs the request's cleanups when it ends or is cut, and destroys its
 * pool when it was logged and nothing of the reply is unsent.
 */
static ngx_int_t
vz_http_attach(vz_exchange_t *x)
{
    ngx_http_cleanup_t  *detach;
    ngx_pool_cleanup_t  *release;

    detach = ngx_http_cleanup_add(x->request, 0);
    if (detach == NULL) {
        return NGX_ERROR;
    }

    release = ngx_pool_cleanup_add(x->request->pool, 0);
    if (release == NULL) {
        return NGX_ERROR;
    }

    detach->handler = vz_http_detach;
    detach->data = x;
    release->handler = vz_http_release;
    release->data = x;
    x->references = 1;

    return NGX_OK;
}


/* not by r->ctx, which an internal redirect clears */
/* a subrequest uses the pool of its main request */
static vz_exchange_t *
vz_http_find(ngx_http_request_t *r)
{
    vz_exchange_t       *x;
    ngx_pool_cleanup_t  *cln;

    for (cln = r->pool->cleanup; cln != NULL; cln = cln->next) {
        x = cln->data;

        if (cln->handler == vz_http_release && x->origin == r) {
            return x;
        }
    }

    return NULL;
}


static void
vz_http_ready(ngx_http_request_t *r)
{
    vz_exchange_t  *x;

    x = vz_http_find(r);

    switch (vz_http_copy_body(&x->call, r)) {

    case NGX_OK:
        break;

    case NGX_DECLINED:
        vz_http_too_large(&x->call);
        vz_http_finish(x);
        return;

    default:
        vz_call_busy(&x->call, 1);
        vz_http_finish(x);
        return;
    }

    x->references++;
    x->starting = 1;

    if (vz_fiber_serve(vz_http_run, x) != NGX_OK) {
        x->references--;
        vz_call_busy(&x->call, 1);
        vz_http_finish(x);
        return;
    }

    x->starting = 0;

    if (x->ended) {
        x->references--;
        vz_http_finish(x);
        return;
    }

    if (x->call.wait > 0) {
        r->read_event_handler = ngx_http_test_reading;
    }
}


static void
vz_http_run(void *data)
{
    vz_exchange_t  *x = data;

    x->serve(&x->call);
    vz_share_give(&x->call.place);

    if (x->call.resume != NULL) {
        return;
    }

    x->ended = 1;

    /* nginx's filters have to run on the main stack */

    if (!x->starting) {
        ngx_post_event(&x->event, &ngx_posted_events);
    }
}


/* the new fiber takes over the reference of the first one */
ngx_int_t
vz_http_serve_again(vz_call_t *call, vz_call_pt serve)
{
    vz_exchange_t  *x = (vz_exchange_t *) call;

    x->serve = serve;

    return vz_fiber_serve(vz_http_run, x);
}


static void
vz_http_ended(ngx_event_t *ev)
{
    vz_exchange_t     *x = ev->data;
    ngx_connection_t  *c;

    if (x->request != NULL) {
        c = x->request->connection;
        vz_http_finish(x);
        ngx_http_run_posted_requests(c);
    }

    vz_http_release(x);
}


/* the request may be gone when this returns */
static void
vz_http_finish(vz_exchange_t *x)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    r = x->request;

    if (x->call.stream != NULL || x->call.socket != NULL
        || x->call.download != NULL)
    {
        rc = x->call.stream != NULL ? vz_sse_start(r, x->call.stream)
             : x->call.socket != NULL ? vz_websocket_start(r, x->call.socket)
             : vz_download_start(r, x->call.download);

        if (rc == NGX_AGAIN) {
            return;
        }

    } else {
        rc = vz_http_send(r, &x->call);
    }

    ngx_http_finalize_request(r, rc);
}


vz_call_t *
vz_http_refused(ngx_http_request_t *r, const ngx_str_t *prefix,
    ngx_uint_t status)
{
    vz_exchange_t  *x;

    x = vz_http_find(r);

    if (x == NULL) {
        x = vz_http_exchange(r, prefix, NULL);
    }

    if (x == NULL) {
        return NULL;
    }

    vz_http_error_page(&x->call, status);

    return vz_json_end(&x->call.out) == NGX_OK ? &x->call : NULL;
}


/* replies for what nginx itself refused */
static void
vz_http_error_page(vz_call_t *call, ngx_uint_t status)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t   status;
        const char  *code;
        const char  *detail;
    } pages[] = {
        { 401, "not_signed_in", "A name and a password are wanted here." },
        { 403, "forbidden", "This address may not ask for this." },
        { 404, "not_found", "There is nothing at this path." },
        { 405, "method_not_allowed", "No path takes this method." },
        { 408, "timeout", "The request did not come in time." },
        { 414, "too_long", "The request's line is too long." },
        { 429, "too_many", "Too many requests; try again in a moment." },
        { 501, "not_implemented", "Bodies are not taken in this coding." },
        { 505, "bad_version", "This version of HTTP is not spoken here." },
        { 499, "bad_request", "The request is not as HTTP has it." },
        { 0, "internal", "The request could not be served." }
    };

    if (status == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
        vz_http_too_large(call);
        return;
    }

    if (status == NGX_HTTP_SERVICE_UNAVAILABLE) {
        vz_call_busy(call, 1);
        return;
    }

    for (i = 0; pages[i].status != 0; i++) {
        if (pages[i].status == status
            || (pages[i].status == 499 && status < 500))
        {
            break;
        }
    }

    vz_call_problem(call, status, pages[i].code, "%s", pages[i].detail);

    if (status == NGX_HTTP_TOO_MANY_REQUESTS) {
        vz_call_header(call, "Retry-After", vz_call_printf(call, "1"));
    }

    if (status == NGX_HTTP_NOT_ALLOWED) {
        vz_call_header(call, "Allow",
                       vz_call_printf(call, "GET, HEAD, POST, PUT, PATCH, "
                                      "DELETE"));
    }
}


static void
vz_http_too_large(vz_call_t *call)
{
    vz_call_problem(call, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, "too_large",
                    "A request body holds at most %O bytes.",
                    vz_http_copy_body_max(call));
}


static void
vz_http_detach(void *data)
{
    vz_exchange_t  *x = data;

    x->request = NULL;
    x->call.left = 1;
}


void
vz_http_release(void *data)
{
    vz_exchange_t  *x = data;

    if (--x->references == 0) {
        x->call.pool->log = ngx_cycle->log;
        ngx_destroy_pool(x->call.pool);
    }
}


/* without the path and the arguments, which may hold a secret */
static u_char *
vz_http_log_error(ngx_log_t *log, u_char *buf, size_t len)
{
    u_char         *p;
    vz_exchange_t  *x = log->data;

    p = ngx_snprintf(buf, len, ", client: %V, api: %V", &x->call.remote,
                     &x->call.method_name);

    if (x->call.who.user != 0) {
        len -= p - buf;
        p = ngx_snprintf(p, len, ", user: %s", x->call.who.account);
    }

    return p;
}
