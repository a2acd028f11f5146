/*
 * What the files of the vzctl driver share.  Containers belong to vzctl: its
 * CTID.conf is the truth, and only vzctl writes it.  Ours is one short file
 * per container, LXC_PATH/vzctl/CTID, that says what create was asked for.
 *
 * A container's tag is in its DESCRIPTION, "vzpanel:TAG", before what an
 * administrator wrote there: one that is made by hand under a number of ours
 * has none.  Until vzctl create has come to an end, our own file says it.
 */

#ifndef VZ_DRIVER_VZCTL_H
#define VZ_DRIVER_VZCTL_H

#include <limits.h>
#include <stdint.h>
#include "address.h"
#include "driver.h"


#define VZ_VZCTL_OUTPUT     4096        /* of one program, kept */
#define VZ_VZCTL_ADDRESSES   32
#define VZ_VZCTL_DNS        3
#define VZ_VZCTL_NOTE       512
#define VZ_VZCTL_TAG        "vzpanel:"          /* before a tag */
#define VZ_VZCTL_DISK_MIN   (16ULL << 20)
#define VZ_VZCTL_NONE       (UINT64_MAX - 1)    /* vzlist prints "-" */

typedef struct {
    int             status;             /* as of vz_spawn_t */
    char            output[VZ_VZCTL_OUTPUT];
} vz_vzctl_said_t;


/* What CTID.conf says. */
typedef struct {
    uint32_t        ctid;
    char            hostname[64 + 1];           /* "-": none, or not one */
    char            template[64 + 1];
    unsigned        naddresses;
    vz_address_t    addresses[VZ_VZCTL_ADDRESSES];
    unsigned        ndns;
    vz_address_t    dns[VZ_VZCTL_DNS];
    unsigned        onboot;             /* 1: the node's start starts it */
    char            tag[VZ_TAG_LEN + 1];        /* "": none */
    char            note[VZ_VZCTL_NOTE];        /* what follows it there */
    unsigned        odd;                /* more than note can hold */
} vz_vzctl_conf_t;


/* What create was asked for. */
typedef struct {
    char            template[64 + 1];
    uint64_t        created;            /* time(2) */
    unsigned        started;            /* 1: it ran, or may have */
    char            tag[VZ_TAG_LEN + 1];        /* "": none */
} vz_vzctl_made_t;


/* The columns of vzlist that are numbers, in the order they are asked for. */
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
    uint32_t        ctid;
    unsigned        running;
    unsigned        suspended;
    unsigned        mounted;
    uint64_t        uptime;             /* s, VZ_VZCTL_NONE */
    uint64_t        value[VZ_COL_COUNT];
} vz_vzctl_row_t;

typedef void (*vz_vzctl_row_pt)(const vz_vzctl_row_t *row, void *data);


/*
 * vz_vzctl: run "vzctl COMMAND CTID OPTION...", options ended by NULL, for at
 * most timeout milliseconds of the verb's time.  While another vzctl holds
 * the container (exit status 9) it is repeated, for 5 s in all.  VZ_OK, or
 * what its status means, said by vz_job_end().  said may be NULL.
 */
vz_code_e vz_vzctl(vz_job_t *job, const char *command,
    const char *const *options, int timeout, vz_vzctl_said_t *said);

/* vz_vzctl_sleep: milliseconds. */
void vz_vzctl_sleep(int ms);

/* vz_vzctl_exec: a word run in the container, input at its stdin. */
vz_code_e vz_vzctl_exec(vz_job_t *job, const char *word, const char *input,
    int *status);

/*
 * vz_vzlist: a row for each container, or for one; ctid 0 is all of them.
 * VZ_OK, VZ_NOENT where it does not know that one, else said.
 */
vz_code_e vz_vzlist(vz_job_t *job, uint32_t ctid, vz_vzctl_row_pt each,
    void *data);

/* vz_vzlist_one: zeroes and no values where vzlist does not know it. */
vz_code_e vz_vzlist_one(vz_job_t *job, vz_vzctl_row_t *row);

/* vz_vzlist_root: where its root is mounted, into path (PATH_MAX). */
vz_code_e vz_vzlist_root(vz_job_t *job, char *path);

/* vz_vzctl_vswap: whether this kernel limits by physpages and swappages. */
int vz_vzctl_vswap(const vz_config_t *conf);


