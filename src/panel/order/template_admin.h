/*
 * /api/admin/templates: which of the systems that the nodes have installed
 * are offered, and under which name.
 */

#ifndef VZ_TEMPLATE_ADMIN_H
#define VZ_TEMPLATE_ADMIN_H

#include "panel/api/resource.h"


extern vz_resource_t  vz_template_admin_resource;

/* GET, POST and PATCH of /api/admin/templates; each replies */
void vz_template_admin_list(vz_call_t *call);
void vz_template_admin_create(vz_call_t *call);
void vz_template_admin_change(vz_call_t *call);


#endif /* VZ_TEMPLATE_ADMIN_H */
