/*
 * What a driver tells about a container and about the node, as values.  The
 * server prints them (server/verb_stat.c, server/verb_host.c).
 */

#ifndef VZ_CT_STAT_H
#define VZ_CT_STAT_H

#include <stdint.h>
#include "daemon/base/ip.h"
#include "wire/verb.h"


#define VZ_CT_STAT_UNKNOWN    (UINT64_MAX - 1)  /* nobody has it: "-" */

#define VZ_CT_STAT_ADDRESSES  32    /* of one container, at most */
#define VZ_CT_STAT_DNS        3


/* Two sizes that belong together: a guarantee and a limit, or soft and hard. */
typedef struct {
    unsigned  set;            /* 0: neither was ever given */
    uint64_t  barrier;        /* bytes, VZ_UNLIMITED, VZ_CT_STAT_UNKNOWN */
    uint64_t  limit;
} vz_pair_t;

typedef enum {
    VZ_CT_STOPPED = 0,
    VZ_CT_RUNNING,
    VZ_CT_FROZEN
} vz_ct_power_e;

/*
 * What a list shows of each container.  Figures may be VZ_UNLIMITED or
 * VZ_CT_STAT_UNKNOWN; those of what runs (memory_used, swap_used, cpu_ns,
 * processes, uptime) are 0 while the container is stopped.
 */
typedef struct {
    uint32_t        ctid;
    vz_ct_power_e   state;
    char            hostname[64 + 1];       /* "": none */
    char            template[64 + 1];       /* "": unknown */
    char            tag[VZ_TAG_LEN + 1];    /* "": none */
    char            rescue[64 + 1];         /* the template of the rescue system
                                               that it boots; "": none */
    unsigned        broken;         /* its record could not be read whole */

    unsigned        naddresses;
    vz_ip_t         addresses[VZ_CT_STAT_ADDRESSES];

    uint64_t        memory_used;    /* bytes */
    uint64_t        memory_limit;
    uint64_t        swap_used;
    uint64_t        disk_used;
    uint64_t        disk_total;
    uint64_t        disk_free;
    uint64_t        inodes_used;
    uint64_t        inodes_total;
    uint64_t        cpu_ns;         /* nanoseconds since the start */
    uint64_t        cpu_units;      /* its weight beside others */
    uint64_t        cpu_percent;    /* of one CPU; 0: no limit */
    uint64_t        processes;
    uint64_t        uptime;         /* seconds */
    uint64_t        rx_bytes;       /* to it, since its start */
    uint64_t        tx_bytes;
} vz_ct_stat_t;

/* What the status of one container shows besides. */
typedef struct {
    char            old[64 + 1];            /* the template of the system before
                                               the last reinstall; "": none */
    uint64_t        old_until;              /* time(2) until it is kept */
    uint64_t        rescue_since;           /* time(2), in rescue */
    const char     *rescue_disk;            /* of one that runs: "gone" where
                                               its own disk could not be
                                               mounted, "ro" where it is full
                                               and can only be read; else
                                               NULL */
    char            gateway[VZ_IP_LEN];     /* the main one; "": none */
    char            gateway4[VZ_IP_LEN];    /* of each family that it uses */
    char            gateway6[VZ_IP_LEN];
    unsigned        ndns;
    char            dns[VZ_CT_STAT_DNS][VZ_IP_LEN];

    vz_pair_t       vmguar;         /* the memory limits of setmemory*() */
    vz_pair_t       oomguar;
    vz_pair_t       privvm;
    vz_pair_t       disk;
    char            kept[VZ_WORDS_MAX];     /* names of values that are stored
                                               and not in force; "": none */
    uint64_t        created;        /* time(2) */
    uint32_t        rate_in;        /* Mbit/s; 0: unlimited */
    uint32_t        rate_out;
    uint64_t        processes_limit;    /* 0: unknown */
    unsigned        restarts;       /* in a row, after its init had ended */
    unsigned        lxcfs_gone;     /* its /proc files come from a dead lxcfs */

    unsigned        looked;         /* inside[] is filled: the driver can look
                                       into a running container */
    unsigned        ninside;
    vz_ip_t         inside[VZ_CT_STAT_ADDRESSES];   /* what its eth0 has now */
} vz_ct_detail_t;

/* What a driver knows of the node. */
typedef struct {
    char            version[32];    /* of the virtualiser; "": unknown */
    int             cgroup;         /* version of cgroups; 0: none are used */
    uint64_t        disk_total;     /* bytes, of the disk of containers */
    uint64_t        disk_free;
    unsigned        containers;
    unsigned        running;
    uint64_t        disk_min;       /* bytes: the smallest disk of one */
    const char     *kept;           /* names of values that this node stores
                                       and can't enforce; "": none */
} vz_node_stat_t;


#endif /* VZ_CT_STAT_H */
