/*
 * Reads the files of vzctl, CTID.conf and vz.conf, and keeps a file of our own
 * with what create was asked for.
 */

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/file.h"
#include "daemon/base/job.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_driver.h"


#define VZ_VZCTL_LINE  4096

typedef void (*vz_vzctl_value_pt)(vz_vzctl_conf_t *ct, char *value);

typedef struct {
    const char         *name;
    vz_vzctl_value_pt   take;
} vz_vzctl_name_t;


static char *vz_vzctl_pair(char *line, char **value);
static void vz_vzctl_take_hostname(vz_vzctl_conf_t *ct, char *value);
static void vz_vzctl_take_template(vz_vzctl_conf_t *ct, char *value);
static void vz_vzctl_take_addresses(vz_vzctl_conf_t *ct, char *value);
static void vz_vzctl_take_dns(vz_vzctl_conf_t *ct, char *value);
static void vz_vzctl_take_onboot(vz_vzctl_conf_t *ct, char *value);
static void vz_vzctl_take_description(vz_vzctl_conf_t *ct, char *value);
static unsigned vz_vzctl_parse(char *value, vz_ip_t *list, unsigned max);
static uint32_t vz_vzctl_number(const char *name);
static int vz_vzctl_global(const vz_config_t *conf, const char *name,
    char value[PATH_MAX]);
static int vz_vzctl_path(const char *file, const char *name,
    char value[PATH_MAX]);
static int vz_vzctl_record(const vz_config_t *conf, uint32_t ctid,
    char path[PATH_MAX]);


static const vz_vzctl_name_t  vz_vzctl_names[] = {
    { "HOSTNAME", vz_vzctl_take_hostname },
    { "OSTEMPLATE", vz_vzctl_take_template },
    { "IP_ADDRESS", vz_vzctl_take_addresses },
    { "NAMESERVER", vz_vzctl_take_dns },
    { "ONBOOT", vz_vzctl_take_onboot },
    { "DESCRIPTION", vz_vzctl_take_description }
};

#define VZ_VZCTL_NAMES  (sizeof(vz_vzctl_names) / sizeof(vz_vzctl_names[0]))

/* The files that vzctl destroy leaves, with the action scripts. */
static const char *const  vz_vzctl_leftovers[] = {
    "conf", "mount", "umount", "premount", "postumount", "start", "stop"
};

#define VZ_VZCTL_LEFTOVERS                                                    \
    (sizeof(vz_vzctl_leftovers) / sizeof(vz_vzctl_leftovers[0]))


vz_code_e
vz_vzctl_conf(const vz_config_t *conf, uint32_t ctid, vz_vzctl_conf_t *ct)
{
    char               path[PATH_MAX + 32], line[VZ_VZCTL_LINE];
    char              *name, *value;
    FILE              *fp;
    size_t             i;
    vz_vzctl_made_t    made;

    (void) memset(ct, 0, sizeof(*ct));
    ct->ctid = ctid;
    (void) strcpy(ct->hostname, "-");
    (void) strcpy(ct->template, "-");

    (void) snprintf(path, sizeof(path), "%s/%u.conf", conf->vz_conf_dir,
                    ctid);

    fp = fopen(path, "re");
    if (fp == NULL) {
        return errno == ENOENT ? VZ_NOENT : VZ_INTERNAL;
    }

    while (fgets(line, sizeof(line), fp)) {
        name = vz_vzctl_pair(line, &value);

        for (i = 0; name && i < VZ_VZCTL_NAMES; i++) {
            if (strcmp(name, vz_vzctl_names[i].name) == 0) {
                vz_vzctl_names[i].take(ct, value);
            }
        }
    }

    (void) fclose(fp);

    /*
     * vzctl writes OSTEMPLATE and DESCRIPTION when the container is complete
     */
    if (ct->tag[0] == '\0' && strcmp(ct->template, "-") == 0
        && vz_vzctl_conf_made(conf, ctid, &made) == 0 && !made.started)
    {
        (void) strcpy(ct->tag, made.tag);
    }

    return VZ_OK;
}


/*
 * Parse NAME="VALUE", from the first quote to the last. NULL for another line.
 */
static char *
vz_vzctl_pair(char *line, char **value)
{
    char  *eq, *end;

    line += strspn(line, " \t");
    eq = strchr(line, '=');

    if (*line == '#' || eq == NULL) {
        return NULL;
    }

    *eq++ = '\0';

    if (*eq == '"') {
        end = strrchr(++eq, '"');

        if (end == NULL) {
            return NULL;
        }

    } else {
        end = eq + strcspn(eq, " \t\r\n");
    }

    *end = '\0';
    *value = eq;

    return line;
}


/* Others may have written anything here: it is checked. */
static void
vz_vzctl_take_hostname(vz_vzctl_conf_t *ct, char *value)
{
    if (vz_field_check(VZ_FIELD_NODE, value, strlen(value)) == VZ_OK) {
        (void) snprintf(ct->hostname, sizeof(ct->hostname), "%s", value);
    }
}


