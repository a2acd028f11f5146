#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "daemon/base/config.h"
#include "wire/field.h"
#include "wire/field_value.h"


#define VZ_CONFIG_LINE  (PATH_MAX + 64)


typedef struct vz_key_s  vz_key_def_t;

/*
 * A kind of value: parses it into place. Returns NULL, or the description of a
 * valid value.
 */
typedef const char *(*vz_kind_pt)(const vz_key_def_t *key, const char *value,
    void *place);

struct vz_key_s {
    const char  *name;
    vz_kind_pt   kind;
    size_t       offset;
    size_t       size;
    uint64_t     min;           /* the least number; for addresses the
                                   family: AF_INET, AF_INET6 */
    uint64_t     max;
    const char  *words;         /* allowed words, each ended by a space */
};


static int vz_config_trusted(FILE *file, const char **why);
static int vz_config_lines(FILE *file, vz_config_t *conf, unsigned *line,
    char *why);
static int vz_config_split(char *text, char **name, char **value, char *why);
static int vz_config_set(vz_config_t *conf, const char *name,
    const char *value, uint64_t *seen, char *why);
static char *vz_config_trim(char *s);
static int vz_config_whole(const vz_config_t *conf, const char **why);
static const char *vz_kind_word(const vz_key_def_t *key, const char *value,
    void *place);
static const char *vz_kind_path(const vz_key_def_t *key, const char *value,
    void *place);
static const char *vz_kind_number(const vz_key_def_t *key, const char *value,
    void *place);
static const char *vz_kind_size(const vz_key_def_t *key, const char *value,
    void *place);
static const char *vz_kind_interface(const vz_key_def_t *key,
    const char *value, void *place);
static const char *vz_kind_users(const vz_key_def_t *key, const char *value,
    void *place);
static const char *vz_kind_networks(const vz_key_def_t *key,
    const char *value, void *place);
static const char *vz_kind_prefix(const vz_key_def_t *key, const char *value,
    void *place);
static const char *vz_kind_table(const vz_key_def_t *key, const char *value,
    void *place);
static const char *vz_kind_template(const vz_key_def_t *key,
    const char *value, void *place);
static const char *vz_kind_address(const vz_key_def_t *key,
    const char *value, void *place);


#define VZ_KEY(field, kind, min, max, words)                                  \
    { #field, kind, offsetof(vz_config_t, field),                             \
      sizeof(((vz_config_t *) 0)->field), min, max, words }

