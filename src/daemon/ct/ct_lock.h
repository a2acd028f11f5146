/*
 * Locks over what containers have while they run: its limits and addresses,
 * and the record that says them, change together.  The hook takes them at
 * each boot and end of a guest, so a verb in that moment is not lost.
 */

#ifndef VZ_CT_LOCK_H
#define VZ_CT_LOCK_H

#include "daemon/base/lock.h"


#define VZ_CT_LOCK_WAIT  10000      /* ms */

/*
 * vz_ct_lock_take: of one container.  vz_ct_lock_addresses: of all: who has
 * which address, and the table of nftables; taken last.  At most timeout ms of
 * waiting; given back by vz_lock_drop().  VZ_OK, or VZ_BUSY or VZ_INTERNAL
 * with words (VZ_WORDS_MAX).
 */
vz_code_e vz_ct_lock_take(const vz_config_t *conf, uint32_t ctid,
    const char *what, int timeout, vz_lock_t *lock, char *words);
vz_code_e vz_ct_lock_addresses(const vz_config_t *conf, const char *what,
    int timeout, vz_lock_t *lock, char *words);


#endif /* VZ_CT_LOCK_H */
