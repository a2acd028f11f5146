/*
 * Fibers on ucontext.  One thread, so one fiber runs at a time; every fiber
 * is resumed from the main stack, by the handler of its only event, which is
 * its timer and its posted wake-up at once.
 *
 * Under valgrind use --max-stackframe=32768: the stacks of libmariadb lie
 * close to ours, and a switch must not look like a large frame.
 */

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <sys/mman.h>
#include <ucontext.h>
#include "runtime/fiber.h"

#if defined(__SANITIZE_ADDRESS__)
#define VZ_ASAN  1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define VZ_ASAN  1
#endif
#endif

#if (VZ_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if !defined(VZ_VALGRIND) && defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#define VZ_VALGRIND  1
#endif
#endif

#if (VZ_VALGRIND)
#include <valgrind/valgrind.h>
#endif


#if (VZ_ASAN)
#define VZ_FIBER_STACK  (512 * 1024)    /* instrumented frames are fatter */
#else
#define VZ_FIBER_STACK  (128 * 1024)
#endif

/* larger than the largest frame, so that no overflow can step over it */
#define VZ_FIBER_GUARD  (16 * 1024)

#define VZ_FIBER_SPARE  128


struct vz_fiber_s {
    ucontext_t       context;
    ngx_event_t      event;
    u_char          *map;
    vz_fiber_pt      run;
    void            *data;
    vz_fiber_t      *next;

#if (VZ_ASAN)
    void            *fake;
#endif

#if (VZ_VALGRIND)
    unsigned         stack_id;
#endif

    unsigned         waiting:1;
    unsigned         woken:1;
    unsigned         done:1;
};


static ngx_int_t vz_fiber_begin(vz_fiber_pt run, void *data,
    ngx_uint_t most);
static vz_fiber_t *vz_fiber_take(ngx_uint_t most);
static vz_fiber_t *vz_fiber_create(void);
static void vz_fiber_release(vz_fiber_t *fiber);
static void vz_fiber_destroy(vz_fiber_t *fiber);
static ngx_int_t vz_fiber_prepare(vz_fiber_t *fiber);
static void vz_fiber_start(void);
static void vz_fiber_resume(vz_fiber_t *fiber);
static void vz_fiber_suspend(vz_fiber_t *fiber);
static void vz_fiber_event(ngx_event_t *ev);


static vz_fiber_t        *vz_fiber_current;
static vz_fiber_t        *vz_fiber_spare;
static ngx_uint_t         vz_fiber_nspare;
static ngx_uint_t         vz_fiber_living;
static ucontext_t         vz_fiber_main;

/* what nginx's debug log reads a descriptor's number from */
static ngx_connection_t   vz_fiber_ident = { .fd = (ngx_socket_t) -1 };

#if (VZ_ASAN)
static void              *vz_fiber_main_fake;
static const void        *vz_fiber_main_stack;
static size_t             vz_fiber_main_size;
#endif


ngx_int_t
vz_fiber_spawn(vz_fiber_pt run, void *data)
{
    return vz_fiber_begin(run, data, VZ_FIBER_MAX);
}


ngx_int_t
vz_fiber_serve(vz_fiber_pt run, void *data)
{
    return vz_fiber_begin(run, data, VZ_FIBER_MAX - VZ_FIBER_RESERVE);
}


ngx_uint_t
vz_fiber_room(void)
{
    return vz_fiber_living < VZ_FIBER_MAX - VZ_FIBER_RESERVE;
}


