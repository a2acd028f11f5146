/*
 * One shared-memory zone for all workers: who is signed in, who tries too
 * often, what every container and every running task looked like last.
 * The database is the truth; losing the zone loses nothing.
 *
 * Live state is kept as tables of the last value with a version, not as a
 * ring of events: a reader asks for everything newer than the version it
 * has, so resuming a stream never misses anything, however long it was away.
 * Versions come from the wall clock in microseconds, so they keep growing
 * when the zone starts anew.
 */

#ifndef VZ_ZONE_H
#define VZ_ZONE_H

#include <ngx_config.h>
#include <ngx_core.h>


/* --- sessions: the answer of the session query for a few seconds --- */

typedef struct {
    uint64_t      session;          /* id of the row; 0 for a token */
    uint64_t      user;
    ngx_uint_t    admin;
    ngx_uint_t    must_change;
    ngx_uint_t    write;            /* may change things (a token's scope) */
    ngx_msec_t    until;            /* ngx_current_msec of its end; 0: none */
    u_char        account[64];      /* terminated */
    u_char        name[160];        /* terminated, UTF-8 */
} vz_who_t;

#define VZ_SESSION_CACHE  5         /* seconds */

/*
 * vz_zone_drops: what every worker is told of the two above, for streams that
 * are open.  Calls visit with each hash (user 0) and user (hash NULL) dropped
 * since *seen, and moves it.  NGX_DECLINED when some were missed: then nobody
 * is known to be signed in.  Start with *seen = vz_zone_dropped().
 */
typedef void (*vz_drop_pt)(const u_char *hash, uint64_t user);


/* --- the limiter: wrong tries by whatever they are counted under --- */

#define VZ_LIMIT_HASH  16

typedef struct {
    ngx_str_t     key;              /* "from 10.0.0.1" */
    ngx_uint_t    free;             /* wrong tries that nobody waits for */
    ngx_uint_t    longest;          /* seconds to wait; 0: only counted */

    /* by vz_zone_limit_try() */
    ngx_uint_t    before;           /* wrong tries, without this one */
    ngx_uint_t    back;             /* it was sent away a moment ago */
    uint64_t      now, failed;      /* of this try and the one before */
    u_char        hash[VZ_LIMIT_HASH];
} vz_limit_t;

/* --- containers --- */

#define VZ_STATES  "unknown", "running", "stopped", "frozen"

typedef enum {
    VZ_STATE_UNKNOWN = 0,
    VZ_STATE_RUNNING,
    VZ_STATE_STOPPED,
    VZ_STATE_FROZEN
} vz_state_e;

/* Known by the row: a number comes to be another container's. */
typedef struct {
    uint64_t      vm;               /* id of the vm row; 0: a node's beat */
    ngx_uint_t    node;             /* id of the node's row */
    uint32_t      ctid;
    uint64_t      owner;            /* id of the user */
    vz_state_e    state;
    uint64_t      memory_used, memory_limit;        /* bytes */
    uint64_t      disk_used, disk_total;
    uint64_t      cpu_ns;           /* used since start */
    uint32_t      cpu_tenths;       /* per cent of one CPU, * 10 */
    uint32_t      uptime;           /* seconds */
    uint64_t      taken;            /* vz_zone_now(): ages are told by it */
    uint64_t      sampled;          /* the same in ms since the epoch, shown */
    uint64_t      version;          /* of the last change a person can see */
} vz_sample_t;

typedef ngx_int_t (*vz_sample_pt)(void *data, const vz_sample_t *sample);


/* --- tasks --- */

typedef struct {
    uint64_t      id;
    uint64_t      vm;
    uint64_t      owner;            /* whose container it is */
    ngx_uint_t    step, steps;      /* from 0 */
    ngx_uint_t    percent;          /* of the whole */
    ngx_uint_t    step_percent;
    u_char        kind[16];
    u_char        state[12];        /* queued running done failed cancelled */
    u_char        step_name[16];
    u_char        detail[208];      /* the daemon's words */
    uint64_t      version;
} vz_task_view_t;

typedef ngx_int_t (*vz_task_view_pt)(void *data, const vz_task_view_t *view);


/* --- notices: what happened, once, to one person or to administrators --- */

#define VZ_ZONE_NOTICES  128        /* the newest are kept */

typedef struct {
    uint64_t      version;          /* and its id: no two are the same */
    uint64_t      owner;            /* who hears of it; 0: administrators */
    uint64_t      object;           /* what it is about, by the kind */
    uint32_t      kind;
    u_char        name[128];        /* terminated, UTF-8, or empty: of that */
    u_char        text[256];        /* the same: somebody's words about it */
} vz_notice_t;

/* --- duties that only one worker may do at a time --- */

typedef enum {
    VZ_DUTY_COLLECT = 0,            /* + index of the node, at most 16 */
    VZ_DUTY_OUTBOX = 16,
    VZ_DUTY_SWEEP,
    VZ_DUTY_COUNT
} vz_duty_e;

/*
 * vz_zone_duty: NGX_OK when it is ours for msec (or was ours already),
 * NGX_DECLINED while another worker has it.  Released by time, so a worker
 * that died blocks nobody for longer.  vz_zone_duty_done: free it early.
 */
ngx_int_t vz_zone_duty(ngx_uint_t duty, ngx_msec_t msec);

/*
 * vz_zone_turn: NGX_OK once in msec, to one worker, whichever asks first: for
 * what is done in a moment and then not for a while.
 */
ngx_int_t vz_zone_turn(ngx_uint_t duty, ngx_msec_t msec);
void vz_zone_duty_done(ngx_uint_t duty);

/* Somebody watches: until when (ms since the epoch) samples are wanted. */
void vz_zone_watch(ngx_msec_t msec);
ngx_uint_t vz_zone_watched(void);

/*
 * vz_zone_change: plans, templates or nodes are others now; what workers keep
 * of them while vz_zone_changed() stays the same is read anew.
 */
void vz_zone_change(void);
uint64_t vz_zone_changed(void);

/* vz_zone_vms_change: the same of which containers there are. */
void vz_zone_vms_change(void);
uint64_t vz_zone_vms_changed(void);

/*
 * vz_zone_now: milliseconds of a clock that all workers of the host share and
 * that nobody sets; a worker's own goes on once for each round of its events.
 */
uint64_t vz_zone_now(void);

/* vz_zone_version: the newest version of anything; cheap, no lock. */
uint64_t vz_zone_version(void);


/*
 * vz_zone_add: at configuration, the zone "name:size"; tag is the module's,
 * an address that stays.  At least VZ_ZONE_MIN; a container takes 256 bytes
 * of 3/8 of it, and where room ends the longest unchanged is forgotten.
 * Three cases as nginx has them: fresh, kept over a reload, found existing.
 * NGX_CONF_ERROR text is logged.  vz_zone_init: worker start.
 */
#define VZ_ZONE_MIN  (1024 * 1024)

char *vz_zone_add(ngx_conf_t *cf, ngx_str_t *name, size_t size, void *tag);
void vz_zone_init(ngx_cycle_t *cycle);


#endif /* VZ_ZONE_H */
