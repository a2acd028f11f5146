#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/run_folder.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/template/unpack.h"
#include "daemon/template/unpacker.h"


#define VZ_UNPACKER_FROM  5         /* progress of a verb, in percent, where
                                       unpacking begins */
#define VZ_UNPACKER_TO    70


static vz_code_e vz_unpacker_run(vz_job_t *job, const vz_template_t *entry,
    const char *what, const char *folder);
static void vz_unpacker_child(const vz_job_t *job, const vz_template_t *entry,
    const char *what, const char *folder, int notes)
    __attribute__((noreturn));
static vz_code_e vz_unpacker_wait(vz_job_t *job, const vz_template_t *entry,
    int notes);


vz_code_e
vz_unpacker(vz_job_t *job, const vz_template_t *entry, const char *folder)
{
    return vz_unpacker_run(job, entry, "unpack", folder);
}


vz_code_e
vz_unpacker_look(vz_job_t *job, const vz_template_t *entry)
{
    char  folder[PATH_MAX];

    if (vz_run_folder_make(job->conf, "empty", NULL, folder) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", job->conf->run_dir,
                          strerror(errno));
    }

    return vz_unpacker_run(job, entry, "look", folder);
}


static vz_code_e
vz_unpacker_run(vz_job_t *job, const vz_template_t *entry, const char *what,
    const char *folder)
{
    int        notes[2], status;
    pid_t      pid, parent;
    vz_code_e  code;

    if (pipe2(notes, O_CLOEXEC) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "pipe: %s", strerror(errno));
    }

    parent = getpid();
    pid = fork();

    if (pid == 0) {
        /* the program must not go on writing to a folder that is swept */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent) {
            _exit(1);
        }

        vz_unpacker_child(job, entry, what, folder, notes[1]);
    }

    (void) close(notes[1]);

    if (pid == -1) {
        (void) close(notes[0]);
        return vz_job_end(job, VZ_INTERNAL, "fork: %s", strerror(errno));
    }

    code = vz_unpacker_wait(job, entry, notes[0]);

    if (code != VZ_OK) {
        (void) kill(pid, SIGKILL);
    }

    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) { /* void */ }

    /* its child has the pipe, too: at the end of the pipe both have ended */
    while (read(notes[0], &status, sizeof(status)) > 0) { /* void */ }

    (void) close(notes[0]);

    return code;
}


static void
vz_unpacker_child(const vz_job_t *job, const vz_template_t *entry,
    const char *what, const char *folder, int notes)
{
    char         mtime[24], size[24], floor[24];
    const char  *argv[9];

    (void) snprintf(mtime, sizeof(mtime), "%lld", (long long) entry->mtime);
    (void) snprintf(size, sizeof(size), "%llu",
                    (unsigned long long) entry->size);
    (void) snprintf(floor, sizeof(floor), "%llu",
                    (unsigned long long) vz_disk_space_floor(job->conf));

    argv[0] = job->conf->unpack;
    argv[1] = what;
    argv[2] = entry->name;
    argv[3] = entry->path;
    argv[4] = mtime;
    argv[5] = size;
    argv[6] = folder;
    argv[7] = floor;
    argv[8] = NULL;

    /* the program must not have the client's socket or our locks */
    if (notes == VZ_UNPACK_NOTES ? fcntl(notes, F_SETFD, 0) == -1
                                 : dup2(notes, VZ_UNPACK_NOTES) == -1)
    {
        _exit(1);
    }

    closefrom(VZ_UNPACK_NOTES + 1);

    (void) execv(argv[0], (char *const *) argv);
    _exit(127);
}


static vz_code_e
vz_unpacker_wait(vz_job_t *job, const vz_template_t *entry, int notes)
{
    int                n;
    ssize_t            size;
    unsigned           percent;
    struct pollfd      pfd;
    vz_unpack_note_t   note;

    pfd.fd = notes;
    pfd.events = POLLIN;

    for ( ;; ) {
        n = poll(&pfd, 1, vz_job_beat(job));

        if (n == 0 && vz_job_left(job) > 0) {
            continue;
        }

        if (n == 0) {
            return vz_job_end(job, VZ_TIMEOUT, "unpacking %s takes too long",
                              entry->name);
        }

        if (n == -1 && errno == EINTR) {
            continue;
        }

        size = n == -1 ? -1 : read(notes, &note, sizeof(note));

        if (size != (ssize_t) sizeof(note)) {
            return access(job->conf->unpack, X_OK) == -1
                   ? vz_job_end(job, VZ_INTERNAL, "%s: %s", job->conf->unpack,
                                strerror(errno))
                   : vz_job_end(job, VZ_INTERNAL, "unpacking %s ended early",
                                entry->name);
        }

        note.words[sizeof(note.words) - 1] = '\0';

        if (note.code == VZ_OK) {
            return VZ_OK;
        }

        if (note.code != VZ_AGAIN) {
            return vz_job_end(job, note.code, "%s", note.words);
        }

        percent = VZ_UNPACKER_FROM
                  + (note.percent > 100 ? 100 : note.percent)
                    * (VZ_UNPACKER_TO - VZ_UNPACKER_FROM) / 100;

        vz_job_progress(job, percent, "unpacking %s", entry->name);
    }
}
