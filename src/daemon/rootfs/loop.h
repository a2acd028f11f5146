/*
 * Loop devices: a container's image as a block device.
 */

#ifndef VZ_LOOP_H
#define VZ_LOOP_H


#define VZ_LOOP_NAME  32            /* bytes of "/dev/loop4711" */


/*
 * vz_loop_attach: attach an open image to a free device, which is released
 * with its last user. Returns its descriptor and name, or -1 with errno.
 */
int vz_loop_attach(int image, const char *path, char device[VZ_LOOP_NAME]);

/* vz_loop_holds: 1 where a device has the image of that path. */
int vz_loop_holds(const char *path);

/*
 * vz_loop_open: open the device that has the open image of that path, which
 * keeps it: nobody gets the device for another image then. A descriptor and its
 * name, or -1 with errno: ENOENT where none has it.
 */
int vz_loop_open(int image, const char *path, char device[VZ_LOOP_NAME]);

/*
 * vz_loop_name: the name of the device of a mounted btrfs, as "loop4711". 0,
 * or -1 with errno.
 */
int vz_loop_name(int raw, char name[VZ_LOOP_NAME]);

/*
 * vz_loop_under: open the device of a mounted btrfs. A descriptor, or -1 with
 * errno.
 */
int vz_loop_under(int raw);


#endif /* VZ_LOOP_H */
