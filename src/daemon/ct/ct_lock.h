/*
 * Locks over the limits and addresses of running containers. What the kernel
 * has and what the record says change together under them. The hook takes them
 * when a guest boots or ends, so that a verb at that moment is not lost.
 */

#ifndef VZ_CT_LOCK_H
#define VZ_CT_LOCK_H

#include "daemon/base/lock.h"


#define VZ_CT_LOCK_WAIT  10000      /* ms */

/*
 * vz_ct_lock_take: lock one container. vz_ct_lock_addresses: lock the
 * addresses of all containers and the table of nftables; this lock is taken
 * last. Both wait for timeout milliseconds at most, and vz_lock_drop()
 * releases them. VZ_OK; VZ_BUSY or VZ_INTERNAL with words (VZ_WORDS_MAX
 * bytes). what tells those who wait what the holder does.
 */
vz_code_e vz_ct_lock_take(const vz_config_t *conf, uint32_t ctid,
    const char *what, int timeout, vz_lock_t *lock, char *words);
vz_code_e vz_ct_lock_addresses(const vz_config_t *conf, const char *what,
    int timeout, vz_lock_t *lock, char *words);


#endif /* VZ_CT_LOCK_H */
