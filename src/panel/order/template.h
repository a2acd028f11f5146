/*
 * Templates as visitors see them: those that are enabled in the database and
 * installed on a node.
 */

#ifndef VZ_TEMPLATE_H
#define VZ_TEMPLATE_H

#include "panel/node/node.h"


/*
 * vz_template_ask: on a fiber, ask all nodes what they have installed, unless
 * that is known.  VZ_OK where at least one node has ever answered; VZ_DOWN
 * where none has; or the database's code.
 */
vz_code_e vz_template_ask(ngx_pool_t *pool);

/*
 * vz_template_offered: whether any node has the template of that name, by what
 * vz_template_ask() found.
 */
ngx_uint_t vz_template_offered(const ngx_str_t *name);

/* GET /api/templates */
void vz_template_list(vz_call_t *call);


#endif /* VZ_TEMPLATE_H */
