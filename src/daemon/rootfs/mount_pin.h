/*
 * Processes that keep a container's mounts: one in a mount namespace of its
 * own, made while the container ran, keeps the image in use for as long as
 * that namespace exists.
 */

#ifndef VZ_MOUNT_PIN_H
#define VZ_MOUNT_PIN_H

#include "daemon/ct/ct_store.h"


#define VZ_MOUNT_PIN_PATIENCE  5000  /* ms to wait for a process that is
                                        about to end */

/*
 * vz_mount_pin_find: 1 with one such process in words (VZ_WORDS_MAX bytes)
 * where there still is one after ms milliseconds, else 0. Copies that the
 * host's umount(2) reaches, such as those of systemd's services, don't count.
 */
int vz_mount_pin_find(const vz_ct_t *ct, int ms, char *words);


#endif /* VZ_MOUNT_PIN_H */
