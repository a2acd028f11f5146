/*
 * Field grammar: a table of patterns, and for what a pattern can't say
 * (ranges, inet_pton) a function beside it.
 *
 * Patterns are written in the part of the syntax that PCRE and ECMAScript
 * share ("u" flag), because the pages and the API's description show them.
 * The interpreter of pcre2 runs them, not its JIT: fields are short, and the
 * processes need no writable and executable memory this way.
 */

#define PCRE2_CODE_UNIT_WIDTH  8

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pcre2.h>
#include <string.h>
#include "wire/field.h"
#include "wire/field_value.h"
#include "wire/hostname.h"


#define VZ_UNITS_MIN      8
#define VZ_UNITS_MAX      500000
#define VZ_PERCENT_MAX    100000

/* KiB of backtracking frames and number of steps, far over any right value */
#define VZ_HEAP_LIMIT     256
#define VZ_MATCH_LIMIT    100000

#define VZ_LABEL_RE       "[A-Za-z0-9](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?"
#define VZ_HOSTNAME_RE    "^(?=.{1,64}$)" VZ_LABEL_RE "(?:\\." VZ_LABEL_RE ")*$"
#define VZ_ATEXT          "[A-Za-z0-9!#$%&'*+\\/=?^_`{|}~\\-]"


static const vz_field_def_t *vz_field_def(vz_field_e kind);
static vz_code_e vz_field_check_ctid(const char *s, size_t len);
static vz_code_e vz_field_check_node(const char *s, size_t len);
static vz_code_e vz_field_check_hostname(const char *s, size_t len);
static vz_code_e vz_field_check_address(const char *s, size_t len);
static vz_code_e vz_field_check_gateway(const char *s, size_t len);
static vz_code_e vz_field_check_cidr(const char *s, size_t len);
static vz_code_e vz_field_check_size(const char *s, size_t len);
static vz_code_e vz_field_check_limit(const char *s, size_t len);
static vz_code_e vz_field_check_units(const char *s, size_t len);
static vz_code_e vz_field_check_percent(const char *s, size_t len);
static vz_code_e vz_field_check_time(const char *s, size_t len);
static vz_code_e vz_field_check_part(const char *s, size_t len);


