/*
 * The superblock of a btrfs that nobody has mounted. The kernel knows a file
 * system by its id, and two with the same one can't be mounted at once: a copy
 * needs another one.
 */

#ifndef VZ_SUPER_H
#define VZ_SUPER_H

#include <stdint.h>


/*
 * vz_super_renew: give the btrfs in the file image an id of its own, as
 * btrfstune -m does, and let it forget what was logged for fsync(2) since its
 * last commit: it is as of that commit. 0, or -1 with errno: EUCLEAN where the
 * superblock is not whole, EOPNOTSUPP where it is of a kind that mkfs.btrfs
 * does not make by itself.
 */
int vz_super_renew(int image);

/*
 * vz_super_generation: the number of its last commit, also of one that is
 * mounted; 0, or -1 with errno, as above.
 */
int vz_super_generation(int image, uint64_t *generation);


#endif /* VZ_SUPER_H */
