#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "daemon/base/dirtree.h"
#include "daemon/base/enclose.h"
#include "daemon/base/monotonic.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/template/archive_layout.h"
#include "daemon/template/template_fixup.h"
#include "daemon/template/unpack.h"


#define VZ_UNPACK_BLOCK    (256 << 10)
#define VZ_UNPACK_BYTES    ((uint64_t) 64 << 30)    /* of one template */
#define VZ_UNPACK_ENTRIES  4000000
#define VZ_UNPACK_ARCHIVE  (VZ_UNPACK_NOTES + 1)    /* descriptor */
#define VZ_UNPACK_STEP     4                        /* percent between two
                                                       notes */
#define VZ_UNPACK_NOTE     5000                     /* ms between two notes,
                                                        at most */
#define VZ_UNPACK_LOOK     (4 << 20)                /* bytes between two
                                                       checks of free space,
                                                       or ... */
#define VZ_UNPACK_FILE     (64 << 10)               /* ... the bytes that
                                                       each file counts as */
#define VZ_UNPACK_AWAY     "/.vz-inner"

/*
 * ARCHIVE_EXTRACT_SECURE_SYMLINKS is left out: in the enclosure a link leads
 * nowhere else, and archives do contain paths through links of their own (bin
 * -> usr/bin).
 */
#define VZ_UNPACK_FLAGS  (ARCHIVE_EXTRACT_OWNER|ARCHIVE_EXTRACT_PERM          \
                          |ARCHIVE_EXTRACT_TIME|ARCHIVE_EXTRACT_ACL           \
                          |ARCHIVE_EXTRACT_XATTR|ARCHIVE_EXTRACT_UNLINK       \
                          |ARCHIVE_EXTRACT_SECURE_NODOTDOT                    \
                          |ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS)


typedef struct {
    const vz_unpack_order_t   *order;
    struct archive            *in;
    struct archive            *disk;
    vz_archive_layout_t        layout;
    uint64_t                   bytes;
    uint64_t                   seen;        /* bytes since the last check of
                                               free space */
    unsigned                   percent;
    int64_t                    noted;   /* when, by vz_monotonic_msec() */
} vz_unpack_t;