/* What a container used, in units of the kernel's own. */
typedef struct {
    uint32_t                ctid;
    unsigned long           jiffies;    /* it runs */
    unsigned long long      clock;      /* the same in those units */
    unsigned long long      used;
} vz_vestat_t;

/* vz_vestat_read: rows to be given to free(3), by ID; their number. */
size_t vz_vestat_read(const vz_config_t *conf, vz_vestat_t **stats);
const vz_vestat_t *vz_vestat_find(const vz_vestat_t *stats, size_t n,
    uint32_t ctid);

/* vz_vestat_ns: in nanoseconds, by the container's uptime in seconds. */
uint64_t vz_vestat_ns(const vz_vestat_t *stat, uint64_t uptime);


/*
 * vz_vzctl_conf: VZ_OK, VZ_NOENT where there is no CTID.conf, VZ_INTERNAL
 * with errno.  vz_vzctl_load: the same for the verb's container, said.
 */
vz_code_e vz_vzctl_conf(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_conf_t *ct);
vz_code_e vz_vzctl_load(vz_job_t *job, vz_vzctl_conf_t *ct);

/* vz_vzctl_owner: the other container that has the address; 0 for none. */
uint32_t vz_vzctl_owner(const vz_config_t *conf, uint32_t ctid,
    const vz_address_t *address);

/*
 * vz_vzctl_global: a value of vz.conf, which lies beside vz_conf_dir, with
 * "$VEID" and what follows it cut off; or what stands for it.
 */
void vz_vzctl_global(const vz_config_t *conf, const char *name,
    const char *otherwise, char path[PATH_MAX]);

/* vz_vzctl_unlink: CTID.conf.destroyed and its like.  0, or -1 with errno. */
int vz_vzctl_unlink(const vz_config_t *conf, uint32_t ctid);

/*
 * vz_vzctl_made: 0, or -1 where nobody asked us for it.
 * vz_vzctl_make: write it; vz_vzctl_forget: remove it.  0 or -1.
 */
int vz_vzctl_made(const vz_config_t *conf, uint32_t ctid,
    vz_vzctl_made_t *made);
int vz_vzctl_make(const vz_config_t *conf, uint32_t ctid,
    const vz_vzctl_made_t *made);
int vz_vzctl_forget(const vz_config_t *conf, uint32_t ctid);


vz_code_e vz_vzctl_create(vz_job_t *job);
vz_code_e vz_vzctl_destroy(vz_job_t *job);
vz_code_e vz_vzctl_adopt(vz_job_t *job);
vz_code_e vz_vzctl_tag(const vz_config_t *conf, uint32_t ctid,
    char tag[VZ_TAG_LEN + 1]);

vz_code_e vz_vzctl_start(vz_job_t *job);
vz_code_e vz_vzctl_stop(vz_job_t *job);
vz_code_e vz_vzctl_restart(vz_job_t *job);

vz_code_e vz_vzctl_setmemory(vz_job_t *job);
vz_code_e vz_vzctl_setdisk(vz_job_t *job);
vz_code_e vz_vzctl_setcpu(vz_job_t *job);
vz_code_e vz_vzctl_setname(vz_job_t *job);
vz_code_e vz_vzctl_setip(vz_job_t *job);
vz_code_e vz_vzctl_deleteip(vz_job_t *job);
vz_code_e vz_vzctl_setgateway(vz_job_t *job);
vz_code_e vz_vzctl_setdns(vz_job_t *job);
vz_code_e vz_vzctl_passwd(vz_job_t *job);

vz_code_e vz_vzctl_getmemory(vz_job_t *job);
vz_code_e vz_vzctl_getdisk(vz_job_t *job);
vz_code_e vz_vzctl_getcpu(vz_job_t *job);
vz_code_e vz_vzctl_status(vz_job_t *job);
vz_code_e vz_vzctl_list(vz_job_t *job);
vz_code_e vz_vzctl_node(vz_job_t *job);

extern const vz_archives_t  vz_vzctl_archives;

/* vz_vzctl_halt: stop it in timeout ms, then kill; 0 kills at once. */
vz_code_e vz_vzctl_halt(vz_job_t *job, int timeout, unsigned *killed);


#endif /* VZ_DRIVER_VZCTL_H */
