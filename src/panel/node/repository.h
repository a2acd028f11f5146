/*
 * Where backups lie.  A node names the repositories that it reaches; what they
 * are, and their keys, is known to nodes alone.
 */

#ifndef VZ_REPOSITORY_H
#define VZ_REPOSITORY_H

#include "panel/node/node_limit.h"


/*
 * vz_repository_first: the repository that a node's containers are backed up
 * to, which is the first that it names; empty where it names none, can't make
 * backups, or was never reached.  It is valid until the fiber waits.
 */
ngx_str_t vz_repository_first(const vz_node_limit_t *limit);

/*
 * vz_repository_node: on a fiber, a node that reaches the repository: the one
 * of that id where it does, else any other.  NULL where none is known to.
 */
vz_node_row_t *vz_repository_node(ngx_pool_t *pool, uint64_t id,
    const ngx_str_t *name);

/*
 * vz_repository_reached: whether a node reaches the repository of that name, as
 * it told last.  It may wait where the node never told anything.
 */
ngx_uint_t vz_repository_reached(vz_node_row_t *node, const ngx_str_t *name);


#endif /* VZ_REPOSITORY_H */