static vz_code_e vz_unpack_open(vz_unpack_t *u);
static vz_code_e vz_unpack_all(vz_unpack_t *u);
static vz_code_e vz_unpack_entry(vz_unpack_t *u, struct archive_entry *entry);
static int vz_unpack_wanted(struct archive_entry *entry);
static void vz_unpack_names(struct archive_entry *entry, const char *name);
static vz_code_e vz_unpack_xattrs(struct archive_entry *entry);
static int vz_unpack_xattr_ok(const char *name);
static vz_code_e vz_unpack_data(vz_unpack_t *u, const char *name);
static vz_code_e vz_unpack_room(vz_unpack_t *u, uint64_t bytes);
static int vz_unpack_lost(vz_unpack_t *u, int rc);
static vz_code_e vz_unpack_whole(vz_unpack_t *u);
static int vz_unpack_lift(void);
static int vz_unpack_sync(void);
static void vz_unpack_progress(vz_unpack_t *u);
static vz_code_e vz_unpack_disk(vz_unpack_t *u, const char *name);
static vz_code_e vz_unpack_end(vz_code_e code, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
static void vz_unpack_tell(const vz_unpack_note_t *note);


int
vz_unpack_order(int argc, char **argv, vz_unpack_order_t *order)
{
    if (argc != 8
        || (strcmp(argv[1], "unpack") != 0 && strcmp(argv[1], "look") != 0))
    {
        return -1;
    }

    order->look = strcmp(argv[1], "look") == 0;
    order->name = argv[2];
    order->path = argv[3];
    order->mtime = (time_t) strtoll(argv[4], NULL, 10);
    order->size = strtoull(argv[5], NULL, 10);
    order->folder = argv[6];
    order->floor = strtoull(argv[7], NULL, 10);

    return 0;
}


int
vz_unpack(const vz_unpack_order_t *order)
{
    vz_code_e           code;
    static vz_unpack_t  u;

    u.order = order;

    /* folders that the archive does not list get mode 0755 */
    (void) umask(022);

    code = vz_unpack_open(&u);

    if (code == VZ_OK
        && vz_enclose(order->folder, VZ_UNPACK_ARCHIVE) == -1)
    {
        code = vz_unpack_end(VZ_INTERNAL, "the unpacking of %s can't be "
                             "enclosed: %s", order->name, strerror(errno));
    }

    if (code == VZ_OK) {
        code = vz_unpack_all(&u);
    }

    if (code == VZ_OK) {
        code = vz_unpack_whole(&u);
    }

    if (code == VZ_OK) {
        (void) vz_unpack_end(VZ_OK, "unpacked %s", order->name);
    }

    return code == VZ_OK ? 0 : 1;
}


static vz_code_e
vz_unpack_open(vz_unpack_t *u)
{
    int          fd;
    struct stat  st;

    fd = open(u->order->path, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);

    if (fd == -1 || fstat(fd, &st) == -1
        || (fd != VZ_UNPACK_ARCHIVE && dup2(fd, VZ_UNPACK_ARCHIVE) == -1))
    {
        return vz_unpack_end(VZ_NOTEMPLATE, "%s: %s", u->order->name,
                             strerror(errno));
    }

    if (!S_ISREG(st.st_mode) || st.st_mtime != u->order->mtime
        || (uint64_t) st.st_size != u->order->size)
    {
        return vz_unpack_end(VZ_NOTEMPLATE, "%s has just been changed",
                             u->order->name);
    }

    u->in = archive_read_new();
    u->disk = archive_write_disk_new();

    /* anything but ARCHIVE_OK means that a program from PATH would be used */
    if (u->in == NULL || u->disk == NULL
        || archive_read_support_filter_gzip(u->in) != ARCHIVE_OK
        || archive_read_support_filter_zstd(u->in) != ARCHIVE_OK
        || archive_read_support_filter_xz(u->in) != ARCHIVE_OK
        || archive_read_support_filter_bzip2(u->in) != ARCHIVE_OK
        || archive_read_support_format_tar(u->in) != ARCHIVE_OK
        || archive_write_disk_set_options(u->disk, VZ_UNPACK_FLAGS)
           != ARCHIVE_OK)
    {
        return vz_unpack_end(VZ_INTERNAL, "libarchive lacks a format");
    }

    return VZ_OK;
}


static vz_code_e
vz_unpack_all(vz_unpack_t *u)
{
    int                    rc;
    vz_code_e              code;
    struct archive_entry  *entry;

    if (archive_read_open_fd(u->in, VZ_UNPACK_ARCHIVE, VZ_UNPACK_BLOCK)
        != ARCHIVE_OK)
    {
        return vz_unpack_end(VZ_FAILED, "%s is not an archive: %s",
                             u->order->name, archive_error_string(u->in));
    }

    for ( ;; ) {
        rc = archive_read_next_header(u->in, &entry);

        if (rc == ARCHIVE_EOF) {
            break;
        }

        if (rc < ARCHIVE_WARN) {
            return vz_unpack_end(VZ_FAILED, "%s is broken: %s",
                                 u->order->name, archive_error_string(u->in));
        }

        code = vz_unpack_entry(u, entry);
        if (code != VZ_OK) {
            return code;
        }

        vz_unpack_progress(u);
    }

    if (vz_unpack_lost(u, archive_write_close(u->disk))) {
        return vz_unpack_disk(u, u->order->name);
    }

    return VZ_OK;
}


static vz_code_e
vz_unpack_entry(vz_unpack_t *u, struct archive_entry *entry)
{
    vz_code_e    code;
    const char  *name;

    name = archive_entry_pathname(entry);

    if (name == NULL) {
        return vz_unpack_end(VZ_FAILED, "%s holds a name that can't be "
                             "read", u->order->name);
    }

    name = vz_archive_layout_name(name);
    vz_archive_layout_see(&u->layout, name,
                          (uint64_t) archive_entry_uid(entry),
                          (uint64_t) archive_entry_gid(entry));

    if (u->layout.entries > VZ_UNPACK_ENTRIES) {
        return vz_unpack_end(VZ_FAILED, "%s has too many files",
                             u->order->name);
    }

    if (u->order->look || !vz_unpack_wanted(entry)) {
        return VZ_OK;
    }

    vz_unpack_names(entry, name);

    if ((code = vz_unpack_xattrs(entry)) != VZ_OK
        || (code = vz_unpack_room(u, VZ_UNPACK_FILE)) != VZ_OK)
    {
        return code;
    }

    name = archive_entry_pathname(entry);

    if (vz_unpack_lost(u, archive_write_header(u->disk, entry))) {
        return vz_unpack_disk(u, name);
    }

    code = vz_unpack_data(u, name);
    if (code != VZ_OK) {
        return code;
    }

    if (vz_unpack_lost(u, archive_write_finish_entry(u->disk))) {
        return vz_unpack_disk(u, name);
    }

    return VZ_OK;
}


/*
 * Device nodes are skipped: only the host gives devices, and 0:0 is a whiteout
 * of overlayfs.
 */
static int
vz_unpack_wanted(struct archive_entry *entry)
{
    mode_t  type;

    if (archive_entry_hardlink(entry) != NULL) {
        return 1;
    }

    type = archive_entry_filetype(entry);

    return type == AE_IFREG || type == AE_IFDIR || type == AE_IFLNK
           || type == AE_IFIFO;
}


/*
 * Make names relative to the top of the tree; owners are taken by number, not
 * by name.
 */
static void
vz_unpack_names(struct archive_entry *entry, const char *name)
{
    char         path[PATH_MAX];
    const char  *link;

    /* a name that is too long stays, and is refused later */
    if (snprintf(path, sizeof(path), "./%s", name) < (int) sizeof(path)) {
        archive_entry_copy_pathname(entry, path);
    }

    link = archive_entry_hardlink(entry);

    if (link != NULL
        && snprintf(path, sizeof(path), "./%s", vz_archive_layout_name(link))
           < (int) sizeof(path))
    {
        archive_entry_copy_hardlink(entry, path);
    }

    archive_entry_set_uname(entry, NULL);
    archive_entry_set_gname(entry, NULL);
}


static vz_code_e
vz_unpack_xattrs(struct archive_entry *entry)
{
    size_t                 size;
    const char            *name;
    const void            *value;
    struct archive_entry  *all;

    if (archive_entry_xattr_count(entry) == 0) {
        return VZ_OK;
    }

    /* the list can only be cleared as a whole, and filled again */
    all = archive_entry_clone(entry);
    if (all == NULL) {
        return vz_unpack_end(VZ_INTERNAL, "the server is out of memory: try "
                                          "again later");
    }

    archive_entry_xattr_clear(entry);
    (void) archive_entry_xattr_reset(all);

    while (archive_entry_xattr_next(all, &name, &value, &size)
           == ARCHIVE_OK)
    {
        if (vz_unpack_xattr_ok(name)) {
            archive_entry_xattr_add_entry(entry, name, value, size);
        }
    }

    archive_entry_free(all);

    return VZ_OK;
}


/*
 * Skip trusted.overlay and user.overlay, which would control the overlay on
 * top.
 */
static int
vz_unpack_xattr_ok(const char *name)
{
    return strcmp(name, "security.capability") == 0
           || (strncmp(name, "user.", 5) == 0
               && strncmp(name, "user.overlay.", 13) != 0);
}


static vz_code_e
vz_unpack_data(vz_unpack_t *u, const char *name)
{
    int          rc;
    size_t       size;
    int64_t      offset;
    vz_code_e    code;
    const void  *block;

    for ( ;; ) {
        rc = archive_read_data_block(u->in, &block, &size, &offset);

        if (rc == ARCHIVE_EOF) {
            return VZ_OK;
        }

        if (rc != ARCHIVE_OK) {
            return vz_unpack_end(VZ_FAILED, "%s is broken: %s",
                                 u->order->name, archive_error_string(u->in));
        }

        u->bytes += size;

        if (u->bytes > VZ_UNPACK_BYTES) {
            return vz_unpack_end(VZ_FAILED, "%s is too large unpacked",
                                 u->order->name);
        }

        code = vz_unpack_room(u, size);
        if (code != VZ_OK) {
            return code;
        }

        /* libarchive only warns about a block that was not written */
        if (archive_write_data_block(u->disk, block, size, offset)
            < ARCHIVE_OK)
        {
            return vz_unpack_disk(u, name);
        }

        vz_unpack_progress(u);
    }
}


/* The node's disk must not fill up: every container on it would see errors. */
static vz_code_e
vz_unpack_room(vz_unpack_t *u, uint64_t bytes)
{
    u->seen += bytes;

    if (u->seen < VZ_UNPACK_LOOK) {
        return VZ_OK;
    }

    u->seen = 0;

    return vz_disk_space_left("/", u->order->floor)
           ? VZ_OK
           : vz_unpack_end(VZ_NOSPACE, "unpacking %s would fill the node's "
                           "disk: make room on it", u->order->name);
}


/* A warning is about something small, unless the disk is its cause. */
static int
vz_unpack_lost(vz_unpack_t *u, int rc)
{
    int  err;

    if (rc >= ARCHIVE_OK) {
        return 0;
    }

    err = archive_errno(u->disk);

    return rc < ARCHIVE_WARN || err == ENOSPC || err == EDQUOT || err == EIO;
}


/* Check what was unpacked, and prepare it. */
static vz_code_e
vz_unpack_whole(vz_unpack_t *u)
{
    char         words[VZ_WORDS_MAX];
    unsigned     inner;
    const char  *wrong;

    wrong = vz_archive_layout_judge(&u->layout, &inner, words, sizeof(words));

    if (wrong) {
        return vz_unpack_end(VZ_FAILED, "%s %s", u->order->name, wrong);
    }

    if (u->order->look) {
        return VZ_OK;
    }

    if ((inner && vz_unpack_lift() == -1) || vz_template_fixup() == -1
        || vz_unpack_sync() == -1)
    {
        return vz_unpack_end(errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                             "preparing %s: %s", u->order->name,
                             strerror(errno));
    }

    return VZ_OK;
}


/* The system is in a folder of the archive: that folder becomes the root. */
static int
vz_unpack_lift(void)
{
    int             rc;
    DIR            *dir;
    char            path[PATH_MAX];
    struct stat     st;
    struct dirent  *entry;

    if (rename("/" VZ_ARCHIVE_LAYOUT_INNER, VZ_UNPACK_AWAY) == -1
        || lstat(VZ_UNPACK_AWAY, &st) == -1)
    {
        return -1;
    }

    dir = opendir("/");
    rc = dir == NULL ? -1 : 0;

    while (rc == 0 && (entry = readdir(dir)) != NULL) {
        (void) snprintf(path, sizeof(path), "/%s", entry->d_name);

        if (strcmp(path, VZ_UNPACK_AWAY) != 0
            && strcmp(entry->d_name, ".") != 0
            && strcmp(entry->d_name, "..") != 0)
        {
            rc = vz_dirtree_remove(path);
        }
    }

    if (dir != NULL) {
        (void) closedir(dir);
    }

    dir = rc == 0 ? opendir(VZ_UNPACK_AWAY) : NULL;
    rc = dir == NULL ? -1 : 0;

    while (rc == 0 && (entry = readdir(dir)) != NULL) {

        if (strcmp(entry->d_name, ".") != 0
            && strcmp(entry->d_name, "..") != 0)
        {
            (void) snprintf(path, sizeof(path), "/%s", entry->d_name);
            rc = renameat(dirfd(dir), entry->d_name, AT_FDCWD, path);
        }
    }

    if (dir != NULL) {
        (void) closedir(dir);
    }

    return rc == -1 || rmdir(VZ_UNPACK_AWAY) == -1
           || chown("/", st.st_uid, st.st_gid) == -1
           || chmod("/", st.st_mode & 07777) == -1
           ? -1 : 0;
}


/*
 * Sync before the folder gets its name: a power cut could leave files with
 * holes.
 */
static int
vz_unpack_sync(void)
{
    int  fd, rc;

    fd = open("/", O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return -1;
    }

    rc = syncfs(fd);
    (void) close(fd);

    return rc;
}


static void
vz_unpack_progress(vz_unpack_t *u)
{
    int64_t            read, now;
    unsigned           percent;
    vz_unpack_note_t   note;

    if (u->order->look) {
        return;
    }

    read = archive_filter_bytes(u->in, -1);

    if (read <= 0 || u->order->size == 0
        || (uint64_t) read > u->order->size)
    {
        return;
    }

    percent = (unsigned) (read * 100.0 / u->order->size);

    /* of an archive that is large a little takes long, too */

    now = vz_monotonic_msec();

    if (percent < u->percent + VZ_UNPACK_STEP
        && now < u->noted + VZ_UNPACK_NOTE)
    {
        return;
    }

    u->percent = percent;
    u->noted = now;

    (void) memset(&note, 0, sizeof(note));
    note.code = VZ_AGAIN;
    note.percent = percent;

    vz_unpack_tell(&note);
}


static vz_code_e
vz_unpack_disk(vz_unpack_t *u, const char *name)
{
    int          err;
    const char  *said;

    err = archive_errno(u->disk);
    said = archive_error_string(u->disk);

    /* where errno tells more, its text is used */
    if (err == ENOSPC || err == EDQUOT) {
        said = strerror(err);
    }

    return vz_unpack_end(err == ENOSPC || err == EDQUOT ? VZ_NOSPACE
                                                           : VZ_FAILED,
                         "%s, %s: %s", u->order->name, name, said);
}


static vz_code_e
vz_unpack_end(vz_code_e code, const char *fmt, ...)
{
    va_list            args;
    vz_unpack_note_t   note;

    (void) memset(&note, 0, sizeof(note));
    note.code = code;
    note.percent = 100;

    va_start(args, fmt);
    (void) vsnprintf(note.words, sizeof(note.words), fmt, args);
    va_end(args);

    vz_unpack_tell(&note);

    return code;
}


/* A note is shorter than PIPE_BUF: it is written as a whole or not at all. */
static void
vz_unpack_tell(const vz_unpack_note_t *note)
{
    ssize_t  n;

    do {
        n = write(VZ_UNPACK_NOTES, note, sizeof(*note));
    } while (n == -1 && errno == EINTR);
}
