#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../wire/field.h"
#include "store.h"
#include "tree.h"


#define VZ_STORE_MAX  8192          /* bytes of a ct.conf */


typedef enum {
    VZ_KEY_TEXT = 0,
    VZ_KEY_U32,
    VZ_KEY_U64,
    VZ_KEY_PAIR,
    VZ_KEY_ADDRESSES,
    VZ_KEY_DNS
} vz_store_kind_e;

typedef struct {
    const char        *name;
    vz_store_kind_e    kind;
    size_t             offset;
    size_t             size;
} vz_store_key_t;

typedef struct {
    char     buf[VZ_STORE_MAX];
    size_t   len;
    int      full;
} vz_store_text_t;


static int vz_store_parse(const char *buf, vz_ct_t *ct);
static int vz_store_value(const vz_store_key_t *key, const char *value,
    vz_ct_t *ct);
static int vz_store_list(const vz_store_key_t *key, const char *value,
    vz_ct_t *ct);
static int vz_store_load(int dir, const char *name, vz_ct_t *ct);
static void vz_store_print(vz_store_text_t *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void vz_store_print_key(vz_store_text_t *text,
    const vz_store_key_t *key, const vz_ct_t *ct);
static void vz_store_print_size(vz_store_text_t *text, uint64_t size);
static uint32_t vz_store_name(const char *name, unsigned shadow);


#define vz_key(name, kind, field)                                            \
    { name, kind, offsetof(vz_ct_t, field), sizeof(((vz_ct_t *) 0)->field) }

static const vz_store_key_t  vz_store_keys[] = {
    vz_key("ctid", VZ_KEY_U32, ctid),
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
    vz_key("idmap", VZ_KEY_U32, idmap),
    vz_key("created", VZ_KEY_U64, created),
    vz_key("started", VZ_KEY_U32, started),
    vz_key("onboot", VZ_KEY_U32, onboot)
};

#define VZ_STORE_KEYS  (sizeof(vz_store_keys) / sizeof(vz_store_keys[0]))


int
vz_store_init(const vz_config_t *conf)
{
    char  path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/ct", conf->lxc_path)
        >= (int) sizeof(path))
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    return vz_tree_make(path, 0711);
}


int
vz_store_dir(const vz_config_t *conf, uint32_t ctid, const char *suffix,
    char *path)
{
    int  n;

    if (suffix == NULL) {
        n = snprintf(path, PATH_MAX, "%s/ct/%u", conf->lxc_path, ctid);

    } else {
        n = snprintf(path, PATH_MAX, "%s/ct/.%u.%s", conf->lxc_path, ctid,
                     suffix);
    }

    return n < PATH_MAX ? 0 : -1;
}


int
vz_store_path(const vz_ct_t *ct, const char *file, char *path)
{
    return snprintf(path, PATH_MAX, "%s/%s", ct->dir, file) < PATH_MAX
           ? 0 : -1;
}


int
vz_store_lower(const vz_config_t *conf, const vz_ct_t *ct, char *path)
{
    return snprintf(path, PATH_MAX, "%s/template/%s", conf->lxc_path,
                    ct->version) < PATH_MAX
           ? 0 : -1;
}


vz_code_e
vz_store_read(const vz_config_t *conf, uint32_t ctid, vz_ct_t *ct)
{
    int   dir, rc;
    char  name[16];

    memset(ct, 0, sizeof(*ct));

    if (vz_store_dir(conf, ctid, NULL, ct->dir) == -1) {
        return VZ_INTERNAL;
    }

    dir = open(ct->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir == -1) {
        return errno == ENOENT ? VZ_NOENT : VZ_INTERNAL;
    }

    snprintf(name, sizeof(name), ".");
    rc = vz_store_load(dir, name, ct);
    close(dir);

    return rc == 0 && ct->ctid == ctid ? VZ_OK : VZ_INTERNAL;
}


/* name/ct.conf under dir into ct, whose dir stays */

