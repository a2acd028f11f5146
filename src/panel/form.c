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
static void vz_form_int(vz_call_t *call, const vz_form_member_t *member,
    json_t *value, int64_t *number);


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

    if (value == NULL || json_is_null(value)
        || (json_is_string(value) && json_string_length(value) == 0))
    {
        if (member->required) {
            vz_call_invalid(call, member->name, "required", "is missing");
        }

        return;
    }

    if (member->type == VZ_FORM_INT) {
        vz_form_int(call, member, value, to);
        return;
    }

    vz_form_text(call, member, value, to);
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
vz_form_int(vz_call_t *call, const vz_form_member_t *member, json_t *value,
    int64_t *number)
{
    json_int_t  n;

    if (!json_is_integer(value)) {
        vz_call_invalid(call, member->name, "type", "must be a whole number");
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
