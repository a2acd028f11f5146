/*
 * The bytes of a file in a tar archive.  One with holes is stored as GNU tar
 * does it (sparse format 1.0): where data is, then the data alone; so a file
 * whose size is a lie costs no more than what it has.
 */

#ifndef VZ_VIEW_TAR_DATA_H
#define VZ_VIEW_TAR_DATA_H

#include <sys/stat.h>
#include "daemon/backup/tar_head.h"


typedef struct {
    int       fd;
    off_t     size;             /* of a file without holes */
    unsigned  parts;
    off_t    *part;             /* begin and length of each; NULL: no holes */
    char     *map;              /* them as a text, in whole blocks */
    size_t    len;
} vz_view_tar_data_t;


/*
 * vz_view_tar_data_open: look at a file that is open, and let entry and records
 * say how it is stored; the entry has its name.  0, for
 * vz_view_tar_data_close(), or -1 with errno.
 */
int vz_view_tar_data_open(vz_view_tar_data_t *data, int fd,
    const struct stat *st, vz_tar_entry_t *entry, vz_tar_records_t *records);
void vz_view_tar_data_close(vz_view_tar_data_t *data);

/* vz_view_tar_data_put: write them, in whole blocks.  0, or -1 with errno. */
int vz_view_tar_data_put(const vz_view_tar_data_t *data, int out);


#endif /* VZ_VIEW_TAR_DATA_H */
