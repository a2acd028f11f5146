/* A snapshot as a folder to read, as a backup does. */

#ifndef VZ_SNAPSHOT_VIEW_H
#define VZ_SNAPSHOT_VIEW_H

#include "daemon/ct/ct_store.h"
#include "wire/code.h"


/*
 * vz_snapshot_view: attach a snapshot to the folder path, as the container's
 * root sees its files, and its ids: read-only, with its template below. The
 * calling process gets a mount namespace of its own for that, and what it
 * starts from then on is in it, too; the view lasts as long as they do.
 * Meanwhile the container may be started, stopped, reinstalled and destroyed.
 * VZ_OK; VZ_STATE where there is no such snapshot; VZ_BUSY where the image is
 * in the hands of another process for too long; VZ_FAILED; with words
 * (VZ_WORDS_MAX bytes).
 */
vz_code_e vz_snapshot_view(const vz_config_t *conf, const vz_ct_t *ct,
    const char *name, const char *path, char *words);


#endif /* VZ_SNAPSHOT_VIEW_H */
