/*
 * The table of resources.
 */

#ifndef VZ_RESOURCES_H
#define VZ_RESOURCES_H

#include "panel/api/resource.h"


/*
 * vz_resources_init: at worker start, compose the statements of all resources.
 * VZ_OK, or VZ_INTERNAL if there is no memory.
 */
vz_code_e vz_resources_init(void);

/* vz_resources_table: all resources; *count is how many they are. */
vz_resource_t *const *vz_resources_table(ngx_uint_t *count);


#endif /* VZ_RESOURCES_H */
