/*
 * Who keeps a container's mounts: a process in a mount namespace of its own
 * that was made while the container ran.  Its image is then in use for as
 * long as that namespace lives.
 */

#ifndef VZ_MOUNT_PIN_H
#define VZ_MOUNT_PIN_H

#include "daemon/ct/ct_store.h"


#define VZ_MOUNT_PIN_PATIENCE  5000  /* ms, for one that starts or ends */

/*
 * vz_mount_pin_find: 1 with one such process in words (VZ_WORDS_MAX) where
 * after ms milliseconds there still is one, else 0.  Copies that the host's
 * umount(2) reaches, as those of systemd's services are, keep nothing.
 */
int vz_mount_pin_find(const vz_ct_t *ct, int ms, char *words);


#endif /* VZ_MOUNT_PIN_H */
