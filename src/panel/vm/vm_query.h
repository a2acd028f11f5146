/*
 * What a list of containers is asked for: filter, order, page.
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
    VZ_VM_QUERY_BY_RANK,            /* as the zone sorts */
    VZ_VM_QUERY_BY_RANK_DESC,
    VZ_VM_QUERY_ORDERS
} vz_vm_query_order_e;

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
    ngx_uint_t                 ranked;    /* the zone has to choose or sort */

    /* by id or name the page begins behind this one */
    ngx_uint_t               cursor;
    uint64_t                 after_id;
    ngx_str_t                after_name;

    /* by a figure these were on pages before it */
    vz_vm_shown_t            shown;
} vz_vm_query_t;


/*
 * vz_vm_query_read: the call's query string.  VZ_OK, or VZ_RANGE with 422 as
 * the reply that names every broken argument.
 */
vz_code_e vz_vm_query_read(vz_call_t *call, vz_vm_query_t *query);

/*
 * vz_vm_query_next: the cursor of the page behind this one, as a member
 * "next": the ids of this page, and the name of its last.  A walk by a figure
 * carries what it has shown, some thousands; where that does not fit the pages
 * behind are all of it by id, so that nothing is left out.
 */
void vz_vm_query_next(vz_call_t *call, vz_json_t *out, vz_vm_query_t *query,
    const uint64_t *ids, ngx_uint_t n, const ngx_str_t *name);

extern const vz_query_args_t  vz_vm_query_args;


#endif /* VZ_VM_QUERY_H */
