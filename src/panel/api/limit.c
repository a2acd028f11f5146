/*
 * Limits of a container's hardware, where there may be none.
 */

#include "panel/api/limit.h"
#include "wire/field.h"


vz_bind_t
vz_limit_bind(int64_t limit)
{
    return limit == VZ_LIMIT_NONE ? vz_none() : vz_int(limit);
}


void
vz_limit_json(vz_json_t *out, const char *name, int64_t limit)
{
    if (limit == VZ_LIMIT_NONE) {
        vz_json_cstr(out, name, VZ_UNLIMITED_WORD);
    } else {
        vz_json_int(out, name, limit);
    }
}


ngx_uint_t
vz_limit_none(const json_t *value)
{
    return json_is_string(value)
           && ngx_strcmp(json_string_value(value), VZ_UNLIMITED_WORD) == 0;
}
