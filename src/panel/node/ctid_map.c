/*
 * The map of a node's numbers.
 */

#include "panel/api/zone_ids.h"
#include "panel/node/ctid_map.h"
#include "runtime/row.h"
#include "runtime/zone.h"
#include "wire/field_value.h"


#define VZ_CTID_MAP        60       /* seconds that a map is kept */
#define VZ_CTID_MAP_SAME   5        /* the same where the node's list
                                       differs */
#define VZ_CTID_MAP_LEAST  2        /* the same where it differs in
                                       something new */


static uint32_t vz_ctid_map_differs(vz_ctid_map_t *map,
    const vz_answer_t *answer);
static ngx_int_t vz_ctid_map_keep(vz_ctid_map_t *map, ngx_pool_t *pool,
    const vz_rows_t *rows, const vz_rows_t *rests);
static ngx_uint_t vz_ctid_map_is(const ngx_str_t *line, const char *tag);


#define VZ_CTID_MAP_ROW(first, next, of)                                      \
    first(of, ctid, INT, "ctid")                                              \
    next(of, vm, INT, "id")                                                   \
    next(of, owner, INT, "user_id")                                           \
    next(of, tag, CHARS, "tag")                                               \
    next(of, there, FLAG, "lifecycle IN ('ready', 'suspended')")              \
    next(of, trashed, FLAG, "lifecycle = 'trashed'")

#define VZ_CTID_MAP_REST_ROW(first, next, of)                                 \
    first(of, ctid, INT, "ctid")                                              \
    next(of, tag, CHARS, "tag")                                               \
    next(of, left, FLAG, "why = 'left'")

static const vz_row_member_t  vz_ctid_map_row[] =
    vz_row_members(VZ_CTID_MAP_ROW, vz_ctid_map_vm_t);

static const vz_row_member_t  vz_ctid_map_rest_row[] =
    vz_row_members(VZ_CTID_MAP_REST_ROW, vz_ctid_map_rest_t);

static const vz_sql_t  vz_ctid_map_select = vz_sql("live map",
    "SELECT " vz_row_sql(VZ_CTID_MAP_ROW)
    " FROM vm WHERE node_id = ? ORDER BY ctid");

static const vz_sql_t  vz_ctid_map_rests = vz_sql("live map rests",
    "SELECT " vz_row_sql(VZ_CTID_MAP_REST_ROW) " FROM number_rest"
    " WHERE node_id = ? AND why <> 'stranger' AND until > NOW(3)");


void
vz_ctid_map_load(vz_ctid_map_t *map, uint64_t node, const vz_answer_t *answer)
{
    time_t    age;
    uint32_t  differs;

    age = ngx_time() - map->loaded;

    if (age < VZ_CTID_MAP
        && map->changed == vz_zone_generation(VZ_GENERATION_VMS))
    {

        if (age < VZ_CTID_MAP_LEAST) {
            return;
        }

        differs = vz_ctid_map_differs(map, answer);

        if (differs == 0
            || (differs == map->differs && age < VZ_CTID_MAP_SAME))
        {
            return;
        }
    }

    if (vz_ctid_map_read(map, node) == VZ_OK) {
        map->differs = vz_ctid_map_differs(map, answer);
    }
}


vz_code_e
vz_ctid_map_read(vz_ctid_map_t *map, uint64_t node)
{
    uint64_t     changed;
    vz_code_e    rc;
    vz_rows_t    rows, rests;
    ngx_pool_t  *pool, *kept;

    changed = vz_zone_generation(VZ_GENERATION_VMS);

    pool = ngx_create_pool(4096, ngx_cycle->log);
    if (pool == NULL) {
        return VZ_INTERNAL;
    }

    rc = vz_db_query(NULL, pool, &vz_ctid_map_select, vz_binds(vz_int(node)),
                     &rows);

    if (rc == VZ_OK) {
        rc = vz_db_query(NULL, pool, &vz_ctid_map_rests,
                         vz_binds(vz_int(node)), &rests);
    }

    if (rc != VZ_OK) {
        ngx_destroy_pool(pool);
        return rc;
    }

    kept = ngx_create_pool(4096, ngx_cycle->log);

    if (kept == NULL) {
        rc = VZ_INTERNAL;

    } else if (vz_ctid_map_keep(map, kept, &rows, &rests) != NGX_OK) {
        ngx_destroy_pool(kept);
        rc = VZ_INTERNAL;

    } else {
        map->changed = changed;
    }

    ngx_destroy_pool(pool);

    return rc;
}


