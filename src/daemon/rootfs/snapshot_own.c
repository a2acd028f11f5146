#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <sys/ioctl.h>
#include "daemon/rootfs/layout.h"
#include "daemon/rootfs/snapshot_own.h"
#include "daemon/rootfs/subvolume.h"


#define VZ_SNAPSHOT_OWN_ROOM   65536        /* extents to allocate room for at
                                               a time */
#define VZ_SNAPSHOT_OWN_MOST   (4U << 20)   /* and at most: 96 MB */
#define VZ_SNAPSHOT_OWN_CHUNK  (256U << 10) /* bytes of a tree in one call */
#define VZ_SNAPSHOT_OWN_TOP    (1ULL << 62) /* marks of trees that are none of
                                               snapshots; theirs are 1 << n */
#define VZ_SNAPSHOT_OWN_LIVE   (1ULL << 63)


typedef struct {
    uint64_t    at;
    uint64_t    bytes;              /* on the disk */
    uint64_t    who;                /* marks of the trees that name it */
} vz_snapshot_own_extent_t;

typedef struct {
    int                         fd;
    size_t                      n;
    size_t                      room;
    vz_snapshot_own_extent_t   *list;
    int                       (*gone)(void *data);
    void                       *data;

    /* a call's answer */
    union {
        struct btrfs_ioctl_search_args_v2  args;
        char                               space[VZ_SNAPSHOT_OWN_CHUNK];
    } u;
} vz_snapshot_own_t;


static int vz_snapshot_own_collect(vz_snapshot_own_t *own,
    const vz_snapshot_note_t *note);
static int vz_snapshot_own_tree(vz_snapshot_own_t *own, int dir,
    const char *name, uint64_t who);
static int vz_snapshot_own_answer(vz_snapshot_own_t *own, uint64_t who);
static int vz_snapshot_own_add(vz_snapshot_own_t *own,
    const struct btrfs_file_extent_item *item, uint64_t who);
static void vz_snapshot_own_sum(vz_snapshot_own_t *own,
    vz_snapshot_note_t *note);
static int vz_snapshot_own_before(const void *a, const void *b);


