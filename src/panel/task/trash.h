/*
 * The trash: containers that were deleted and can be had back.  Their time
 * ends, or they give way, the oldest first, to an order that finds no room.
 */

#ifndef VZ_TRASH_H
#define VZ_TRASH_H

#include <ngx_config.h>
#include <ngx_core.h>
#include "wire/code.h"


/* What is lacking. */
typedef struct {
    uint64_t     node;              /* of the new container */
    ngx_uint_t   family;            /* an address of IPv4 or IPv6: 4 or 6; or
                                       0: that node's disk */
} vz_trash_lack_t;


/*
 * vz_trash_look: a periodic job: begin to destroy the containers whose time is
 * over, and stop those again that could not be stopped.
 */
void vz_trash_look(ngx_pool_t *pool);

/*
 * vz_trash_yield: on a fiber, begin to destroy the oldest container of the
 * trash that has what is lacking.
 *
 *   VZ_OK       with *task
 *   VZ_AGAIN    of a disk: one of that node is being destroyed already
 *   VZ_NOSPACE  nothing in the trash has it
 *   or the database's code
 */
vz_code_e vz_trash_yield(ngx_pool_t *pool, const vz_trash_lack_t *lack,
    uint64_t *task);

/*
 * vz_trash_give: the same, and wait for the end of that task.  VZ_OK also where
 * it failed: another one may be asked for.  VZ_TIMEOUT where it takes long.
 */
vz_code_e vz_trash_give(ngx_pool_t *pool, const vz_trash_lack_t *lack);


#endif /* VZ_TRASH_H */
