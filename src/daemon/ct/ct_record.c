#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/ct/ct_record.h"
#include "wire/field.h"
#include "wire/field_value.h"


typedef enum {
    VZ_KEY_TEXT = 0,
    VZ_KEY_U32,
    VZ_KEY_U64,
    VZ_KEY_PAIR,
    VZ_KEY_ADDRESSES,
    VZ_KEY_DNS
} vz_ct_record_kind_e;

typedef struct {
    const char          *name;
    vz_ct_record_kind_e  kind;
    size_t               offset;
    size_t               size;
} vz_ct_record_key_t;


static int vz_ct_record_version(const char *version);
static int vz_ct_record_value(const vz_ct_record_key_t *key, const char *value,
    vz_ct_t *ct);
static int vz_ct_record_list(const vz_ct_record_key_t *key, const char *value,
    vz_ct_t *ct);
static void vz_ct_record_put(vz_strbuf_t *text, const vz_ct_record_key_t *key,
    const vz_ct_t *ct);
static void vz_ct_record_put_size(vz_strbuf_t *text, uint64_t size);


#define vz_key(name, kind, field)                                            \
    { name, kind, offsetof(vz_ct_t, field), sizeof(((vz_ct_t *) 0)->field) }

static const vz_ct_record_key_t  vz_ct_record_keys[] = {
    vz_key("ctid", VZ_KEY_U32, ctid),
    vz_key("tag", VZ_KEY_TEXT, tag),
    vz_key("template", VZ_KEY_TEXT, template),
    vz_key("version", VZ_KEY_TEXT, version),
    vz_key("hostname", VZ_KEY_TEXT, hostname),
    vz_key("addresses", VZ_KEY_ADDRESSES, addresses),
    vz_key("gateway4", VZ_KEY_TEXT, gateway4),
    vz_key("gateway6", VZ_KEY_TEXT, gateway6),
    vz_key("dns", VZ_KEY_DNS, dns),
    vz_key("vmguarpages", VZ_KEY_PAIR, vmguar),
    vz_key("oomguarpages", VZ_KEY_PAIR, oomguar),
    vz_key("privvmpages", VZ_KEY_PAIR, privvm),
    vz_key("diskspace", VZ_KEY_PAIR, disk),
    vz_key("cpuunits", VZ_KEY_U32, units),
    vz_key("cpupercent", VZ_KEY_U32, percent),
    vz_key("image", VZ_KEY_TEXT, image),
    vz_key("old_image", VZ_KEY_TEXT, old_image),
    vz_key("old_template", VZ_KEY_TEXT, old_template),
    vz_key("old_version", VZ_KEY_TEXT, old_version),
    vz_key("old_until", VZ_KEY_U64, old_until),
    vz_key("reverted", VZ_KEY_U32, reverted),
    vz_key("rescue", VZ_KEY_TEXT, rescue),
    vz_key("rescue_version", VZ_KEY_TEXT, rescue_version),
    vz_key("rescue_since", VZ_KEY_U64, rescue_since),
    vz_key("idmap", VZ_KEY_U32, idmap),
    vz_key("created", VZ_KEY_U64, created),
    vz_key("started", VZ_KEY_U32, started),
    vz_key("onboot", VZ_KEY_U32, onboot),
    vz_key("smtp_shut", VZ_KEY_U32, smtp_shut),
    vz_key("all_shut", VZ_KEY_U32, all_shut),
    vz_key("rate_in", VZ_KEY_U32, rate_in),
    vz_key("rate_out", VZ_KEY_U32, rate_out),
    vz_key("trial", VZ_KEY_U32, trial)
};

#define VZ_CT_RECORD_KEYS                                                     \
    (sizeof(vz_ct_record_keys) / sizeof(vz_ct_record_keys[0]))


int
vz_ct_record_parse(const char *buf, vz_ct_t *ct)
{
    int                        wrong;
    char                       line[VZ_CT_RECORD_MAX], *value;
    size_t                     len;
    const char                *p;
    const vz_ct_record_key_t  *key;

    wrong = 0;

    for (p = buf; *p != '\0'; p += len + 1) {
        len = strcspn(p, "\n");

        /* the line is incomplete, so its value is unknown */

        if (p[len] == '\0') {
            wrong = 1;
            break;
        }

        memcpy(line, p, len);
        line[len] = '\0';

        value = strchr(line, '=');
        if (value == NULL) {
            continue;
        }

        *value++ = '\0';

        key = vz_ct_record_keys;

        while (key < vz_ct_record_keys + VZ_CT_RECORD_KEYS
               && strcmp(key->name, line) != 0)
        {
            key++;
        }

        if (key < vz_ct_record_keys + VZ_CT_RECORD_KEYS
            && vz_ct_record_value(key, value, ct) == -1)
        {
            wrong = 1;
        }
    }

    if (wrong || ct->ctid == 0 || ct->idmap == 0
        || !vz_ct_record_version(ct->version)
        || (ct->rescue[0] && !vz_ct_record_version(ct->rescue_version)))
    {
        errno = EINVAL;
        return -1;
    }

    return 0;
}