static int
vz_store_load(int dir, const char *name, vz_ct_t *ct)
{
    int      fd;
    char     buf[VZ_STORE_MAX], path[NAME_MAX + 16];
    ssize_t  n;

    snprintf(path, sizeof(path), "%s/ct.conf", name);

    fd = openat(dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    n = read(fd, buf, sizeof(buf) - 1);
    close(fd);

    if (n <= 0) {
        errno = EINVAL;
        return -1;
    }

    buf[n] = '\0';

    return vz_store_parse(buf, ct);
}


static int
vz_store_parse(const char *buf, vz_ct_t *ct)
{
    char                  line[VZ_STORE_MAX], *value;
    size_t                len;
    const char           *p;
    const vz_store_key_t *key;

    for (p = buf; *p != '\0'; p += len + (p[len] == '\n')) {
        len = strcspn(p, "\n");
        memcpy(line, p, len);
        line[len] = '\0';

        value = strchr(line, '=');
        if (value == NULL) {
            continue;
        }

        *value++ = '\0';

        for (key = vz_store_keys; key < vz_store_keys + VZ_STORE_KEYS; key++) {
            if (strcmp(key->name, line) == 0) {
                break;
            }
        }

        if (key < vz_store_keys + VZ_STORE_KEYS
            && vz_store_value(key, value, ct) == -1)
        {
            errno = EINVAL;
            return -1;
        }
    }

    if (ct->ctid == 0 || ct->idmap == 0 || ct->version[0] == '\0'
        || strchr(ct->version, '/') != NULL || ct->version[0] == '.')
    {
        errno = EINVAL;
        return -1;
    }

    return 0;
}


static int
vz_store_value(const vz_store_key_t *key, const char *value, vz_ct_t *ct)
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
            || vz_field_limit(value, (size_t) (colon - value), &pair->barrier)
               != VZ_OK
            || vz_field_limit(colon + 1, strlen(colon + 1), &pair->limit)
               != VZ_OK)
        {
            return -1;
        }

        pair->set = 1;
        return 0;

    default:
        return vz_store_list(key, value, ct);
    }
}


static int
vz_store_list(const vz_store_key_t *key, const char *value, vz_ct_t *ct)
{
    char          text[VZ_ADDRESS_TEXT];
    size_t        len;
    vz_address_t  address;

    for (; *value != '\0'; value += len + (value[len] == ',')) {
        len = strcspn(value, ",");

        if (len >= sizeof(text)) {
            return -1;
        }

        memcpy(text, value, len);
        text[len] = '\0';

        if (vz_address_parse(text, &address) == -1) {
            return -1;
        }

        if (key->kind == VZ_KEY_DNS && ct->ndns < VZ_CT_DNS) {
            vz_address_print(&address, 0, text);
            snprintf(ct->dns[ct->ndns++], VZ_ADDRESS_LEN, "%.45s", text);

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


int
vz_store_write(const vz_ct_t *ct)
{
    size_t           i;
    vz_store_text_t  text;

    text.len = 0;
    text.full = 0;

    for (i = 0; i < VZ_STORE_KEYS; i++) {
        vz_store_print_key(&text, &vz_store_keys[i], ct);
    }

    if (text.full) {
        errno = E2BIG;
        return -1;
    }

    return vz_store_file(ct, "ct.conf", text.buf, text.len);
}


static void
vz_store_print_key(vz_store_text_t *text, const vz_store_key_t *key,
    const vz_ct_t *ct)
{
    char              address[VZ_ADDRESS_TEXT];
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

        vz_store_print(text, "%s=", key->name);
        vz_store_print_size(text, pair->barrier);
        vz_store_print(text, ":");
        vz_store_print_size(text, pair->limit);
        vz_store_print(text, "\n");
        return;
    }

    vz_store_print(text, "%s=", key->name);

    switch (key->kind) {

    case VZ_KEY_TEXT:
        vz_store_print(text, "%s", field);
        break;

    case VZ_KEY_U32:
        vz_store_print(text, "%u", *(const uint32_t *) (const void *) field);
        break;

    case VZ_KEY_U64:
        memcpy(&n, field, sizeof(n));
        vz_store_print(text, "%llu", (unsigned long long) n);
        break;

    case VZ_KEY_ADDRESSES:
        for (i = 0; i < ct->naddresses; i++) {
            vz_address_print(&ct->addresses[i], 1, address);
            vz_store_print(text, "%s%s", i ? "," : "", address);
        }
        break;

    default:
        for (i = 0; i < ct->ndns; i++) {
            vz_store_print(text, "%s%s", i ? "," : "", ct->dns[i]);
        }
    }

    vz_store_print(text, "\n");
}


static void
vz_store_print_size(vz_store_text_t *text, uint64_t size)
{
    if (size == VZ_UNLIMITED) {
        vz_store_print(text, "unlimited");

    } else {
        vz_store_print(text, "%llu", (unsigned long long) size);
    }
}


static void
vz_store_print(vz_store_text_t *text, const char *fmt, ...)
{
    int      n;
    va_list  args;

    va_start(args, fmt);
    n = vsnprintf(text->buf + text->len, sizeof(text->buf) - text->len, fmt,
                  args);
    va_end(args);

    if (n < 0 || (size_t) n >= sizeof(text->buf) - text->len) {
        text->full = 1;
        return;
    }

    text->len += (size_t) n;
}


int
vz_store_file(const vz_ct_t *ct, const char *file, const char *text,
    size_t len)
{
    int   fd, saved;
    char  path[PATH_MAX], temp[PATH_MAX], name[NAME_MAX];

    snprintf(name, sizeof(name), ".%s.tmp", file);

    if (vz_store_path(ct, file, path) == -1
        || vz_store_path(ct, name, temp) == -1)
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
              0600);
    if (fd == -1) {
        return -1;
    }

    if (write(fd, text, len) != (ssize_t) len || fdatasync(fd) == -1) {
        saved = errno ? errno : ENOSPC;
        close(fd);
        unlink(temp);
        errno = saved;
        return -1;
    }

    close(fd);

    return rename(temp, path);
}


ssize_t
vz_store_text(const vz_ct_t *ct, const char *file, char *buf, size_t size)
{
    int      fd;
    char     path[PATH_MAX];
    ssize_t  n;

    if (vz_store_path(ct, file, path) == -1) {
        return -1;
    }

    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    n = read(fd, buf, size - 1);
    close(fd);

    if (n >= 0) {
        buf[n] = '\0';
    }

    return n;
}


int
vz_store_forget(const vz_ct_t *ct, const char *file)
{
    char  path[PATH_MAX];

    if (vz_store_path(ct, file, path) == -1) {
        return -1;
    }

    return unlink(path) == -1 && errno != ENOENT ? -1 : 0;
}


/* "101", or with shadow ".101.tmp": its number; 0 for another name */

static uint32_t
vz_store_name(const char *name, unsigned shadow)
{
    char           *end;
    unsigned long   n;

    if (shadow && *name++ != '.') {
        return 0;
    }

    if (*name < '1' || *name > '9') {
        return 0;
    }

    errno = 0;
    n = strtoul(name, &end, 10);

    if (errno != 0 || n > UINT32_MAX) {
        return 0;
    }

    if (shadow
        ? strcmp(end, ".tmp") != 0 && strcmp(end, ".gone") != 0
        : *end != '\0')
    {
        return 0;
    }

    return (uint32_t) n;
}


static int
vz_store_walk(const vz_config_t *conf, unsigned kinds, unsigned load,
    vz_store_pt each, void *data)
{
    int             rc;
    DIR            *dir;
    char            path[PATH_MAX];
    vz_ct_t         ct;
    uint32_t        ctid;
    unsigned        shadow;
    struct dirent  *entry;

    if (snprintf(path, sizeof(path), "%s/ct", conf->lxc_path)
        >= (int) sizeof(path))
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    dir = opendir(path);
    if (dir == NULL) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = 0;

    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        shadow = entry->d_name[0] == '.';
        ctid = vz_store_name(entry->d_name, shadow);

        if (ctid == 0 || !(kinds & (shadow ? 2 : 1))) {
            continue;
        }

        memset(&ct, 0, sizeof(ct));

        if (snprintf(ct.dir, sizeof(ct.dir), "%s/ct/%s", conf->lxc_path,
                     entry->d_name) >= (int) sizeof(ct.dir))
        {
            continue;
        }

        if (load && vz_store_load(dirfd(dir), entry->d_name, &ct) == -1) {
            continue;
        }

        ct.ctid = ctid;
        rc = each(&ct, data);
    }

    closedir(dir);

    return rc;
}


