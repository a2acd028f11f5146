/*
 * What the files of the vzctl driver share. Containers belong to vzctl: its
 * CTID.conf is the truth, and only vzctl writes it. We keep one short file for
 * each container, LXC_PATH/vzctl/CTID, with what create was asked for.
 *
 * A container's tag is in its DESCRIPTION, "vzpanel:TAG", before the text of
 * an administrator. A container that was made by hand has none. Until vzctl
 * create has finished, our own file tells the tag.
 */

#ifndef VZ_VZCTL_DRIVER_H
#define VZ_VZCTL_DRIVER_H

#include <limits.h>
#include <stdint.h>
#include "daemon/base/driver.h"
#include "daemon/base/ip.h"


#define VZ_VZCTL_OUTPUT     4096        /* bytes of a program's output that
                                           are kept */
#define VZ_VZCTL_ADDRESSES  VZ_CT_STAT_ADDRESSES
#define VZ_VZCTL_DNS        VZ_CT_STAT_DNS
#define VZ_VZCTL_NOTE       512
#define VZ_VZCTL_TAG        "vzpanel:"          /* before a tag */
#define VZ_VZCTL_DISK_MIN   (16ULL << 20)

typedef struct {
    int             status;             /* exit status, as in vz_spawn_t */
    char            output[VZ_VZCTL_OUTPUT];
} vz_vzctl_said_t;


/* The values of CTID.conf. */
typedef struct {
    uint32_t  ctid;
    char      hostname[64 + 1];           /* "-": none, or an invalid one */
    char      template[64 + 1];
    unsigned  naddresses;
    vz_ip_t   addresses[VZ_VZCTL_ADDRESSES];
    unsigned  ndns;
    vz_ip_t   dns[VZ_VZCTL_DNS];
    unsigned  onboot;             /* 1: it is started with the node */
    char      tag[VZ_TAG_LEN + 1];        /* "": none */
    char      note[VZ_VZCTL_NOTE];        /* the text after the tag */
    unsigned  odd;                /* 1: the text does not fit into note, or
                                     is unsafe */
} vz_vzctl_conf_t;


/* What create was asked for. */
typedef struct {
    char            template[64 + 1];
    uint64_t        created;            /* time(2) */
    unsigned        started;            /* 1: it was started, or may have
                                           been */
    char            tag[VZ_TAG_LEN + 1];        /* "": none */
} vz_vzctl_made_t;


/*
 * The columns of vzlist that are numbers, in the order in which we ask for
 * them.
 */
typedef enum {
    VZ_COL_PROCESSES = 0,
    VZ_COL_PHYS,                        /* pages */
    VZ_COL_PHYS_LIMIT,
    VZ_COL_PRIVVM,
    VZ_COL_PRIVVM_BARRIER,
    VZ_COL_PRIVVM_LIMIT,
    VZ_COL_VMGUAR_BARRIER,
    VZ_COL_VMGUAR_LIMIT,
    VZ_COL_OOMGUAR_BARRIER,
    VZ_COL_OOMGUAR_LIMIT,
    VZ_COL_DISK,                        /* KiB */
    VZ_COL_DISK_SOFT,
    VZ_COL_DISK_HARD,
    VZ_COL_INODES,
    VZ_COL_INODES_HARD,
    VZ_COL_CPU_LIMIT,
    VZ_COL_CPU_UNITS,
    VZ_COL_SWAP,                        /* pages; vSwap kernels only */
    VZ_COL_SWAP_LIMIT,

    VZ_COL_COUNT
} vz_col_e;

typedef struct {
    uint32_t  ctid;
    unsigned  running;
    unsigned  suspended;
    unsigned  mounted;
    uint64_t  uptime;             /* seconds, or VZ_CT_STAT_UNKNOWN */
    uint64_t  value[VZ_COL_COUNT];
} vz_vzctl_row_t;

typedef void (*vz_vzctl_row_pt)(const vz_vzctl_row_t *row, void *data);


/* CPU time that a container used, in units of the kernel's. */
typedef struct {
    uint32_t                ctid;
    unsigned long           jiffies;    /* since its start */
    unsigned long long      clock;      /* the same time in those units */
    unsigned long long      used;
} vz_vzctl_stat_t;

extern const vz_driver_t  vz_vzctl_driver;


#endif /* VZ_VZCTL_DRIVER_H */
