/*
 * Which container of a node has a number, and whose it is.
 */

#include "live_map.h"
#include "../runtime/zone.h"


#define VZ_LIVE_MAP        60       /* seconds numbers and owners are kept */
#define VZ_LIVE_MAP_LEAST  2        /* seconds before unknown ones ask again */


static ngx_uint_t vz_live_map_strangers(vz_live_map_t *map,
    const vz_answer_t *answer);
static vz_live_vm_t *vz_live_map_number(vz_live_map_t *map, uint32_t ctid);
static ngx_int_t vz_live_map_keep(vz_live_map_t *map, ngx_pool_t *pool,
    const vz_rows_t *rows);


static const vz_sql_t  vz_live_map_select = vz_sql("live map",
    "SELECT ctid, id, user_id, tag FROM vm WHERE node_id = ? ORDER BY ctid");


void
vz_live_map_load(vz_live_map_t *map, uint64_t node, const vz_answer_t *answer)
{
    time_t       age;
    uint64_t     changed;
    vz_rows_t    rows;
    ngx_pool_t  *pool, *kept;

    age = ngx_time() - map->loaded;
    changed = vz_zone_vms_changed();

    if (age < VZ_LIVE_MAP && map->changed == changed
        && (age < VZ_LIVE_MAP_LEAST || !vz_live_map_strangers(map, answer)))
    {
        return;
    }

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    if (vz_db_query(NULL, pool, &vz_live_map_select, vz_binds(vz_int(node)),
                    &rows)
        != VZ_OK)
    {
        ngx_destroy_pool(pool);
        return;
    }

    kept = ngx_create_pool(4096, ngx_cycle->log);

    if (kept != NULL) {
        if (vz_live_map_keep(map, kept, &rows) == NGX_OK) {
            map->changed = changed;
        } else {
            ngx_destroy_pool(kept);
        }
    }

    ngx_destroy_pool(pool);
}


static ngx_uint_t
vz_live_map_strangers(vz_live_map_t *map, const vz_answer_t *answer)
{
    uint32_t    ctid;
    ngx_uint_t  i;

    for (i = 0; i < answer->nlines; i++) {
        if (vz_live_map_find(map, &answer->lines[i], &ctid) == NULL && ctid) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
vz_live_map_keep(vz_live_map_t *map, ngx_pool_t *pool, const vz_rows_t *rows)
{
    ngx_str_t      tag;
    ngx_uint_t     i;
    vz_live_vm_t  *vms;

    vms = ngx_pcalloc(pool, (rows->rows + 1) * sizeof(vz_live_vm_t));
    if (vms == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < rows->rows; i++) {
        vms[i].ctid = vz_cell_int(rows, i, 0);
        vms[i].vm = vz_cell_int(rows, i, 1);
        vms[i].owner = vz_cell_int(rows, i, 2);

        tag = vz_cell_text(rows, i, 3);
        ngx_memcpy(vms[i].tag, tag.data, ngx_min(tag.len, VZ_TAG_LEN));
    }

    vz_live_map_free(map);

    map->pool = pool;
    map->vms = vms;
    map->nvms = rows->rows;
    map->loaded = ngx_time();

    return NGX_OK;
}


vz_live_vm_t *
vz_live_map_find(vz_live_map_t *map, const ngx_str_t *line, uint32_t *ctid)
{
    ngx_str_t      id, tag;
    vz_live_vm_t  *vm;

    *ctid = 0;
    id = vz_relay_pair(line, "id");

    if (id.len == 0
        || vz_field_ctid((char *) id.data, id.len, ctid) != VZ_OK)
    {
        *ctid = 0;
        return NULL;
    }

    vm = vz_live_map_number(map, *ctid);
    if (vm == NULL) {
        return NULL;
    }

    tag.data = (u_char *) vm->tag;
    tag.len = ngx_strlen(vm->tag);

    return vz_live_tagged(line, &tag) ? vm : NULL;
}


ngx_uint_t
vz_live_tagged(const ngx_str_t *line, const ngx_str_t *tag)
{
    ngx_str_t  told;

    told = vz_relay_pair(line, "tag");

    if (told.len == 1 && *told.data == '-') {
        told.len = 0;
    }

    return told.len == tag->len
           && ngx_strncmp(told.data, tag->data, tag->len) == 0;
}


static vz_live_vm_t *
vz_live_map_number(vz_live_map_t *map, uint32_t ctid)
{
    ngx_uint_t  low, high, middle;

    low = 0;
    high = map->nvms;

    while (low < high) {
        middle = (low + high) / 2;

        if (map->vms[middle].ctid == ctid) {
            return &map->vms[middle];
        }

        if (map->vms[middle].ctid < ctid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }

    return NULL;
}


void
vz_live_map_free(vz_live_map_t *map)
{
    if (map->pool != NULL) {
        ngx_destroy_pool(map->pool);
        ngx_memzero(map, sizeof(vz_live_map_t));
    }
}
