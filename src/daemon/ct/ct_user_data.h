/*
 * User data of a container's first boot, beside its record:
 * LXC_PATH/ct/CTID/user-data while they wait, user-data.result from then on.
 * They are gone before they run, so that nothing runs twice.
 */

#ifndef VZ_CT_USER_DATA_H
#define VZ_CT_USER_DATA_H

#include "daemon/base/driver.h"
#include "daemon/ct/ct_store.h"


/*
 * vz_ct_user_data_keep: keep user data until the first start; what came of
 * others is forgotten. vz_ct_user_data_waits: 1 where some wait.
 * vz_ct_user_data_forget: forget them and what came of them. 0, or -1 with
 * errno.
 */
int vz_ct_user_data_keep(const vz_ct_t *ct, const char *data, size_t len);
int vz_ct_user_data_waits(const vz_ct_t *ct);
int vz_ct_user_data_forget(const vz_ct_t *ct);

/*
 * vz_ct_user_data_take: the user data that wait are this process's, and it
 * notes that it runs them. Their length, in buf of VZ_USER_DATA_MAX + 1 bytes;
 * -1 with errno.
 */
ssize_t vz_ct_user_data_take(const vz_ct_t *ct, char *buf);

/*
 * vz_ct_user_data_write: note what came of them. vz_ct_user_data_read: read
 * it; of a process that is gone without a word they were stopped. 0, or -1
 * with errno.
 */
int vz_ct_user_data_write(const vz_ct_t *ct, const vz_user_data_t *stat);
int vz_ct_user_data_read(const vz_ct_t *ct, vz_user_data_t *stat);


#endif /* VZ_CT_USER_DATA_H */
