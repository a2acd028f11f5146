/*
 * Parsing request bodies by table.
 */

#include "panel/api/body.h"
#include "panel/api/limit.h"
#include "panel/api/people.h"
#include "panel/api/resource.h"
#include "runtime/call.h"
#include "wire/field_value.h"


static ngx_uint_t vz_body_knows(const vz_body_t *form, const char *name);
static void vz_body_unknown(vz_call_t *call, const vz_body_t *form);
static void vz_body_take(vz_call_t *call, const vz_body_member_t *member,
    void *data);
static ngx_uint_t vz_body_columns_of(const vz_body_t *form);
static ngx_uint_t vz_body_column(const vz_body_t *form, ngx_uint_t i,
    vz_body_member_t *member);
static void vz_body_text(vz_call_t *call, const vz_body_member_t *member,
    json_t *value, ngx_str_t *text);
static void vz_body_format(vz_call_t *call, const vz_body_member_t *member,
    const char *data, size_t len);
static void vz_body_people(vz_call_t *call, ngx_str_t *text);
static void vz_body_list(vz_call_t *call, const vz_body_member_t *member,
    json_t *value, ngx_str_t *text);
static void vz_body_int(vz_call_t *call, const vz_body_member_t *member,
    json_t *value, int64_t *number);
static void vz_body_bool(vz_call_t *call, const vz_body_member_t *member,
    json_t *value, int64_t *number);
static void vz_body_pair(vz_call_t *call, const vz_body_member_t *member,
    json_t *value, int64_t *pair);
static void vz_body_key(vz_call_t *call, const vz_body_member_t *member,
    json_t *value, ngx_str_t *text);
static ngx_uint_t vz_body_array(vz_call_t *call,
    const vz_body_member_t *member, json_t *value);
static void vz_body_objects(vz_call_t *call, const vz_body_member_t *member,
    json_t *value, json_t **list);
static ngx_uint_t vz_body_empty_value(json_t *value);
static const char *vz_body_named(vz_call_t *call, const char *name);


static const vz_body_t  vz_body_empty = { "Empty", 0, NULL, NULL, 0 };


ngx_uint_t
vz_body_places(const vz_body_t *form)
{
    return vz_body_columns_of(form) + form->count;
}


static ngx_uint_t
vz_body_columns_of(const vz_body_t *form)
{
    return form->resource != NULL ? form->resource->count : 0;
}


ngx_uint_t
vz_body_member(const vz_body_t *form, ngx_uint_t i, vz_body_member_t *member)
{
    ngx_uint_t  columns;

    columns = vz_body_columns_of(form);

    if (i < columns) {
        return vz_body_column(form, i, member);
    }

    *member = form->members[i - columns];

    return 1;
}


static ngx_uint_t
vz_body_column(const vz_body_t *form, ngx_uint_t i, vz_body_member_t *member)
{
    ngx_uint_t          needed;
    const vz_column_t  *column;

    static const vz_body_e  types[] = {
        [VZ_COLUMN_TEXT] = VZ_BODY_FIELD,
        [VZ_COLUMN_LIST] = VZ_BODY_LIST,
        [VZ_COLUMN_INT] = VZ_BODY_INT,
        [VZ_COLUMN_LIMIT] = VZ_BODY_LIMIT,
        [VZ_COLUMN_BOOL] = VZ_BODY_BOOL
    };

    column = &form->resource->columns[i];

    if (!(column->flags & form->use) || (column->flags & VZ_COLUMN_STORED)) {
        return 0;
    }

    needed = form->use == VZ_COLUMN_CREATE ? VZ_COLUMN_NEEDED
             : form->use == VZ_COLUMN_VISITOR ? VZ_COLUMN_ASKED : 0;

    member->name = column->name;
    member->type = types[column->type];
    member->field = column->field;
    member->required = (column->flags & needed) != 0;
    member->min = column->min;
    member->max = column->max;

    /* into a vz_resource_values_t */

    member->offset = i * sizeof(vz_bind_t)
                     + (column->type == VZ_COLUMN_TEXT
                        || column->type == VZ_COLUMN_LIST
                        ? offsetof(vz_bind_t, text)
                        : offsetof(vz_bind_t, number));

    return 1;
}


vz_code_e
vz_body_read(vz_call_t *call, const vz_body_t *form, void *data)
{
    vz_code_e         rc;
    ngx_uint_t        i;
    vz_body_member_t  member;

    rc = vz_call_body(call);
    if (rc != VZ_OK) {
        return rc;
    }

    for (i = 0; i < vz_body_places(form); i++) {
        if (vz_body_member(form, i, &member)) {
            vz_body_take(call, &member, data);
        }
    }

    vz_body_unknown(call, form);

    if (call->nerrors) {
        vz_call_refuse(call);
        return VZ_RANGE;
    }

    return VZ_OK;
}