static const vz_key_def_t  vz_keys[] = {
    VZ_KEY(driver, vz_kind_word, 0, 0, "auto lxc vzctl "),
    VZ_KEY(key_file, vz_kind_path, 0, 0, ""),
    VZ_KEY(peers, vz_kind_users, 0, 0, ""),
    VZ_KEY(template_dir, vz_kind_path, 0, 0, ""),
    VZ_KEY(run_dir, vz_kind_path, 0, 0, ""),
    VZ_KEY(log, vz_kind_path, 0, 0, "syslog "),
    VZ_KEY(log_level, vz_kind_word, 0, 0, "info notice "),
    VZ_KEY(ctid_min, vz_kind_number, 101, 2147483644, ""),
    VZ_KEY(ctid_max, vz_kind_number, 101, 2147483644, ""),
    VZ_KEY(stop_timeout, vz_kind_number, 1, 150, ""),
    VZ_KEY(silence, vz_kind_number, 1, 3600, ""),
    VZ_KEY(test_verbs, vz_kind_word, 0, 0, "no yes "),
    VZ_KEY(user_data_time, vz_kind_number, 1, 86400, ""),
    VZ_KEY(addresses, vz_kind_networks, 0, 0, ""),
    VZ_KEY(repositories, vz_kind_path, 0, 0, ""),
    VZ_KEY(backup_cache, vz_kind_path, 0, 0, ""),
    VZ_KEY(backups, vz_kind_number, 1, 16, ""),
    VZ_KEY(lxc_path, vz_kind_path, 0, 0, ""),
    VZ_KEY(hook, vz_kind_path, 0, 0, ""),
    VZ_KEY(unpack, vz_kind_path, 0, 0, ""),
    VZ_KEY(lxcfs, vz_kind_path, 0, 0, "none "),
    VZ_KEY(bridge, vz_kind_interface, 0, 0, ""),
    VZ_KEY(uplink, vz_kind_interface, 0, 0, ""),
    VZ_KEY(gateway4, vz_kind_address, AF_INET, 0, ""),
    VZ_KEY(gateway6, vz_kind_address, AF_INET6, 0, ""),
    VZ_KEY(interface_prefix, vz_kind_prefix, 0, 0, ""),
    VZ_KEY(nft_table, vz_kind_table, 0, 0, ""),
    VZ_KEY(host_dns, vz_kind_word, 0, 0, "no yes "),
    VZ_KEY(rescue_template, vz_kind_template, 0, 0, ""),
    VZ_KEY(disk_default, vz_kind_size, 16 << 20, (uint64_t) 1 << 50, ""),
    VZ_KEY(disk_free, vz_kind_size, 16 << 20, (uint64_t) 1 << 50, ""),
    VZ_KEY(idmap_base, vz_kind_number, 65536, 4294836224, ""),
    VZ_KEY(pids_max, vz_kind_number, 32, 4194304, ""),
    VZ_KEY(cpu_reserve, vz_kind_number, 0, 90, ""),
    VZ_KEY(vzctl, vz_kind_path, 0, 0, ""),
    VZ_KEY(vzlist, vz_kind_path, 0, 0, ""),
    VZ_KEY(vzcpucheck, vz_kind_path, 0, 0, ""),
    VZ_KEY(vzquota, vz_kind_path, 0, 0, ""),
    VZ_KEY(vz_conf_dir, vz_kind_path, 0, 0, ""),
    VZ_KEY(vz_proc, vz_kind_path, 0, 0, "")
};

#define VZ_KEYS  (sizeof(vz_keys) / sizeof(vz_keys[0]))


static const vz_config_t  vz_config_default = {
    .driver = "auto",
    .key_file = "/etc/vzpanel/relay.key",
    .template_dir = "/var/lib/vzpanel/template/cache",
    .run_dir = "/run/vzpanel",
    .log = "syslog",
    .log_level = "info",
    .ctid_min = 101,
    .ctid_max = 2147483644,
    .stop_timeout = 30,
    .user_data_time = 1800,
    .silence = 60,
    .test_verbs = "no",
    .repositories = "/etc/vzpanel/repositories.conf",
    .backup_cache = "/var/cache/vzpanel/backup",
    .backups = 2,
    .lxc_path = "/var/lib/vzpanel/lxc",
    .hook = "/usr/lib/vzpanel/virtual-server-hook",
    .unpack = "/usr/lib/vzpanel/virtual-server-unpack",
    .lxcfs = "/var/lib/lxcfs",
    .gateway4 = "169.254.0.1",
    .gateway6 = "fe80::1",
    .interface_prefix = "vz",
    .nft_table = "vzpanel",
    .host_dns = "no",
    .disk_default = (uint64_t) 1 << 30,
    .disk_free = (uint64_t) 512 << 20,
    .idmap_base = 1073741824,   /* above login.defs(5) SUB_UID_MAX */
    .pids_max = 1024,
    .cpu_reserve = 10,
    .vzctl = "/usr/sbin/vzctl",
    .vzlist = "/usr/sbin/vzlist",
    .vzcpucheck = "/usr/sbin/vzcpucheck",
    .vzquota = "/usr/sbin/vzquota",
    .vz_conf_dir = "/etc/vz/conf",
    .vz_proc = "/proc/vz"
};


void
vz_config_defaults(vz_config_t *conf)
{
    *conf = vz_config_default;
}


