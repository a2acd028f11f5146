/*
 * Between the files of the zone; nobody else includes it.  What lies in
 * shared memory is only touched between vz_zone_lock() and vz_zone_unlock(),
 * where nothing allocates but the slab, logs, or calls out.
 */

#ifndef VZ_ZONE_CORE_H
#define VZ_ZONE_CORE_H

#include "runtime/zone.h"


#if (NGX_PTR_SIZE < 8)
#error "vzpanel needs a 64-bit platform: its versions are tree keys"
#endif

#define VZ_ZONE_USERS  256          /* buckets of sessions by user */
#define VZ_ZONE_DROPS  1024         /* remembered drops: more sign-outs than
                                       happen between two looks at them */


/*
 * A table: entries of one size by key; the oldest goes when there is no room.
 * Every entry begins with vz_entry_t.
 */
typedef struct {
    ngx_rbtree_node_t   node;       /* key: the beginning of the real one */
    ngx_rbtree_node_t   order;      /* key: what makes it old */
} vz_entry_t;

typedef struct {
    ngx_rbtree_t        tree;
    ngx_rbtree_t        order;
    ngx_rbtree_node_t   tree_sentinel;
    ngx_rbtree_node_t   order_sentinel;
    size_t              size;       /* of an entry */
    ngx_uint_t          count;
    ngx_uint_t          max;
} vz_table_t;

typedef struct {
    u_char              hash[32];
    uint64_t            user;       /* 0: one session, by its hash */
    uint64_t            when;       /* vz_zone_now() */
} vz_drop_t;

typedef struct {
    ngx_pid_t           pid;
    uint64_t            until;      /* vz_zone_now() */
} vz_duty_t;

typedef struct {
    uint32_t            magic;
    uint32_t            layout;     /* sizes of what follows */
    volatile uint64_t   version;
    volatile uint64_t   watched;    /* until when, vz_zone_now() */
    volatile uint64_t   dropped;    /* drops so far */
    volatile uint64_t   changed;    /* vz_zone_change() so far */
    volatile uint64_t   vms_changed;

    vz_table_t          sessions;
    vz_table_t          logins;
    vz_table_t          samples;
    vz_table_t          tasks;

    ngx_queue_t         users[VZ_ZONE_USERS];
    vz_drop_t           drops[VZ_ZONE_DROPS];
    vz_duty_t           duties[VZ_DUTY_COUNT];

    uint64_t            noticed;    /* notices so far; the newest are kept */
    vz_notice_t         notices[VZ_ZONE_NOTICES];
} vz_zone_t;


/* vz_zone_lock: the zone, locked. */
vz_zone_t *vz_zone_lock(void);
void vz_zone_unlock(void);

/* vz_zone_memory: the slab that tables take their entries from. */
ngx_slab_pool_t *vz_zone_memory(void);

/* vz_zone_peek: the zone without the lock, for its volatile words. */
vz_zone_t *vz_zone_peek(void);

/* vz_zone_next: a new version, greater than all before.  Locked. */
uint64_t vz_zone_next(vz_zone_t *zone);


/* The tables of a fresh zone, each with its share of bytes. */
void vz_zone_session_table(vz_table_t *table, size_t bytes);
void vz_zone_login_table(vz_table_t *table, size_t bytes);
void vz_zone_sample_table(vz_table_t *table, size_t bytes);
void vz_zone_task_table(vz_table_t *table, size_t bytes);


/* vz_table_init: entries of that size in that many bytes of the slab. */
void vz_table_init(vz_table_t *table, size_t size, size_t bytes);

/*
 * vz_table_find: the entry whose key it is.  same compares what lies behind
 * it with the wanted; NULL where the key says all.
 */
typedef ngx_uint_t (*vz_same_pt)(const vz_entry_t *entry, const void *wanted);
void *vz_table_find(vz_table_t *table, uint64_t key, vz_same_pt same,
    const void *wanted);

/*
 * vz_table_add: a new entry, zeroed behind vz_entry_t.  forget, where not
 * NULL, is called with one that has to go for it.  NULL when the slab is full
 * and nothing of this table can go.
 */
typedef void (*vz_forget_pt)(vz_entry_t *entry);
void *vz_table_add(vz_table_t *table, uint64_t key, uint64_t order,
    vz_forget_pt forget);

/* vz_table_move: give an entry a new place in the order. */
void vz_table_move(vz_table_t *table, void *entry, uint64_t order);

void vz_table_remove(vz_table_t *table, void *entry);

/* vz_table_after: the first entry with an order greater than that, or NULL. */
void *vz_table_after(vz_table_t *table, uint64_t order);
void *vz_table_next(vz_table_t *table, void *entry);


#endif /* VZ_ZONE_CORE_H */
