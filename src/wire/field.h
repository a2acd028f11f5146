/*
 * The grammar of every kind of field that the wire may carry, on pcre2, and the
 * engine for those of others.  Panel and daemon are both built with this file,
 * so they cannot disagree.  Nothing here allocates after vz_field_init().
 */

#ifndef VZ_FIELD_H
#define VZ_FIELD_H

#include <stddef.h>
#include <stdint.h>
#include "wire/code.h"


enum {
    /* of the verb protocol */
    VZ_FIELD_CTID = 0,      /* 101 ... 2147483644, decimal, no leading zero */
    VZ_FIELD_TEMPLATE,      /* [a-z0-9][a-z0-9._+-]{0,63}, no ".." */
    VZ_FIELD_NODE,          /* RFC 1123, at most 64 bytes */
    VZ_FIELD_HOSTNAME,      /* the same, and not what every host calls itself
                               (localhost), nor digits alone */
    VZ_FIELD_DOMAIN,        /* a whole name of a host in DNS: RFC 1123, two
                               labels or more, at most 253 bytes */
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
    VZ_FIELD_POLICY,        /* of a firewall: accept or drop */
    VZ_FIELD_TRIAL,         /* seconds 10 ... 600, 0: none */
    VZ_FIELD_GATE,          /* smtp: what a container sends to port 25; all */
    VZ_FIELD_SWITCH,        /* open or shut */
    VZ_FIELD_RATE,          /* Mbit/s 1 ... 99999, or "unlimited" */
    VZ_FIELD_SNAPSHOT,      /* [a-z0-9][a-z0-9-]{0,31} */

    VZ_FIELD_CONSOLE,       /* what a terminal shows: shell or login */
    VZ_FIELD_CELLS,         /* columns or rows of a terminal, 2 ... 999 */
    VZ_FIELD_TIME,          /* time(2): seconds, after 2001 and before 2106 */

    VZ_FIELD_REPOSITORY,    /* where backups go, by the node's own name */
    VZ_FIELD_BACKUP,        /* the first 8 to 64 hex digits of its id */
    VZ_FIELD_PART,          /* of a repository's data: 3/8, or none */
    VZ_FIELD_SECONDS,       /* 1 ... 300 */

    /* of mail */
    VZ_FIELD_EMAIL,         /* RFC 5321 addr-spec without quoting, <= 254 */

    VZ_FIELD_COUNT
};

/* one of these, or of the kinds that vz_field_add() added behind them */
typedef unsigned  vz_field_e;

#define VZ_FIELD_MOST  64   /* kinds, with those that are added */


typedef vz_code_e (*vz_field_pt)(const char *s, size_t len);

/* The grammar of a kind. */
typedef struct {
    const char     *name;
    size_t          max;            /* bytes */
    unsigned        utf;
    vz_field_pt     check;          /* what the pattern can't say, or NULL */
    const char     *pattern;        /* anchored */
    const char     *rule;           /* what a right value looks like */
    const char     *strange;        /* what people write: the pattern of a
                                       character that none can have; or NULL */
} vz_field_def_t;


/*
 * vz_field_add: the kinds from VZ_FIELD_COUNT on, before vz_field_init(); the
 * table must stay.  Adding the same table again does nothing.  VZ_OK;
 * VZ_RANGE where there are more than VZ_FIELD_MOST, or others already.
 */
vz_code_e vz_field_add(const vz_field_def_t *defs, unsigned n);

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
 * vz_field_strange: find the first character of a refused text that no text of
 * that kind can have.  Returns where it stands and its *size in bytes; *size is
 * 0 where there is none, where the text is too long, and where it is no UTF-8.
 */
size_t vz_field_strange(vz_field_e kind, const char *s, size_t len,
    size_t *size);

/*
 * vz_field_folds: whether more or other spaces than needed are no mistake and
 * are to be folded, because the kind has a strange pattern: people write it.
 */
unsigned vz_field_folds(vz_field_e kind);

/* vz_field_name: the name of a kind, as "hostname".  Static storage. */
const char *vz_field_name(vz_field_e kind);

/*
 * vz_field_rule: what a right value looks like, one part of an English sentence
 * for error messages ("1 to 64 letters, digits and inner hyphens, labels
 * separated by dots").  Static storage.
 */
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

/* no limit, as the number and as the text of a VZ_FIELD_LIMIT */
#define VZ_UNLIMITED       UINT64_MAX
#define VZ_UNLIMITED_WORD  "unlimited"


#endif /* VZ_FIELD_H */
