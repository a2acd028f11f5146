/*
 * Three queues share the threads by the time that they use, so that a flood in
 * one does not delay the others.  Within a queue the lowest rank goes first,
 * then the network whose last turn was longest ago, then the first to arrive.
 *
 * One thread more than the others have is for known callers: they never wait
 * for the job of a stranger to end.
 *
 * A queue is as long as its last place may wait.  A caller that finds it full
 * takes the place of one that goes behind it, if there is one.
 */

#include "runtime/crypt_line.h"
#include "runtime/fiber.h"
#include "runtime/queue.h"


#define VZ_CRYPT_GUESS     50000        /* us of a job, before one was timed */
#define VZ_CRYPT_NETWORKS  4096


typedef struct {
    ngx_queue_t              queue;
    vz_fiber_t              *fiber;
    const vz_crypt_place_t  *place;
    unsigned                 called:1;  /* it has a thread */
    unsigned                 lost:1;    /* another caller took the place */
} vz_crypt_waiter_t;

typedef struct {
    ngx_queue_t              waiters;
    uint64_t                 used;      /* us of threads, from where the lines
                                           had used the same */
    ngx_uint_t               took;      /* us of a job, by the last ones */
    ngx_uint_t               running;
} vz_crypt_queue_t;

typedef struct {
    ngx_uint_t               threads;   /* those of callers who are not
                                           known */
    ngx_uint_t               running;
    uint64_t                 used;      /* of the queue that was served last */
    vz_crypt_queue_t         lines[VZ_CRYPT_LINES];
    uint32_t                 turns[VZ_CRYPT_NETWORKS];
    uint32_t                 turn;
} vz_crypt_lines_t;


/* the wait in ms that is expected now, and the longest allowed */

static const struct {
    ngx_msec_t               expected;
    ngx_msec_t               longest;
} vz_crypt_bounds[] = {
    [VZ_CRYPT_KNOWN] = { 15000, 30000 },
    [VZ_CRYPT_ORDER] = { 60000, 90000 },
    [VZ_CRYPT_STRANGER] = { 1000, 3000 }
};


static ngx_uint_t vz_crypt_threads(vz_crypt_line_e line);
static ngx_msec_t vz_crypt_ahead(vz_crypt_line_e line, ngx_uint_t rank);
static ngx_uint_t vz_crypt_lines_busy(vz_crypt_line_e line);
static ngx_uint_t vz_crypt_displace(const vz_crypt_place_t *place);
static void vz_crypt_next(void);
static void vz_crypt_start(const vz_crypt_place_t *place);
static vz_crypt_waiter_t *vz_crypt_first(vz_crypt_queue_t *line);
static ngx_uint_t vz_crypt_before(const vz_crypt_place_t *one,
    const vz_crypt_place_t *other);


static vz_crypt_lines_t  vz_crypt;


#define vz_crypt_turn(place)                                                  \
    vz_crypt.turns[(uint32_t) ((place)->network * 2654435761u)               \
                   % VZ_CRYPT_NETWORKS]


void
vz_crypt_line_init(ngx_uint_t threads)
{
    ngx_uint_t  i;

    ngx_memzero(&vz_crypt, sizeof(vz_crypt_lines_t));

    vz_crypt.threads = threads;

    for (i = 0; i < VZ_CRYPT_LINES; i++) {
        ngx_queue_init(&vz_crypt.lines[i].waiters);
        vz_crypt.lines[i].took = VZ_CRYPT_GUESS;
    }
}


vz_code_e
vz_crypt_line_enter(const vz_crypt_place_t *place)
{
    vz_crypt_queue_t   *line;
    vz_crypt_waiter_t   waiter;

    line = &vz_crypt.lines[place->line];

    if (line->running == 0 && ngx_queue_empty(&line->waiters)) {
        line->used = ngx_max(line->used, vz_crypt.used);
    }

    if (vz_crypt.running < vz_crypt_threads(place->line)) {
        vz_crypt_start(place);
        return VZ_OK;
    }

    if (vz_crypt_ahead(place->line, place->rank)
            > vz_crypt_bounds[place->line].expected
        && !vz_crypt_displace(place))
    {
        return VZ_OVERLOADED;
    }

    ngx_memzero(&waiter, sizeof(vz_crypt_waiter_t));
    waiter.fiber = vz_fiber_self();
    waiter.place = place;
    ngx_queue_insert_tail(&line->waiters, &waiter.queue);

    (void) vz_fiber_wait(vz_crypt_bounds[place->line].longest);

    if (waiter.called) {
        return VZ_OK;
    }

    if (!waiter.lost) {
        ngx_queue_remove(&waiter.queue);
    }

    return VZ_OVERLOADED;
}


