/*
 * Numbers of containers.  A number is free where no container of ours has it
 * and it does not rest: it was a container's until lately, or the node has a
 * container of that number which is none of ours.
 */

#ifndef VZ_NUMBER_H
#define VZ_NUMBER_H

#include "../runtime/db.h"
#include "../runtime/relay.h"


/*
 * vz_number_free: the lowest free one of a node, inside the transaction whose
 * statement takes it by vm's unique key.  VZ_NOSPACE where there is none.
 */
vz_code_e vz_number_free(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t *ctid);

/*
 * vz_number_leave: the number of a container whose row goes in the same
 * transaction rests for longer than anything that was said about it lives.
 */
vz_code_e vz_number_leave(vz_tx_t *tx, ngx_pool_t *pool, uint64_t vm);

/*
 * vz_number_strangers: those that a node has, by its answer to `list`, and no
 * row of ours rest for an hour, and so does taken, whatever the list says.
 */
vz_code_e vz_number_strangers(vz_tx_t *tx, ngx_pool_t *pool, uint64_t node,
    uint32_t taken, const vz_answer_t *list);


#endif /* VZ_NUMBER_H */
