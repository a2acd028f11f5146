#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "daemon/base/file.h"
#include "daemon/base/strbuf.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/snapshot_note.h"
#include "daemon/rootfs/subvolume.h"
#include "wire/field.h"


#define VZ_SNAPSHOT_NOTE_FILE  4096     /* bytes of it, at most */
#define VZ_SNAPSHOT_NOTE_NAME  ".snap"  /* behind the image's name */
#define VZ_SNAPSHOT_NOTE_ALL   "all "   /* begins the first line */


static int vz_snapshot_note_path(const vz_ct_t *ct, char *path);
static uint64_t vz_snapshot_note_bytes(const char *text);
static int vz_snapshot_note_line(const char *line, vz_snapshot_t *one);
static uint64_t vz_snapshot_note_all(const vz_snapshot_note_t *before,
    vz_snapshot_note_t *note);
static void vz_snapshot_note_put(vz_strbuf_t *text, uint64_t bytes);
static int vz_snapshot_note_older(const void *a, const void *b);


int
vz_snapshot_note_read(const vz_ct_t *ct, vz_snapshot_note_t *note)
{
    char      path[PATH_MAX], text[VZ_SNAPSHOT_NOTE_FILE], *line, *rest;
    uint64_t  all;

    memset(note, 0, sizeof(*note));
    all = VZ_CT_STAT_UNKNOWN;

    if (vz_snapshot_note_path(ct, path) == -1) {
        return -1;
    }

    if (vz_file_read(path, text, sizeof(text)) == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    for (line = strtok_r(text, "\n", &rest);
         line != NULL && note->n < VZ_SNAPSHOT_MOST;
         line = strtok_r(NULL, "\n", &rest))
    {
        if (strncmp(line, VZ_SNAPSHOT_NOTE_ALL,
                    sizeof(VZ_SNAPSHOT_NOTE_ALL) - 1) == 0)
        {
            all = vz_snapshot_note_bytes(line + sizeof(VZ_SNAPSHOT_NOTE_ALL)
                                         - 1);
            continue;
        }

        note->n += (unsigned) vz_snapshot_note_line(line,
                                                    &note->list[note->n]);
    }

    note->all = note->n ? all : 0;

    return 0;
}


static int
vz_snapshot_note_path(const vz_ct_t *ct, char *path)
{
    size_t  len;

    if (vz_ct_store_image(ct, path) == -1) {
        return -1;
    }

    len = strlen(path);

    if (len + sizeof(VZ_SNAPSHOT_NOTE_NAME) > PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }

    strcpy(path + len, VZ_SNAPSHOT_NOTE_NAME);

    return 0;
}


static uint64_t
vz_snapshot_note_bytes(const char *text)
{
    return text[0] == '-' ? VZ_CT_STAT_UNKNOWN : strtoull(text, NULL, 10);
}


/* 1 where the line is one, else 0. */

static int
vz_snapshot_note_line(const char *line, vz_snapshot_t *one)
{
    int   n;
    char  made[24], own[24], *end;

    n = sscanf(line, "%32s %20s %20s", one->name, made, own);

    if (n != 3
        || vz_field_check(VZ_FIELD_SNAPSHOT, one->name, strlen(one->name))
           != VZ_OK)
    {
        return 0;
    }

    one->made = strtoull(made, &end, 10);
    one->own = vz_snapshot_note_bytes(own);

    return *end == '\0';
}


int
vz_snapshot_note_see(const vz_ct_t *ct, int raw, vz_snapshot_note_t *note)
{
    int                   fd;
    DIR                  *dir;
    vz_snapshot_t        *one, *known;
    struct dirent        *entry;
    vz_snapshot_note_t    before;
    vz_subvolume_info_t   info;

    memset(note, 0, sizeof(*note));

    fd = openat(raw, VZ_LAYOUT_SNAP,
                O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
    if (fd == -1) {
        return errno == ENOENT ? 0 : -1;
    }

    if (vz_snapshot_note_read(ct, &before) == -1) {
        before.n = 0;
        before.all = VZ_CT_STAT_UNKNOWN;
    }

    dir = vz_file_dir(fd);
    if (dir == NULL) {
        return -1;
    }

    while ((entry = readdir(dir)) != NULL && note->n < VZ_SNAPSHOT_MOST) {

        if (vz_field_check(VZ_FIELD_SNAPSHOT, entry->d_name,
                           strlen(entry->d_name)) != VZ_OK
            || vz_subvolume_info(dirfd(dir), entry->d_name, &info) == -1)
        {
            continue;
        }

        one = &note->list[note->n++];
        snprintf(one->name, sizeof(one->name), "%.32s", entry->d_name);
        one->made = (uint64_t) info.made;

        known = vz_snapshot_note_find(&before, one->name);
        one->own = known && known->made == one->made ? known->own
                                                     : VZ_CT_STAT_UNKNOWN;
    }

    closedir(dir);

    qsort(note->list, note->n, sizeof(note->list[0]), vz_snapshot_note_older);
    note->all = vz_snapshot_note_all(&before, note);

    return 0;
}


/* A new one has what is live; one that went took its own bytes with it. */

static uint64_t
vz_snapshot_note_all(const vz_snapshot_note_t *before,
    vz_snapshot_note_t *note)
{
    uint64_t              all;
    unsigned              i;
    const vz_snapshot_t  *one, *now;

    all = before->all;

    for (i = 0; i < before->n && all != VZ_CT_STAT_UNKNOWN; i++) {
        one = &before->list[i];
        now = vz_snapshot_note_find(note, one->name);

        if (now == NULL || now->made != one->made) {
            all = one->own == VZ_CT_STAT_UNKNOWN ? VZ_CT_STAT_UNKNOWN
                  : all < one->own ? 0 : all - one->own;
        }
    }

    return note->n ? all : 0;
}


static int
vz_snapshot_note_older(const void *a, const void *b)
{
    const vz_snapshot_t  *one, *other;

    one = a;
    other = b;

    return one->made == other->made ? strcmp(one->name, other->name)
           : one->made < other->made ? -1 : 1;
}


int
vz_snapshot_note_write(const vz_ct_t *ct, const vz_snapshot_note_t *note)
{
    char                  path[PATH_MAX], buf[VZ_SNAPSHOT_NOTE_FILE];
    unsigned              i;
    vz_strbuf_t           text;
    vz_snapshot_note_t    before;
    const vz_snapshot_t  *one;

    if (vz_snapshot_note_read(ct, &before) == 0
        && memcmp(&before, note, sizeof(before)) == 0)
    {
        return 0;
    }

    if (vz_snapshot_note_path(ct, path) == -1) {
        return -1;
    }

    if (note->n == 0) {
        return vz_file_forget(path);
    }

    vz_strbuf_init(&text, buf, sizeof(buf));
    vz_strbuf_put(&text, VZ_SNAPSHOT_NOTE_ALL);
    vz_snapshot_note_put(&text, note->all);

    for (i = 0; i < note->n; i++) {
        one = &note->list[i];
        vz_strbuf_put(&text, "%s %llu ", one->name,
                      (unsigned long long) one->made);
        vz_snapshot_note_put(&text, one->own);
    }

    return vz_file_write(path, text.buf, text.len);
}


static void
vz_snapshot_note_put(vz_strbuf_t *text, uint64_t bytes)
{
    if (bytes == VZ_CT_STAT_UNKNOWN) {
        vz_strbuf_put(text, "-\n");

    } else {
        vz_strbuf_put(text, "%llu\n", (unsigned long long) bytes);
    }
}


vz_snapshot_t *
vz_snapshot_note_find(vz_snapshot_note_t *note, const char *name)
{
    unsigned  i;

    for (i = 0; i < note->n; i++) {
        if (strcmp(note->list[i].name, name) == 0) {
            return &note->list[i];
        }
    }

    return NULL;
}


int
vz_snapshot_note_forget(const vz_ct_t *ct, const char *image)
{
    char  name[64];

    snprintf(name, sizeof(name), "%.16s" VZ_SNAPSHOT_NOTE_NAME, image);

    return vz_ct_store_forget(ct, name);
}
