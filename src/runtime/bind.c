/*
 * Values that are bound to a statement.
 */

#include "runtime/bind.h"


vz_bind_t
vz_bind_cstr(const char *s)
{
    ngx_str_t  text;

    if (s == NULL) {
        return vz_none();
    }

    text.len = ngx_strlen(s);
    text.data = (u_char *) s;

    return vz_text(text);
}


vz_bind_t
vz_bind_opt(ngx_str_t s)
{
    if (s.len == 0) {
        return vz_none();
    }

    return vz_text(s);
}
