/*
 * The first line of a result is "STATE STATUS SECONDS PID START": the process
 * that runs them, or 0. What they printed follows.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/process.h"
#include "daemon/ct/ct_user_data.h"


#define VZ_CT_USER_DATA_FILE    "user-data"
#define VZ_CT_USER_DATA_RESULT  "user-data.result"
#define VZ_CT_USER_DATA_LINE    96


static int vz_ct_user_data_note(const vz_ct_t *ct, const vz_user_data_t *stat,
    const vz_process_t *process);


int
vz_ct_user_data_keep(const vz_ct_t *ct, const char *data, size_t len)
{
    return vz_ct_store_forget(ct, VZ_CT_USER_DATA_RESULT) == -1
           && errno != ENOENT
           ? -1 : vz_ct_store_file(ct, VZ_CT_USER_DATA_FILE, data, len);
}


int
vz_ct_user_data_waits(const vz_ct_t *ct)
{
    char  path[PATH_MAX];

    return vz_ct_store_path(ct, VZ_CT_USER_DATA_FILE, path) == 0
           && access(path, F_OK) == 0;
}


int
vz_ct_user_data_forget(const vz_ct_t *ct)
{
    int       rc;
    unsigned  i;

    static const char *const  files[] = {
        VZ_CT_USER_DATA_FILE, VZ_CT_USER_DATA_RESULT
    };

    rc = 0;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (vz_ct_store_forget(ct, files[i]) == -1 && errno != ENOENT) {
            rc = -1;
        }
    }

    return rc;
}


/* the note comes first: whatever dies behind it, they are not run again */

ssize_t
vz_ct_user_data_take(const vz_ct_t *ct, char *buf)
{
    ssize_t         len;
    vz_process_t    self;
    vz_user_data_t  stat;

    len = vz_ct_store_text(ct, VZ_CT_USER_DATA_FILE, buf,
                           VZ_USER_DATA_MAX + 1);

    memset(&stat, 0, sizeof(stat));
    stat.state = VZ_USER_DATA_RUNNING;

    if (len == -1
        || vz_process_of(getpid(), &self) == -1
        || vz_ct_user_data_note(ct, &stat, &self) == -1
        || vz_ct_store_forget(ct, VZ_CT_USER_DATA_FILE) == -1)
    {
        return -1;
    }

    return len;
}


int
vz_ct_user_data_write(const vz_ct_t *ct, const vz_user_data_t *stat)
{
    vz_process_t  none;

    memset(&none, 0, sizeof(none));

    return vz_ct_user_data_note(ct, stat, &none);
}


static int
vz_ct_user_data_note(const vz_ct_t *ct, const vz_user_data_t *stat,
    const vz_process_t *process)
{
    int   n;
    char  text[VZ_CT_USER_DATA_LINE + VZ_USER_DATA_TEXT];

    n = snprintf(text, sizeof(text), "%d %u %u %d %" PRIu64 "\n%s",
                 (int) stat->state, stat->status, stat->seconds,
                 (int) process->pid, process->start, stat->text);

    return vz_ct_store_file(ct, VZ_CT_USER_DATA_RESULT, text, (size_t) n);
}


int
vz_ct_user_data_read(const vz_ct_t *ct, vz_user_data_t *stat)
{
    int           state;
    char          text[VZ_CT_USER_DATA_LINE + VZ_USER_DATA_TEXT], *rest;
    vz_process_t  process;

    memset(stat, 0, sizeof(*stat));

    if (vz_ct_user_data_waits(ct)) {
        stat->state = VZ_USER_DATA_WAITING;
    }

    if (vz_ct_store_text(ct, VZ_CT_USER_DATA_RESULT, text, sizeof(text))
        == -1)
    {
        return errno == ENOENT ? 0 : -1;
    }

    if (sscanf(text, "%d %u %u %d %" SCNu64, &state, &stat->status,
               &stat->seconds, &process.pid, &process.start) != 5
        || state < VZ_USER_DATA_RUNNING || state > VZ_USER_DATA_STOPPED
        || (rest = strchr(text, '\n')) == NULL)
    {
        errno = EINVAL;
        return -1;
    }

    stat->state = (vz_user_data_e) state;
    snprintf(stat->text, sizeof(stat->text), "%s", rest + 1);

    if (stat->state == VZ_USER_DATA_RUNNING && !vz_process_alive(&process)) {
        stat->state = VZ_USER_DATA_STOPPED;
    }

    return 0;
}
