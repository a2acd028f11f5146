/*
 * A container that is being made gets another address in place of one that
 * its node has given to somebody else.
 */

#ifndef VZ_ADDRESS_SWAP_H
#define VZ_ADDRESS_SWAP_H

#include "panel/task/task_run.h"


/*
 * vz_address_swap: reserve the address that the node said is another
 * container's, and allocate one of the same pool in its place: in the
 * database, in the mail that waits for the task, and in addresses, which
 * become all that the container has then, separated by spaces.
 *
 *   VZ_OK
 *   VZ_EXISTS   the address is not this container's any more
 *   VZ_NOSPACE  the pool has no free address; run->detail says so, and nothing
 *               has changed
 *   VZ_STALE    the task is not ours any more
 *   or what the node's list or the database answered
 */
vz_code_e vz_address_swap(vz_task_run_t *run, const ngx_str_t *address,
    ngx_str_t *addresses);


#endif /* VZ_ADDRESS_SWAP_H */
