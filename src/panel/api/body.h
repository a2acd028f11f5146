/*
 * Bodies of requests by table: which members, of which kind, where they go.
 * The same tables describe the bodies to OpenAPI.
 */

#ifndef VZ_BODY_H
#define VZ_BODY_H

#include "panel/api/fields.h"
#include "runtime/db.h"
#include "runtime/http.h"


typedef enum {
    VZ_BODY_FIELD = 0,      /* text of a field's grammar, into a ngx_str_t */
    VZ_BODY_TEXT,           /* text of max characters at most, into the same */
    VZ_BODY_INT,            /* min <= n <= max, into an int64_t */
    VZ_BODY_LIMIT,          /* the same, or "unlimited", which is 0 */
    VZ_BODY_BOOL,           /* into an int64_t, 0 or 1 */
    VZ_BODY_LIST,           /* array of at most max texts of the field, one
                               space between them, into a ngx_str_t */
    VZ_BODY_PAIR,           /* {barrier_mib, limit_mib}: an INT and a LIMIT,
                               each optional, into an int64_t[2] */
    VZ_BODY_KEY             /* a number, or text of the field, into a
                               ngx_str_t */
} vz_body_e;

#define VZ_BODY_MEMBERS  16  /* members of one that vz_body_bind() takes */

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

typedef struct {
    const char              *name;          /* for OpenAPI: "Order" */
    ngx_uint_t               count;
    const vz_body_member_t  *members;
} vz_body_t;

#define vz_body(name, members)                                                \
    { name, sizeof(members) / sizeof(vz_body_member_t), members }


/*
 * vz_body_read: the call's body into data, which the caller has zeroed or
 * filled with what holds where a member is missing.  Every broken member is
 * collected: unknown (code "unknown"), of another type ("type"), missing
 * ("required"), against its grammar ("format"), out of range ("range").  An
 * optional member that is null, "" or [] counts as missing.  VZ_OK, or VZ_RANGE
 * or VZ_SYNTAX with the reply already set.  Texts live as long as the call.
 */
vz_code_e vz_body_read(vz_call_t *call, const vz_body_t *form, void *data);

/*
 * vz_body_given: whether a member of the body that was read has a value;
 * vz_body_cleared: whether it is there without one (null, "" or []), which is
 * how an optional value is taken away.
 */
ngx_uint_t vz_body_given(vz_call_t *call, const char *name);
ngx_uint_t vz_body_cleared(vz_call_t *call, const char *name);

/*
 * vz_body_bind: what was read into data as values of a statement, in the order
 * of the members, which has no PAIR; how many.  NULL is a text that is empty
 * and, unless all is set, a number that the body did not have.
 */
ngx_uint_t vz_body_bind(vz_call_t *call, const vz_body_t *form,
    const void *data, ngx_uint_t all, vz_bind_t binds[VZ_BODY_MEMBERS]);

/* vz_body_none: that the body is empty or an object without members. */
vz_code_e vz_body_none(vz_call_t *call);


#endif /* VZ_BODY_H */