static const vz_field_def_t  vz_fields[VZ_FIELD_COUNT] = {

    [VZ_FIELD_CTID] = {
        "ctid", 10, 0, vz_field_check_ctid,
        "^[1-9][0-9]{2,9}$",
        "a number from 101 to 2147483644",
        NULL },

    [VZ_FIELD_TEMPLATE] = {
        "template", 64, 0, NULL,
        "^(?!.*\\.\\.)[a-z0-9][a-z0-9._+\\-]{0,63}$",
        "1 to 64 lower-case letters, digits and . _ + -, "
        "starting with a letter or digit",
        NULL },

    [VZ_FIELD_NODE] = {
        "node", 64, 0, vz_field_check_node, VZ_HOSTNAME_RE,
        "1 to 64 letters, digits and inner hyphens, "
        "labels separated by dots",
        NULL },

    [VZ_FIELD_HOSTNAME] = {
        "hostname", 64, 0, vz_field_check_hostname, VZ_HOSTNAME_RE,
        "1 to 64 letters, digits and inner hyphens, labels separated by "
        "dots; neither localhost or the like, nor digits alone",
        NULL },

    [VZ_FIELD_DOMAIN] = {
        "domain", 253, 0, NULL,
        "^(?=.{1,253}$)(?:" VZ_LABEL_RE "\\.)+(?=[A-Za-z])" VZ_LABEL_RE "$",
        "a whole name of letters, digits and inner hyphens, its labels "
        "separated by dots, at most 253 characters; one of other letters as "
        "xn--",
        NULL },

    [VZ_FIELD_ADDRESS] = {
        "address", INET6_ADDRSTRLEN - 1, 0, vz_field_check_address,
        "^[0-9A-Fa-f:.]{2,45}$",
        "an IPv4 or IPv6 address of one host",
        NULL },

    /* no route goes by a loopback one: the container would not start */
    [VZ_FIELD_GATEWAY] = {
        "gateway", INET6_ADDRSTRLEN - 1, 0, vz_field_check_gateway,
        "^[0-9A-Fa-f:.]{2,45}$",
        "an IPv4 or IPv6 address of one host, not a loopback one",
        NULL },

    [VZ_FIELD_CIDR] = {
        "address", INET6_ADDRSTRLEN + 3, 0, vz_field_check_cidr,
        "^[0-9A-Fa-f:.]{2,45}(?:\\/[1-9][0-9]{0,2})?$",
        "an IPv4 or IPv6 address, with /prefix if wanted, "
        "not a loopback or multicast one",
        NULL },

    [VZ_FIELD_SIZE] = {
        "size", 20, 0, vz_field_check_size,
        "^(?:0|[1-9][0-9]{0,18})[KMGT]?$",
        "a whole number of bytes, or with K, M, G or T behind it",
        NULL },

    [VZ_FIELD_LIMIT] = {
        "limit", 20, 0, vz_field_check_limit,
        "^(?:" VZ_UNLIMITED_WORD "|(?:0|[1-9][0-9]{0,18})[KMGT]?)$",
        "a whole number of bytes, or with K, M, G or T behind it, "
        "or " VZ_UNLIMITED_WORD,
        NULL },

    [VZ_FIELD_UNITS] = {
        "units", 6, 0, vz_field_check_units,
        "^[1-9][0-9]{0,5}$",
        "a number from 8 to 500000",
        NULL },

    [VZ_FIELD_PERCENT] = {
        "percent", 6, 0, vz_field_check_percent,
        "^(?:0|[1-9][0-9]{0,5})$",
        "a number from 0 (no limit) to 100000",
        NULL },

    [VZ_FIELD_TAG] = {
        "tag", 16, 0, NULL,
        "^[0-9a-f]{16}$",
        "16 lower-case hexadecimal digits",
        NULL },

    [VZ_FIELD_ACT] = {
        "id", 32, 0, NULL,
        "^[0-9a-z.]{1,32}$",
        "1 to 32 lower-case letters, digits and points",
        NULL },

    [VZ_FIELD_FENCE] = {
        "fence", 19, 0, NULL,
        "^[1-9][0-9]{0,17}$",
        "a number of at most 18 digits",
        NULL },

    [VZ_FIELD_CONSOLE] = {
        "mode", 5, 0, NULL,
        "^(?:shell|login)$",
        "shell or login",
        NULL },

    [VZ_FIELD_CELLS] = {
        "cells", 3, 0, NULL,
        "^(?:[2-9]|[1-9][0-9]{1,2})$",
        "a number of columns or rows from 2 to 999",
        NULL },

    [VZ_FIELD_POLICY] = {
        "policy", 6, 0, NULL,
        "^(?:accept|drop)$",
        "accept or drop",
        NULL },

    [VZ_FIELD_TRIAL] = {
        "seconds", 3, 0, NULL,
        "^(?:0|[1-9][0-9]|[1-5][0-9][0-9]|600)$",
        "a number from 10 to 600, or 0",
        NULL },

    [VZ_FIELD_GATE] = {
        "gate", 4, 0, NULL,
        "^(?:smtp|all)$",
        "smtp or all",
        NULL },

    [VZ_FIELD_SWITCH] = {
        "switch", 4, 0, NULL,
        "^(?:open|shut)$",
        "open or shut",
        NULL },

    [VZ_FIELD_RATE] = {
        "rate", 9, 0, NULL,
        "^(?:" VZ_UNLIMITED_WORD "|[1-9][0-9]{0,4})$",
        "a number of Mbit/s from 1 to 99999, or " VZ_UNLIMITED_WORD,
        NULL },

    [VZ_FIELD_SNAPSHOT] = {
        "snapshot", 32, 0, NULL,
        "^[a-z0-9][a-z0-9\\-]{0,31}$",
        "1 to 32 lower-case letters, digits and hyphens, starting with a "
        "letter or digit",
        NULL },

    [VZ_FIELD_TIME] = {
        "time", 10, 0, vz_field_check_time,
        "^[1-9][0-9]{8,9}$",
        "seconds since 1970, from 100000000 to 4294967295",
        NULL },

    [VZ_FIELD_REPOSITORY] = {
        "repository", 32, 0, NULL,
        "^[a-z0-9][a-z0-9_\\-]{0,31}$",
        "1 to 32 lower-case letters, digits, _ and -, starting with a letter "
        "or digit",
        NULL },

    [VZ_FIELD_BACKUP] = {
        "backup", 64, 0, NULL,
        "^[0-9a-f]{8,64}$",
        "8 to 64 lower-case hexadecimal digits",
        NULL },

    [VZ_FIELD_PART] = {
        "part", 5, 0, vz_field_check_part,
        "^(?:none|[1-9][0-9]?\\/[1-9][0-9]?)$",
        "3/8 for the third of eight parts, up to 99/99, or none",
        NULL },

    [VZ_FIELD_SECONDS] = {
        "seconds", 3, 0, NULL,
        "^(?:[1-9][0-9]?|[12][0-9][0-9]|300)$",
        "a number from 1 to 300",
        NULL },

    /*
     * RFC 5321 Mailbox as a dot-string, at most 64 + 1 + 189 bytes; no quoted
     * local part, no address literal, ASCII only (SMTPUTF8 is not everywhere).
     * A leading hyphen is refused as Postfix does by default.
     */
    [VZ_FIELD_EMAIL] = {
        "email", 254, 1, NULL,
        "^(?=.{3,254}$)(?!-)(?=[^@]{1,64}@[^@]{1,253}$)"
        VZ_ATEXT "+(?:\\." VZ_ATEXT "+)*"
        "@(?:" VZ_LABEL_RE "\\.)*"
        "[A-Za-z](?:[A-Za-z0-9\\-]{0,61}[A-Za-z0-9])?$",
        "an address like name@example.org, at most 254 characters",
        "(?!" VZ_ATEXT ")[^.@]" }
};