/* Whether it is the name of a folder of templates. */

static int
vz_ct_record_version(const char *version)
{
    return version[0] != '\0' && version[0] != '.'
           && strchr(version, '/') == NULL;
}


static int
vz_ct_record_value(const vz_ct_record_key_t *key, const char *value,
                   vz_ct_t *ct)
{
    char        *field, *colon;
    uint64_t     n;
    vz_pair_t   *pair;

    field = (char *) ct + key->offset;

    switch (key->kind) {

    case VZ_KEY_TEXT:
        if (strlen(value) >= key->size) {
            return -1;
        }

        strcpy(field, value);
        return 0;

    case VZ_KEY_U32:
    case VZ_KEY_U64:
        errno = 0;
        n = strtoull(value, &colon, 10);

        if (errno != 0 || colon == value || *colon != '\0') {
            return -1;
        }

        if (key->kind == VZ_KEY_U64) {
            memcpy(field, &n, sizeof(n));
            return 0;
        }

        if (n > UINT32_MAX) {
            return -1;
        }

        *(uint32_t *) (void *) field = (uint32_t) n;
        return 0;

    case VZ_KEY_PAIR:
        colon = strchr(value, ':');
        pair = (vz_pair_t *) (void *) field;

        if (colon == NULL
            || vz_field_value_limit(value, (size_t) (colon - value),
                                    &pair->barrier)
               != VZ_OK
            || vz_field_value_limit(colon + 1, strlen(colon + 1), &pair->limit)
               != VZ_OK)
        {
            return -1;
        }

        pair->set = 1;
        return 0;

    default:
        return vz_ct_record_list(key, value, ct);
    }
}


static int
vz_ct_record_list(const vz_ct_record_key_t *key, const char *value,
                  vz_ct_t *ct)
{
    char     text[VZ_IP_TEXT];
    size_t   len;
    vz_ip_t  address;

    for (; *value != '\0'; value += len + (value[len] == ',')) {
        len = strcspn(value, ",");

        if (len >= sizeof(text)) {
            return -1;
        }

        memcpy(text, value, len);
        text[len] = '\0';

        if (vz_ip_parse(text, &address) == -1) {
            return -1;
        }

        if (key->kind == VZ_KEY_DNS && ct->ndns < VZ_CT_DNS) {
            vz_ip_print(&address, 0, text);
            snprintf(ct->dns[ct->ndns++], VZ_IP_LEN, "%.45s", text);

        } else if (key->kind == VZ_KEY_ADDRESSES
                   && ct->naddresses < VZ_CT_ADDRESSES)
        {
            ct->addresses[ct->naddresses++] = address;

        } else {
            return -1;
        }
    }

    return 0;
}


void
vz_ct_record_print(const vz_ct_t *ct, vz_strbuf_t *text)
{
    size_t  i;

    for (i = 0; i < VZ_CT_RECORD_KEYS; i++) {
        vz_ct_record_put(text, &vz_ct_record_keys[i], ct);
    }
}


static void
vz_ct_record_put(vz_strbuf_t *text, const vz_ct_record_key_t *key,
    const vz_ct_t *ct)
{
    char              address[VZ_IP_TEXT];
    unsigned          i;
    uint64_t          n;
    const char       *field;
    const vz_pair_t  *pair;

    field = (const char *) ct + key->offset;

    if (key->kind == VZ_KEY_PAIR) {
        pair = (const vz_pair_t *) (const void *) field;

        if (!pair->set) {
            return;
        }

        vz_strbuf_put(text, "%s=", key->name);
        vz_ct_record_put_size(text, pair->barrier);
        vz_strbuf_put(text, ":");
        vz_ct_record_put_size(text, pair->limit);
        vz_strbuf_put(text, "\n");
        return;
    }

    vz_strbuf_put(text, "%s=", key->name);

    switch (key->kind) {

    case VZ_KEY_TEXT:
        vz_strbuf_put(text, "%s", field);
        break;

    case VZ_KEY_U32:
        vz_strbuf_put(text, "%u", *(const uint32_t *) (const void *) field);
        break;

    case VZ_KEY_U64:
        memcpy(&n, field, sizeof(n));
        vz_strbuf_put(text, "%llu", (unsigned long long) n);
        break;

    case VZ_KEY_ADDRESSES:
        for (i = 0; i < ct->naddresses; i++) {
            vz_ip_print(&ct->addresses[i], 1, address);
            vz_strbuf_put(text, "%s%s", i ? "," : "", address);
        }
        break;

    default:
        for (i = 0; i < ct->ndns; i++) {
            vz_strbuf_put(text, "%s%s", i ? "," : "", ct->dns[i]);
        }
    }

    vz_strbuf_put(text, "\n");
}


static void
vz_ct_record_put_size(vz_strbuf_t *text, uint64_t size)
{
    if (size == VZ_UNLIMITED) {
        vz_strbuf_put(text, VZ_UNLIMITED_WORD);

    } else {
        vz_strbuf_put(text, "%llu", (unsigned long long) size);
    }
}
