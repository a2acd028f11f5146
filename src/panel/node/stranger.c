/*
 * Strangers.
 */

#include "panel/api/strlist.h"
#include "panel/node/address.h"
#include "panel/node/ctid.h"
#include "panel/node/stranger.h"
#include "runtime/json.h"


static void vz_stranger_free(void *data);
static int vz_stranger_order(const void *one, const void *two);
static ngx_str_t vz_stranger_tag(const ngx_str_t *line);
static vz_code_e vz_stranger_numbers(ngx_pool_t *pool, uint32_t taken,
    const vz_strangers_t *all, ngx_str_t *json);
static void vz_stranger_addresses(vz_json_t *out, const ngx_str_t *line);
static vz_code_e vz_stranger_json(vz_json_t *out, ngx_str_t *json);


vz_code_e
vz_stranger_find(ngx_pool_t *pool, uint64_t node, const vz_answer_t *list,
    vz_strangers_t *all)
{
    uint32_t              ctid;
    vz_code_e             rc;
    ngx_uint_t            i;
    vz_ctid_map_vm_t     *vm;
    vz_stranger_t        *item;
    vz_ctid_map_rest_t   *rest;
    ngx_pool_cleanup_t   *cleanup;

    cleanup = ngx_pool_cleanup_add(pool, sizeof(vz_ctid_map_t));
    item = ngx_pcalloc(pool, (list->nlines + 1) * sizeof(vz_stranger_t));

    if (cleanup == NULL || item == NULL) {
        return VZ_INTERNAL;
    }

    all->list = list;
    all->map = cleanup->data;
    all->items = item;

    ngx_memzero(all->map, sizeof(vz_ctid_map_t));
    cleanup->handler = vz_stranger_free;

    rc = vz_ctid_map_read(all->map, node);

    for (i = 0; i < list->nlines && rc == VZ_OK; i++) {
        vm = vz_ctid_map_find(all->map, &list->lines[i], &ctid);

        if (vm != NULL) {
            vm->seen = 1;
            continue;
        }

        rest = vz_ctid_map_rest(all->map, &list->lines[i], ctid);

        if (ctid == 0 || (rest != NULL && !rest->left)) {
            continue;
        }

        item->line = &list->lines[i];
        item->ctid = ctid;
        item->tag = vz_stranger_tag(item->line);
        item->left = rest != NULL;
        item++;
    }

    all->nitems = item - all->items;
    ngx_qsort(all->items, all->nitems, sizeof(vz_stranger_t),
              vz_stranger_order);

    return rc;
}


static int
vz_stranger_order(const void *one, const void *two)
{
    const vz_stranger_t  *first = one, *second = two;

    return first->ctid < second->ctid ? -1 : first->ctid > second->ctid;
}


static void
vz_stranger_free(void *data)
{
    vz_ctid_map_free(data);
}


static ngx_str_t
vz_stranger_tag(const ngx_str_t *line)
{
    ngx_str_t  tag;

    tag = vz_relay_pair(line, "tag");

    if (vz_field_check(VZ_FIELD_TAG, (char *) tag.data, tag.len) != VZ_OK) {
        ngx_str_set(&tag, "");
    }

    return tag;
}


const vz_stranger_t *
vz_stranger_is(const vz_strangers_t *all, uint32_t ctid, const ngx_str_t *tag)
{
    ngx_uint_t            i;
    const vz_stranger_t  *item;

    for (i = 0; i < all->nitems; i++) {
        item = &all->items[i];

        if (item->ctid == ctid
            && item->tag.len == tag->len
            && (tag->len == 0
                || ngx_strncmp(item->tag.data, tag->data, tag->len) == 0))
        {
            return item;
        }
    }

    return NULL;
}


vz_code_e
vz_stranger_learn(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t taken, const vz_strangers_t *all)
{
    vz_code_e   rc;
    vz_json_t   out;
    ngx_str_t   numbers, theirs, used;
    ngx_uint_t  i;

    rc = vz_stranger_numbers(pool, taken, all, &numbers);

    if (rc == VZ_OK) {
        vz_json_init(&out, pool);
        vz_json_array(&out, NULL);

        for (i = 0; i < all->nitems; i++) {
            vz_stranger_addresses(&out, all->items[i].line);
        }

        rc = vz_stranger_json(&out, &theirs);
    }

    if (rc == VZ_OK) {
        vz_json_init(&out, pool);
        vz_json_array(&out, NULL);

        for (i = 0; i < all->list->nlines; i++) {
            vz_stranger_addresses(&out, &all->list->lines[i]);
        }

        rc = vz_stranger_json(&out, &used);
    }

    if (rc == VZ_OK) {
        rc = vz_ctid_strangers(tx, pool, node, numbers);
    }

    return rc == VZ_OK ? vz_address_strangers(tx, pool, node, theirs, used)
                       : rc;
}


static vz_code_e
vz_stranger_numbers(ngx_pool_t *pool, uint32_t taken,
    const vz_strangers_t *all, ngx_str_t *json)
{
    vz_json_t   out;
    ngx_uint_t  i;

    vz_json_init(&out, pool);
    vz_json_array(&out, NULL);

    for (i = 0; i < all->nitems; i++) {
        vz_json_object(&out, NULL);
        vz_json_uint(&out, "ctid", all->items[i].ctid);
        vz_json_opt(&out, "tag", all->items[i].tag);
        vz_json_close(&out);

        if (all->items[i].ctid == taken) {
            taken = 0;
        }
    }

    if (taken) {
        vz_json_object(&out, NULL);
        vz_json_uint(&out, "ctid", taken);
        vz_json_null(&out, "tag");
        vz_json_close(&out);
    }

    return vz_stranger_json(&out, json);
}


static void
vz_stranger_addresses(vz_json_t *out, const ngx_str_t *line)
{
    ngx_str_t  list, word;

    list = vz_relay_pair(line, "address");

    while (vz_strlist_next(&list, ',', &word)) {
        if (!vz_strlist_is(&word, "-")) {
            vz_json_text(out, NULL, &word);
        }
    }
}


static vz_code_e
vz_stranger_json(vz_json_t *out, ngx_str_t *json)
{
    vz_json_close(out);

    return vz_json_end(out) == NGX_OK && vz_json_string(out, json) == NGX_OK
           ? VZ_OK : VZ_INTERNAL;
}
