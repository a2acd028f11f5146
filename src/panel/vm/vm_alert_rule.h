/*
 * When a figure of a container becomes an alert, and when it ends.  Nothing
 * here asks what time it is: the caller says so.
 */

#ifndef VZ_VM_ALERT_RULE_H
#define VZ_VM_ALERT_RULE_H

#include <stdint.h>


typedef enum {
    VZ_VM_ALERT_CPU = 0,
    VZ_VM_ALERT_MEMORY,
    VZ_VM_ALERT_DISK,
    VZ_VM_ALERT_NETWORK,
    VZ_VM_ALERT_DOWN,
    VZ_VM_ALERT_KINDS
} vz_vm_alert_e;

#define VZ_VM_ALERT_LEAST    10     /* per cent that a limit is at least */
#define VZ_VM_ALERT_MBIT     100000 /* Mbit/s at most */
#define VZ_VM_ALERT_MINUTES  240    /* at most */

/* What holds where nobody has set anything. */
typedef struct {
    const char  *name;
    const char  *unit;              /* NULL: it has no figure */
    unsigned     enabled;
    uint32_t     limit;             /* in the unit */
    uint32_t     minutes;           /* that it is above before it is told */
} vz_vm_alert_kind_t;

extern const vz_vm_alert_kind_t  vz_vm_alert_rule_kinds[VZ_VM_ALERT_KINDS];

typedef struct {
    unsigned     enabled;
    uint32_t     limit;
    uint32_t     minutes;
} vz_vm_alert_set_t;

/* What a node said of a container. */
typedef struct {
    uint64_t     at;                /* ms of a clock that nobody sets */
    unsigned     known;             /* 0: the node did not answer */
    unsigned     running;
    unsigned     wanted;            /* it should run */
    uint64_t     memory_used;       /* bytes */
    uint64_t     memory_limit;      /* 0, UINT64_MAX: none */
    uint64_t     disk_used;
    uint64_t     disk_total;
    uint64_t     cpu_ns;            /* counted since the container's start */
    uint64_t     cpu_percent;       /* of one CPU, its limit; 0: none */
    uint64_t     net_bytes;         /* counted, both ways */
} vz_vm_alert_seen_t;

#define VZ_VM_ALERT_UNKNOWN  (-1)

/* What is remembered of a container; zero at first. */
typedef struct {
    uint64_t     at;                /* of the last look, 0: none */
    uint64_t     base;              /* when the counters were those two */
    uint64_t     cpu_ns;
    uint64_t     net_bytes;
    int64_t      value[VZ_VM_ALERT_KINDS];  /* tenths, or UNKNOWN */
    uint64_t     above[VZ_VM_ALERT_KINDS];  /* since when, 0: it is not */
} vz_vm_alert_watch_t;

typedef enum {
    VZ_VM_ALERT_STAYS = 0,
    VZ_VM_ALERT_BEGINS,
    VZ_VM_ALERT_ENDS
} vz_vm_alert_turn_e;


/*
 * vz_vm_alert_rule_see: take a look.  CPU and network are means over a minute
 * at least, so a peak of seconds is none.  Of one that is stopped they and the
 * memory are 0.  Where the last look was long ago, nothing has been above in
 * between.
 */
void vz_vm_alert_rule_see(vz_vm_alert_watch_t *watch,
    const vz_vm_alert_seen_t *seen);

/*
 * vz_vm_alert_rule_turn: after a look, whether the alert of a kind begins: it
 * was at its limit or above for so many minutes without a look in between that
 * says otherwise; or ends: it is below nine tenths of its limit, or not enabled
 * any more.  A figure that is not known changes nothing.
 */
vz_vm_alert_turn_e vz_vm_alert_rule_turn(vz_vm_alert_watch_t *watch,
    vz_vm_alert_e kind, const vz_vm_alert_set_t *set, unsigned raised);


#endif /* VZ_VM_ALERT_RULE_H */