int
vz_store_each(const vz_config_t *conf, unsigned hidden, vz_store_pt each,
    void *data)
{
    return vz_store_walk(conf, hidden ? 3 : 1, 1, each, data);
}


int
vz_store_shadows(const vz_config_t *conf, vz_store_pt each, void *data)
{
    return vz_store_walk(conf, 2, 0, each, data);
}


typedef struct {
    uint32_t        base;
    uint32_t        slots;
    unsigned char  *used;
} vz_store_ids_t;


static int
vz_store_mark(const vz_ct_t *ct, void *data)
{
    uint32_t         slot;
    vz_store_ids_t  *ids;

    ids = data;

    if (ct->idmap < ids->base) {
        return 0;
    }

    slot = (ct->idmap - ids->base) / VZ_CT_IDS;

    if (slot < ids->slots) {
        ids->used[slot] = 1;
    }

    return 0;
}


uint32_t
vz_store_idmap(const vz_config_t *conf)
{
    uint32_t        i, found;
    vz_store_ids_t  ids;

    /* 2^32 - 1 and - 2 are no ids: they mean "none" and "overflow" */

    ids.base = conf->idmap_base;
    ids.slots = (UINT32_MAX - VZ_CT_IDS - ids.base) / VZ_CT_IDS;
    found = 0;

    ids.used = calloc(ids.slots + 1, 1);
    if (ids.used == NULL) {
        return 0;
    }

    if (vz_store_each(conf, 1, vz_store_mark, &ids) == 0) {
        for (i = 0; i < ids.slots; i++) {
            if (!ids.used[i]) {
                found = ids.base + i * VZ_CT_IDS;
                break;
            }
        }
    }

    free(ids.used);

    return found;
}


int
vz_store_address(const vz_ct_t *ct, const vz_address_t *address)
{
    unsigned  i;

    for (i = 0; i < ct->naddresses; i++) {
        if (vz_address_same(&ct->addresses[i], address)) {
            return (int) i;
        }
    }

    return -1;
}
