#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "daemon/template/archive.h"


#define VZ_ARCHIVE_ROOM  64         /* room for names, at first */


typedef char  vz_archive_name_t[VZ_TEMPLATE_MAX + 1];

typedef struct {
    vz_archive_name_t   *names;
    size_t               n;
    size_t               room;
} vz_archive_names_t;


static int vz_archive_names(const vz_config_t *conf,
    const vz_archives_t *archives, vz_archive_names_t *all);
static int vz_archive_add(vz_archive_names_t *all, const char *name);
static int vz_archive_order(const void *one, const void *two);
static size_t vz_archive_stem(const vz_archives_t *archives,
    const char *file);
static int vz_archive_name(const vz_archives_t *archives, const char *file,
    char *name);
static vz_code_e vz_archive_stat(const vz_config_t *conf,
    const vz_archives_t *archives, const char *file, vz_template_t *entry);
static int vz_archive_meant(const char *file);
static const char *vz_archive_why(const vz_config_t *conf,
    const vz_archives_t *archives, const char *file, char *words);


/* The kinds that unpack faster come first. */
const vz_archives_t  vz_archive_all = {
    .suffixes = { ".tar.zst", ".tar.gz", ".tar.xz" },
    .look = 1
};


vz_code_e
vz_archive_find(const vz_config_t *conf, const vz_archives_t *archives,
    const char *name, vz_template_t *entry)
{
    char                 file[NAME_MAX + 1];
    vz_code_e            code;
    const char *const   *suffix;

    if (vz_field_check(VZ_FIELD_TEMPLATE, name, strlen(name)) != VZ_OK) {
        return VZ_NOTEMPLATE;
    }

    for (suffix = archives->suffixes; *suffix; suffix++) {
        (void) snprintf(file, sizeof(file), "%s%s", name, *suffix);

        code = vz_archive_stat(conf, archives, file, entry);

        if (code != VZ_NOTEMPLATE) {
            (void) snprintf(entry->name, sizeof(entry->name), "%s", name);
            return code;
        }
    }

    return VZ_NOTEMPLATE;
}


vz_code_e
vz_archive_list(const vz_config_t *conf, const vz_archives_t *archives,
    vz_archive_pt each, void *data)
{
    size_t               i;
    vz_code_e            code;
    vz_template_t        entry;
    vz_archive_names_t   all;

    (void) memset(&all, 0, sizeof(all));
    code = VZ_OK;

    if (vz_archive_names(conf, archives, &all) == -1) {
        code = VZ_INTERNAL;
    }

    for (i = 0; i < all.n && code == VZ_OK; i++) {

        /* the same NAME may exist as .zst and as .gz */
        if ((i == 0 || strcmp(all.names[i], all.names[i - 1]) != 0)
            && vz_archive_find(conf, archives, all.names[i], &entry) == VZ_OK)
        {
            code = each(&entry, data);
        }
    }

    free(all.names);

    return code;
}


/* sorted */
static int
vz_archive_names(const vz_config_t *conf, const vz_archives_t *archives,
    vz_archive_names_t *all)
{
    int                 rc;
    DIR                *dir;
    struct dirent      *entry;
    vz_archive_name_t   name;

    dir = opendir(conf->template_dir);
    if (dir == NULL) {
        return -1;
    }

    rc = 0;

    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        if (vz_archive_name(archives, entry->d_name, name)) {
            rc = vz_archive_add(all, name);
        }
    }

    (void) closedir(dir);

    if (all->n) {
        qsort(all->names, all->n, sizeof(all->names[0]), vz_archive_order);
    }

    return rc;
}


static int
vz_archive_add(vz_archive_names_t *all, const char *name)
{
    vz_archive_name_t  *names;

    if (all->n == all->room) {
        all->room = all->room ? 2 * all->room : VZ_ARCHIVE_ROOM;

        names = reallocarray(all->names, all->room, sizeof(all->names[0]));
        if (names == NULL) {
            return -1;
        }

        all->names = names;
    }

    (void) strcpy(all->names[all->n++], name);

    return 0;
}


static int
vz_archive_order(const void *one, const void *two)
{
    return strcmp(one, two);
}


