/* What a file has beside its bytes, as records of a tar archive. */

#ifndef VZ_VIEW_TAR_XATTR_H
#define VZ_VIEW_TAR_XATTR_H

#include "daemon/backup/tar_head.h"


/*
 * vz_view_tar_xattr: add the extended attributes of a file or folder that is
 * open, capabilities among them, and its access lists; but those that are the
 * kernel's own.  0, or -1 with errno: ENOSPC where they are too many.
 */
int vz_view_tar_xattr(int fd, vz_tar_records_t *records);


#endif /* VZ_VIEW_TAR_XATTR_H */