static const vz_field_def_t  *vz_field_added;
static unsigned               vz_field_nadded;

static pcre2_code           *vz_field_codes[VZ_FIELD_MOST];
static pcre2_code           *vz_field_strangers[VZ_FIELD_MOST];
static pcre2_match_data     *vz_field_match_data;
static pcre2_match_context  *vz_field_match_context;


static pcre2_code *
vz_field_code(const char *pattern, unsigned utf)
{
    int         error;
    uint32_t    options;
    PCRE2_SIZE  offset;

    /* \uFFFF as ECMAScript has it */
    options = PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX;

    if (utf) {
        options |= PCRE2_UTF;
    }

    return pcre2_compile((PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED, options,
                         &error, &offset, NULL);
}


static vz_code_e
vz_field_compile(void)
{
    unsigned               i;
    const vz_field_def_t  *def;

    for (i = 0; (def = vz_field_def(i)) != NULL; i++) {

        vz_field_codes[i] = vz_field_code(def->pattern, def->utf);
        vz_field_strangers[i] = def->strange
                                ? vz_field_code(def->strange, def->utf)
                                : NULL;

        if (vz_field_codes[i] == NULL
            || (def->strange && vz_field_strangers[i] == NULL))
        {
            return VZ_INTERNAL;
        }
    }

    return VZ_OK;
}


vz_code_e
vz_field_add(const vz_field_def_t *defs, unsigned n)
{
    if (defs == vz_field_added) {
        return VZ_OK;
    }

    if (vz_field_added != NULL || vz_field_match_data != NULL
        || n > VZ_FIELD_MOST - VZ_FIELD_COUNT)
    {
        return VZ_RANGE;
    }

    vz_field_added = defs;
    vz_field_nadded = n;

    return VZ_OK;
}


/* NULL for a kind that there is not */
static const vz_field_def_t *
vz_field_def(vz_field_e kind)
{
    if (kind < VZ_FIELD_COUNT) {
        return &vz_fields[kind];
    }

    kind -= VZ_FIELD_COUNT;

    return kind < vz_field_nadded ? &vz_field_added[kind] : NULL;
}


vz_code_e
vz_field_init(void)
{
    if (vz_field_match_data != NULL) {
        return VZ_OK;
    }

    /* no pattern captures, so one pair is enough for all */
    vz_field_match_data = pcre2_match_data_create(1, NULL);
    vz_field_match_context = pcre2_match_context_create(NULL);

    if (vz_field_match_data == NULL || vz_field_match_context == NULL
        || vz_field_compile() != VZ_OK)
    {
        vz_field_free();
        return VZ_INTERNAL;
    }

    (void) pcre2_set_heap_limit(vz_field_match_context, VZ_HEAP_LIMIT);
    (void) pcre2_set_match_limit(vz_field_match_context, VZ_MATCH_LIMIT);

    /* lets pcre2 take its frames now */
    (void) vz_field_check(VZ_FIELD_EMAIL, "name@example.org", 16);

    return VZ_OK;
}


void
vz_field_free(void)
{
    unsigned  i;

    for (i = 0; i < VZ_FIELD_MOST; i++) {
        pcre2_code_free(vz_field_codes[i]);
        vz_field_codes[i] = NULL;

        pcre2_code_free(vz_field_strangers[i]);
        vz_field_strangers[i] = NULL;
    }

    pcre2_match_data_free(vz_field_match_data);
    vz_field_match_data = NULL;

    pcre2_match_context_free(vz_field_match_context);
    vz_field_match_context = NULL;
}


vz_code_e
vz_field_check(vz_field_e kind, const char *s, size_t len)
{
    int                    rc;
    const vz_field_def_t  *def;

    def = vz_field_def(kind);

    if (def == NULL || vz_field_match_data == NULL || len > def->max) {
        return VZ_RANGE;
    }

    if (s == NULL) {
        s = "";
        len = 0;
    }

    rc = pcre2_match(vz_field_codes[kind], (PCRE2_SPTR) s, len, 0, 0,
                     vz_field_match_data, vz_field_match_context);
    if (rc < 0) {
        return VZ_RANGE;
    }

    if (def->check != NULL) {
        return def->check(s, len);
    }

    return VZ_OK;
}


size_t
vz_field_strange(vz_field_e kind, const char *s, size_t len, size_t *size)
{
    PCRE2_SIZE            *found;
    const vz_field_def_t  *def;

    def = vz_field_def(kind);

    if (def == NULL || vz_field_strangers[kind] == NULL || len > def->max
        || pcre2_match(vz_field_strangers[kind], (PCRE2_SPTR) s, len, 0, 0,
                       vz_field_match_data, vz_field_match_context) < 0)
    {
        *size = 0;
        return 0;
    }

    found = pcre2_get_ovector_pointer(vz_field_match_data);
    *size = found[1] - found[0];

    return found[0];
}


unsigned
vz_field_folds(vz_field_e kind)
{
    const vz_field_def_t  *def = vz_field_def(kind);

    return def != NULL && def->strange != NULL;
}


const char *
vz_field_name(vz_field_e kind)
{
    const vz_field_def_t  *def = vz_field_def(kind);

    return def != NULL ? def->name : "field";
}


const char *
vz_field_rule(vz_field_e kind)
{
    const vz_field_def_t  *def = vz_field_def(kind);

    return def != NULL ? def->rule : "";
}


const char *
vz_field_pattern(vz_field_e kind)
{
    const vz_field_def_t  *def = vz_field_def(kind);

    return def != NULL ? def->pattern : "$^";
}


const char *
vz_field_strange_pattern(vz_field_e kind)
{
    const vz_field_def_t  *def = vz_field_def(kind);

    return def != NULL ? def->strange : NULL;
}


static vz_code_e
vz_field_check_ctid(const char *s, size_t len)
{
    uint32_t  ctid;

    return vz_field_value_ctid(s, len, &ctid);
}


static vz_code_e
vz_field_check_node(const char *s, size_t len)
{
    int            family;
    unsigned       prefix;
    unsigned char  addr[16];

    /* RFC 1123, 2.1: what reads as an address is no name */

    if (vz_field_value_cidr(s, len, &family, addr, &prefix) == VZ_OK) {
        return VZ_RANGE;
    }

    return VZ_OK;
}


static vz_code_e
vz_field_check_hostname(const char *s, size_t len)
{
    return vz_hostname_own(s, len) ? VZ_RANGE : vz_field_check_node(s, len);
}


/* neither "any address", nor multicast, nor broadcast */
static int
vz_field_is_host(int family, const unsigned char *addr)
{
    static const unsigned char  zero[16];

    if (family == AF_INET) {
        return addr[0] != 0 && addr[0] < 224;
    }

    return addr[0] != 0xff && memcmp(addr, zero, 16) != 0;
}


/* 127.0.0.0/8; ::1, ::a.b.c.d and ::ffff:a.b.c.d */
static int
vz_field_is_loop(int family, const unsigned char *addr)
{
    static const unsigned char  zero[10];

    return family == AF_INET ? addr[0] == 127 : memcmp(addr, zero, 10) == 0;
}


/* loopback, link-local and mapped addresses are the host's own business */
static int
vz_field_is_local(int family, const unsigned char *addr)
{
    if (vz_field_is_loop(family, addr)) {
        return 1;
    }

    return family == AF_INET ? addr[0] == 169 && addr[1] == 254
                             : addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}


static vz_code_e
vz_field_host(const char *s, size_t len, int *family, unsigned char addr[16])
{
    unsigned  prefix;

    return vz_field_value_cidr(s, len, family, addr, &prefix) == VZ_OK
           && vz_field_is_host(*family, addr)
           ? VZ_OK : VZ_RANGE;
}


static vz_code_e
vz_field_check_address(const char *s, size_t len)
{
    int            family;
    unsigned char  addr[16];

    return vz_field_host(s, len, &family, addr);
}


static vz_code_e
vz_field_check_gateway(const char *s, size_t len)
{
    int            family;
    unsigned char  addr[16];

    return vz_field_host(s, len, &family, addr) == VZ_OK
           && !vz_field_is_loop(family, addr)
           ? VZ_OK : VZ_RANGE;
}


static vz_code_e
vz_field_check_cidr(const char *s, size_t len)
{
    int            family;
    unsigned char  addr[16];

    return vz_field_host(s, len, &family, addr) == VZ_OK
           && !vz_field_is_local(family, addr)
           ? VZ_OK : VZ_RANGE;
}


static vz_code_e
vz_field_check_size(const char *s, size_t len)
{
    uint64_t  bytes;

    return vz_field_value_size(s, len, &bytes);
}


static vz_code_e
vz_field_check_limit(const char *s, size_t len)
{
    uint64_t  bytes;

    return vz_field_value_limit(s, len, &bytes);
}


static vz_code_e
vz_field_check_units(const char *s, size_t len)
{
    uint64_t  n;

    if (vz_field_value_number(s, len, VZ_UNITS_MAX, &n) != VZ_OK
        || n < VZ_UNITS_MIN)
    {
        return VZ_RANGE;
    }

    return VZ_OK;
}


static vz_code_e
vz_field_check_percent(const char *s, size_t len)
{
    uint64_t  n;

    return vz_field_value_number(s, len, VZ_PERCENT_MAX, &n);
}


static vz_code_e
vz_field_check_time(const char *s, size_t len)
{
    uint64_t  n;

    return vz_field_value_number(s, len, UINT32_MAX, &n);
}


static vz_code_e
vz_field_check_part(const char *s, size_t len)
{
    size_t    n;
    uint64_t  part, parts;

    for (n = 0; n < len && s[n] != '/'; n++) { /* void */ }

    if (n == len) {
        return VZ_OK;
    }

    return vz_field_value_number(s, n, 99, &part) == VZ_OK
           && vz_field_value_number(s + n + 1, len - n - 1, 99, &parts)
              == VZ_OK
           && part <= parts
           ? VZ_OK : VZ_RANGE;
}
