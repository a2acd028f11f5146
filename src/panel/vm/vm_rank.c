/*
 * Filtering and sorting containers by what only the zone knows.
 *
 * A figure changes between two pages of a list, an id does not.  So a page by a
 * figure does not continue behind a value: it has the containers that were not
 * shown yet, in the order of this moment.
 */

#include "panel/live/collector.h"
#include "panel/live/sample.h"
#include "panel/vm/vm_rank.h"


#define VZ_VM_RANK_SPAN  (1 << 20)  /* ids with ranks of their own, at most */

#define VZ_VM_RANK_ZERO  0          /* no figure, or none is asked for */
#define VZ_VM_RANK_LAST  0xfffffffe  /* no figure, the greatest come first */
#define VZ_VM_RANK_OUT   0xffffffff


typedef struct {
    uint64_t             id;
    uint64_t             figure;
    ngx_uint_t           out;
} vz_vm_rank_vm_t;

typedef struct {
    const vz_vm_query_t  *query;
    uint64_t              owner;
    ngx_array_t           vms;       /* of vz_vm_rank_vm_t */
    vz_vm_rank_t         *rank;
} vz_vm_rank_make_t;


static ngx_int_t vz_vm_rank_visit(void *data, const vz_sample_t *sample);
static void vz_vm_rank_widen(vz_vm_rank_t *rank, uint64_t id);
static ngx_int_t vz_vm_rank_fill(vz_vm_rank_make_t *make, ngx_pool_t *pool);
static void vz_vm_rank_set(vz_vm_rank_t *rank, uint64_t id, uint32_t value);
static u_char *vz_vm_rank_place(const vz_vm_rank_t *rank, uint64_t id);
static void vz_vm_rank_put(u_char *p, uint32_t value);
static int ngx_libc_cdecl vz_vm_rank_up(const void *one, const void *two);
static int ngx_libc_cdecl vz_vm_rank_down(const void *one, const void *two);


