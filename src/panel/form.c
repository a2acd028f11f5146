/*
 * Bodies of requests by table.
 */

#include "form.h"


static const vz_form_member_t *vz_form_find(const vz_form_t *form,
    const char *name);
static void vz_form_unknown(vz_call_t *call, const vz_form_t *form);
static void vz_form_member(vz_call_t *call, const vz_form_member_t *member,
    void *data);
static void vz_form_text(vz_call_t *call, const vz_form_member_t *member,
    json_t *value, ngx_str_t *text);
static void vz_form_list(vz_call_t *call, const vz_form_member_t *member,
    json_t *value, ngx_str_t *text);
static void vz_form_int(vz_call_t *call, const vz_form_member_t *member,
    json_t *value, int64_t *number);
static void vz_form_bool(vz_call_t *call, const vz_form_member_t *member,
    json_t *value, int64_t *number);
static ngx_uint_t vz_form_empty_value(json_t *value);


static const vz_form_t  vz_form_empty = { "Empty", 0, NULL };


vz_code_e
vz_form_read(vz_call_t *call, const vz_form_t *form, void *data)
{
    vz_code_e   rc;
    ngx_uint_t  i;

    rc = vz_call_body(call);
    if (rc != VZ_OK) {
        return rc;
    }

    for (i = 0; i < form->count; i++) {
        vz_form_member(call, &form->members[i], data);
    }

    vz_form_unknown(call, form);

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    return VZ_OK;
}


vz_code_e
vz_form_none(vz_call_t *call)
{
    if (call->text.len == 0) {
        return VZ_OK;
    }

    return vz_form_read(call, &vz_form_empty, NULL);
}


static const vz_form_member_t *
vz_form_find(const vz_form_t *form, const char *name)
{
    ngx_uint_t  i;

    for (i = 0; i < form->count; i++) {
        if (ngx_strcmp(form->members[i].name, name) == 0) {
            return &form->members[i];
        }
    }

    return NULL;
}


/* the name is the client's: it is copied, and cut to what a reply may hold */

static void
vz_form_unknown(vz_call_t *call, const vz_form_t *form)
{
    u_char      *copy;
    json_t      *value;
    ngx_uint_t   n;
    const char  *name;

    n = 0;

    json_object_foreach(call->body, name, value) {

        if (vz_form_find(form, name) != NULL) {
            continue;
        }

        if (n++ == 4) {
            return;
        }

        copy = ngx_pnalloc(call->pool, 65);
        if (copy == NULL) {
            return;
        }

        ngx_cpystrn(copy, (u_char *) name, 65);

        vz_call_invalid(call, (const char *) copy, "unknown",
                        "no such member here");
    }
}


static void
vz_form_member(vz_call_t *call, const vz_form_member_t *member, void *data)
{
    void    *to;
    json_t  *value;

    to = (u_char *) data + member->offset;
    value = json_object_get(call->body, member->name);

    if (value == NULL || vz_form_empty_value(value)) {
        if (member->required) {
            vz_call_invalid(call, member->name, "required", "is missing");
        }

        return;
    }

    switch (member->type) {

    case VZ_FORM_INT:
    case VZ_FORM_LIMIT:
        vz_form_int(call, member, value, to);
        return;

    case VZ_FORM_BOOL:
        vz_form_bool(call, member, value, to);
        return;

    case VZ_FORM_LIST:
        vz_form_list(call, member, value, to);
        return;

    default:
        vz_form_text(call, member, value, to);
    }
}


static ngx_uint_t
vz_form_empty_value(json_t *value)
{
    return json_is_null(value)
           || (json_is_string(value) && json_string_length(value) == 0)
           || (json_is_array(value) && json_array_size(value) == 0);
}


ngx_uint_t
vz_form_given(vz_call_t *call, const char *name)
{
    json_t  *value;

    value = json_object_get(call->body, name);

    return value != NULL && !vz_form_empty_value(value);
}


ngx_uint_t
vz_form_cleared(vz_call_t *call, const char *name)
{
    json_t  *value;

    value = json_object_get(call->body, name);

    return value != NULL && vz_form_empty_value(value);
}


static void
vz_form_text(vz_call_t *call, const vz_form_member_t *member, json_t *value,
    ngx_str_t *text)
{
    size_t       len;
    const char  *data;

    if (!json_is_string(value)) {
        vz_call_invalid(call, member->name, "type", "must be text");
        return;
    }

    data = json_string_value(value);
    len = json_string_length(value);

    if (member->type == VZ_FORM_FIELD) {
        if (vz_field_check(member->field, data, len) != VZ_OK) {
            vz_call_invalid(call, member->name, "format", "%s",
                            vz_field_rule(member->field));
            return;
        }

    } else if ((int64_t) len > member->max) {
        vz_call_invalid(call, member->name, "range",
                        "at most %L bytes", member->max);
        return;
    }

    text->data = (u_char *) data;
    text->len = len;
}


static void
vz_form_list(vz_call_t *call, const vz_form_member_t *member, json_t *value,
    ngx_str_t *text)
{
    u_char  *p;
    size_t   i, size;
    json_t  *item;

    if (!json_is_array(value)) {
        vz_call_invalid(call, member->name, "type", "must be a list");
        return;
    }

    if ((int64_t) json_array_size(value) > member->max) {
        vz_call_invalid(call, member->name, "range", "at most %L of them",
                        member->max);
        return;
    }

    size = 0;

    json_array_foreach(value, i, item) {
        if (!json_is_string(item)
            || vz_field_check(member->field, json_string_value(item),
                              json_string_length(item))
               != VZ_OK)
        {
            vz_call_invalid(call, member->name, "format", "each: %s",
                            vz_field_rule(member->field));
            return;
        }

        size += json_string_length(item) + 1;
    }

    p = ngx_pnalloc(call->pool, size);
    if (p == NULL) {
        vz_call_invalid(call, member->name, "range", "no memory");
        return;
    }

    text->data = p;
    text->len = size - 1;

    json_array_foreach(value, i, item) {
        p = ngx_cpymem(p, json_string_value(item), json_string_length(item));
        *p++ = ' ';
    }
}


static void
vz_form_int(vz_call_t *call, const vz_form_member_t *member, json_t *value,
    int64_t *number)
{
    json_int_t  n;

    if (member->type == VZ_FORM_LIMIT && json_is_string(value)
        && ngx_strcmp(json_string_value(value), "unlimited") == 0)
    {
        *number = 0;
        return;
    }

    if (!json_is_integer(value)) {
        vz_call_invalid(call, member->name, "type", "must be a whole number%s",
                        member->type == VZ_FORM_LIMIT ? " or \"unlimited\""
                                                      : "");
        return;
    }

    n = json_integer_value(value);

    if (n < member->min || n > member->max) {
        vz_call_invalid(call, member->name, "range", "%L to %L",
                        member->min, member->max);
        return;
    }

    *number = n;
}


static void
vz_form_bool(vz_call_t *call, const vz_form_member_t *member, json_t *value,
    int64_t *number)
{
    if (!json_is_boolean(value)) {
        vz_call_invalid(call, member->name, "type", "must be true or false");
        return;
    }

    *number = json_is_true(value);
}