int
vz_snapshot_own(int raw, vz_snapshot_note_t *note, int (*gone)(void *data),
    void *data)
{
    int                 rc;
    vz_snapshot_own_t  *own;

    if (note->n == 0) {
        return 0;
    }

    own = calloc(1, sizeof(*own));
    if (own == NULL) {
        return -1;
    }

    own->gone = gone;
    own->data = data;
    own->fd = openat(raw, ".", O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    rc = own->fd == -1 ? -1 : vz_snapshot_own_collect(own, note);

    if (rc == 0) {
        vz_snapshot_own_sum(own, note);
    }

    close(own->fd);
    free(own->list);
    free(own);

    return rc;
}


/* All extents of all trees. */

static int
vz_snapshot_own_collect(vz_snapshot_own_t *own, const vz_snapshot_note_t *note)
{
    int       folder, rc;
    unsigned  i;

    folder = openat(own->fd, VZ_LAYOUT_SNAP,
                    O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_CLOEXEC);

    rc = folder == -1 ? -1
         : vz_snapshot_own_tree(own, own->fd, ".", VZ_SNAPSHOT_OWN_TOP);

    if (rc == 0) {
        rc = vz_snapshot_own_tree(own, own->fd, VZ_LAYOUT_LIVE,
                                  VZ_SNAPSHOT_OWN_LIVE);

        /* an image of before has its files at the top */

        rc = rc == -1 && errno == ENOENT ? 0 : rc;
    }

    for (i = 0; i < note->n && rc == 0; i++) {
        rc = vz_snapshot_own_tree(own, folder, note->list[i].name, 1ULL << i);
    }

    close(folder);

    return rc;
}


static int
vz_snapshot_own_tree(vz_snapshot_own_t *own, int dir, const char *name,
    uint64_t who)
{
    int                             found;
    vz_subvolume_info_t             info;
    struct btrfs_ioctl_search_key  *key;

    if (vz_subvolume_info(dir, name, &info) == -1) {
        return -1;
    }

    key = &own->u.args.key;
    memset(key, 0, sizeof(*key));
    key->tree_id = info.id;
    key->min_objectid = BTRFS_FIRST_FREE_OBJECTID;
    key->max_objectid = BTRFS_LAST_FREE_OBJECTID;
    key->max_type = UINT32_MAX;
    key->max_offset = UINT64_MAX;
    key->max_transid = UINT64_MAX;

    do {
        key->nr_items = UINT32_MAX;
        own->u.args.buf_size = VZ_SNAPSHOT_OWN_CHUNK
                               - sizeof(struct btrfs_ioctl_search_args_v2);

        if (own->gone(own->data)
            || ioctl(own->fd, BTRFS_IOC_TREE_SEARCH_V2, &own->u.args) == -1)
        {
            return -1;
        }

        found = vz_snapshot_own_answer(own, who);

    } while (found == 1);

    return found;
}


/*
 * Take what one call found, and let the next one begin behind it. 1 where there
 * may be more, 0 where there is none, -1.
 */

static int
vz_snapshot_own_answer(vz_snapshot_own_t *own, uint64_t who)
{
    char                              *at, *end;
    uint32_t                           i, n;
    struct btrfs_ioctl_search_key     *key;
    struct btrfs_file_extent_item      item;
    struct btrfs_ioctl_search_header   head;

    key = &own->u.args.key;
    n = key->nr_items;
    at = (char *) own->u.args.buf;
    end = own->u.space + sizeof(own->u.space);

    memset(&head, 0, sizeof(head));

    for (i = 0; i < n; i++) {

        if ((size_t) (end - at) < sizeof(head)) {
            return -1;
        }

        memcpy(&head, at, sizeof(head));
        at += sizeof(head);

        if ((size_t) (end - at) < head.len) {
            return -1;
        }

        if (head.type == BTRFS_EXTENT_DATA_KEY && head.len >= sizeof(item)) {
            memcpy(&item, at, sizeof(item));

            if (vz_snapshot_own_add(own, &item, who) == -1) {
                return -1;
            }
        }

        at += head.len;
    }

    if (n == 0) {
        return 0;
    }

    key->min_objectid = head.objectid;
    key->min_type = head.type;
    key->min_offset = head.offset + 1;

    if (key->min_offset == 0) {
        key->min_type++;
    }

    return 1;
}


static int
vz_snapshot_own_add(vz_snapshot_own_t *own,
    const struct btrfs_file_extent_item *item, uint64_t who)
{
    void                      *list;
    uint64_t                   at;
    vz_snapshot_own_extent_t  *last;

    at = le64toh(item->disk_bytenr);

    /* what is in the tree itself, and holes, take no extent */

    if (item->type == BTRFS_FILE_EXTENT_INLINE || at == 0) {
        return 0;
    }

    last = own->n ? &own->list[own->n - 1] : NULL;

    if (last && last->at == at && last->who == who) {
        return 0;
    }

    if (own->n == own->room) {
        if (own->room >= VZ_SNAPSHOT_OWN_MOST) {
            errno = E2BIG;
            return -1;
        }

        list = reallocarray(own->list, own->room + VZ_SNAPSHOT_OWN_ROOM,
                            sizeof(own->list[0]));
        if (list == NULL) {
            return -1;
        }

        own->list = list;
        own->room += VZ_SNAPSHOT_OWN_ROOM;
    }

    last = &own->list[own->n++];
    last->at = at;
    last->bytes = le64toh(item->disk_num_bytes);
    last->who = who;

    return 0;
}


static void
vz_snapshot_own_sum(vz_snapshot_own_t *own, vz_snapshot_note_t *note)
{
    size_t    i, j;
    unsigned  one;
    uint64_t  who;

    note->all = 0;

    for (one = 0; one < note->n; one++) {
        note->list[one].own = 0;
    }

    if (own->n == 0) {
        return;
    }

    qsort(own->list, own->n, sizeof(own->list[0]), vz_snapshot_own_before);

    for (i = 0; i < own->n; i = j) {
        who = 0;

        for (j = i; j < own->n && own->list[j].at == own->list[i].at; j++) {
            who |= own->list[j].who;
        }

        if ((who & (VZ_SNAPSHOT_OWN_TOP | VZ_SNAPSHOT_OWN_LIVE)) == 0) {
            note->all += own->list[i].bytes;
        }

        for (one = 0; one < note->n; one++) {
            if (who == 1ULL << one) {
                note->list[one].own += own->list[i].bytes;
            }
        }
    }
}


static int
vz_snapshot_own_before(const void *a, const void *b)
{
    const vz_snapshot_own_extent_t  *one, *other;

    one = a;
    other = b;

    return one->at < other->at ? -1 : one->at > other->at;
}
