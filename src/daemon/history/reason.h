/*
 * Why a container is slow, or fails: what its history says about its limits,
 * as codes and figures. Pages have the words (docs/protocol.md, "why").
 */

#ifndef VZ_REASON_H
#define VZ_REASON_H

#include "daemon/history/ring.h"


#define VZ_REASON_SLOTS  360        /* of the finest ring: an hour */
#define VZ_REASON_MOST   16

/* What it may use; 0 and VZ_CT_STAT_UNKNOWN: no limit, or unknown. */
typedef struct {
    uint64_t    cpu;                /* per cent of one CPU */
    uint64_t    memory;             /* bytes */
    uint64_t    disk;
    uint64_t    disk_free;          /* what is left of it now: a file system
                                       is full before all of it is used */
    uint64_t    processes;
} vz_reason_limits_t;

typedef struct {
    const char  *code;
    uint32_t     at;                /* time(2): when it was so last */
    double       value;             /* what it uses, per cent of the time, or
                                       how many there were; NAN: none */
    double       hour;              /* the mean of the last hour; NAN: none */
    double       limit;             /* NAN: none */
    char         name[VZ_CT_RAW_NAME];  /* of a process or a limit; "" */
} vz_reason_t;


/*
 * vz_reason_find: the reasons that the slots of the last hour (the newest last)
 * and the marks tell, the most certain first. Returns how many; at most
 * VZ_REASON_MOST.
 */
unsigned vz_reason_find(const vz_ring_slot_t slots[VZ_REASON_SLOTS],
    const vz_ring_state_t *state, const vz_reason_limits_t *limits,
    uint32_t now, vz_reason_t reasons[VZ_REASON_MOST]);


#endif /* VZ_REASON_H */