int
vz_config_read(const char *path, vz_config_t *conf, char *words)
{
    FILE        *file;
    char         why[256];
    unsigned     line;
    const char  *whole;

    vz_config_defaults(conf);
    (void) snprintf(conf->path, sizeof(conf->path), "%s", path);

    file = fopen(path, "re");
    if (file == NULL) {
        (void) snprintf(words, VZ_CONFIG_WORDS, "%s: %s", path,
                        strerror(errno));
        return -1;
    }

    line = 0;

    if (vz_config_trusted(file, &whole) == -1) {
        (void) snprintf(why, sizeof(why), "%s", whole);
        goto failed;
    }

    if (vz_config_lines(file, conf, &line, why) == -1) {
        goto failed;
    }

    line = 0;

    if (vz_config_whole(conf, &whole) == -1) {
        (void) snprintf(why, sizeof(why), "%s", whole);
        goto failed;
    }

    (void) fclose(file);

    return 0;

failed:

    (void) fclose(file);

    if (line) {
        (void) snprintf(words, VZ_CONFIG_WORDS, "%s, line %u: %s", path, line,
                        why);
    } else {
        (void) snprintf(words, VZ_CONFIG_WORDS, "%s: %s", path, why);
    }

    return -1;
}


static int
vz_config_trusted(FILE *file, const char **why)
{
    struct stat  st;

    if (fstat(fileno(file), &st) == -1 || !S_ISREG(st.st_mode)) {
        *why = "is not a regular file";
        return -1;
    }

    if (st.st_uid != 0) {
        *why = "does not belong to root";
        return -1;
    }

    if (st.st_mode & (S_IWGRP|S_IWOTH)) {
        *why = "users other than root may write to it";
        return -1;
    }

    return 0;
}


static int
vz_config_lines(FILE *file, vz_config_t *conf, unsigned *line, char *why)
{
    int        rc;
    char       buf[VZ_CONFIG_LINE], *name, *value;
    size_t     len;
    uint64_t   seen;

    seen = 0;
    *line = 0;

    while (fgets(buf, sizeof(buf), file) != NULL) {
        (*line)++;

        len = strlen(buf);

        if (len == sizeof(buf) - 1 && buf[len - 1] != '\n') {
            (void) strcpy(why, "the line is too long");
            return -1;
        }

        rc = vz_config_split(buf, &name, &value, why);
        if (rc == -1) {
            return -1;
        }

        if (rc == 1 && vz_config_set(conf, name, value, &seen, why) == -1) {
            return -1;
        }
    }

    if (ferror(file)) {
        (void) strcpy(why, "can't be read further");
        return -1;
    }

    return 0;
}


/* Returns 1 with a key and its value, 0 for a comment or an empty line. */
static int
vz_config_split(char *text, char **name, char **value, char *why)
{
    char  *p, *eq;

    for (p = text; *p; p++) {
        if (*p == '\t' || *p == '\n' || *p == '\r') {
            *p = ' ';

        } else if ((unsigned char) *p < ' ' || *p == 0x7f) {
            (void) strcpy(why, "a control character in the line");
            return -1;
        }
    }

    text = vz_config_trim(text);

    if (*text == '\0' || *text == '#') {
        return 0;
    }

    eq = strchr(text, '=');
    if (eq == NULL) {
        (void) strcpy(why, "is not \"key = value\"");
        return -1;
    }

    *eq = '\0';

    *name = vz_config_trim(text);
    *value = vz_config_trim(eq + 1);

    return 1;
}


