#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/file.h"
#include "daemon/ct/ct_record.h"
#include "daemon/ct/ct_store.h"


#define VZ_CT_STORE_PUBLISHED  1    /* kinds of folders that a walk visits */
#define VZ_CT_STORE_SHADOWS    2

#define VZ_CT_STORE_CONFIG  "config"
#define VZ_CT_STORE_IMAGE   "image"
#define VZ_CT_STORE_SECOND  "image.2"


static int vz_ct_store_load(vz_ct_t *ct);
static void vz_ct_store_salvage(vz_ct_t *ct, uint32_t ctid);
static uint32_t vz_ct_store_name(const char *name, unsigned shadow);
static int vz_ct_store_used(const vz_ct_t *ct, void *data);
static int vz_ct_store_walk(const vz_config_t *conf, unsigned kinds,
    int (*load)(vz_ct_t *ct), vz_ct_store_pt each, void *data);


int
vz_ct_store_init(const vz_config_t *conf)
{
    char  path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/ct", conf->lxc_path)
        >= (int) sizeof(path))
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    return vz_dirtree_make(path, 0711);
}


int
vz_ct_store_dir(const vz_config_t *conf, uint32_t ctid, const char *suffix,
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
vz_ct_store_path(const vz_ct_t *ct, const char *file, char *path)
{
    return snprintf(path, PATH_MAX, "%s/%s", ct->dir, file) < PATH_MAX
           ? 0 : -1;
}


int
vz_ct_store_image(const vz_ct_t *ct, char *path)
{
    return vz_ct_store_path(ct, ct->image[0] ? ct->image : VZ_CT_STORE_IMAGE,
                            path);
}


const char *
vz_ct_store_image_other(const vz_ct_t *ct)
{
    return strcmp(ct->image, VZ_CT_STORE_SECOND) == 0 ? VZ_CT_STORE_IMAGE
                                                      : VZ_CT_STORE_SECOND;
}


void
vz_ct_store_booted(const vz_ct_t *ct, vz_ct_t *booted)
{
    *booted = *ct;

    if (ct->rescue[0] == '\0') {
        return;
    }

    strcpy(booted->image, VZ_CT_STORE_RESCUE);
    strcpy(booted->template, ct->rescue);
    strcpy(booted->version, ct->rescue_version);
    booted->disk.barrier = VZ_CT_RESCUE_DISK;
    booted->disk.limit = VZ_CT_RESCUE_DISK;
    booted->rescue[0] = '\0';
}


int
vz_ct_store_lower(const vz_config_t *conf, const vz_ct_t *ct, char *path)
{
    return snprintf(path, PATH_MAX, "%s/template/%s", conf->lxc_path,
                    ct->version) < PATH_MAX
           ? 0 : -1;
}


vz_code_e
vz_ct_store_read(const vz_config_t *conf, uint32_t ctid, vz_ct_t *ct)
{
    memset(ct, 0, sizeof(*ct));

    if (vz_ct_store_dir(conf, ctid, NULL, ct->dir) == -1) {
        return VZ_INTERNAL;
    }

    if (vz_ct_store_load(ct) == 0 && ct->ctid == ctid) {
        return VZ_OK;
    }

    if (access(ct->dir, F_OK) == -1 && errno == ENOENT) {
        return VZ_NOENT;
    }

    vz_ct_store_salvage(ct, ctid);

    return VZ_INTERNAL;
}


/* The group of its folder is the container's root: that tells its ids. */

static void
vz_ct_store_salvage(vz_ct_t *ct, uint32_t ctid)
{
    struct stat  st;

    ct->ctid = ctid;
    ct->broken = 1;

    if (stat(ct->dir, &st) == 0 && st.st_gid != 0) {
        ct->idmap = st.st_gid;
    }
}


/*
 * Read ct->dir/ct.conf. Where liblxc's configuration is missing, the container
 * is not wanted to run any more.
 */

static int
vz_ct_store_load(vz_ct_t *ct)
{
    int   rc;
    char  buf[VZ_CT_RECORD_MAX], path[PATH_MAX];

    if (vz_ct_store_text(ct, "ct.conf", buf, sizeof(buf)) == -1) {
        return -1;
    }

    rc = vz_ct_record_parse(buf, ct);

    if (ct->onboot && (vz_ct_store_path(ct, VZ_CT_STORE_CONFIG, path) == -1
                       || access(path, F_OK) == -1))
    {
        ct->onboot = 0;
    }

    return rc;
}


int
vz_ct_store_write(const vz_ct_t *ct)
{
    char         buf[VZ_CT_RECORD_MAX];
    vz_strbuf_t  text;

    vz_strbuf_init(&text, buf, sizeof(buf));
    vz_ct_record_print(ct, &text);

    if (text.full) {
        errno = E2BIG;
        return -1;
    }

    return vz_ct_store_file(ct, "ct.conf", text.buf, text.len);
}


int
vz_ct_store_unwant(const vz_ct_t *ct)
{
    return vz_ct_store_forget(ct, VZ_CT_STORE_CONFIG);
}


int
vz_ct_store_file(const vz_ct_t *ct, const char *file, const char *text,
    size_t len)
{
    char  path[PATH_MAX];

    if (vz_ct_store_path(ct, file, path) == -1) {
        errno = ENAMETOOLONG;
        return -1;
    }

    return vz_file_write(path, text, len);
}


ssize_t
vz_ct_store_text(const vz_ct_t *ct, const char *file, char *buf, size_t size)
{
    char  path[PATH_MAX];

    return vz_ct_store_path(ct, file, path) == -1
           ? -1 : vz_file_read(path, buf, size);
}


int
vz_ct_store_forget(const vz_ct_t *ct, const char *file)
{
    char  path[PATH_MAX];

    return vz_ct_store_path(ct, file, path) == -1 ? -1 : vz_file_forget(path);
}


/*
 * The number of a folder "101", or with shadow set of ".101.tmp"; 0 for
 * another name.
 */

static uint32_t
vz_ct_store_name(const char *name, unsigned shadow)
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
          && strcmp(end, ".trial") != 0
        : *end != '\0')
    {
        return 0;
    }

    return (uint32_t) n;
}


