/*
 * Limits of a container's hardware, where there may be none.  No limit is
 * VZ_LIMIT_NONE inside the panel and in the data of tasks, NULL in the database
 * and "unlimited" in the API.  A limit of 0 does not exist, and a column that
 * is NULL reads as 0.
 */

#ifndef VZ_LIMIT_H
#define VZ_LIMIT_H

#include "runtime/bind.h"
#include "runtime/json.h"


#define VZ_LIMIT_NONE  0


/* vz_limit_bind: a limit for the database: NULL where there is none. */
vz_bind_t vz_limit_bind(int64_t limit);

/* vz_limit_json: write a limit as a member: a number, or "unlimited". */
void vz_limit_json(vz_json_t *out, const char *name, int64_t limit);

/* vz_limit_none: whether a member of a body is "unlimited". */
ngx_uint_t vz_limit_none(const json_t *value);


#endif /* VZ_LIMIT_H */