static int
vz_config_set(vz_config_t *conf, const char *name, const char *value,
    uint64_t *seen, char *why)
{
    size_t               i;
    const char          *rule;
    const vz_key_def_t  *key;

    for (i = 0; i < VZ_KEYS; i++) {
        if (strcmp(vz_keys[i].name, name) == 0) {
            break;
        }
    }

    if (i == VZ_KEYS) {
        (void) snprintf(why, 256, "unknown key \"%.64s\"", name);
        return -1;
    }

    key = &vz_keys[i];

    if (*seen & ((uint64_t) 1 << i)) {
        (void) snprintf(why, 256, "%s is set twice", key->name);
        return -1;
    }

    *seen |= (uint64_t) 1 << i;

    rule = key->kind(key, value, (char *) conf + key->offset);
    if (rule == NULL) {
        return 0;
    }

    if (key->kind == vz_kind_number) {
        (void) snprintf(why, 256, "%s must be %s from %llu to %llu",
                        key->name, rule, (unsigned long long) key->min,
                        (unsigned long long) key->max);
    } else {
        (void) snprintf(why, 256, "%s must be %s%s", key->name, rule,
                        key->words);
    }

    return -1;
}


static char *
vz_config_trim(char *s)
{
    char  *p;

    while (*s == ' ') {
        s++;
    }

    p = s + strlen(s);

    while (p > s && p[-1] == ' ') {
        *--p = '\0';
    }

    return s;
}


static int
vz_config_whole(const vz_config_t *conf, const char **why)
{
    if (conf->ctid_min > conf->ctid_max) {
        *why = "ctid_min is above ctid_max";
        return -1;
    }

    if (strcmp(conf->run_dir, "/") == 0) {
        *why = "run_dir must be a folder of its own";
        return -1;
    }

    if (conf->idmap_base % 65536 != 0) {
        *why = "idmap_base must be a multiple of 65536";
        return -1;
    }

    return 0;
}


static const char *
vz_kind_word(const vz_key_def_t *key, const char *value, void *place)
{
    size_t       len;
    const char  *p;

    len = strlen(value);

    for (p = key->words; *p; p += strcspn(p, " ") + 1) {

        if (strcspn(p, " ") == len && strncmp(p, value, len) == 0) {
            (void) memcpy(place, value, len + 1);
            return NULL;
        }
    }

    return "one of: ";
}


/* An absolute path, or one of the key's words. */
static const char *
vz_kind_path(const vz_key_def_t *key, const char *value, void *place)
{
    size_t       len;
    const char  *p;

    len = strlen(value);

    if (key->words[0] && vz_kind_word(key, value, place) == NULL) {
        return NULL;
    }

    if (value[0] != '/' || len >= key->size || strstr(value, "//")
        || (len > 1 && value[len - 1] == '/'))
    {
        goto failed;
    }

    for (p = value; *p; p++) {
        if ((unsigned char) *p <= ' ' || (unsigned char) *p > '~') {
            goto failed;
        }

        if (p[0] == '/' && p[1] == '.' && (p[2] == '/' || p[2] == '\0'
            || (p[2] == '.' && (p[3] == '/' || p[3] == '\0'))))
        {
            goto failed;
        }
    }

    (void) memcpy(place, value, len + 1);

    return NULL;

failed:

    return key->words[0] ? "an absolute path, or: "
                         : "an absolute path without spaces, \".\" or \"..\"";
}


static const char *
vz_kind_number(const vz_key_def_t *key, const char *value, void *place)
{
    uint64_t  n;
    uint32_t  narrow;

    if (vz_field_value_number(value, strlen(value), key->max, &n) != VZ_OK
        || n < key->min)
    {
        return "a number";
    }

    /* every number in the table has 32 bits */
    narrow = (uint32_t) n;
    (void) memcpy(place, &narrow, sizeof(narrow));

    return NULL;
}


static const char *
vz_kind_size(const vz_key_def_t *key, const char *value, void *place)
{
    uint64_t  n;

    if (vz_field_value_size(value, strlen(value), &n) != VZ_OK
        || n < key->min || n > key->max)
    {
        return "a size such as 512M or 1G, 16M or more";
    }

    (void) memcpy(place, &n, sizeof(n));

    return NULL;
}


