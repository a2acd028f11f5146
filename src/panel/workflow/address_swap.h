/*
 * Another address for a container whose own is in use on its node.
 */

#ifndef VZ_ADDRESS_SWAP_H
#define VZ_ADDRESS_SWAP_H

#include "panel/task/task_run.h"


/*
 * vz_address_swap: the node has refused an address of the task's container,
 * because another container there uses it: keep it back, and assign the
 * container another one of the same pool, in run->vm.addresses and in the mail
 * that waits for the task.  VZ_OK; VZ_NOSPACE where the pool has none left, and
 * nothing is changed; or the node's or the database's.
 */
vz_code_e vz_address_swap(vz_task_run_t *run, const ngx_str_t *address);


#endif /* VZ_ADDRESS_SWAP_H */
