/*
 * Bodies of requests by table: which members, of which type, where they go.
 * The OpenAPI document describes the bodies by the same tables.
 */

#ifndef VZ_BODY_H
#define VZ_BODY_H

#include "panel/api/column.h"
#include "runtime/call.h"
#include "runtime/db.h"


typedef enum {
    VZ_BODY_FIELD = 0,      /* text of a field's grammar, into a ngx_str_t */
    VZ_BODY_TEXT,           /* text of max characters at most, into the same */
    VZ_BODY_INT,            /* min <= n <= max, into an int64_t */
    VZ_BODY_LIMIT,          /* the same, or VZ_LIMIT_NONE */
    VZ_BODY_BOOL,           /* into an int64_t, 0 or 1 */
    VZ_BODY_LIST,           /* array of at most max texts of the field, one
                               space between them, into a ngx_str_t */
    VZ_BODY_PAIR,           /* {barrier_mib, limit_mib}: an INT and a LIMIT,
                               each optional, into an int64_t[2] */
    VZ_BODY_KEY,            /* a number, or text of the field, into a
                               ngx_str_t */
    VZ_BODY_OBJECTS         /* array of at most max objects, which the handler
                               reads, into a json_t * */
} vz_body_e;

#define VZ_BODY_MIB  16777216       /* of memory or disk: 16 TiB */

typedef struct {
    const char              *name;
    vz_body_e                type;
    vz_field_e               field;         /* of FIELD, LIST, KEY */
    ngx_uint_t               required;
    int64_t                  min;
    int64_t                  max;
    size_t                   offset;
} vz_body_member_t;

/* A form has the columns of a resource that it may set, then its members. */
typedef struct {
    const char              *name;          /* of the schema: "Order" */
    ngx_uint_t               count;         /* of members */
    const vz_body_member_t  *members;
    const struct vz_resource_s  *resource;  /* or NULL: it has no columns */
    ngx_uint_t               use;           /* VZ_COLUMN_CREATE, _CHANGE or
                                               _VISITOR: which of them */
} vz_body_t;

#define vz_body(name, members)                                                \
    { name, sizeof(members) / sizeof(vz_body_member_t), members, NULL, 0 }

/*
 * vz_body_columns(name, &resource, VZ_COLUMN_CREATE): the form that creates a
 * row.  Its data is a vz_resource_values_t.
 *
 * vz_body_both(name, &resource, VZ_COLUMN_VISITOR, members): columns and
 * members.  Its data begins with a vz_resource_values_t.
 */
#define vz_body_columns(name, resource, use)                                  \
    { name, 0, NULL, resource, use }

#define vz_body_both(name, resource, use, members)                            \
    { name, sizeof(members) / sizeof(vz_body_member_t), members, resource, use }


/*
 * vz_body_places: how many places the form has, for columns and members.
 * vz_body_member: *member becomes what stands at place i of them.  0 if the
 * form does not have that column.
 */
ngx_uint_t vz_body_places(const vz_body_t *form);
ngx_uint_t vz_body_member(const vz_body_t *form, ngx_uint_t i,
    vz_body_member_t *member);


/*
 * vz_body_read: read the call's body into data, which the caller has zeroed or
 * filled with the defaults of missing members.  All errors are collected, each
 * with a code: the member is unknown ("unknown"), has the wrong type ("type"),
 * is missing ("required"), does not match its grammar ("format"), or is out of
 * range ("range").  An optional member that is null, "" or [] counts as
 * missing.  VZ_OK, or VZ_RANGE or VZ_SYNTAX with the reply already set.  Texts
 * live as long as the call.
 */
vz_code_e vz_body_read(vz_call_t *call, const vz_body_t *form, void *data);

/*
 * vz_body_given: whether the body that was read has a value for the member.
 * vz_body_cleared: whether the member is null, "" or [], by which a client
 * takes an optional value away.
 */
ngx_uint_t vz_body_given(vz_call_t *call, const char *name);
ngx_uint_t vz_body_cleared(vz_call_t *call, const char *name);

/*
 * vz_body_none: read a body that must be empty, or an object without members.
 * VZ_OK, or another code with the reply already set.
 */
vz_code_e vz_body_none(vz_call_t *call);


#endif /* VZ_BODY_H */
