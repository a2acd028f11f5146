/*
 * What can be installed: enabled in the database, and there on a node.
 */

#ifndef VZ_TEMPLATE_H
#define VZ_TEMPLATE_H

#include "panel/node/node.h"


/*
 * vz_template_ask: on a fiber, have what the nodes have installed.  VZ_OK when
 * at least one node is known (it may not answer now), VZ_DOWN when none ever
 * answered, or the database's code.
 */
vz_code_e vz_template_ask(ngx_pool_t *pool);

/* vz_template_offered: whether any node has it, by what is known. */
ngx_uint_t vz_template_offered(const ngx_str_t *name);

void vz_template_list(vz_call_t *call);


#endif /* VZ_TEMPLATE_H */
