/*
 * What time makes worthless leaves the database.
 */

#ifndef VZ_CLEANUP_H
#define VZ_CLEANUP_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_cleanup: on a fiber, delete expired sessions, password-reset links,
 * idempotency keys and resting numbers, 500 rows of each at most.  Statements
 * that fail are left to the next run.
 */
void vz_cleanup(ngx_pool_t *pool);


#endif /* VZ_CLEANUP_H */
