/*
 * The history of one container: a file of fixed size with a ring for each
 * resolution. A slot is found by its time, so a sample that is missing is a
 * slot whose time is another.
 *
 *   bytes 0-511        what the file is: written once
 *   512, 2304          the state, twice, written in turns: the slots of the
 *                      coarser rings that are being filled, the last reading,
 *                      the marks
 *   from 4096          the rings, the finest first
 *
 * One sample writes two pages: the state and one slot. Whoever dies between
 * the two loses that slot, and nothing else. A file that is torn, of another
 * layout or somebody else's is set aside and begun anew.
 */

#ifndef VZ_RING_H
#define VZ_RING_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include "daemon/base/ct_raw.h"
#include "wire/code.h"


#define VZ_RING_COUNT   5           /* resolutions */
#define VZ_RING_MARKS   16          /* the newest that are kept */
#define VZ_RING_ASIDE   ".aside"    /* behind the name of a file that was set
                                       aside */

typedef struct {
    uint32_t    step;               /* seconds of a slot */
    uint32_t    slots;
} vz_ring_def_t;

/* 10 s for 2 hours, 1 min for 2 days, 10 min for 2 weeks, 1 h for 3 months,
   1 day (of UTC) for 2 years */
extern const vz_ring_def_t  vz_ring_defs[VZ_RING_COUNT];

/* Values that are unknown are NAN. */
typedef struct {
    uint32_t    at;                 /* its begin, time(2); 0: never written */
    uint16_t    n;                  /* samples in it */
    uint16_t    up;                 /* of them while the container ran */
    float       mean[VZ_SERIES_COUNT];  /* of VZ_SERIES_EVENTS the sum */
    float       most[VZ_SERIES_COUNT];
} vz_ring_slot_t;

/* A slot that is being filled. */
typedef struct {
    vz_ring_slot_t  slot;
    uint16_t        known[VZ_SERIES_COUNT];     /* samples of each series */
    uint16_t        unused;
} vz_ring_fill_t;

typedef enum {
    VZ_RING_KILLED = 1,             /* by the limit of memory */
    VZ_RING_REFUSED                 /* by another limit */
} vz_ring_mark_e;

typedef struct {
    uint32_t    at;                 /* time(2) */
    uint16_t    kind;               /* vz_ring_mark_e */
    uint16_t    count;              /* events in this sample */
    char        name[VZ_CT_RAW_NAME];   /* the process, the limit; "" */
} vz_ring_mark_t;

typedef struct {
    uint64_t        sum;            /* of all that follows */
    uint64_t        serial;         /* grows with each write */
    uint64_t        boot;           /* which start of the node the rest is
                                       of */
    uint64_t        epoch;
    uint64_t        read;           /* ms of CLOCK_BOOTTIME at the last
                                       reading; 0: none */
    uint64_t        raw[VZ_SERIES_COUNT];
    uint32_t        last;           /* begin of the last slot of the finest
                                       ring */
    uint32_t        marks;          /* ever made */
    vz_ring_fill_t  fill[VZ_RING_COUNT - 1];
    vz_ring_mark_t  mark[VZ_RING_MARKS];    /* number N in N % VZ_RING_MARKS */
} vz_ring_state_t;

typedef struct {
    int                 fd;         /* -1: closed */
    vz_ring_state_t     state;
} vz_ring_t;

typedef struct {
    uint32_t    at;                 /* begin of a slot of the finest ring */
    unsigned    up;
    float       value[VZ_SERIES_COUNT];
} vz_ring_sample_t;


/*
 * vz_ring_open: open a history to read it. VZ_OK; VZ_NOENT; VZ_STATE where it
 * is torn or foreign; VZ_INTERNAL with errno.
 */
vz_code_e vz_ring_open(const char *path, vz_ring_t *ring);

/*
 * vz_ring_take: open it to write, by the one recorder; where there is none it
 * is made, beside and renamed, with its room on the disk if there is any. One
 * that is torn or foreign is renamed to *.aside before, and *aside is 1. VZ_OK
 * or VZ_INTERNAL with errno.
 */
vz_code_e vz_ring_take(const char *path, vz_ring_t *ring, unsigned *aside);

void vz_ring_close(vz_ring_t *ring);

/*
 * vz_ring_add: add a sample. Where the clock was set back, slots after it are
 * cleared: they tell of times that have not been. ring->state, which the
 * caller may have changed, is written with it. 0, or -1 with errno: then the
 * state in memory has it, and the next one writes it.
 */
int vz_ring_add(vz_ring_t *ring, const vz_ring_sample_t *sample);

/* vz_ring_mark: add a mark to the state; written by the next vz_ring_add(). */
void vz_ring_mark(vz_ring_t *ring, uint32_t at, vz_ring_mark_e kind,
    unsigned count, const char *name);

/*
 * vz_ring_read: read the slots of one resolution that begin at from, from +
 * step, and so on, n of them; from is a multiple of its step. What is missing
 * has at 0. Slots that are being filled are told as far as they are. VZ_OK,
 * or VZ_INTERNAL with errno.
 */
vz_code_e vz_ring_read(const vz_ring_t *ring, unsigned resolution,
    uint32_t from, unsigned n, vz_ring_slot_t *slots);

/*
 * vz_ring_join: add slot's figures to all's, as if both had been one; what is
 * unknown in one is that of the other. all, whose at stays, is zeroed before
 * the first.
 */
void vz_ring_join(vz_ring_fill_t *all, const vz_ring_slot_t *slot);


#endif /* VZ_RING_H */
