/*
 * The kinds of field that people and the shop have, beside those of the wire.
 */

#ifndef VZ_FIELDS_H
#define VZ_FIELDS_H

#include "wire/field.h"


enum {
    VZ_FIELD_PERSON = VZ_FIELD_COUNT,   /* first or last name */
    VZ_FIELD_DNI,           /* document of a person: letters and digits, 5 ...
                               20, and what stands between them */
    VZ_FIELD_PHONE,
    VZ_FIELD_STREET,        /* postal address */
    VZ_FIELD_PROVINCE,
    VZ_FIELD_PLAN,          /* the name of a plan */
    VZ_FIELD_LABEL,         /* any one line for people, 1 ... 64 */
    VZ_FIELD_ACCOUNT,       /* [a-z][a-z0-9._-]{2,31}, for signing in */
    VZ_FIELD_PASSWORD,      /* a new password: 10 ... 128, no control char. */
    VZ_FIELD_LANGUAGE,      /* es | en */
    VZ_FIELD_ROLE,          /* admin | customer */
    VZ_FIELD_SCOPE,         /* of a token: read | write */
    VZ_FIELD_RIGHT,         /* of a token, one of vz_fields_rights() */
    VZ_FIELD_NETWORK,       /* ADDRESS[/PREFIX], of any kind */
    VZ_FIELD_ENCODED,       /* base64url of at most 2048 bytes */
    VZ_FIELD_SECRET,        /* 64 hex digits, lower case: order link, session,
                               nonce */
    VZ_FIELD_FINGERPRINT,   /* of an SSH key: SHA256:, 43 characters */
    VZ_FIELD_OVERUSE,       /* of a quota: nothing | throttle | suspend */
    VZ_FIELD_RESTORE,       /* of a backup: in_place | new */
    VZ_FIELD_SEARCH,        /* what is typed in a search box, <= 64 */

    VZ_FIELDS_COUNT         /* with those of the wire */
};


/* the rights of tokens, in the order of their bits (panel/api/right.h) */
#define vz_fields_rights(first, next)                                         \
    first(read) next(power) next(servers) next(account) next(admin_read)      \
    next(admin_servers) next(admin_users) next(admin_orders)                  \
    next(admin_catalog) next(admin_nodes)

/* with a bar between them, as the pattern has them */
#define VZ_FIELDS_RIGHTS                                                      \
    vz_fields_rights(vz_fields_right_first, vz_fields_right_next)
#define vz_fields_right_first(word)  #word
#define vz_fields_right_next(word)  "|" #word

#define VZ_FIELDS_RIGHT_COUNT  10


/*
 * vz_fields_add: make them known to the engine, before vz_field_init().
 * VZ_OK, or vz_field_add()'s.
 */
vz_code_e vz_fields_add(void);


#endif /* VZ_FIELDS_H */