static void
vz_vzctl_take_template(vz_vzctl_conf_t *ct, char *value)
{
    if (vz_field_check(VZ_FIELD_TEMPLATE, value, strlen(value)) == VZ_OK) {
        (void) snprintf(ct->template, sizeof(ct->template), "%s", value);
    }
}


static void
vz_vzctl_take_addresses(vz_vzctl_conf_t *ct, char *value)
{
    ct->naddresses = vz_vzctl_parse(value, ct->addresses,
                                    VZ_VZCTL_ADDRESSES);
}


static void
vz_vzctl_take_dns(vz_vzctl_conf_t *ct, char *value)
{
    ct->ndns = vz_vzctl_parse(value, ct->dns, VZ_VZCTL_DNS);
}


static void
vz_vzctl_take_onboot(vz_vzctl_conf_t *ct, char *value)
{
    ct->onboot = strcmp(value, "yes") == 0;
}


/* The value is "vzpanel:TAG" and, after a space, the text of others. */
static void
vz_vzctl_take_description(vz_vzctl_conf_t *ct, char *value)
{
    size_t  n;

    n = sizeof(VZ_VZCTL_TAG) - 1;
    ct->tag[0] = '\0';

    if (strncmp(value, VZ_VZCTL_TAG, n) == 0
        && (value[n + VZ_TAG_LEN] == '\0' || value[n + VZ_TAG_LEN] == ' ')
        && vz_field_check(VZ_FIELD_TAG, value + n, VZ_TAG_LEN) == VZ_OK)
    {
        (void) snprintf(ct->tag, sizeof(ct->tag), "%s", value + n);

        value += n + VZ_TAG_LEN;
        value += *value == ' ';
    }

    /* root's shell reads the file at each start */
    ct->odd = value[strcspn(value, "\"$`\\")] != '\0'
              || strlen(value) >= sizeof(ct->note);

    (void) snprintf(ct->note, sizeof(ct->note), "%s", ct->odd ? "" : value);
}


/*
 * Addresses are taken without their masks, which a point-to-point interface
 * doesn't have.
 */
static unsigned
vz_vzctl_parse(char *value, vz_ip_t *list, unsigned max)
{
    char      *text, *save;
    unsigned   n;

    n = 0;

    for (text = strtok_r(value, " \t", &save); text && n < max;
         text = strtok_r(NULL, " \t", &save))
    {
        text[strcspn(text, "/")] = '\0';

        if (vz_ip_parse(text, &list[n]) == 0) {
            n++;
        }
    }

    return n;
}


vz_code_e
vz_vzctl_conf_load(vz_job_t *job, vz_vzctl_conf_t *ct)
{
    vz_code_e  code;

    code = vz_vzctl_conf(job->conf, job->ctid, ct);

    if (code == VZ_NOENT) {
        return vz_job_end(job, code, "container %u does not exist",
                          job->ctid);
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "the configuration of container %u: %s",
                          job->ctid, strerror(errno));
    }

    return code;
}


uint32_t
vz_vzctl_conf_owner(const vz_config_t *conf, uint32_t ctid,
    const vz_ip_t *address)
{
    DIR               *dir;
    uint32_t           other, owner;
    struct dirent     *entry;
    vz_vzctl_conf_t    ct;

    dir = opendir(conf->vz_conf_dir);
    if (dir == NULL) {
        return 0;
    }

    owner = 0;

    while (owner == 0 && (entry = readdir(dir)) != NULL) {
        other = vz_vzctl_number(entry->d_name);

        if (other && other != ctid
            && vz_vzctl_conf(conf, other, &ct) == VZ_OK
            && vz_ip_find(ct.addresses, ct.naddresses, address)
               != -1)
        {
            owner = other;
        }
    }

    (void) closedir(dir);

    return owner;
}


/*
 * The number in "101.conf"; 0 for any other name, also for 0.conf, which is
 * the host's.
 */
static uint32_t
vz_vzctl_number(const char *name)
{
    char       *end;
    unsigned    long n;

    if (name[0] < '1' || name[0] > '9') {
        return 0;
    }

    errno = 0;
    n = strtoul(name, &end, 10);

    return strcmp(end, ".conf") == 0 && errno == 0 && n < UINT32_MAX
           ? (uint32_t) n : 0;
}


void
vz_vzctl_conf_global(const vz_config_t *conf, const char *name,
    const char *otherwise, char path[PATH_MAX])
{
    char    value[PATH_MAX];
    size_t  len;

    (void) snprintf(path, PATH_MAX, "%s", otherwise);

    if (vz_vzctl_global(conf, name, value) == -1) {
        return;
    }

    len = strcspn(value, "$");

    while (len > 1 && value[len - 1] == '/') {
        len--;
    }

    (void) snprintf(path, PATH_MAX, "%.*s", (int) len, value);
}


/* The path under a name in vz.conf. 0, or -1. */
static int
vz_vzctl_global(const vz_config_t *conf, const char *name,
    char value[PATH_MAX])
{
    char   file[PATH_MAX + 16];
    char  *slash;

    (void) snprintf(file, sizeof(file), "%s", conf->vz_conf_dir);

    slash = strrchr(file, '/');
    (void) strcpy(slash, "/vz.conf");

    return vz_vzctl_path(file, name, value);
}


