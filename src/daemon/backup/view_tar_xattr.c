#include <endian.h>
#include <errno.h>
#include <linux/limits.h>
#include <linux/posix_acl_xattr.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include "daemon/backup/view_tar_xattr.h"


#define VZ_VIEW_TAR_ACL   "system.posix_acl_"
#define VZ_VIEW_TAR_LINE  40            /* bytes of an entry of a list */


static int vz_view_tar_xattr_one(int fd, const char *name,
    vz_tar_records_t *records);
static int vz_view_tar_xattr_acl(const char *name, const char *value,
    size_t len, vz_tar_records_t *records);


int
vz_view_tar_xattr(int fd, vz_tar_records_t *records)
{
    ssize_t      n;
    const char  *name;

    static char  names[XATTR_LIST_MAX];

    n = flistxattr(fd, names, sizeof(names));

    if (n == -1) {
        return errno == ENOTSUP ? 0 : -1;
    }

    for (name = names; name < names + n; name += strlen(name) + 1) {
        if (vz_view_tar_xattr_one(fd, name, records) == -1) {
            return -1;
        }
    }

    return 0;
}


static int
vz_view_tar_xattr_one(int fd, const char *name, vz_tar_records_t *records)
{
    char     key[32 + XATTR_NAME_MAX];
    ssize_t  n;

    static char  value[XATTR_SIZE_MAX];

    if (strncmp(name, "trusted.", 8) == 0
        || (strncmp(name, "system.", 7) == 0
            && strncmp(name, VZ_VIEW_TAR_ACL, sizeof(VZ_VIEW_TAR_ACL) - 1)
               != 0))
    {
        return 0;
    }

    n = fgetxattr(fd, name, value, sizeof(value));

    if (n == -1) {
        return errno == ENODATA ? 0 : -1;
    }

    if (strncmp(name, "system.", 7) == 0) {
        return vz_view_tar_xattr_acl(name + sizeof(VZ_VIEW_TAR_ACL) - 1,
                                     value, (size_t) n, records);
    }

    /* a key ends at its first "=" */

    if (strchr(name, '=')) {
        return 0;
    }

    (void) snprintf(key, sizeof(key), "SCHILY.xattr.%s", name);

    return vz_tar_head_record(records, key, value, (size_t) n);
}


/* "user::rwx,user:1000:r-x,mask::rwx,other::---" */
static int
vz_view_tar_xattr_acl(const char *name, const char *value, size_t len,
    vz_tar_records_t *records)
{
    char                           key[64], *p;
    size_t                         i, n;
    unsigned                       tag, perm;
    const char                    *who;
    struct posix_acl_xattr_entry   entry;

    static char  text[XATTR_SIZE_MAX / sizeof(entry) * VZ_VIEW_TAR_LINE];

    n = len < sizeof(struct posix_acl_xattr_header)
        ? 0 : (len - sizeof(struct posix_acl_xattr_header)) / sizeof(entry);

    for (p = text, i = 0; i < n; i++) {
        (void) memcpy(&entry, value + sizeof(struct posix_acl_xattr_header)
                              + i * sizeof(entry), sizeof(entry));
        tag = le16toh(entry.e_tag);
        perm = le16toh(entry.e_perm);

        who = tag == 0x01 || tag == 0x02 ? "user"
              : tag == 0x04 || tag == 0x08 ? "group"
              : tag == 0x10 ? "mask" : "other";

        p += sprintf(p, "%s%s:", p == text ? "" : ",", who);

        if (tag == 0x02 || tag == 0x08) {
            p += sprintf(p, "%u", (unsigned) le32toh(entry.e_id));
        }

        p += sprintf(p, ":%c%c%c", perm & 4 ? 'r' : '-', perm & 2 ? 'w' : '-',
                     perm & 1 ? 'x' : '-');
    }

    (void) snprintf(key, sizeof(key), "SCHILY.acl.%.20s", name);

    return vz_tar_head_record(records, key, text, (size_t) (p - text));
}
