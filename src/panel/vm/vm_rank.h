/*
 * What of a list of containers only the zone knows, as a map that a statement
 * reads: which are left out, and where each of the others stands.
 */

#ifndef VZ_VM_RANK_H
#define VZ_VM_RANK_H

#include "panel/vm/vm_query.h"


/*
 * The rank of vm v, four bytes that compare as text; takes vz_vm_rank_bind().
 * Ids without one of their own share the first of the map.
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
 * vz_vm_rank_make: by what the zone says now, in memory of the call's pool.
 * Where the order is of figures the ranks rise in the order that is wanted,
 * greatest first or not, and what the walk has shown, or has another state
 * than is wanted, is out and comes last.  Where it is not, what has the state
 * that is wanted is VZ_VM_RANK_SQL_IN, and nothing else.
 *
 * A container of which the zone knows nothing is in: its figures are 0 and
 * its state unknown.  owner is whose samples count, 0 for all.  NGX_OK or
 * NGX_ERROR.
 */
ngx_int_t vz_vm_rank_make(vz_call_t *call, const vz_vm_query_t *query,
    uint64_t owner, vz_vm_rank_t *rank);

/* vz_vm_rank_bind: the values of VZ_VM_RANK_SQL; VZ_VM_RANK_BINDS. */
ngx_uint_t vz_vm_rank_bind(const vz_vm_rank_t *rank, vz_bind_t *binds);

/* vz_vm_rank_out: whether a container is out. */
ngx_uint_t vz_vm_rank_out(const vz_vm_rank_t *rank, uint64_t id);


#endif /* VZ_VM_RANK_H */
