/*
 * The statements of a resource, composed of its columns.
 */

#ifndef VZ_RESOURCE_SQL_H
#define VZ_RESOURCE_SQL_H

#include "panel/api/resource.h"


/*
 * vz_resource_sql_compose: fill resource->sql, whose texts live as long as the
 * process.  VZ_OK, or VZ_INTERNAL if there is no memory.  It uses nothing but
 * the C library, so that the OpenAPI program can print the statements.
 */
vz_code_e vz_resource_sql_compose(vz_resource_t *resource);

/*
 * vz_resource_sql_read: whether the statements that read a row have the column.
 * vz_resource_sql_write: whether the insert statement (use: VZ_COLUMN_CREATE)
 * or the update statement (VZ_COLUMN_CHANGE) has it.
 */
ngx_uint_t vz_resource_sql_read(const vz_column_t *column);
ngx_uint_t vz_resource_sql_write(const vz_column_t *column, ngx_uint_t use);

/*
 * vz_resource_sql_null: whether an empty value of the column is NULL;
 * vz_resource_sql_clears: whether the update statement takes a value away.
 */
ngx_uint_t vz_resource_sql_null(const vz_column_t *column);
ngx_uint_t vz_resource_sql_clears(const vz_column_t *column);


#endif /* VZ_RESOURCE_SQL_H */