/* User names or numbers with spaces between them. Empty: none. */
static const char *
vz_kind_users(const vz_key_def_t *key, const char *value, void *place)
{
    size_t  len;

    len = strlen(value);

    if (len >= key->size
        || value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789_.- ")] != '\0')
    {
        return "names or numbers of users, with spaces between them";
    }

    (void) memcpy(place, value, len + 1);

    return NULL;
}


/*
 * Networks with spaces between them. Empty: none. An address with host bits
 * set is refused, since a slip could give away somebody else's network.
 */
static const char *
vz_kind_networks(const vz_key_def_t *key, const char *value, void *place)
{
    int             family;
    char            text[VZ_CONFIG_LINE], *word, *save;
    unsigned        bits, i;
    unsigned char   addr[16];

    if (strlen(value) >= key->size) {
        goto failed;
    }

    (void) strcpy(text, value);

    for (word = strtok_r(text, " ,", &save); word != NULL;
         word = strtok_r(NULL, " ,", &save))
    {
        if (vz_field_value_cidr(word, strlen(word), &family, addr,
                                &bits) != VZ_OK) {
            goto failed;
        }

        for (i = bits; i < (family == AF_INET ? 32 : 128); i++) {
            if (addr[i / 8] & (0x80 >> i % 8)) {
                goto failed;
            }
        }
    }

    (void) strcpy(place, value);

    return NULL;

failed:

    return "networks such as 198.51.100.0/24 2001:db8::/64, with spaces "
           "between them and no bit set behind the prefix";
}


/* empty: none */
static const char *
vz_kind_interface(const vz_key_def_t *key, const char *value, void *place)
{
    size_t       len;
    const char  *p;

    len = strlen(value);

    if (len >= key->size || value[0] == '.' || value[0] == '-') {
        return "the name of a network interface, or empty";
    }

    for (p = value; *p; p++) {
        if ((*p < 'a' || *p > 'z') && (*p < 'A' || *p > 'Z')
            && (*p < '0' || *p > '9') && strchr("._-", *p) == NULL)
        {
            return "the name of a network interface, or empty";
        }
    }

    (void) memcpy(place, value, len + 1);

    return NULL;
}


/* PREFIX, the ten digits of an ID and ".0" must fit into 15 characters. */
static const char *
vz_kind_prefix(const vz_key_def_t *key, const char *value, void *place)
{
    size_t  len;

    (void) key;

    len = strlen(value);

    if (len < 1 || len > 3
        || strspn(value, "abcdefghijklmnopqrstuvwxyz") != len)
    {
        return "one to three small letters";
    }

    (void) memcpy(place, value, len + 1);

    return NULL;
}


static const char *
vz_kind_table(const vz_key_def_t *key, const char *value, void *place)
{
    size_t  len;

    len = strlen(value);

    if (len == 0 || len >= key->size || value[0] < 'a' || value[0] > 'z'
        || strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_") != len)
    {
        return "1 to 31 small letters, digits and _, a letter first";
    }

    (void) memcpy(place, value, len + 1);

    return NULL;
}


static const char *
vz_kind_template(const vz_key_def_t *key, const char *value, void *place)
{
    if (*value != '\0'
        && (vz_field_check(VZ_FIELD_TEMPLATE, value, strlen(value)) != VZ_OK
            || strlen(value) >= key->size))
    {
        return vz_field_rule(VZ_FIELD_TEMPLATE);
    }

    (void) strcpy(place, value);

    return NULL;
}


static const char *
vz_kind_address(const vz_key_def_t *key, const char *value, void *place)
{
    size_t         len;
    unsigned char  addr[16];

    len = strlen(value);

    if (len >= key->size || inet_pton((int) key->min, value, addr) != 1) {
        return key->min == AF_INET ? "an IPv4 address" : "an IPv6 address";
    }

    (void) memcpy(place, value, len + 1);

    return NULL;
}
