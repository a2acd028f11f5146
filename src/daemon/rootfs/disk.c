#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include "daemon/rootfs/disk.h"
#include "daemon/rootfs/disk_room.h"
#include "daemon/rootfs/mount.h"


uint64_t
vz_disk_image(const vz_ct_t *ct)
{
    char         path[PATH_MAX];
    struct stat  st;

    return vz_ct_store_image(ct, path) == -1 || stat(path, &st) == -1
           ? 0 : (uint64_t) st.st_size;
}


void
vz_disk_use(const vz_ct_t *ct, unsigned running, vz_disk_use_t *use)
{
    char            path[PATH_MAX], text[32];
    struct stat     st;
    struct statvfs  fs;

    memset(use, 0, sizeof(*use));

    use->total = ct->disk.limit;
    use->available = use->total;

    if (running
        && vz_ct_store_path(ct, vz_mount_name(ct, 0), path) == 0
        && statvfs(path, &fs) == 0)
    {
        use->total = (uint64_t) fs.f_blocks * fs.f_frsize;
        use->used = (uint64_t) (fs.f_blocks - fs.f_bfree) * fs.f_frsize;
        use->available = (uint64_t) fs.f_bavail * fs.f_frsize;
        use->inodes = fs.f_files;
        use->inodes_used = fs.f_files - fs.f_ffree;

        /* the extra room that a full disk got does not count */

        if (use->total > ct->disk.limit
            && use->total <= ct->disk.limit + VZ_DISK_ROOM_MOST)
        {
            use->total = ct->disk.limit;
            use->used = use->used < use->total ? use->used : use->total;
        }

        return;
    }

    /*
     * it is stopped: use what was measured last, or what the image takes on
     * the host
     */

    if (vz_ct_store_text(ct, "used", text, sizeof(text)) > 0) {
        use->used = strtoull(text, NULL, 10);

    } else if (vz_ct_store_image(ct, path) == 0 && stat(path,
                                                                &st) == 0) {
        use->used = (uint64_t) st.st_blocks * 512;
    }

    use->used = use->used < use->total ? use->used : use->total;
    use->available = use->total - use->used;
}
