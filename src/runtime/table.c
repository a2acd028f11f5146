/*
 * A table of the zone: two trees over the same entries, one to find them by
 * key and one to walk them by age.
 */

#include "runtime/table.h"
#include "runtime/zone_core.h"


#define vz_entry_of_order(n)                                                  \
    ((vz_entry_t *) ((u_char *) (n) - offsetof(vz_entry_t, order)))


static ngx_uint_t vz_table_evict(vz_table_t *table, vz_forget_pt forget);


ngx_int_t
vz_table_init(vz_table_t *table, const vz_table_def_t *def, size_t bytes)
{
    size_t  slot;

    /* the slab rounds up to a power of two */

    for (slot = 64; slot < def->size; slot *= 2) { /* void */ }

    table->size = def->size;
    table->count = 0;
    table->max = def->parts ? bytes / VZ_TABLE_PARTS * def->parts / slot
                            : def->max;

    ngx_rbtree_init(&table->tree, &table->tree_sentinel,
                    ngx_rbtree_insert_value);
    ngx_rbtree_init(&table->order, &table->order_sentinel,
                    ngx_rbtree_insert_value);

    if (def->head == 0) {
        return NGX_OK;
    }

    table->head = ngx_slab_calloc(vz_zone_memory(), def->head);
    if (table->head == NULL) {
        return NGX_ERROR;
    }

    if (def->begin != NULL) {
        def->begin(table->head);
    }

    return NGX_OK;
}


/*
 * Entries of the same key may stand on both sides of each other after the
 * tree was balanced: the first of them is the leftmost.
 */
void *
vz_table_find(vz_table_t *table, uint64_t key, vz_same_pt same,
    const void *wanted)
{
    ngx_rbtree_node_t  *node, *first;

    first = NULL;
    node = table->tree.root;

    while (node != &table->tree_sentinel) {

        if (node->key >= key) {
            first = node;
            node = node->left;

        } else {
            node = node->right;
        }
    }

    for (node = first; node != NULL && node->key == key;
         node = ngx_rbtree_next(&table->tree, node))
    {
        if (same == NULL || same((vz_entry_t *) node, wanted)) {
            return node;
        }
    }

    return NULL;
}


void *
vz_table_add(vz_table_t *table, uint64_t key, uint64_t order,
    vz_forget_pt forget)
{
    vz_entry_t       *entry;
    ngx_slab_pool_t  *slab;

    slab = vz_zone_memory();

    while (table->count >= table->max) {
        if (!vz_table_evict(table, forget)) {
            return NULL;
        }
    }

    entry = ngx_slab_calloc_locked(slab, table->size);

    if (entry == NULL) {

        if (!vz_table_evict(table, forget)) {
            return NULL;
        }

        entry = ngx_slab_calloc_locked(slab, table->size);
        if (entry == NULL) {
            return NULL;
        }
    }

    entry->node.key = key;
    entry->order.key = order;
    ngx_rbtree_insert(&table->tree, &entry->node);
    ngx_rbtree_insert(&table->order, &entry->order);
    table->count++;

    return entry;
}


static ngx_uint_t
vz_table_evict(vz_table_t *table, vz_forget_pt forget)
{
    vz_entry_t  *entry;

    entry = vz_table_after(table, 0);
    if (entry == NULL) {
        return 0;
    }

    if (forget != NULL) {
        forget(entry);
    }

    vz_table_remove(table, entry);

    return 1;
}


void
vz_table_move(vz_table_t *table, void *entry, uint64_t order)
{
    vz_entry_t  *e = entry;

    ngx_rbtree_delete(&table->order, &e->order);
    e->order.key = order;
    ngx_rbtree_insert(&table->order, &e->order);
}


void
vz_table_remove(vz_table_t *table, void *entry)
{
    vz_entry_t  *e = entry;

    ngx_rbtree_delete(&table->tree, &e->node);
    ngx_rbtree_delete(&table->order, &e->order);
    ngx_slab_free_locked(vz_zone_memory(), e);
    table->count--;
}


void *
vz_table_after(vz_table_t *table, uint64_t order)
{
    ngx_rbtree_node_t  *node, *found;

    found = NULL;
    node = table->order.root;

    while (node != &table->order_sentinel) {

        if (node->key > order) {
            found = node;
            node = node->left;

        } else {
            node = node->right;
        }
    }

    return found != NULL ? vz_entry_of_order(found) : NULL;
}


void *
vz_table_next(vz_table_t *table, void *entry)
{
    vz_entry_t         *e = entry;
    ngx_rbtree_node_t  *node;

    node = ngx_rbtree_next(&table->order, &e->order);

    return node != NULL ? vz_entry_of_order(node) : NULL;
}
