/*
 * What is in a container's image. Its file system's top holds
 *
 *   live/       a subvolume: upper and work, which its overlay is made of
 *   snap/NAME   read-only subvolumes, as live was when they were taken
 *   next        one that is about to become live, or was it: it goes at the
 *               next use
 *   copy        read-only: what is being copied to another image, or came from
 *               one; it goes at the next use
 *   old/        files of an image of before, which had upper and work at its
 *               top: they go in the background
 *
 * live comes into being, and becomes another one, by one rename.
 */

#ifndef VZ_LAYOUT_H
#define VZ_LAYOUT_H


#define VZ_LAYOUT_LIVE   "live"
#define VZ_LAYOUT_SNAP   "snap"
#define VZ_LAYOUT_NEXT   "next"
#define VZ_LAYOUT_OLD    "old"
#define VZ_LAYOUT_COPY   "copy"
#define VZ_LAYOUT_UPPER  "upper"
#define VZ_LAYOUT_WORK   "work"


/*
 * vz_layout_make: see to it that an image has live, and remove what a process
 * left that died; before anybody uses it. raw is a descriptor of its top, lower
 * the folder of its template, whose owner and mode upper gets. Returns the
 * folder of the top that has upper and work: VZ_LAYOUT_LIVE, or "." in an image
 * of before whose disk is too full for the move; NULL with errno.
 */
const char *vz_layout_make(int raw, const char *lower);

/*
 * vz_layout_live: open the folder that has upper and work in an image that is
 * in use. A descriptor, or -1 with errno.
 */
int vz_layout_live(int raw);

/*
 * vz_layout_switch: next becomes live, and what was live is removed, while
 * nobody uses it. 0 when the disk has it, or -1 with errno.
 */
int vz_layout_switch(int raw);

/*
 * vz_layout_sweep: remove files of an image of before; path is where its top is
 * mounted, and gone is asked now and then whether to leave off. 1 where nothing
 * is left, else 0. It changes the working folder.
 */
int vz_layout_sweep(const char *path, int (*gone)(void *data), void *data);


#endif /* VZ_LAYOUT_H */