vz_code_e
vz_body_none(vz_call_t *call)
{
    if (call->text.len == 0) {
        return VZ_OK;
    }

    return vz_body_read(call, &vz_body_empty, NULL);
}


static ngx_uint_t
vz_body_knows(const vz_body_t *form, const char *name)
{
    ngx_uint_t        i;
    vz_body_member_t  member;

    for (i = 0; i < vz_body_places(form); i++) {
        if (vz_body_member(form, i, &member)
            && ngx_strcmp(member.name, name) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static void
vz_body_unknown(vz_call_t *call, const vz_body_t *form)
{
    json_t      *value;
    ngx_uint_t   n;
    const char  *name;

    n = 0;

    json_object_foreach(call->body, name, value) {

        if (vz_body_knows(form, name)) {
            continue;
        }

        if (n++ == 4) {
            return;
        }

        vz_call_invalid(call, vz_body_named(call, name), "unknown",
                        "unknown member");
    }
}


/* the client chose the name: copy it, cut to what a reply may hold */

static const char *
vz_body_named(vz_call_t *call, const char *name)
{
    u_char  *copy;

    copy = ngx_pnalloc(call->pool, 65);
    if (copy == NULL) {
        return "";
    }

    ngx_cpystrn(copy, (u_char *) name, 65);

    return (const char *) copy;
}


static void
vz_body_take(vz_call_t *call, const vz_body_member_t *member, void *data)
{
    void    *to;
    json_t  *value;

    to = (u_char *) data + member->offset;
    value = json_object_get(call->body, member->name);

    if (value == NULL || vz_body_empty_value(value)) {
        if (member->required) {
            vz_call_invalid(call, member->name, "required", "is required");
        }

        return;
    }

    switch (member->type) {

    case VZ_BODY_INT:
    case VZ_BODY_LIMIT:
        vz_body_int(call, member, value, to);
        return;

    case VZ_BODY_BOOL:
        vz_body_bool(call, member, value, to);
        return;

    case VZ_BODY_LIST:
        vz_body_list(call, member, value, to);
        return;

    case VZ_BODY_PAIR:
        vz_body_pair(call, member, value, to);
        return;

    case VZ_BODY_KEY:
        vz_body_key(call, member, value, to);
        return;

    case VZ_BODY_OBJECTS:
        vz_body_objects(call, member, value, to);
        return;

    default:
        vz_body_text(call, member, value, to);
    }
}


static ngx_uint_t
vz_body_empty_value(json_t *value)
{
    return json_is_null(value)
           || (json_is_string(value) && json_string_length(value) == 0)
           || (json_is_array(value) && json_array_size(value) == 0);
}


ngx_uint_t
vz_body_given(vz_call_t *call, const char *name)
{
    json_t  *value;

    value = json_object_get(call->body, name);

    return value != NULL && !vz_body_empty_value(value);
}


ngx_uint_t
vz_body_cleared(vz_call_t *call, const char *name)
{
    json_t  *value;

    value = json_object_get(call->body, name);

    return value != NULL && vz_body_empty_value(value);
}


static void
vz_body_text(vz_call_t *call, const vz_body_member_t *member, json_t *value,
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

    if (member->type != VZ_BODY_TEXT) {
        if (vz_field_check(member->field, data, len) != VZ_OK) {
            vz_body_format(call, member, data, len);
            return;
        }

    } else if ((int64_t) ngx_utf8_length((u_char *) data, len) > member->max) {
        vz_call_invalid(call, member->name, "range",
                        "must have at most %L characters", member->max);
        return;
    }

    text->data = (u_char *) data;
    text->len = len;

    if (member->type != VZ_BODY_TEXT && vz_field_folds(member->field)) {
        vz_body_people(call, text);
    }
}


/* name the first character that is not allowed, if there is one, and the
   rule */

static void
vz_body_format(vz_call_t *call, const vz_body_member_t *member,
    const char *data, size_t len)
{
    size_t       size;
    u_char      *p;
    uint32_t     code;
    ngx_str_t    strange;
    const char  *rule;

    rule = vz_field_rule(member->field);
    strange.data = (u_char *) data
                   + vz_field_strange(member->field, data, len, &size);
    strange.len = size;

    if (size == 0) {
        vz_call_invalid(call, member->name, "format", "%s", rule);
        return;
    }

    p = strange.data;
    code = *p < 0x80 ? *p : ngx_utf8_decode(&p, size);

    if (vz_people_seen(code)) {
        vz_call_invalid(call, member->name, "format",
                        "must not contain %V (U+%04XD): %s", &strange, code,
                        rule);
    } else {
        vz_call_invalid(call, member->name, "format",
                        "must not contain U+%04XD: %s", code, rule);
    }
}


/* remove spaces at the ends and repeated ones; keep the rest as it was typed */

static void
vz_body_people(vz_call_t *call, ngx_str_t *text)
{
    u_char  *copy;

    copy = ngx_pnalloc(call->pool, text->len);

    if (copy == NULL) {
        text->len = 0;
        return;
    }

    text->len = vz_people_fold((char *) text->data, text->len, (char *) copy);
    text->data = copy;
}


static void
vz_body_list(vz_call_t *call, const vz_body_member_t *member, json_t *value,
    ngx_str_t *text)
{
    u_char  *p;
    size_t   i, size;
    json_t  *item;

    if (!vz_body_array(call, member, value)) {
        return;
    }

    size = 0;

    json_array_foreach(value, i, item) {
        if (!json_is_string(item)
            || vz_field_check(member->field, json_string_value(item),
                              json_string_length(item))
               != VZ_OK)
        {
            vz_call_invalid(call, member->name, "format", "each entry: %s",
                            vz_field_rule(member->field));
            return;
        }

        size += json_string_length(item) + 1;
    }

    p = ngx_pnalloc(call->pool, size);
    if (p == NULL) {
        vz_call_invalid(call, member->name, "range", "the server is out of "
                                                     "memory: try again later");
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
vz_body_int(vz_call_t *call, const vz_body_member_t *member, json_t *value,
    int64_t *number)
{
    json_int_t  n;

    if (member->type == VZ_BODY_LIMIT && vz_limit_none(value)) {
        *number = VZ_LIMIT_NONE;
        return;
    }

    if (!json_is_integer(value)) {
        vz_call_invalid(call, member->name, "type", "must be a whole number%s",
                        member->type == VZ_BODY_LIMIT
                        ? " or \"" VZ_UNLIMITED_WORD "\"" : "");
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
vz_body_bool(vz_call_t *call, const vz_body_member_t *member, json_t *value,
    int64_t *number)
{
    if (!json_is_boolean(value)) {
        vz_call_invalid(call, member->name, "type", "must be true or false");
        return;
    }

    *number = json_is_true(value);
}


static void
vz_body_pair(vz_call_t *call, const vz_body_member_t *member, json_t *value,
    int64_t *pair)
{
    json_t            *one;
    ngx_uint_t         i;
    const char        *name;
    vz_body_member_t   part;

    static const char  *names[] = { "barrier_mib", "limit_mib" };

    if (!json_is_object(value)) {
        vz_call_invalid(call, member->name, "type",
                        "must be an object with barrier_mib and limit_mib");
        return;
    }

    json_object_foreach(value, name, one) {

        for (i = 0; i < 2 && ngx_strcmp(name, names[i]) != 0; i++) {
            /* void */
        }

        part = *member;
        part.type = i == 0 ? VZ_BODY_INT : VZ_BODY_LIMIT;
        part.name = (const char *) vz_call_printf(call, "%s.%s", member->name,
                                        vz_body_named(call, name)).data;

        if (i == 2) {
            vz_call_invalid(call, part.name, "unknown",
                            "unknown member");
        } else {
            vz_body_int(call, &part, one, &pair[i]);
        }
    }
}


static void
vz_body_key(vz_call_t *call, const vz_body_member_t *member, json_t *value,
    ngx_str_t *text)
{
    uint64_t  number;

    if (json_is_integer(value) && json_integer_value(value) > 0) {
        *text = vz_call_printf(call, "%L",
                               (int64_t) json_integer_value(value));
        return;
    }

    if (json_is_string(value)
        && vz_field_value_number(json_string_value(value),
                                 json_string_length(value), INT64_MAX, &number)
           == VZ_OK)
    {
        text->data = (u_char *) json_string_value(value);
        text->len = json_string_length(value);
        return;
    }

    vz_body_text(call, member, value, text);
}


static ngx_uint_t
vz_body_array(vz_call_t *call, const vz_body_member_t *member, json_t *value)
{
    if (!json_is_array(value)) {
        vz_call_invalid(call, member->name, "type", "must be a list");
        return 0;
    }

    if ((int64_t) json_array_size(value) > member->max) {
        vz_call_invalid(call, member->name, "range", "must have at most %L "
                                                     "entries",
                        member->max);
        return 0;
    }

    return 1;
}


static void
vz_body_objects(vz_call_t *call, const vz_body_member_t *member,
    json_t *value, json_t **list)
{
    size_t   i;
    json_t  *item;

    if (!vz_body_array(call, member, value)) {
        return;
    }

    json_array_foreach(value, i, item) {
        if (!json_is_object(item)) {
            vz_call_invalid(call, member->name, "type", "each entry must be "
                                                        "an object");
            return;
        }
    }

    *list = value;
}