static ngx_int_t
vz_fiber_begin(vz_fiber_pt run, void *data, ngx_uint_t most)
{
    vz_fiber_t  *fiber;

    fiber = vz_fiber_take(most);
    if (fiber == NULL) {
        return NGX_ERROR;
    }

    fiber->run = run;
    fiber->data = data;
    fiber->waiting = 0;
    fiber->woken = 0;
    fiber->done = 0;

    ngx_memzero(&fiber->event, sizeof(ngx_event_t));
    fiber->event.data = &vz_fiber_ident;
    fiber->event.handler = vz_fiber_event;
    fiber->event.log = ngx_cycle->log;

    if (vz_fiber_prepare(fiber) != NGX_OK) {
        vz_fiber_destroy(fiber);
        return NGX_ERROR;
    }

    vz_fiber_living++;

    if (vz_fiber_current == NULL) {
        vz_fiber_resume(fiber);
        return NGX_OK;
    }

    /* the timer keeps a leaving worker alive, and wakes the loop */

    fiber->waiting = 1;
    ngx_add_timer(&fiber->event, 0);
    vz_fiber_wake(fiber);

    return NGX_OK;
}


vz_fiber_t *
vz_fiber_self(void)
{
    return vz_fiber_current;
}


ngx_int_t
vz_fiber_wait(ngx_msec_t msec)
{
    vz_fiber_t  *fiber;

    fiber = vz_fiber_current;

    if (fiber == NULL) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "vzpanel: a wait outside of a fiber");
        return NGX_DECLINED;
    }

    fiber->waiting = 1;
    fiber->woken = 0;
    fiber->event.log = ngx_cycle->log;

    ngx_add_timer(&fiber->event, msec);

    vz_fiber_suspend(fiber);

    return fiber->woken ? NGX_OK : NGX_DECLINED;
}


void
vz_fiber_wake(vz_fiber_t *fiber)
{
    if (!fiber->waiting || fiber->woken) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                      "vzpanel: a fiber woken that does not wait");
        return;
    }

    /* its timer stays until it runs, for which a leaving worker waits */

    fiber->woken = 1;
    ngx_post_event(&fiber->event, &ngx_posted_events);
}


void
vz_fiber_sleep(ngx_msec_t msec)
{
    (void) vz_fiber_wait(msec);
}


ngx_uint_t
vz_fiber_count(void)
{
    return vz_fiber_living;
}


void
vz_fiber_exit(void)
{
    vz_fiber_t  *fiber;

    while (vz_fiber_spare) {
        fiber = vz_fiber_spare;
        vz_fiber_spare = fiber->next;
        vz_fiber_nspare--;

        vz_fiber_destroy(fiber);
    }
}


static vz_fiber_t *
vz_fiber_take(ngx_uint_t most)
{
    vz_fiber_t     *fiber;
    static time_t   logged;

    if (vz_fiber_living >= most) {
        if (logged != ngx_time()) {
            logged = ngx_time();
            ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                          "vzpanel: %ui fibers live, no more are started%s",
                          vz_fiber_living,
                          most < VZ_FIBER_MAX ? " for requests" : "");
        }

        return NULL;
    }

    fiber = vz_fiber_spare;

    if (fiber) {
        vz_fiber_spare = fiber->next;
        vz_fiber_nspare--;
        return fiber;
    }

    return vz_fiber_create();
}


static vz_fiber_t *
vz_fiber_create(void)
{
    vz_fiber_t  *fiber;

    fiber = ngx_calloc(sizeof(vz_fiber_t), ngx_cycle->log);
    if (fiber == NULL) {
        return NULL;
    }

    fiber->map = mmap(NULL, VZ_FIBER_GUARD + VZ_FIBER_STACK,
                      PROT_READ|PROT_WRITE,
                      MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE|MAP_STACK,
                      -1, 0);

    if (fiber->map == MAP_FAILED) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                      "vzpanel: mmap() of a fiber's stack failed");
        ngx_free(fiber);
        return NULL;
    }

    if (mprotect(fiber->map, VZ_FIBER_GUARD, PROT_NONE) == -1) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, ngx_errno,
                      "vzpanel: mprotect() of a fiber's stack failed");
        (void) munmap(fiber->map, VZ_FIBER_GUARD + VZ_FIBER_STACK);
        ngx_free(fiber);
        return NULL;
    }

#if (VZ_VALGRIND)
    fiber->stack_id = VALGRIND_STACK_REGISTER(fiber->map + VZ_FIBER_GUARD,
                                              fiber->map + VZ_FIBER_GUARD
                                              + VZ_FIBER_STACK);
