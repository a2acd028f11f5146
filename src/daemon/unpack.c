#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "prepare.h"
#include "unpack.h"


#define VZ_UNPACK_BLOCK    (256 << 10)
#define VZ_UNPACK_BYTES    ((uint64_t) 64 << 30)    /* of one template */
#define VZ_UNPACK_ENTRIES  4000000
#define VZ_UNPACK_NOTES    3                        /* descriptor */
#define VZ_UNPACK_STEP     4                        /* per cent of a note */

/*
 * No ARCHIVE_EXTRACT_SECURE_SYMLINKS: in a chroot a link leads nowhere else,
 * and archives do go through links of their own (bin -> usr/bin).
 */
#define VZ_UNPACK_FLAGS  (ARCHIVE_EXTRACT_OWNER|ARCHIVE_EXTRACT_PERM          \
                          |ARCHIVE_EXTRACT_TIME|ARCHIVE_EXTRACT_ACL           \
                          |ARCHIVE_EXTRACT_XATTR|ARCHIVE_EXTRACT_UNLINK       \
                          |ARCHIVE_EXTRACT_SECURE_NODOTDOT                    \
                          |ARCHIVE_EXTRACT_SECURE_NOABSOLUTEPATHS)

#define VZ_UNPACK_CAPS   ((1u << CAP_CHOWN)|(1u << CAP_DAC_OVERRIDE)          \
                          |(1u << CAP_DAC_READ_SEARCH)|(1u << CAP_FOWNER)     \
                          |(1u << CAP_FSETID)|(1u << CAP_SETFCAP))


typedef struct {
    const vz_template_t   *entry;
    const char            *folder;
    int                    notes;
    struct archive        *in;
    struct archive        *disk;
    uint64_t               bytes;
    uint64_t               entries;
    unsigned               percent;
} vz_unpack_t;


