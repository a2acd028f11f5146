/*
 * The grammar of every kind of field that a person, a client or the wire may
 * send, on pcre2.  Panel and daemon are both built with this file, so they
 * cannot disagree.  Nothing here allocates after vz_field_init().
 */

#ifndef VZ_FIELD_H
#define VZ_FIELD_H

#include <stddef.h>
#include <stdint.h>
#include "wire/code.h"


typedef enum {
    /* of the verb protocol */
    VZ_FIELD_CTID = 0,      /* 101 ... 2147483644, decimal, no leading zero */
    VZ_FIELD_TEMPLATE,      /* [a-z0-9][a-z0-9._+-]{0,63}, no ".." */
    VZ_FIELD_NODE,          /* RFC 1123, at most 64 bytes */
    VZ_FIELD_HOSTNAME,      /* the same, and not what every host calls itself
                               (localhost), nor digits alone */
    VZ_FIELD_ADDRESS,       /* IPv4 or IPv6, inet_pton(3) */
    VZ_FIELD_GATEWAY,       /* ADDRESS, none of loopback */
    VZ_FIELD_CIDR,          /* ADDRESS[/PREFIX] */
    VZ_FIELD_SIZE,          /* 64M: number and K, M, G, T, or bytes */
    VZ_FIELD_LIMIT,         /* SIZE or "unlimited" */
    VZ_FIELD_UNITS,         /* cpu units 8 ... 500000 */
    VZ_FIELD_PERCENT,       /* of one CPU, 0 (none) ... 100000 */
    VZ_FIELD_TAG,           /* what a container is, beyond its number */
    VZ_FIELD_ACT,           /* what a verb is, beyond its words */
    VZ_FIELD_FENCE,         /* which owner of a container's work asks */
    VZ_FIELD_BASE64,        /* a sealed secret */

    /* of the forms and the API, UTF-8 */
    VZ_FIELD_PERSON,        /* first or last name */
    VZ_FIELD_DNI,           /* document of a person: letters and digits, 5 ...
                               20, and what stands between them */
    VZ_FIELD_EMAIL,         /* RFC 5321 addr-spec without quoting, <= 254 */
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
    VZ_FIELD_SECRET,        /* 64 hex digits, lower case: order link, session,
                               nonce */
    VZ_FIELD_SEARCH,        /* what is typed in a search box, <= 64 */

    VZ_FIELD_COUNT
} vz_field_e;


/*
 * vz_field_init: compile every pattern.  Once per process, before any other
 * call.  VZ_OK, or VZ_INTERNAL when pcre2 refuses (no memory).
 */
vz_code_e vz_field_init(void);

/* vz_field_free: give everything of vz_field_init() back. */
void vz_field_free(void);

/*
 * vz_field_check: whether the len bytes at s are a field of that kind, whole.
 * s need not be terminated.  VZ_OK or VZ_RANGE.
 */
vz_code_e vz_field_check(vz_field_e kind, const char *s, size_t len);

/*
 * vz_field_strange: where in a text that was refused the first character
 * stands that no text of that kind can have; its size is 0 where none does,
 * where the text is too long, and where it is no UTF-8.
 */
size_t vz_field_strange(vz_field_e kind, const char *s, size_t len,
    size_t *size);

/*
 * vz_field_people: whether people write it, so that more or other spaces than
 * needed are no mistake: vz_people_fold() takes them away.
 */
unsigned vz_field_people(vz_field_e kind);

/*
 * vz_field_name: "hostname"; vz_field_rule: what a right value looks like,
 * one English sentence part for error messages ("1 to 64 letters, digits and
 * inner hyphens, labels separated by dots").  Static storage.
 */
const char *vz_field_name(vz_field_e kind);
const char *vz_field_rule(vz_field_e kind);

/*
 * vz_field_pattern: the regular expression itself (PCRE), anchored, for the
 * OpenAPI description and the pages.  Static storage, never NULL.
 */
const char *vz_field_pattern(vz_field_e kind);

/*
 * vz_field_strange_pattern: the regular expression of one character that no
 * text of the kind can have, or NULL if people do not write the kind.  Static
 * storage.
 */
const char *vz_field_strange_pattern(vz_field_e kind);

/*
 * The values behind checked text.  All of them check again and return
 * VZ_RANGE for what is not of the kind or does not fit.
 */
#define VZ_UNLIMITED  UINT64_MAX

/*
 * vz_people_dni: what a document is compared by: its letters and digits, those
 * of ASCII in upper case, without zeros in front; out is terminated.
 */
#define VZ_DNI_MAX    80        /* bytes of what is compared */
#define VZ_DNI_TYPED  160       /* bytes of what is typed */


#endif /* VZ_FIELD_H */