ngx_int_t
vz_vm_rank_make(vz_call_t *call, const vz_vm_query_t *query, uint64_t owner,
    vz_vm_rank_t *rank)
{
    vz_vm_rank_make_t  make;

    make.query = query;
    make.owner = owner;
    make.rank = rank;

    if (ngx_array_init(&make.vms, call->pool, 64, sizeof(vz_vm_rank_vm_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rank->first = 1;
    rank->last = 0;

    /* what was shown has a rank in any case: else it would be shown again */

    if (query->shown.n) {
        vz_vm_rank_widen(rank, query->shown.ids[0]);
        vz_vm_rank_widen(rank, query->shown.ids[query->shown.n - 1]);
    }

    (void) vz_sample_each(0, vz_vm_rank_visit, &make);

    ngx_qsort(make.vms.elts, make.vms.nelts, sizeof(vz_vm_rank_vm_t),
              query->desc ? vz_vm_rank_down : vz_vm_rank_up);

    return vz_vm_rank_fill(&make, call->pool);
}


static ngx_int_t
vz_vm_rank_visit(void *data, const vz_sample_t *sample)
{
    vz_state_e             state;
    vz_vm_rank_vm_t       *vm;
    vz_vm_rank_make_t     *make = data;
    vz_vm_query_figure_pt  figure;

    if ((make->owner && sample->owner != make->owner)
        || (make->query->user && sample->owner != make->query->user))
    {
        return NGX_OK;
    }

    vm = ngx_array_push(&make->vms);
    if (vm == NULL) {
        return NGX_ERROR;
    }

    state = vz_zone_now() > sample->taken + VZ_COLLECTOR_STALE
            ? VZ_STATE_UNKNOWN : sample->state;
    figure = make->query->sort->figure;

    vm->id = sample->vm;
    vm->figure = figure ? figure(sample) : 0;
    vm->out = (make->query->state_given && state != make->query->state);

    vz_vm_rank_widen(make->rank, sample->vm);

    return NGX_OK;
}


/*
 * A million ids are 4 MB of a statement.  A container that is farther from the
 * others than that is one of which the zone knows nothing.
 */

static void
vz_vm_rank_widen(vz_vm_rank_t *rank, uint64_t id)
{
    uint64_t  first, last;

    if (rank->last == 0) {
        rank->first = id;
        rank->last = id;
        return;
    }

    first = ngx_min(rank->first, id);
    last = ngx_max(rank->last, id);

    if (last - first < VZ_VM_RANK_SPAN) {
        rank->first = first;
        rank->last = last;
    }
}


static ngx_int_t
vz_vm_rank_fill(vz_vm_rank_make_t *make, ngx_pool_t *pool)
{
    size_t                slots;
    uint32_t              zero, rest;
    ngx_uint_t            i;
    vz_vm_rank_t         *rank;
    vz_vm_rank_vm_t      *vms;
    const vz_vm_query_t  *query;

    rank = make->rank;
    query = make->query;

    zero = (query->sort->figure && query->desc) ? VZ_VM_RANK_LAST
                                                : VZ_VM_RANK_ZERO;
    rest = (query->state_given && query->state != VZ_STATE_UNKNOWN)
           ? VZ_VM_RANK_OUT : zero;

    slots = rank->last ? rank->last - rank->first + 2 : 1;

    rank->map.len = slots * 4;
    rank->map.data = ngx_pnalloc(pool, rank->map.len);
    if (rank->map.data == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < slots; i++) {
        vz_vm_rank_put(rank->map.data + i * 4, rest);
    }

    vms = make->vms.elts;

    for (i = 0; i < make->vms.nelts; i++) {
        vz_vm_rank_set(rank, vms[i].id, vms[i].out ? VZ_VM_RANK_OUT
                                     : vms[i].figure ? i + 1 : zero);
    }

    for (i = 0; i < query->shown.n; i++) {
        vz_vm_rank_set(rank, query->shown.ids[i], VZ_VM_RANK_OUT);
    }

    return NGX_OK;
}


static void
vz_vm_rank_set(vz_vm_rank_t *rank, uint64_t id, uint32_t value)
{
    if (id >= rank->first && id <= rank->last) {
        vz_vm_rank_put(vz_vm_rank_place(rank, id), value);
    }
}


static u_char *
vz_vm_rank_place(const vz_vm_rank_t *rank, uint64_t id)
{
    if (id < rank->first || id > rank->last) {
        return rank->map.data;
    }

    return rank->map.data + (id - rank->first + 1) * 4;
}


static void
vz_vm_rank_put(u_char *p, uint32_t value)
{
    p[0] = (u_char) (value >> 24);
    p[1] = (u_char) (value >> 16);
    p[2] = (u_char) (value >> 8);
    p[3] = (u_char) value;
}


ngx_uint_t
vz_vm_rank_bind(const vz_vm_rank_t *rank, vz_bind_t *binds)
{
    binds[0] = vz_bytes(rank->map);
    binds[1] = vz_int(rank->first);
    binds[2] = vz_int(rank->last);
    binds[3] = vz_int(rank->first - 1);

    return VZ_VM_RANK_BINDS;
}


ngx_uint_t
vz_vm_rank_out(const vz_vm_rank_t *rank, uint64_t id)
{
    return ngx_memcmp(vz_vm_rank_place(rank, id), "\xff\xff\xff\xff", 4) == 0;
}


static int ngx_libc_cdecl
vz_vm_rank_up(const void *one, const void *two)
{
    const vz_vm_rank_vm_t  *a = one;
    const vz_vm_rank_vm_t  *b = two;

    if (a->figure != b->figure) {
        return a->figure < b->figure ? -1 : 1;
    }

    return a->id < b->id ? -1 : a->id > b->id;
}


static int ngx_libc_cdecl
vz_vm_rank_down(const void *one, const void *two)
{
    return vz_vm_rank_up(two, one);
}
