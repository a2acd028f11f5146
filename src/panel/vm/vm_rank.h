/*
 * Filtering and sorting containers by what only the zone knows: a map of ranks
 * that is bound to the statement of the list.
 */

#ifndef VZ_VM_RANK_H
#define VZ_VM_RANK_H

#include "panel/vm/vm_query.h"


/*
 * The rank of vm v: four bytes that compare as text.  It takes the values of
 * vz_vm_rank_bind().  Ids outside of first and last share the first rank of the
 * map.
 */
#define VZ_VM_RANK_SQL                                                        \
    "SUBSTRING(?, IF(v.id BETWEEN ? AND ?, v.id - ?, 0) * 4 + 1, 4)"

#define VZ_VM_RANK_SQL_IN  VZ_VM_RANK_SQL " = X'00000000'"

#define VZ_VM_RANK_BINDS   4


typedef struct {
    uint64_t      first;            /* ids that have ranks of their own */
    uint64_t      last;
    ngx_str_t     map;
} vz_vm_rank_t;


/*
 * vz_vm_rank_make: build the map from the samples of this moment, in memory of
 * the call's pool; owner limits it to the containers of that user, 0 is all.
 *
 * Where the list is sorted by a figure the ranks ascend in the query's order;
 * containers that were shown before, or have another state than the query asks
 * for, come last and are out (vz_vm_rank_out()).  Where it is not, exactly the
 * containers with that state are VZ_VM_RANK_SQL_IN.
 *
 * A container without a sample is in: its figures are 0, its state is unknown.
 * NGX_OK or NGX_ERROR.
 */
ngx_int_t vz_vm_rank_make(vz_call_t *call, const vz_vm_query_t *query,
    uint64_t owner, vz_vm_rank_t *rank);

/*
 * vz_vm_rank_bind: bind the values of VZ_VM_RANK_SQL; returns VZ_VM_RANK_BINDS.
 */
ngx_uint_t vz_vm_rank_bind(const vz_vm_rank_t *rank, vz_bind_t *binds);

/* vz_vm_rank_out: whether a container is left out of this page. */
ngx_uint_t vz_vm_rank_out(const vz_vm_rank_t *rank, uint64_t id);


#endif /* VZ_VM_RANK_H */
