/*
 * Samples: the last state and figures of every container, as the zone keeps
 * them in the order in which they last changed for a person's eyes.
 */

#ifndef VZ_SAMPLE_H
#define VZ_SAMPLE_H

#include "runtime/zone.h"


typedef enum {
    VZ_STATE_UNKNOWN = 0,
    VZ_STATE_RUNNING,
    VZ_STATE_STOPPED,
    VZ_STATE_FROZEN
} vz_state_e;

/* Known by the row: a number comes to be another container's. */
typedef struct {
    uint64_t      vm;               /* id of the vm row */
    ngx_uint_t    node;             /* id of the node's row */
    uint32_t      ctid;
    uint64_t      owner;            /* id of the user */
    vz_state_e    state;
    uint64_t      memory_used;      /* bytes, and so the next three */
    uint64_t      memory_limit;     /* 0: none, or not known */
    uint64_t      disk_used;
    uint64_t      disk_total;
    uint64_t      cpu_ns;           /* used since start */
    uint64_t      rx_bytes;         /* to it, since start; 0: not known */
    uint64_t      tx_bytes;
    uint32_t      cpu_tenths;       /* per cent of one CPU, * 10 */
    uint32_t      uptime;           /* seconds */
    uint64_t      taken;            /* vz_zone_now(): ages are told by it */
    uint64_t      sampled;          /* the same in ms since the epoch, shown */
    uint64_t      version;          /* of the last change a person can see */
} vz_sample_t;

typedef ngx_int_t (*vz_sample_pt)(void *data, const vz_sample_t *sample);


/* vz_sample_table: the table of them in the zone. */
extern const vz_table_def_t  vz_sample_table;

/*
 * vz_sample_put: store a sample; cpu_tenths is computed from the one before.
 * The version moves when the state, the owner, or a figure changed by what a
 * bar can show (0.5 per cent of its limit, 1 per cent of CPU), and at least
 * every 10 s of a running container for its uptime.
 */
void vz_sample_put(vz_sample_t *sample);

/* vz_sample_get: the sample of a container: NGX_OK or NGX_DECLINED. */
ngx_int_t vz_sample_get(uint64_t vm, vz_sample_t *sample);

/* vz_sample_drop: forget a container whose row is gone. */
void vz_sample_drop(uint64_t vm);

/* vz_sample_forget: forget what was taken of a node before a time. */
void vz_sample_forget(ngx_uint_t node, uint64_t before);

/*
 * vz_sample_each: call visit for each with version > since, until it returns
 * other than NGX_OK; the zone is not locked meanwhile.  Returns the greatest
 * version that visit said NGX_OK to, or since.
 */
uint64_t vz_sample_each(uint64_t since, vz_sample_pt visit, void *data);

/* vz_sample_state_names: those of all states, ended by NULL. */
extern const char *const  vz_sample_state_names[];

/* vz_sample_state_name: "running"; static storage. */
const char *vz_sample_state_name(vz_state_e state);

/* vz_sample_state_parse: VZ_STATE_UNKNOWN for a word that is no state. */
vz_state_e vz_sample_state_parse(const ngx_str_t *word);


#endif /* VZ_SAMPLE_H */
