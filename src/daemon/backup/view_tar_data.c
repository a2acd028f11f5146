#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/backup/view_files.h"
#include "daemon/backup/view_tar_data.h"


#define VZ_VIEW_TAR_PARTS    4096       /* the last has the rest, with holes */
#define VZ_VIEW_TAR_NUMBER   21         /* digits of one, and an LF */
#define VZ_VIEW_TAR_CHUNK    65536

/* what programs see that know no such files */
#define VZ_VIEW_TAR_SPARSE   "GNUSparseFile.0"


static int vz_view_tar_data_parts(vz_view_tar_data_t *data,
    const struct stat *st);
static void vz_view_tar_data_map(vz_view_tar_data_t *data);
static int vz_view_tar_data_part(const vz_view_tar_data_t *data, off_t from,
    off_t size, int out);
static int vz_view_tar_data_pad(off_t size, int out);


int
vz_view_tar_data_open(vz_view_tar_data_t *data, int fd,
    const struct stat *st, vz_tar_entry_t *entry, vz_tar_records_t *records)
{
    char      text[32];
    size_t    len;
    unsigned  i;

    (void) memset(data, 0, sizeof(vz_view_tar_data_t));
    data->fd = fd;
    data->size = st->st_size;
    entry->size = (uint64_t) st->st_size;

    if ((off_t) st->st_blocks * 512 >= st->st_size) {
        return 0;
    }

    len = (size_t) sprintf(text, "%lld", (long long) st->st_size);

    if (vz_view_tar_data_parts(data, st) == -1
        || vz_tar_head_record(records, "GNU.sparse.major", "1", 1) == -1
        || vz_tar_head_record(records, "GNU.sparse.minor", "0", 1) == -1
        || vz_tar_head_record(records, "GNU.sparse.name", entry->name,
                              strlen(entry->name)) == -1
        || vz_tar_head_record(records, "GNU.sparse.realsize", text, len) == -1)
    {
        vz_view_tar_data_close(data);
        return -1;
    }

    vz_view_tar_data_map(data);
    entry->name = VZ_VIEW_TAR_SPARSE;
    entry->size = data->len;

    for (i = 0; i < data->parts; i++) {
        entry->size += (uint64_t) data->part[2 * i + 1];
    }

    return 0;
}


void
vz_view_tar_data_close(vz_view_tar_data_t *data)
{
    free(data->part);
    free(data->map);
    data->part = NULL;
    data->map = NULL;
}


/* a part of no bytes at the end tells where that is */
static int
vz_view_tar_data_parts(vz_view_tar_data_t *data, const struct stat *st)
{
    off_t  from, to, *part;

    data->part = calloc(VZ_VIEW_TAR_PARTS + 1, 2 * sizeof(off_t));
    data->map = malloc((VZ_VIEW_TAR_PARTS + 2) * 2 * VZ_VIEW_TAR_NUMBER
                       + VZ_TAR_BLOCK);

    if (data->part == NULL || data->map == NULL) {
        return -1;
    }

    part = data->part;

    for (to = 0; to < st->st_size; to = part[-2] + part[-1]) {
        from = lseek(data->fd, to, SEEK_DATA);

        if (from == -1 && errno == ENXIO) {
            break;
        }

        to = from == -1 ? -1
             : data->parts == VZ_VIEW_TAR_PARTS - 1
               ? st->st_size : lseek(data->fd, from, SEEK_HOLE);

        if (to <= from) {
            errno = to == -1 ? errno : EIO;
            return -1;
        }

        part[0] = from;
        part[1] = (to > st->st_size ? st->st_size : to) - from;
        part += 2;
        data->parts++;
    }

    part[0] = st->st_size;
    part[1] = 0;
    data->parts++;

    return 0;
}


static void
vz_view_tar_data_map(vz_view_tar_data_t *data)
{
    char      *p;
    unsigned   i;

    p = data->map;
    p += sprintf(p, "%u\n", data->parts);

    for (i = 0; i < data->parts; i++) {
        p += sprintf(p, "%lld\n%lld\n", (long long) data->part[2 * i],
                     (long long) data->part[2 * i + 1]);
    }

    while ((p - data->map) % VZ_TAR_BLOCK != 0) {
        *p++ = '\0';
    }

    data->len = (size_t) (p - data->map);
}


int
vz_view_tar_data_put(const vz_view_tar_data_t *data, int out)
{
    off_t     all;
    unsigned  i;

    if (data->part == NULL) {
        return vz_view_tar_data_part(data, 0, data->size, out) == 0
               ? vz_view_tar_data_pad(data->size, out) : -1;
    }

    if (vz_view_files_put(out, data->map, data->len) == -1) {
        return -1;
    }

    for (all = 0, i = 0; i < data->parts; i++) {
        if (vz_view_tar_data_part(data, data->part[2 * i],
                                  data->part[2 * i + 1], out) == -1)
        {
            return -1;
        }

        all += data->part[2 * i + 1];
    }

    return vz_view_tar_data_pad(all, out);
}


/* a file that ends too early would let all that follows be something else */
static int
vz_view_tar_data_part(const vz_view_tar_data_t *data, off_t from, off_t size,
    int out)
{
    size_t   most;
    ssize_t  n;

    static char  bytes[VZ_VIEW_TAR_CHUNK];

    while (size > 0) {
        most = size < (off_t) sizeof(bytes) ? (size_t) size : sizeof(bytes);
        n = pread(data->fd, bytes, most, from);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == 0) {
            errno = EIO;
        }

        if (n <= 0 || vz_view_files_put(out, bytes, (size_t) n) == -1) {
            return -1;
        }

        from += n;
        size -= n;
    }

    return 0;
}


static int
vz_view_tar_data_pad(off_t size, int out)
{
    static const char  none[VZ_TAR_BLOCK];

    return vz_view_files_put(out, none, (size_t) (-size & (VZ_TAR_BLOCK - 1)));
}
