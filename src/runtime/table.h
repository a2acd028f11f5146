/*
 * A table in the zone: entries of one size, found by key and walked in order;
 * the first in the order goes where there is no room.  All of this belongs
 * between vz_zone_lock() and vz_zone_unlock().
 */

#ifndef VZ_TABLE_H
#define VZ_TABLE_H

#include <ngx_config.h>
#include <ngx_core.h>


#if (NGX_PTR_SIZE < 8)
#error "vzpanel needs a 64-bit platform: its versions are tree keys"
#endif

#define VZ_TABLE_PARTS  64          /* of a zone, for vz_table_def_t.parts */


/* Every entry begins with this. */
typedef struct {
    ngx_rbtree_node_t   node;       /* key: the key, or the beginning of it */
    ngx_rbtree_node_t   order;      /* key: its place in the order */
} vz_entry_t;

/*
 * What a table is.  One static object each, in the file that uses the table;
 * its address is the table's name.
 */
typedef struct {
    size_t              size;       /* of an entry */
    ngx_uint_t          parts;      /* of the zone's bytes, or 0 */
    ngx_uint_t          max;        /* entries, where parts is 0 */
    size_t              head;       /* bytes beside the entries, or 0 */
    void              (*begin)(void *head);     /* for a fresh head, or NULL */
} vz_table_def_t;

typedef struct {
    ngx_rbtree_t        tree;
    ngx_rbtree_t        order;
    ngx_rbtree_node_t   tree_sentinel;
    ngx_rbtree_node_t   order_sentinel;
    size_t              size;       /* of an entry */
    ngx_uint_t          count;
    ngx_uint_t          max;
    void               *head;       /* in the zone, NULL where it has none */
} vz_table_t;


/*
 * vz_table_init: an empty table in a fresh zone of that many bytes.
 * NGX_ERROR when the zone has no room for its head.
 */
ngx_int_t vz_table_init(vz_table_t *table, const vz_table_def_t *def,
    size_t bytes);

/*
 * vz_table_find: the entry with that key; NULL where there is none.  Where the
 * key is only the beginning of the real one, same says whether an entry is the
 * wanted one.
 */
typedef ngx_uint_t (*vz_same_pt)(const vz_entry_t *entry, const void *wanted);
void *vz_table_find(vz_table_t *table, uint64_t key, vz_same_pt same,
    const void *wanted);

/*
 * vz_table_add: a new entry, zeroed behind vz_entry_t.  forget, where not NULL,
 * is called with an entry that has to go for it.  NULL when the zone is full
 * and no entry of this table can go.
 */
typedef void (*vz_forget_pt)(vz_entry_t *entry);
void *vz_table_add(vz_table_t *table, uint64_t key, uint64_t order,
    vz_forget_pt forget);

/* vz_table_move: give an entry a new place in the order. */
void vz_table_move(vz_table_t *table, void *entry, uint64_t order);

/* vz_table_remove: free an entry. */
void vz_table_remove(vz_table_t *table, void *entry);

/* vz_table_after: the first entry behind a place in the order, or NULL. */
void *vz_table_after(vz_table_t *table, uint64_t order);

/* vz_table_next: the entry behind another one in the order, or NULL. */
void *vz_table_next(vz_table_t *table, void *entry);


#endif /* VZ_TABLE_H */
