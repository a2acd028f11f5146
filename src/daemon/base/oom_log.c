#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/oom_log.h"


#define VZ_OOM_LOG_RECORD  8192     /* of /dev/kmsg, at most */
#define VZ_OOM_LOG_HEAD    "oom-kill:constraint=CONSTRAINT_MEMCG,"
#define VZ_OOM_LOG_NAMES                                                      \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"


static size_t vz_oom_log_value(const char *text, const char *key, char *to,
    size_t size);


int
vz_oom_log_open(void)
{
    return open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}


void
vz_oom_log_each(int fd, vz_oom_log_pt each, void *data)
{
    char               record[VZ_OOM_LOG_RECORD + 1];
    ssize_t            n;
    vz_oom_log_kill_t  kill;

    if (fd == -1) {
        return;
    }

    for ( ;; ) {
        n = read(fd, record, VZ_OOM_LOG_RECORD);

        if (n == -1 && (errno == EPIPE || errno == EINTR)) {

            /* records were lost: the next read goes on behind them */
            continue;
        }

        if (n <= 0) {
            return;
        }

        record[n] = '\0';

        if (vz_oom_log_parse(record, &kill)) {
            each(&kill, data);
        }
    }
}


/*
 * "4,812,15364733,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),
 * cpuset=A,mems_allowed=0,oom_memcg=/A,task_memcg=/A/B,task=x,pid=1,uid=0"
 */
int
vz_oom_log_parse(const char *record, vz_oom_log_kill_t *kill)
{
    size_t               i, len;
    const char          *text;
    unsigned long long   usec;

    memset(kill, 0, sizeof(*kill));

    text = strchr(record, ';');

    if (text == NULL || sscanf(record, "%*u,%*u,%llu", &usec) != 1
        || strncmp(text + 1, VZ_OOM_LOG_HEAD, sizeof(VZ_OOM_LOG_HEAD) - 1)
           != 0)
    {
        return 0;
    }

    kill->at = usec / 1000;
    text++;

    if (vz_oom_log_value(text, ",oom_memcg=", kill->group,
                         sizeof(kill->group)) == 0)
    {
        return 0;
    }

    len = vz_oom_log_value(text, ",task=", kill->name, sizeof(kill->name));

    for (i = 0; i < len; i++) {
        if (strchr(VZ_OOM_LOG_NAMES, kill->name[i]) == NULL) {
            kill->name[i] = '_';
        }
    }

    return 1;
}


/* The length of a value, which ends at a comma; 0 where it is missing. */

static size_t
vz_oom_log_value(const char *text, const char *key, char *to, size_t size)
{
    size_t       len;
    const char  *value;

    value = strstr(text, key);
    if (value == NULL) {
        return 0;
    }

    value += strlen(key);
    len = strcspn(value, ",\n");
    len = len < size ? len : size - 1;

    memcpy(to, value, len);
    to[len] = '\0';

    return len;
}
