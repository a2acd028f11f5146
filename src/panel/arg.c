/*
 * Arguments of a query string.
 */

#include "arg.h"
#include "../wire/field.h"


static ngx_int_t vz_arg_pattern(vz_call_t *call, vz_arg_search_t *search);
static ngx_int_t vz_arg_digits(const u_char *p, const char *form);


vz_code_e
vz_arg_broken(vz_call_t *call, const char *name, const char *rule)
{
    vz_call_invalid(call, name, "format", "%s", rule);

    return VZ_RANGE;
}


vz_code_e
vz_arg_number(vz_call_t *call, const char *name, uint64_t max,
    uint64_t *value)
{
    ngx_str_t  text;

    text = vz_call_arg(call, name);

    if (text.len
        && vz_field_number((char *) text.data, text.len, max, value) != VZ_OK)
    {
        return vz_arg_broken(call, name, "a number, not too large");
    }

    return VZ_OK;
}


vz_code_e
vz_arg_limit(vz_call_t *call, ngx_uint_t *limit)
{
    uint64_t   value;
    vz_code_e  rc;

    value = VZ_ARG_LIMIT;

    rc = vz_arg_number(call, "limit", VZ_ARG_MOST, &value);
    *limit = value ? value : 1;

    return rc;
}


vz_code_e
vz_arg_word(vz_call_t *call, const char *name, const char *const *words,
    const char *rule, ngx_str_t *value)
{
    *value = vz_call_arg(call, name);

    if (value->len == 0) {
        ngx_str_set(value, "");
        return VZ_OK;
    }

    for ( /* void */ ; *words != NULL; words++) {
        if (ngx_strlen(*words) == value->len
            && ngx_strncmp(*words, value->data, value->len) == 0)
        {
            return VZ_OK;
        }
    }

    return vz_arg_broken(call, name, rule);
}


vz_code_e
vz_arg_search(vz_call_t *call, vz_arg_search_t *search)
{
    ngx_memzero(search, sizeof(vz_arg_search_t));
    ngx_str_set(&search->like, "");

    search->q = vz_call_arg(call, "q");

    if (search->q.len == 0) {
        ngx_str_set(&search->q, "");
        return VZ_OK;
    }

    if (vz_field_check(VZ_FIELD_SEARCH, (char *) search->q.data,
                       search->q.len)
        != VZ_OK)
    {
        return vz_arg_broken(call, "q", vz_field_rule(VZ_FIELD_SEARCH));
    }

    (void) vz_field_number((char *) search->q.data, search->q.len, INT64_MAX,
                           &search->id);

    return vz_arg_pattern(call, search) == NGX_OK
           ? VZ_OK : vz_arg_broken(call, "q", "no memory");
}


static ngx_int_t
vz_arg_pattern(vz_call_t *call, vz_arg_search_t *search)
{
    u_char      *p;
    ngx_uint_t   i;

    p = ngx_pnalloc(call->pool, search->q.len * 2 + 2);
    if (p == NULL) {
        return NGX_ERROR;
    }

    search->like.data = p;
    *p++ = '%';

    for (i = 0; i < search->q.len; i++) {
        if (search->q.data[i] == '%' || search->q.data[i] == '_'
            || search->q.data[i] == '\\')
        {
            *p++ = '\\';
        }

        *p++ = search->q.data[i];
    }

    *p++ = '%';
    search->like.len = p - search->like.data;

    return NGX_OK;
}


vz_code_e
vz_arg_time(vz_call_t *call, const char *name, ngx_uint_t next,
    ngx_str_t *value)
{
    ngx_str_t  text;

    text = vz_call_arg(call, name);
    ngx_str_set(value, "");

    if (text.len == 0) {
        return VZ_OK;
    }

    if (text.len >= 10 && vz_arg_digits(text.data, "0000-00-00") == NGX_OK) {

        if (text.len == 10) {
            *value = vz_call_printf(call, "%V %s", &text,
                                    next ? "23:59:59.999" : "00:00:00");
            return VZ_OK;
        }

        if (text.len == 20
            && vz_arg_digits(text.data + 10, "T00:00:00Z") == NGX_OK)
        {
            text.len = 19;
            *value = vz_call_printf(call, "%V", &text);
            value->data[10] = ' ';
            return VZ_OK;
        }
    }

    return vz_arg_broken(call, name,
                         "a date, or a time like 2026-05-01T10:00:00Z");
}


/* "0" stands for any digit, other characters for themselves */

static ngx_int_t
vz_arg_digits(const u_char *p, const char *form)
{
    for ( /* void */ ; *form != '\0'; form++, p++) {
        if (*form == '0' ? *p < '0' || *p > '9' : *p != (u_char) *form) {
            return NGX_DECLINED;
        }
    }

    return NGX_OK;
}
