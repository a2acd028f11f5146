#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "daemon/backup/tar_head.h"


/* where a block has what, and how many bytes it has for it */
#define VZ_TAR_NAME    100
#define VZ_TAR_NUMBER  8                /* octal digits, and a NUL */
#define VZ_TAR_LARGE   12

#define vz_tar_most(width)  (((uint64_t) 1 << 3 * ((width) - 1)) - 1)


static int vz_tar_head_number(vz_tar_records_t *records, const char *key,
    uint64_t value, uint64_t most);
static int vz_tar_head_name(vz_tar_records_t *records, const char *key,
    const char *name);
static int vz_tar_head_long(const char *name);
static int vz_tar_head_odd(const char *name);
static int vz_tar_head_utf8(const unsigned char *p);
static void vz_tar_head_octal(char *field, size_t width, uint64_t value);


int
vz_tar_head_record(vz_tar_records_t *records, const char *key,
    const void *value, size_t len)
{
    char    *p;
    size_t   rest, all, digits;

    /* a record begins with its own length, whose digits count */

    rest = strlen(key) + len + 3;
    digits = 1;

    while ((size_t) snprintf(NULL, 0, "%zu", rest + digits) != digits) {
        digits++;
    }

    all = rest + digits;

    if (len > VZ_TAR_RECORDS || all >= VZ_TAR_RECORDS - records->len) {
        errno = ENOSPC;
        return -1;
    }

    p = records->bytes + records->len;
    p += sprintf(p, "%zu %s=", all, key);
    (void) memcpy(p, value, len);
    p[len] = '\n';
    records->len += all;

    return 0;
}


int
vz_tar_head_more(vz_tar_records_t *records, const vz_tar_entry_t *entry)
{
    char  text[32];

    /* a record is UTF-8, unless one before it says otherwise */

    if ((vz_tar_head_odd(entry->name) || vz_tar_head_odd(entry->link))
        && vz_tar_head_record(records, "hdrcharset", "BINARY", 6) == -1)
    {
        return -1;
    }

    if (vz_tar_head_name(records, "path", entry->name) == -1
        || vz_tar_head_name(records, "linkpath", entry->link) == -1
        || vz_tar_head_number(records, "uid", entry->uid,
                              vz_tar_most(VZ_TAR_NUMBER)) == -1
        || vz_tar_head_number(records, "gid", entry->gid,
                              vz_tar_most(VZ_TAR_NUMBER)) == -1
        || vz_tar_head_number(records, "size", entry->size,
                              vz_tar_most(VZ_TAR_LARGE)) == -1)
    {
        return -1;
    }

    if (entry->mtime >= 0
        && (uint64_t) entry->mtime <= vz_tar_most(VZ_TAR_LARGE))
    {
        return 0;
    }

    return vz_tar_head_record(records, "mtime", text,
                              (size_t) sprintf(text, "%lld",
                                               (long long) entry->mtime));
}


static int
vz_tar_head_number(vz_tar_records_t *records, const char *key,
    uint64_t value, uint64_t most)
{
    char  text[32];

    return value <= most
           ? 0 : vz_tar_head_record(records, key, text,
                                    (size_t) sprintf(text, "%llu",
                                             (unsigned long long) value));
}


static int
vz_tar_head_name(vz_tar_records_t *records, const char *key, const char *name)
{
    return !vz_tar_head_long(name)
           ? 0 : vz_tar_head_record(records, key, name, strlen(name));
}


/* 1 where a name stands in a record */
static int
vz_tar_head_long(const char *name)
{
    return name != NULL && strlen(name) > VZ_TAR_NAME;
}


static int
vz_tar_head_odd(const char *name)
{
    return vz_tar_head_long(name)
           && !vz_tar_head_utf8((const unsigned char *) name);
}


static int
vz_tar_head_utf8(const unsigned char *p)
{
    unsigned  n, first;

    while (*p) {
        first = *p++;

        if (first < 0x80) {
            continue;
        }

        n = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;

        if (first < 0xc2 || first > 0xf4
            || (first == 0xe0 && *p < 0xa0) || (first == 0xed && *p > 0x9f)
            || (first == 0xf0 && *p < 0x90) || (first == 0xf4 && *p > 0x8f))
        {
            return 0;
        }

        for ( ; n > 0; n--) {
            if ((*p & 0xc0) != 0x80) {
                return 0;
            }

            p++;
        }
    }

    return 1;
}


void
vz_tar_head_block(char block[VZ_TAR_BLOCK], const vz_tar_entry_t *entry)
{
    unsigned  i, sum;

    (void) memset(block, 0, VZ_TAR_BLOCK);
    (void) memcpy(block, entry->name, strnlen(entry->name, VZ_TAR_NAME));

    if (entry->link) {
        (void) memcpy(block + 157, entry->link,
                      strnlen(entry->link, VZ_TAR_NAME));
    }

    vz_tar_head_octal(block + 100, VZ_TAR_NUMBER, entry->mode & 07777);
    vz_tar_head_octal(block + 108, VZ_TAR_NUMBER, entry->uid);
    vz_tar_head_octal(block + 116, VZ_TAR_NUMBER, entry->gid);
    vz_tar_head_octal(block + 124, VZ_TAR_LARGE, entry->size);
    vz_tar_head_octal(block + 136, VZ_TAR_LARGE,
                      entry->mtime < 0 ? 0 : (uint64_t) entry->mtime);
    (void) memset(block + 148, ' ', VZ_TAR_NUMBER);
    block[156] = entry->type;
    (void) memcpy(block + 257, "ustar\0" "00", 8);
    vz_tar_head_octal(block + 329, VZ_TAR_NUMBER, 0);
    vz_tar_head_octal(block + 337, VZ_TAR_NUMBER, 0);

    for (sum = 0, i = 0; i < VZ_TAR_BLOCK; i++) {
        sum += (unsigned char) block[i];
    }

    vz_tar_head_octal(block + 148, VZ_TAR_NUMBER - 1, sum);
}


static void
vz_tar_head_octal(char *field, size_t width, uint64_t value)
{
    char  text[32];

    (void) snprintf(text, sizeof(text), "%0*llo", (int) width - 1,
                    value > vz_tar_most(width) ? 0
                                               : (unsigned long long) value);
    (void) memcpy(field, text, width);
}
