/*
 * The query string of GET /api/vms: filter, order and page.
 */

#ifndef VZ_VM_QUERY_H
#define VZ_VM_QUERY_H

#include "panel/api/query.h"
#include "panel/live/sample.h"
#include "panel/vm/vm_shown.h"


typedef enum {
    VZ_VM_QUERY_BY_ID = 0,
    VZ_VM_QUERY_BY_ID_DESC,
    VZ_VM_QUERY_BY_NAME,
    VZ_VM_QUERY_BY_NAME_DESC,
    VZ_VM_QUERY_BY_RANK,            /* by a figure of the zone */
    VZ_VM_QUERY_BY_RANK_DESC,
    VZ_VM_QUERY_ORDERS
} vz_vm_query_order_e;

/* Reads a figure from a sample, to sort by it. */
typedef uint64_t (*vz_vm_query_figure_pt)(const vz_sample_t *sample);

typedef struct {
    const char              *name;
    vz_vm_query_order_e      order;  /* ascending; + 1 is descending */
    vz_vm_query_figure_pt    figure;  /* not NULL: only the zone has it */
} vz_vm_query_sort_t;

typedef struct {
    const vz_vm_query_sort_t  *sort;
    ngx_uint_t                 desc;
    ngx_uint_t                 limit;
    vz_query_search_t          search;
    uint64_t                   user;      /* or 0 */
    ngx_uint_t                 state_given;
    vz_state_e                 state;
    ngx_uint_t                 ranked;    /* filtered or sorted by figures */

    /* the last row of the page before, where the order is by id or name */
    ngx_uint_t               cursor;
    uint64_t                 after_id;
    ngx_str_t                after_name;

    /* the rows of the pages before, where the order is by a figure */
    vz_vm_shown_t            shown;
} vz_vm_query_t;


/*
 * vz_vm_query_read: read the call's query string; texts are the call's.  VZ_OK,
 * or VZ_RANGE with the reply 422, which names every invalid argument.
 */
vz_code_e vz_vm_query_read(vz_call_t *call, vz_vm_query_t *query);

/*
 * vz_vm_query_next: write the member "next", the cursor of the following page;
 * ids are those of this page, name is that of its last row.  An order by a
 * figure carries the ids that were shown, some thousands of them; where they do
 * not fit, the following pages have the rest by id, so that none is left out.
 */
void vz_vm_query_next(vz_call_t *call, vz_json_t *out, vz_vm_query_t *query,
    const uint64_t *ids, ngx_uint_t n, const ngx_str_t *name);

extern const vz_query_args_t  vz_vm_query_args;


#endif /* VZ_VM_QUERY_H */
