#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/ct/ct_state.h"
#include "daemon/rootfs/disk_room.h"
#include "daemon/rootfs/image.h"
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/snapshot.h"
#include "daemon/rootfs/snapshot_note.h"
#include "daemon/rootfs/subvolume.h"
#include "wire/frame.h"


static int vz_snapshot_folder(int raw, unsigned make);
static vz_code_e vz_snapshot_may(const vz_ct_t *ct, int raw,
    const vz_snapshot_note_t *note, char *words);
static vz_code_e vz_snapshot_note(const vz_ct_t *ct, int raw,
    const char *fresh, char *words);
static vz_code_e vz_snapshot_open(int raw, const char *name, int *folder,
    char *words);
static vz_code_e vz_snapshot_full(char *words);
static vz_code_e vz_snapshot_failed(char *words, const char *what);


vz_code_e
vz_snapshot_take(const vz_ct_t *ct, int root, int raw, const void *name,
    char *words)
{
    int                 live, folder, rc;
    vz_code_e           code;
    vz_snapshot_note_t  note;

    (void) root;

    if (vz_snapshot_note_see(ct, raw, &note) == -1) {
        return vz_snapshot_failed(words, "snapshots");
    }

    if (vz_snapshot_note_find(&note, name)) {
        snprintf(words, VZ_WORDS_MAX, "already");
        return vz_snapshot_note(ct, raw, NULL, words);
    }

    /*
     * what is written before it begins is not waited for by whoever writes
     * while it lasts, and what was removed is room
     */

    code = vz_image_sync(raw) == -1
           ? vz_snapshot_failed(words, "writing its disk")
           : vz_snapshot_may(ct, raw, &note, words);

    if (code != VZ_OK) {
        return code;
    }

    live = vz_layout_live(raw);
    folder = vz_snapshot_folder(raw, 1);

    rc = live == -1 || folder == -1
         || vz_subvolume_copy(live, folder, name, 1) == -1 ? -1 : 0;

    code = rc == 0 ? VZ_OK : vz_snapshot_failed(words, "snapshot");
    code = code == VZ_NOSPACE ? vz_snapshot_full(words) : code;

    close(live);
    close(folder);

    return code == VZ_OK ? vz_snapshot_note(ct, raw, name, words) : code;
}


static vz_code_e
vz_snapshot_may(const vz_ct_t *ct, int raw, const vz_snapshot_note_t *note,
    char *words)
{
    if (note->n >= VZ_SNAPSHOT_MOST) {
        snprintf(words, VZ_WORDS_MAX, "a container has at most %d snapshots: "
                 "remove one first", VZ_SNAPSHOT_MOST);
        return VZ_STATE;
    }

    return vz_disk_room_full(ct, raw) ? vz_snapshot_full(words) : VZ_OK;
}


static vz_code_e
vz_snapshot_full(char *words)
{
    snprintf(words, VZ_WORDS_MAX, "its own disk is full: remove files or a "
             "snapshot, or make it larger");

    return VZ_STATE;
}


static int
vz_snapshot_folder(int raw, unsigned make)
{
    if (make && mkdirat(raw, VZ_LAYOUT_SNAP, 0700) == -1 && errno != EEXIST) {
        return -1;
    }

    return openat(raw, VZ_LAYOUT_SNAP,
                  O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);
}


/*
 * Note what the image has now; nothing is a fresh one's own yet, unless its
 * container writes. Words that say something stay.
 */

static vz_code_e
vz_snapshot_note(const vz_ct_t *ct, int raw, const char *fresh, char *words)
{
    vz_snapshot_t       *one;
    vz_ct_state_t        run;
    vz_snapshot_note_t   note;

    if (vz_snapshot_note_see(ct, raw, &note) == -1) {
        return vz_snapshot_failed(words, "snapshots");
    }

    one = fresh ? vz_snapshot_note_find(&note, fresh) : NULL;

    if (one && !vz_ct_state_alive(ct, &run)) {
        one->own = 0;
    }

    return vz_snapshot_note_write(ct, &note) == -1
           ? vz_snapshot_failed(words, "noting its snapshots") : VZ_OK;
}


vz_code_e
vz_snapshot_drop(const vz_ct_t *ct, int root, int raw, const void *name,
    char *words)
{
    int        folder;
    vz_code_e  code;

    (void) root;

    code = vz_snapshot_open(raw, name, &folder, words);

    if (code == VZ_STATE) {
        snprintf(words, VZ_WORDS_MAX, "already");
        return vz_snapshot_note(ct, raw, NULL, words);
    }

    if (code != VZ_OK) {
        return code;
    }

    if (vz_subvolume_drop(folder, name) == -1) {
        code = vz_snapshot_failed(words, "removing a snapshot");

        /* to remove something takes room, too */

        if (code == VZ_NOSPACE) {
            vz_disk_room_more(ct, raw, VZ_DISK_ROOM_PANEL);
            code = vz_subvolume_drop(folder, name) == 0 ? VZ_OK : code;
        }
    }

    if (code == VZ_OK && vz_image_sync(raw) == -1) {
        code = vz_snapshot_failed(words, "removing a snapshot");
    }

    close(folder);

    if (code != VZ_OK) {
        return code;
    }

    words[0] = '\0';

    return vz_snapshot_note(ct, raw, NULL, words);
}


vz_code_e
vz_snapshot_look(const vz_ct_t *ct, int root, int raw, const void *name,
    char *words)
{
    int        folder;
    vz_code_e  code;

    (void) ct;
    (void) root;

    code = vz_snapshot_open(raw, name, &folder, words);

    if (code == VZ_OK) {
        close(folder);
    }

    return code;
}


vz_code_e
vz_snapshot_roll(const vz_ct_t *ct, int root, int raw, const void *name,
    char *words)
{
    int        fd, folder, rc;
    vz_code_e  code;

    (void) root;

    code = vz_snapshot_open(raw, name, &folder, words);
    if (code != VZ_OK) {
        return code;
    }

    fd = openat(folder, name, O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    rc = fd == -1 ? -1 : vz_subvolume_copy(fd, raw, VZ_LAYOUT_NEXT, 0);

    if (fd != -1 && rc == -1 && errno == ENOSPC) {
        vz_disk_room_more(ct, raw, VZ_DISK_ROOM_PANEL);
        rc = vz_subvolume_copy(fd, raw, VZ_LAYOUT_NEXT, 0);
    }

    if (rc == -1 || vz_layout_switch(raw) == -1) {
        code = vz_snapshot_failed(words, "rolling back");
    }

    close(fd);
    close(folder);

    return code == VZ_OK ? vz_snapshot_note(ct, raw, NULL, words) : code;
}


/*
 * The folder of all snapshots, where one of that name is in it; VZ_STATE where
 * none is.
 */

static vz_code_e
vz_snapshot_open(int raw, const char *name, int *folder, char *words)
{
    vz_code_e            code;
    vz_subvolume_info_t  info;

    *folder = vz_snapshot_folder(raw, 0);

    if (*folder != -1 && vz_subvolume_info(*folder, name, &info) == 0) {
        return VZ_OK;
    }

    code = errno == ENOENT ? VZ_STATE : vz_snapshot_failed(words, "snapshot");

    if (code == VZ_STATE) {
        snprintf(words, VZ_WORDS_MAX, "it has no snapshot %.32s", name);
    }

    close(*folder);

    return code;
}


static vz_code_e
vz_snapshot_failed(char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return errno == ENOSPC ? VZ_NOSPACE : VZ_FAILED;
}