/* The length of the name before a suffix, or 0. */
static size_t
vz_archive_stem(const vz_archives_t *archives, const char *file)
{
    size_t               len, end;
    const char *const   *suffix;

    len = strlen(file);

    for (suffix = archives->suffixes; *suffix; suffix++) {
        end = strlen(*suffix);

        if (len > end && strcmp(file + len - end, *suffix) == 0) {
            return len - end;
        }
    }

    return 0;
}


/* Copy the template's name out of the archive's. */
static int
vz_archive_name(const vz_archives_t *archives, const char *file, char *name)
{
    size_t  len;

    len = vz_archive_stem(archives, file);

    if (len == 0 || len > VZ_TEMPLATE_MAX) {
        return 0;
    }

    (void) memcpy(name, file, len);
    name[len] = '\0';

    return vz_field_check(VZ_FIELD_TEMPLATE, name, len) == VZ_OK;
}


static vz_code_e
vz_archive_stat(const vz_config_t *conf, const vz_archives_t *archives,
    const char *file, vz_template_t *entry)
{
    int          n;
    struct stat  st;

    n = snprintf(entry->path, sizeof(entry->path), "%s/%s",
                 conf->template_dir, file);

    if (n < 0 || (size_t) n >= sizeof(entry->path)) {
        errno = ENAMETOOLONG;
        return VZ_INTERNAL;
    }

    if ((archives->links ? stat : lstat)(entry->path, &st) == -1) {
        return errno == ENOENT || errno == ENOTDIR ? VZ_NOTEMPLATE
                                                   : VZ_INTERNAL;
    }

    if (!S_ISREG(st.st_mode)) {
        return VZ_NOTEMPLATE;
    }

    entry->size = (uint64_t) st.st_size;
    entry->mtime = st.st_mtime;

    return VZ_OK;
}


void
vz_archive_odd(const vz_config_t *conf, const vz_archives_t *archives,
    vz_archive_odd_pt each, void *data)
{
    DIR            *dir;
    char            words[VZ_WORDS_MAX];
    const char     *why;
    struct dirent  *entry;

    dir = opendir(conf->template_dir);
    if (dir == NULL) {
        return;
    }

    while ((entry = readdir(dir)) != NULL) {

        if (entry->d_name[0] == '.' || !vz_archive_meant(entry->d_name)) {
            continue;
        }

        why = vz_archive_why(conf, archives, entry->d_name, words);

        if (why) {
            each(entry->d_name, why, data);
        }
    }

    (void) closedir(dir);
}


/* Returns 1 where a file looks like an archive; a README does not. */
static int
vz_archive_meant(const char *file)
{
    size_t       i;
    const char  *end;

    static const char *const  ends[] = {
        ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".zip", ".img",
        ".qcow2", ".squashfs"
    };

    if (strcasestr(file, ".tar.")) {
        return 1;
    }

    for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        end = strcasestr(file, ends[i]);

        if (end && strlen(end) == strlen(ends[i])) {
            return 1;
        }
    }

    return 0;
}


/* Returns why a file can't be used, or NULL where it can. */
static const char *
vz_archive_why(const vz_config_t *conf, const vz_archives_t *archives,
    const char *file, char *words)
{
    size_t               n;
    vz_template_t        entry;
    const char *const   *suffix;
    vz_archive_name_t    name;

    if (vz_archive_stem(archives, file) == 0) {
        n = (size_t) snprintf(words, VZ_WORDS_MAX, "its name must end in one "
                              "of");

        for (suffix = archives->suffixes; *suffix; suffix++) {
            n += (size_t) snprintf(words + n, VZ_WORDS_MAX - n, " %s",
                                   *suffix);
        }

        return words;
    }

    if (!vz_archive_name(archives, file, name)) {
        (void) snprintf(words, VZ_WORDS_MAX, "its name must be %s, and then a "
                        "suffix", vz_field_rule(VZ_FIELD_TEMPLATE));
        return words;
    }

    if (vz_archive_stat(conf, archives, file, &entry) == VZ_OK) {
        return NULL;
    }

    return archives->links ? "it must be a file"
                           : "it must be a file and no link to one: copy it "
                             "here";
}
