/*
 * Subvolumes of a mounted btrfs, by its ioctls. Each change is one transaction:
 * whatever dies, it is there or not. Nobody but root of the host makes one: a
 * guest sees its overlay alone, and that passes no such ioctl on.
 */

#ifndef VZ_SUBVOLUME_H
#define VZ_SUBVOLUME_H

#include <stdint.h>
#include <time.h>


#define VZ_SUBVOLUME_NAME  64       /* bytes of a name here, with its NUL */

typedef struct {
    uint64_t    id;                 /* of its tree */
    uint64_t    generation;         /* grows with each change of it */
    time_t      made;
} vz_subvolume_info_t;


/*
 * vz_subvolume_make: an empty one in the folder dir, of mode 0700.
 * vz_subvolume_copy: a snapshot of the subvolume that the folder from is in.
 * Both 0, or -1 with errno: EEXIST, or ENOSPC.
 */
int vz_subvolume_make(int dir, const char *name);
int vz_subvolume_copy(int from, int dir, const char *name, unsigned readonly);

/*
 * vz_subvolume_drop: remove one; its space comes back soon afterwards. Where
 * there is none, all is well. 0, or -1 with errno.
 */
int vz_subvolume_drop(int dir, const char *name);

/*
 * vz_subvolume_info: tell about the subvolume that is the folder dir/name, or
 * with name "." the one that dir is in. 0, or -1 with errno: EINVAL where that
 * folder is none.
 */
int vz_subvolume_info(int dir, const char *name, vz_subvolume_info_t *info);


#endif /* VZ_SUBVOLUME_H */