/* The last path under a name in a file of vzctl's. 0, or -1. */
static int
vz_vzctl_path(const char *file, const char *name, char value[PATH_MAX])
{
    int    rc;
    char   line[VZ_VZCTL_LINE], *key, *text;
    FILE  *fp;

    fp = fopen(file, "re");
    if (fp == NULL) {
        return -1;
    }

    rc = -1;

    while (fgets(line, sizeof(line), fp)) {
        key = vz_vzctl_pair(line, &text);

        if (key && strcmp(key, name) == 0 && text[0] == '/') {
            (void) snprintf(value, PATH_MAX, "%s", text);
            rc = 0;
        }
    }

    (void) fclose(fp);

    return rc;
}


int
vz_vzctl_conf_private(const vz_config_t *conf, uint32_t ctid, char *path)
{
    int          n;
    char         file[PATH_MAX + 32], value[PATH_MAX], *id;
    const char  *rest;

    (void) snprintf(file, sizeof(file), "%s/%u.conf", conf->vz_conf_dir,
                    ctid);

    if (vz_vzctl_path(file, "VE_PRIVATE", value) == -1
        && vz_vzctl_global(conf, "VE_PRIVATE", value) == -1)
    {
        (void) strcpy(value, "/vz/private/$VEID");
    }

    id = strchr(value, '$');
    rest = id == NULL ? ""
           : strncmp(id, "$VEID", 5) == 0 ? id + 5
           : strncmp(id, "${VEID}", 7) == 0 ? id + 7 : NULL;

    if (rest == NULL || strchr(rest, '$') != NULL) {
        errno = EINVAL;
        return -1;
    }

    n = id == NULL
        ? snprintf(path, PATH_MAX, "%s", value)
        : snprintf(path, PATH_MAX, "%.*s%u%s", (int) (id - value), value,
                   ctid, rest);

    if (n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }

    while (n > 1 && path[n - 1] == '/') {
        path[--n] = '\0';
    }

    return 0;
}


int
vz_vzctl_conf_unlink(const vz_config_t *conf, uint32_t ctid)
{
    char    path[PATH_MAX + 48];
    size_t  i;

    for (i = 0; i < VZ_VZCTL_LEFTOVERS; i++) {
        (void) snprintf(path, sizeof(path), "%s/%u.%s.destroyed",
                        conf->vz_conf_dir, ctid, vz_vzctl_leftovers[i]);

        if (unlink(path) == -1 && errno != ENOENT) {
            return -1;
        }
    }

    return 0;
}


/* The path of our file; with ctid 0 of the folder. */
static int
vz_vzctl_record(const vz_config_t *conf, uint32_t ctid, char path[PATH_MAX])
{
    int  n;

    n = ctid ? snprintf(path, PATH_MAX, "%s/vzctl/%u", conf->lxc_path, ctid)
             : snprintf(path, PATH_MAX, "%s/vzctl", conf->lxc_path);

    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}


int
vz_vzctl_conf_note(const vz_config_t *conf, uint32_t ctid, const char *kind,
    char *path)
{
    if (snprintf(path, PATH_MAX, "%s/vzctl/%u.%s", conf->lxc_path, ctid, kind)
        >= PATH_MAX)
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}


int
vz_vzctl_conf_made(const vz_config_t *conf, uint32_t ctid,
                   vz_vzctl_made_t *made)
{
    char                 path[PATH_MAX], text[128];
    unsigned long long   created;

    made->tag[0] = '\0';

    if (vz_vzctl_record(conf, ctid, path) == -1
        || vz_file_read(path, text, sizeof(text)) == -1
        || sscanf(text, "%64s %llu %u %16s", made->template, &created,
                  &made->started, made->tag) < 3)
    {
        return -1;
    }

    made->created = created;

    return 0;
}


int
vz_vzctl_conf_make(const vz_config_t *conf, uint32_t ctid,
    const vz_vzctl_made_t *made)
{
    int   n;
    char  path[PATH_MAX], text[128];

    if (vz_vzctl_record(conf, 0, path) == -1
        || vz_dirtree_make(path, 0700) == -1
        || vz_vzctl_record(conf, ctid, path) == -1)
    {
        return -1;
    }

    n = snprintf(text, sizeof(text), "%s %llu %u %s\n", made->template,
                 (unsigned long long) made->created, made->started,
                 made->tag);

    return vz_file_write(path, text, (size_t) n);
}


int
vz_vzctl_conf_forget(const vz_config_t *conf, uint32_t ctid)
{
    char  path[PATH_MAX];

    return vz_vzctl_record(conf, ctid, path) == -1 ? -1
                                                   : vz_file_forget(path);
}


vz_code_e
vz_vzctl_conf_tag(const vz_config_t *conf, uint32_t ctid,
                  char tag[VZ_TAG_LEN + 1])
{
    vz_code_e         code;
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf(conf, ctid, &ct);
    (void) strcpy(tag, ct.tag);

    return code;
}