static vz_code_e vz_unpack_all(vz_unpack_t *u);
static vz_code_e vz_unpack_open(vz_unpack_t *u);
static vz_code_e vz_unpack_enclose(vz_unpack_t *u);
static int vz_unpack_drop(void);
static vz_code_e vz_unpack_entry(vz_unpack_t *u, struct archive_entry *entry);
static int vz_unpack_wanted(struct archive_entry *entry);
static vz_code_e vz_unpack_xattrs(vz_unpack_t *u, struct archive_entry *entry);
static int vz_unpack_xattr_ok(const char *name);
static vz_code_e vz_unpack_data(vz_unpack_t *u, const char *name);
static void vz_unpack_progress(vz_unpack_t *u);
static vz_code_e vz_unpack_disk(vz_unpack_t *u, const char *name);
static vz_code_e vz_unpack_end(vz_unpack_t *u, vz_code_e code,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void vz_unpack_tell(vz_unpack_t *u, const vz_unpack_note_t *note);


void
vz_unpack(const vz_template_t *entry, const char *folder, int notes)
{
    vz_code_e    code;
    vz_unpack_t  u;

    (void) memset(&u, 0, sizeof(u));

    u.entry = entry;
    u.folder = folder;
    u.notes = VZ_UNPACK_NOTES;

    /* folders that the archive implies but does not list get 0755 */
    (void) umask(022);

    /* the client's socket and the locks are none of this process's business */
    if (notes != u.notes && dup2(notes, u.notes) == -1) {
        _exit(1);
    }

    closefrom(VZ_UNPACK_NOTES + 1);

    code = vz_unpack_open(&u);

    if (code == VZ_OK) {
        code = vz_unpack_enclose(&u);
    }

    if (code == VZ_OK) {
        code = vz_unpack_all(&u);
    }

    if (code == VZ_OK && vz_prepare() == -1) {
        code = vz_unpack_end(&u, errno == ENOSPC ? VZ_NOSPACE : VZ_INTERNAL,
                             "preparing %s: %s", entry->name,
                             strerror(errno));
    }

    if (code == VZ_OK) {
        (void) vz_unpack_end(&u, VZ_OK, "unpacked %s", entry->name);
    }

    _exit(code == VZ_OK ? 0 : 1);
}


static vz_code_e
vz_unpack_open(vz_unpack_t *u)
{
    int          fd;
    struct stat  st;

    fd = open(u->entry->path, O_RDONLY|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC);

    if (fd == -1 || fstat(fd, &st) == -1) {
        return vz_unpack_end(u, VZ_NOTEMPLATE, "%s: %s", u->entry->name,
                             strerror(errno));
    }

    if (!S_ISREG(st.st_mode) || st.st_mtime != u->entry->mtime
        || (uint64_t) st.st_size != u->entry->size)
    {
        return vz_unpack_end(u, VZ_NOTEMPLATE, "%s has just been changed",
                             u->entry->name);
    }

    u->in = archive_read_new();
    u->disk = archive_write_disk_new();

    /* anything but ARCHIVE_OK would mean: by a program found on PATH */
    if (u->in == NULL || u->disk == NULL
        || archive_read_support_filter_gzip(u->in) != ARCHIVE_OK
        || archive_read_support_filter_zstd(u->in) != ARCHIVE_OK
        || archive_read_support_filter_xz(u->in) != ARCHIVE_OK
        || archive_read_support_format_tar(u->in) != ARCHIVE_OK
        || archive_write_disk_set_options(u->disk, VZ_UNPACK_FLAGS)
           != ARCHIVE_OK)
    {
        return vz_unpack_end(u, VZ_INTERNAL, "libarchive lacks a format");
    }

    if (archive_read_open_fd(u->in, fd, VZ_UNPACK_BLOCK) != ARCHIVE_OK) {
        return vz_unpack_end(u, VZ_FAILED, "%s is not an archive: %s",
                             u->entry->name, archive_error_string(u->in));
    }

    return VZ_OK;
}


static vz_code_e
vz_unpack_enclose(vz_unpack_t *u)
{
    if (chroot(u->folder) == -1 || chdir("/") == -1
        || vz_unpack_drop() == -1)
    {
        return vz_unpack_end(u, VZ_INTERNAL, "chroot: %s", strerror(errno));
    }

    return VZ_OK;
}


static int
vz_unpack_drop(void)
{
    unsigned                        cap;
    struct __user_cap_data_struct   data[2];
    struct __user_cap_header_struct head;

    for (cap = 0; cap <= CAP_LAST_CAP; cap++) {

        if (cap < 32 && (VZ_UNPACK_CAPS & (1u << cap))) {
            continue;
        }

        /* EINVAL: the kernel is older than the headers */
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == -1 && errno != EINVAL) {
            return -1;
        }
    }

    (void) memset(data, 0, sizeof(data));

    head.version = _LINUX_CAPABILITY_VERSION_3;
    head.pid = 0;
    data[0].effective = VZ_UNPACK_CAPS;
    data[0].permitted = VZ_UNPACK_CAPS;

    if (syscall(SYS_capset, &head, data) == -1) {
        return -1;
    }

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}


static vz_code_e
vz_unpack_all(vz_unpack_t *u)
{
    int                    rc;
    vz_code_e              code;
    struct archive_entry  *entry;

    for ( ;; ) {
        rc = archive_read_next_header(u->in, &entry);

        if (rc == ARCHIVE_EOF) {
            break;
        }

        if (rc < ARCHIVE_WARN) {
            return vz_unpack_end(u, VZ_FAILED, "%s is broken: %s",
                                 u->entry->name, archive_error_string(u->in));
        }

        if (++u->entries > VZ_UNPACK_ENTRIES) {
            return vz_unpack_end(u, VZ_FAILED, "%s has too many files",
                                 u->entry->name);
        }

        code = vz_unpack_entry(u, entry);
        if (code != VZ_OK) {
            return code;
        }

        vz_unpack_progress(u);
    }

    if (u->entries == 0) {
        return vz_unpack_end(u, VZ_FAILED, "%s is empty", u->entry->name);
    }

    if (archive_write_close(u->disk) < ARCHIVE_WARN) {
        return vz_unpack_disk(u, u->entry->name);
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
        return vz_unpack_end(u, VZ_FAILED, "%s holds a name that can't be "
                             "read", u->entry->name);
    }

    if (!vz_unpack_wanted(entry)) {
        return VZ_OK;
    }

    /* numbers count, the host's names do not */
    archive_entry_set_uname(entry, NULL);
    archive_entry_set_gname(entry, NULL);

    code = vz_unpack_xattrs(u, entry);
    if (code != VZ_OK) {
        return code;
    }

    if (archive_write_header(u->disk, entry) < ARCHIVE_WARN) {
        return vz_unpack_disk(u, name);
    }

    code = vz_unpack_data(u, name);
    if (code != VZ_OK) {
        return code;
    }

    if (archive_write_finish_entry(u->disk) < ARCHIVE_WARN) {
        return vz_unpack_disk(u, name);
    }

    return VZ_OK;
}


