#include <stdio.h>
#include <string.h>
#include "daemon/template/archive_layout.h"


#define VZ_ARCHIVE_LAYOUT_IDS    65535  /* the highest id in a container */

#define VZ_ARCHIVE_LAYOUT_TOP    1  /* places */
#define VZ_ARCHIVE_LAYOUT_BELOW  2
#define VZ_ARCHIVE_LAYOUT_ELSE   4


static void vz_archive_layout_top(vz_archive_layout_t *layout,
    const char *name);
static unsigned vz_archive_layout_place(const char *name,
    const char *const *paths);


/* Where init may be: /sbin may be a link to usr/sbin, and that one to bin. */
static const char *const  vz_archive_layout_init[] = {
    "sbin/init", "usr/sbin/init", "bin/init", "usr/bin/init", NULL
};

static const char *const  vz_archive_layout_shell[] = {
    "bin/sh", "usr/bin/sh", NULL
};


const char *
vz_archive_layout_name(const char *name)
{
    for ( ;; ) {
        if (name[0] == '/') {
            name++;

        } else if (name[0] == '.' && (name[1] == '/' || name[1] == '\0')) {
            name++;

        } else {
            return name;
        }
    }
}


void
vz_archive_layout_see(vz_archive_layout_t *layout, const char *name,
                      uint64_t uid,
    uint64_t gid)
{
    uint64_t  id;

    layout->entries++;

    id = uid > VZ_ARCHIVE_LAYOUT_IDS ? uid
         : gid > VZ_ARCHIVE_LAYOUT_IDS ? gid : 0;

    if (id && layout->id == 0) {
        layout->id = id;
        (void) snprintf(layout->whose, sizeof(layout->whose), "%s",
                        name[0] ? name : "/");
    }

    if (name[0] == '\0') {
        return;
    }

    vz_archive_layout_top(layout, name);

    layout->init |= vz_archive_layout_place(name, vz_archive_layout_init);
    layout->shell |= vz_archive_layout_place(name, vz_archive_layout_shell);
    layout->metadata |= strcmp(name, "metadata.yaml") == 0;
    layout->inner |= strncmp(name, VZ_ARCHIVE_LAYOUT_INNER "/",
                             sizeof(VZ_ARCHIVE_LAYOUT_INNER)) == 0;
}


/* The common top folder is "/" when there are two. */
static void
vz_archive_layout_top(vz_archive_layout_t *layout, const char *name)
{
    size_t  len;

    len = strcspn(name, "/");

    if (layout->top[0] == '\0' && len < sizeof(layout->top)) {
        (void) memcpy(layout->top, name, len);
        layout->top[len] = '\0';

    } else if (strlen(layout->top) != len
               || strncmp(layout->top, name, len) != 0)
    {
        (void) strcpy(layout->top, "/");
    }
}


static unsigned
vz_archive_layout_place(const char *name, const char *const *paths)
{
    size_t       len, end;
    unsigned     place;
    const char  *rest;

    place = 0;
    len = strlen(name);

    for ( /* void */ ; *paths; paths++) {
        end = strlen(*paths);

        if (len < end || strcmp(name + len - end, *paths) != 0) {
            continue;
        }

        rest = strchr(name, '/') + 1;

        if (len == end) {
            place |= VZ_ARCHIVE_LAYOUT_TOP;

        } else if (name[len - end - 1] == '/' && strcmp(rest, *paths) == 0) {
            place |= strncmp(name, VZ_ARCHIVE_LAYOUT_INNER "/",
                             sizeof(VZ_ARCHIVE_LAYOUT_INNER)) == 0
                     ? VZ_ARCHIVE_LAYOUT_BELOW : VZ_ARCHIVE_LAYOUT_ELSE;
        }
    }

    return place;
}


const char *
vz_archive_layout_judge(const vz_archive_layout_t *layout, unsigned *inner,
                        char *words,
    unsigned size)
{
    *inner = !(layout->init & VZ_ARCHIVE_LAYOUT_TOP)
             && (layout->init & VZ_ARCHIVE_LAYOUT_BELOW);

    if (layout->entries == 0) {
        return "is empty: pack the system's root folder into it";
    }

    if (layout->id) {
        (void) snprintf(words, size, "was packed with shifted ids (%s belongs "
                        "to %llu): pack it with the ids that it has inside, 0 "
                        "to %d", layout->whose, (unsigned long long) layout->id,
                        VZ_ARCHIVE_LAYOUT_IDS);
        return words;
    }

    if (!(layout->init & VZ_ARCHIVE_LAYOUT_TOP) && !*inner) {

        if (layout->metadata && !layout->inner) {
            return "is only the metadata of an image: pack its root file "
                   "system";
        }

        if ((layout->init & VZ_ARCHIVE_LAYOUT_ELSE) && layout->top[0] != '/') {
            (void) snprintf(words, size, "has its system below %s/: pack it "
                            "from inside that folder", layout->top);
            return words;
        }

        return "has no /sbin/init, so nothing in it can be started: install "
               "an init in it";
    }

    if (!(layout->shell & (*inner ? VZ_ARCHIVE_LAYOUT_BELOW
                                  : VZ_ARCHIVE_LAYOUT_TOP)))
    {
        return "has no /bin/sh: install a shell in it";
    }

    return NULL;
}