static ngx_uint_t
vz_crypt_threads(vz_crypt_line_e line)
{
    return vz_crypt.threads + (line == VZ_CRYPT_KNOWN);
}


/*
 * The wait in milliseconds of a caller that joins the queue now: the jobs that
 * do not go behind it, and as many of each other queue that is busy.
 */

static ngx_msec_t
vz_crypt_ahead(vz_crypt_line_e line, ngx_uint_t rank)
{
    ngx_uint_t          jobs;
    ngx_queue_t        *q;
    vz_crypt_queue_t   *own;
    vz_crypt_waiter_t  *waiter;

    own = &vz_crypt.lines[line];
    jobs = 1;

    vz_queue_each(q, &own->waiters) {
        waiter = ngx_queue_data(q, vz_crypt_waiter_t, queue);
        jobs += (waiter->place->rank <= rank);
    }

    return jobs * own->took * vz_crypt_lines_busy(line) / vz_crypt.threads
           / 1000;
}


static ngx_uint_t
vz_crypt_lines_busy(vz_crypt_line_e line)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < VZ_CRYPT_LINES; i++) {
        n += (i == line || !ngx_queue_empty(&vz_crypt.lines[i].waiters));
    }

    return n;
}


/* the last place behind this one in a full queue, which has to go */

static ngx_uint_t
vz_crypt_displace(const vz_crypt_place_t *place)
{
    ngx_queue_t        *q;
    vz_crypt_queue_t   *line;
    vz_crypt_waiter_t  *waiter, *last;

    line = &vz_crypt.lines[place->line];
    last = NULL;

    vz_queue_each(q, &line->waiters) {
        waiter = ngx_queue_data(q, vz_crypt_waiter_t, queue);

        if (last == NULL || !vz_crypt_before(waiter->place, last->place)) {
            last = waiter;
        }
    }

    if (last == NULL || !vz_crypt_before(place, last->place)) {
        return 0;
    }

    ngx_queue_remove(&last->queue);
    last->lost = 1;
    vz_fiber_wake(last->fiber);

    return 1;
}


void
vz_crypt_line_leave(vz_crypt_line_e line, ngx_uint_t took)
{
    vz_crypt_queue_t  *own;

    own = &vz_crypt.lines[line];

    own->used += took;
    own->took = (own->took * 7 + took) / 8;
    own->running--;

    vz_crypt.running--;
    vz_crypt_next();
}


/* the queue with waiting callers that used the least time */

static void
vz_crypt_next(void)
{
    ngx_uint_t          i;
    vz_crypt_queue_t   *line, *next;
    vz_crypt_waiter_t  *waiter;

    next = NULL;

    for (i = 0; i < VZ_CRYPT_LINES; i++) {
        line = &vz_crypt.lines[i];

        if (!ngx_queue_empty(&line->waiters)
            && vz_crypt.running < vz_crypt_threads(i)
            && (next == NULL || line->used < next->used))
        {
            next = line;
        }
    }

    if (next == NULL) {
        return;
    }

    waiter = vz_crypt_first(next);

    vz_crypt_start(waiter->place);

    ngx_queue_remove(&waiter->queue);
    waiter->called = 1;
    vz_fiber_wake(waiter->fiber);
}


static void
vz_crypt_start(const vz_crypt_place_t *place)
{
    vz_crypt_queue_t  *line;

    line = &vz_crypt.lines[place->line];

    line->running++;
    vz_crypt.running++;
    vz_crypt.used = ngx_max(vz_crypt.used, line->used);
    vz_crypt_turn(place) = ++vz_crypt.turn;
}


static vz_crypt_waiter_t *
vz_crypt_first(vz_crypt_queue_t *line)
{
    ngx_queue_t        *q;
    vz_crypt_waiter_t  *waiter, *first;

    first = NULL;

    vz_queue_each(q, &line->waiters) {
        waiter = ngx_queue_data(q, vz_crypt_waiter_t, queue);

        if (first == NULL || vz_crypt_before(waiter->place, first->place)) {
            first = waiter;
        }
    }

    return first;
}


/* whether one goes before the other, whenever they arrived */

static ngx_uint_t
vz_crypt_before(const vz_crypt_place_t *one, const vz_crypt_place_t *other)
{
    if (one->rank != other->rank) {
        return one->rank < other->rank;
    }

    /* turns are a counter that comes round */

    return (int32_t) (vz_crypt_turn(one) - vz_crypt_turn(other)) < 0;
}


/* strangers go first at their next try, and get no delay for the queue */

ngx_uint_t
vz_crypt_line_delay(vz_crypt_line_e line)
{
    if (line == VZ_CRYPT_STRANGER) {
        return 1;
    }

    return (vz_crypt_ahead(line, NGX_MAX_UINT32_VALUE) + 999) / 1000;
}