DIR *
vz_ct_store_open(const vz_config_t *conf)
{
    char  path[PATH_MAX];

    if (snprintf(path, sizeof(path), "%s/ct", conf->lxc_path)
        >= (int) sizeof(path))
    {
        errno = ENAMETOOLONG;
        return NULL;
    }

    return opendir(path);
}


/* With load NULL only ctid and dir are filled in. */

static int
vz_ct_store_walk(const vz_config_t *conf, unsigned kinds,
    int (*load)(vz_ct_t *ct), vz_ct_store_pt each, void *data)
{
    int             rc;
    DIR            *dir;
    vz_ct_t         ct;
    uint32_t        ctid;
    unsigned        shadow;
    struct dirent  *entry;

    dir = vz_ct_store_open(conf);
    if (dir == NULL) {
        return errno == ENOENT ? 0 : -1;
    }

    rc = 0;

    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        shadow = entry->d_name[0] == '.';
        ctid = vz_ct_store_name(entry->d_name, shadow);

        if (ctid == 0
            || !(kinds & (shadow ? VZ_CT_STORE_SHADOWS
                                 : VZ_CT_STORE_PUBLISHED)))
        {
            continue;
        }

        memset(&ct, 0, sizeof(ct));
        errno = 0;

        if (snprintf(ct.dir, sizeof(ct.dir), "%s/ct/%s", conf->lxc_path,
                     entry->d_name) >= (int) sizeof(ct.dir))
        {
            continue;
        }

        if (load && (load(&ct) == -1 || ct.ctid != ctid)) {

            /* it is half made or half removed, or was removed just now */

            if (errno == ENOENT && (shadow || access(ct.dir, F_OK) == -1)) {
                continue;
            }

            vz_ct_store_salvage(&ct, ctid);
        }

        ct.ctid = ctid;
        rc = each(&ct, data);
    }

    closedir(dir);

    return rc;
}


int
vz_ct_store_each(const vz_config_t *conf, unsigned hidden, vz_ct_store_pt each,
    void *data)
{
    return vz_ct_store_walk(conf,
                            hidden ? VZ_CT_STORE_PUBLISHED|VZ_CT_STORE_SHADOWS
                                      : VZ_CT_STORE_PUBLISHED,
                            vz_ct_store_load, each, data);
}


int
vz_ct_store_uses(const vz_config_t *conf, const char *version)
{
    return vz_ct_store_walk(conf, VZ_CT_STORE_PUBLISHED|VZ_CT_STORE_SHADOWS,
                            NULL,
                            vz_ct_store_used, (void *) version) != 0;
}


static int
vz_ct_store_used(const vz_ct_t *ct, void *data)
{
    vz_ct_t  whole;

    whole = *ct;

    /* a folder without a record was left by a process that died */

    return vz_ct_store_load(&whole) == 0
           ? strcmp(whole.version, data) == 0
             || strcmp(whole.old_version, data) == 0
             || strcmp(whole.rescue_version, data) == 0
           : errno != ENOENT;
}


int
vz_ct_store_shadows(const vz_config_t *conf, vz_ct_store_pt each, void *data)
{
    return vz_ct_store_walk(conf, VZ_CT_STORE_SHADOWS, NULL, each, data);
}


typedef struct {
    uint32_t        base;
    uint32_t        slots;
    unsigned char  *used;
} vz_ct_store_ids_t;


static int
vz_ct_store_mark(const vz_ct_t *ct, void *data)
{
    uint32_t            slot;
    vz_ct_store_ids_t  *ids;

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
vz_ct_store_idmap(const vz_config_t *conf)
{
    uint32_t           i, found;
    vz_ct_store_ids_t  ids;

    /* 2^32 - 1 and 2^32 - 2 are not ids: they mean "none" and "overflow" */

    ids.base = conf->idmap_base;
    ids.slots = (UINT32_MAX - VZ_CT_IDS - ids.base) / VZ_CT_IDS;
    found = 0;

    ids.used = calloc(ids.slots + 1, 1);
    if (ids.used == NULL) {
        return 0;
    }

    if (vz_ct_store_each(conf, 1, vz_ct_store_mark, &ids) == 0) {
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