#endif

    return fiber;
}


static void
vz_fiber_release(vz_fiber_t *fiber)
{
    vz_fiber_living--;

#if (VZ_ASAN)
    /* frames that never returned have left their red zones behind */
    __asan_unpoison_memory_region(fiber->map + VZ_FIBER_GUARD, VZ_FIBER_STACK);
#endif

    if (vz_fiber_nspare >= VZ_FIBER_SPARE) {
        vz_fiber_destroy(fiber);
        return;
    }

    fiber->next = vz_fiber_spare;
    vz_fiber_spare = fiber;
    vz_fiber_nspare++;
}


static void
vz_fiber_destroy(vz_fiber_t *fiber)
{
#if (VZ_VALGRIND)
    VALGRIND_STACK_DEREGISTER(fiber->stack_id);
#endif

    if (munmap(fiber->map, VZ_FIBER_GUARD + VZ_FIBER_STACK) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "vzpanel: munmap() of a fiber's stack failed");
    }

    ngx_free(fiber);
}


/* getcontext() may return twice: keep it away from live locals */

static ngx_int_t
vz_fiber_prepare(vz_fiber_t *fiber)
{
    if (getcontext(&fiber->context) == -1) {
        return NGX_ERROR;
    }

    fiber->context.uc_stack.ss_sp = fiber->map + VZ_FIBER_GUARD;
    fiber->context.uc_stack.ss_size = VZ_FIBER_STACK;
    fiber->context.uc_link = NULL;

    makecontext(&fiber->context, vz_fiber_start, 0);

    return NGX_OK;
}


static void
vz_fiber_start(void)
{
    vz_fiber_t  *fiber;

    fiber = vz_fiber_current;

#if (VZ_ASAN)
    __sanitizer_finish_switch_fiber(NULL, &vz_fiber_main_stack,
                                    &vz_fiber_main_size);
#endif

    fiber->run(fiber->data);
    fiber->done = 1;

    vz_fiber_suspend(fiber);
}


/* on the main stack: let a fiber go on until it waits again or ends */

static void
vz_fiber_resume(vz_fiber_t *fiber)
{
    vz_fiber_current = fiber;

#if (VZ_ASAN)
    __sanitizer_start_switch_fiber(&vz_fiber_main_fake,
                                   fiber->map + VZ_FIBER_GUARD,
                                   VZ_FIBER_STACK);
#endif

    if (swapcontext(&vz_fiber_main, &fiber->context) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "vzpanel: swapcontext() failed");
    }

#if (VZ_ASAN)
    __sanitizer_finish_switch_fiber(vz_fiber_main_fake, NULL, NULL);
#endif

    vz_fiber_current = NULL;

    if (fiber->done) {
        vz_fiber_release(fiber);
    }
}


/* on a fiber: back to the main stack */

static void
vz_fiber_suspend(vz_fiber_t *fiber)
{
#if (VZ_ASAN)
    __sanitizer_start_switch_fiber(fiber->done ? NULL : &fiber->fake,
                                   vz_fiber_main_stack, vz_fiber_main_size);
#endif

    if (swapcontext(&fiber->context, &vz_fiber_main) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno,
                      "vzpanel: swapcontext() failed");
    }

#if (VZ_ASAN)
    __sanitizer_finish_switch_fiber(fiber->fake, &vz_fiber_main_stack,
                                    &vz_fiber_main_size);
#endif
}


static void
vz_fiber_event(ngx_event_t *ev)
{
    vz_fiber_t  *fiber;

    if (vz_fiber_current) {
        /* a handler was called on a fiber, and a fiber can't resume another */
        ngx_post_event(ev, &ngx_posted_events);
        return;
    }

    fiber = (vz_fiber_t *) ((u_char *) ev - offsetof(vz_fiber_t, event));

    if (ev->timer_set) {
        ngx_del_timer(ev);
    }

    if (ev->posted) {
        ngx_delete_posted_event(ev);
    }

    ev->timedout = 0;
    fiber->waiting = 0;

    vz_fiber_resume(fiber);
}