/* no devices: they are the host's to give, and 0:0 is overlay's whiteout */
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


static vz_code_e
vz_unpack_xattrs(vz_unpack_t *u, struct archive_entry *entry)
{
    size_t                 size;
    const char            *name;
    const void            *value;
    struct archive_entry  *all;

    if (archive_entry_xattr_count(entry) == 0) {
        return VZ_OK;
    }

    /* the list can only be emptied whole, and then filled again */
    all = archive_entry_clone(entry);
    if (all == NULL) {
        return vz_unpack_end(u, VZ_INTERNAL, "no memory");
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


/* trusted.overlay and user.overlay would steer the overlay on top */
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
    const void  *block;

    for ( ;; ) {
        rc = archive_read_data_block(u->in, &block, &size, &offset);

        if (rc == ARCHIVE_EOF) {
            return VZ_OK;
        }

        if (rc < ARCHIVE_WARN) {
            return vz_unpack_end(u, VZ_FAILED, "%s is broken: %s",
                                 u->entry->name, archive_error_string(u->in));
        }

        u->bytes += size;

        if (u->bytes > VZ_UNPACK_BYTES) {
            return vz_unpack_end(u, VZ_FAILED, "%s is too large unpacked",
                                 u->entry->name);
        }

        if (archive_write_data_block(u->disk, block, size, offset)
            < ARCHIVE_WARN)
        {
            return vz_unpack_disk(u, name);
        }

        vz_unpack_progress(u);
    }
}


static void
vz_unpack_progress(vz_unpack_t *u)
{
    int64_t            read;
    unsigned           percent;
    vz_unpack_note_t   note;

    read = archive_filter_bytes(u->in, -1);

    if (read <= 0 || u->entry->size == 0
        || (uint64_t) read > u->entry->size)
    {
        return;
    }

    percent = (unsigned) (read * 100.0 / u->entry->size);

    if (percent < u->percent + VZ_UNPACK_STEP) {
        return;
    }

    u->percent = percent;

    (void) memset(&note, 0, sizeof(note));
    note.code = VZ_AGAIN;
    note.percent = percent;

    vz_unpack_tell(u, &note);
}


static vz_code_e
vz_unpack_disk(vz_unpack_t *u, const char *name)
{
    vz_code_e  code;

    code = archive_errno(u->disk) == ENOSPC ? VZ_NOSPACE : VZ_FAILED;

    return vz_unpack_end(u, code, "%s, %s: %s", u->entry->name, name,
                         archive_error_string(u->disk));
}


static vz_code_e
vz_unpack_end(vz_unpack_t *u, vz_code_e code, const char *fmt, ...)
{
    va_list            args;
    vz_unpack_note_t   note;

    (void) memset(&note, 0, sizeof(note));
    note.code = code;
    note.percent = 100;

    va_start(args, fmt);
    (void) vsnprintf(note.words, sizeof(note.words), fmt, args);
    va_end(args);

    vz_unpack_tell(u, &note);

    return code;
}


/* a note is shorter than PIPE_BUF: all of it or nothing */
static void
vz_unpack_tell(vz_unpack_t *u, const vz_unpack_note_t *note)
{
    ssize_t  n;

    do {
        n = write(u->notes, note, sizeof(*note));
    } while (n == -1 && errno == EINTR);
}
