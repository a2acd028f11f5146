#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "daemon/backup/backup_lock.h"
#include "daemon/base/job.h"
#include "daemon/base/process.h"


#define VZ_BACKUP_LOCK_NAME    64
#define VZ_BACKUP_LOCK_CHECKS  1    /* verbs of a node at once that check */
#define VZ_BACKUP_LOCK_KILL    5000 /* ms from a kill to its end */


static vz_code_e vz_backup_lock_as(vz_job_t *job, const char *tag,
    const char *what, unsigned most);
static int vz_backup_lock_end_of(const vz_config_t *conf, const char *tag,
    const char *const *verbs, int ms);
static int vz_backup_lock_is(const char *holder, const char *const *verbs);
static vz_code_e vz_backup_lock_place(vz_job_t *job, const char *what,
    unsigned most, vz_lock_t *lock);
static void vz_backup_lock_asked(int signo);
static int vz_backup_lock_holder(const char *holder, vz_process_t *process);


static vz_lock_t               vz_backup_lock_own = { -1, "" };
static vz_lock_t               vz_backup_lock_room = { -1, "" };
static volatile sig_atomic_t   vz_backup_lock_stop;


/* verbs that read a container's disk, and verbs that give way to others */

static const char *const  vz_backup_lock_saves[] = { "backup", NULL };
static const char *const  vz_backup_lock_looks[] = {
    "verify", "trial", NULL
};


vz_code_e
vz_backup_lock_take(vz_job_t *job, const char *tag)
{
    (void) vz_backup_lock_end_of(job->conf, tag, vz_backup_lock_looks,
                                 VZ_BACKUP_LOCK_WAIT);

    return vz_backup_lock_as(job, tag, "backup", job->conf->backups);
}


vz_code_e
vz_backup_lock_check(vz_job_t *job, const char *tag)
{
    return vz_backup_lock_as(job, tag, "backup-check", VZ_BACKUP_LOCK_CHECKS);
}


static vz_code_e
vz_backup_lock_as(vz_job_t *job, const char *tag, const char *what,
    unsigned most)
{
    char              name[VZ_BACKUP_LOCK_NAME], holder[VZ_LOCK_HOLDER];
    vz_code_e         code;
    struct sigaction  sa;

    (void) memset(&sa, 0, sizeof(sa));
    sa.sa_handler = vz_backup_lock_asked;
    (void) sigemptyset(&sa.sa_mask);
    (void) sigaction(SIGTERM, &sa, NULL);

    (void) snprintf(name, sizeof(name), "%s.backup", tag);

    code = vz_lock_take(job->conf, name, job->name, 0, &vz_backup_lock_own,
                        holder);

    if (code == VZ_BUSY) {
        (void) vz_job_end(job, code, "its backups are held by: %s",
                          holder[0] ? holder : "another process");

    } else if (code != VZ_OK) {
        (void) vz_job_end(job, code, "lock of its backups: %s",
                          strerror(errno));
    } else {
        code = vz_backup_lock_place(job, what, most, &vz_backup_lock_room);
    }

    if (code != VZ_OK) {
        vz_backup_lock_drop();
    }

    return code;
}


void
vz_backup_lock_drop(void)
{
    vz_lock_drop(&vz_backup_lock_room);
    vz_lock_drop(&vz_backup_lock_own);

    /* the next verb of this connection is another work */

    (void) signal(SIGTERM, SIG_DFL);
    vz_backup_lock_stop = 0;
}


vz_code_e
vz_backup_lock_read(vz_job_t *job)
{
    return vz_backup_lock_room.fd != -1
           ? VZ_OK
           : vz_backup_lock_place(job, "backup-read", VZ_BACKUP_LOCK_READS,
                                  &vz_backup_lock_room);
}


static vz_code_e
vz_backup_lock_place(vz_job_t *job, const char *what, unsigned most,
    vz_lock_t *lock)
{
    char        name[VZ_BACKUP_LOCK_NAME], holder[VZ_LOCK_HOLDER];
    unsigned    i;
    vz_code_e   code;

    for (i = 0; i < most; i++) {
        (void) snprintf(name, sizeof(name), "%s-%u", what, i);
        code = vz_lock_take(job->conf, name, job->name, 0, lock, holder);

        if (code == VZ_OK) {
            return VZ_OK;
        }

        if (code != VZ_BUSY) {
            return vz_job_end(job, code, "lock of backups: %s",
                              strerror(errno));
        }
    }

    return vz_job_end(job, VZ_BUSY, "the node works on %u backups already",
                      most);
}


static void
vz_backup_lock_asked(int signo)
{
    (void) signo;

    vz_backup_lock_stop = 1;
}


int
vz_backup_lock_ended(void)
{
    return vz_backup_lock_stop != 0;
}


vz_code_e
vz_backup_lock_why(vz_job_t *job)
{
    unsigned  i;

    for (i = 0; vz_backup_lock_looks[i] != NULL; i++) {
        if (strcmp(job->name, vz_backup_lock_looks[i]) == 0) {
            return vz_job_end(job, VZ_BUSY, "its backups are held by: a verb "
                              "that does not wait for this one");
        }
    }

    return vz_job_end(job, VZ_STATE, "the backup was ended: its container is "
                      "removed or gets another disk");
}


int
vz_backup_lock_end(const vz_config_t *conf, const char *tag, int ms)
{
    return vz_backup_lock_end_of(conf, tag, vz_backup_lock_saves, ms);
}


static int
vz_backup_lock_end_of(const vz_config_t *conf, const char *tag,
    const char *const *verbs, int ms)
{
    char          name[VZ_BACKUP_LOCK_NAME], holder[VZ_LOCK_HOLDER];
    unsigned      i;
    vz_code_e     code;
    vz_lock_t     lock;
    vz_process_t  process;

    if (tag[0] == '\0') {
        return 0;
    }

    (void) snprintf(name, sizeof(name), "%s.backup", tag);

    for (i = 0; i < 2; i++) {
        code = vz_lock_take(conf, name, "end", 0, &lock, holder);

        if (code == VZ_OK) {
            vz_lock_drop(&lock);
            return 0;
        }

        if (code != VZ_BUSY) {
            return -1;
        }

        /*
         * its number is written under the lock, so while that is held it is
         * the holder's; the pair with its start names nobody else afterwards
         */
        if (!vz_backup_lock_is(holder, verbs)) {
            return 0;
        }

        if (vz_backup_lock_holder(holder, &process) == -1) {
            return -1;
        }

        (void) vz_process_kill(&process, i == 0 ? SIGTERM : SIGKILL);
        (void) vz_process_wait(&process, i == 0 ? ms : VZ_BACKUP_LOCK_KILL);
    }

    code = vz_lock_take(conf, name, "end", VZ_BACKUP_LOCK_KILL, &lock, holder);

    if (code == VZ_OK) {
        vz_lock_drop(&lock);
    }

    return code == VZ_OK ? 0 : -1;
}


/* "backup, pid 4711, since 14:03:11Z" */
static int
vz_backup_lock_is(const char *holder, const char *const *verbs)
{
    size_t    len;
    unsigned  i;

    for (i = 0; verbs[i] != NULL; i++) {
        len = strlen(verbs[i]);

        if (strncmp(holder, verbs[i], len) == 0 && holder[len] == ',') {
            return 1;
        }
    }

    return 0;
}


static int
vz_backup_lock_holder(const char *holder, vz_process_t *process)
{
    const char  *p;

    p = strstr(holder, ", pid ");

    return p == NULL ? -1 : vz_process_of((pid_t) atoi(p + 6), process);
}