/* a hash of the differences; 0 where there is none */

static uint32_t
vz_ctid_map_differs(vz_ctid_map_t *map, const vz_answer_t *answer)
{
    uint32_t            ctid, crc;
    ngx_str_t           tag;
    ngx_uint_t          i, n;
    vz_ctid_map_vm_t   *vm;

    n = 0;
    ngx_crc32_init(crc);

    for (i = 0; i < map->nvms; i++) {
        map->vms[i].seen = 0;
    }

    for (i = 0; i < answer->nlines; i++) {
        vm = vz_ctid_map_find(map, &answer->lines[i], &ctid);

        if (vm != NULL) {
            vm->seen = 1;

        } else if (ctid) {
            tag = vz_relay_pair(&answer->lines[i], "tag");
            ngx_crc32_update(&crc, (u_char *) &ctid, sizeof(ctid));
            ngx_crc32_update(&crc, tag.data, tag.len);
            n++;
        }
    }

    for (i = 0; i < map->nvms; i++) {
        if (!map->vms[i].seen) {
            ngx_crc32_update(&crc, (u_char *) &map->vms[i].vm,
                             sizeof(map->vms[i].vm));
            n++;
        }
    }

    ngx_crc32_final(crc);

    return n == 0 ? 0 : crc == 0 ? 1 : crc;
}


static ngx_int_t
vz_ctid_map_keep(vz_ctid_map_t *map, ngx_pool_t *pool, const vz_rows_t *rows,
    const vz_rows_t *rests)
{
    ngx_uint_t            i;
    vz_ctid_map_vm_t     *vms;
    vz_ctid_map_rest_t   *left;

    vms = ngx_pcalloc(pool, (rows->rows + 1) * sizeof(vz_ctid_map_vm_t));
    left = ngx_pcalloc(pool, (rests->rows + 1) * sizeof(vz_ctid_map_rest_t));

    if (vms == NULL || left == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < rows->rows; i++) {
        vz_row_read(rows, i, 0, vz_ctid_map_row, &vms[i]);
    }

    for (i = 0; i < rests->rows; i++) {
        vz_row_read(rests, i, 0, vz_ctid_map_rest_row, &left[i]);
    }

    vz_ctid_map_free(map);

    map->pool = pool;
    map->vms = vms;
    map->nvms = rows->rows;
    map->rests = left;
    map->nrests = rests->rows;
    map->loaded = ngx_time();

    return NGX_OK;
}


vz_ctid_map_vm_t *
vz_ctid_map_find(vz_ctid_map_t *map, const ngx_str_t *line, uint32_t *ctid)
{
    ngx_str_t           id;
    vz_ctid_map_vm_t   *vm;

    *ctid = 0;
    id = vz_relay_pair(line, "id");

    if (id.len == 0
        || vz_field_value_ctid((char *) id.data, id.len, ctid) != VZ_OK)
    {
        *ctid = 0;
        return NULL;
    }

    vm = vz_ctid_map_number(map, *ctid);

    return vm != NULL && vz_ctid_map_is(line, vm->tag) ? vm : NULL;
}


static ngx_uint_t
vz_ctid_map_is(const ngx_str_t *line, const char *tag)
{
    ngx_str_t  text;

    text.data = (u_char *) tag;
    text.len = ngx_strlen(tag);

    return vz_ctid_map_tagged(line, &text);
}


ngx_uint_t
vz_ctid_map_tagged(const ngx_str_t *line, const ngx_str_t *tag)
{
    ngx_str_t  told;

    told = vz_relay_pair(line, "tag");

    if (told.len == 1 && *told.data == '-') {
        told.len = 0;
    }

    return told.len == tag->len
           && (told.len == 0
               || ngx_strncmp(told.data, tag->data, tag->len) == 0);
}


vz_ctid_map_rest_t *
vz_ctid_map_rest(vz_ctid_map_t *map, const ngx_str_t *line, uint32_t ctid)
{
    ngx_uint_t  i;

    for (i = 0; i < map->nrests; i++) {
        if (map->rests[i].ctid == ctid
            && vz_ctid_map_is(line, map->rests[i].tag))
        {
            return &map->rests[i];
        }
    }

    return NULL;
}


vz_ctid_map_vm_t *
vz_ctid_map_number(vz_ctid_map_t *map, uint32_t ctid)
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
vz_ctid_map_free(vz_ctid_map_t *map)
{
    if (map->pool != NULL) {
        ngx_destroy_pool(map->pool);
        ngx_memzero(map, sizeof(vz_ctid_map_t));
    }
}
