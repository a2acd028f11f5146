#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "cache.h"
#include "job.h"
#include "lock.h"
#include "log.h"
#include "tree.h"
#include "unpack.h"


#define VZ_CACHE_FROM     5         /* per cent of a verb that unpacks */
#define VZ_CACHE_TO       70
#define VZ_CACHE_WARM     1800      /* seconds for one template */
#define VZ_CACHE_TMP_MAX  32        /* "." before and ".tmp.PID" behind */


typedef struct {
    const vz_config_t   *conf;
    int                  failures;
} vz_warm_t;


static int vz_cache_name(const char *file, char *name);
static int vz_cache_filter(const struct dirent *entry);
static int vz_cache_order(const struct dirent **one,
    const struct dirent **two);
static vz_code_e vz_cache_stat(const vz_config_t *conf, const char *name,
    const char *suffix, vz_template_t *entry);
static vz_code_e vz_cache_folder(const vz_config_t *conf, const char *name,
    vz_job_t *job, vz_template_t *entry, char path[PATH_MAX]);
static int vz_cache_ready(const char *path);
static vz_code_e vz_cache_locked(const vz_config_t *conf, const char *name,
    vz_job_t *job, char path[PATH_MAX]);
static vz_code_e vz_cache_make(const vz_template_t *entry, vz_job_t *job,
    const char *parent, const char *path);
static vz_code_e vz_cache_fork(const vz_template_t *entry, vz_job_t *job,
    const char *folder);
static vz_code_e vz_cache_wait(const vz_template_t *entry, vz_job_t *job,
    int notes);
static vz_code_e vz_cache_warm_one(const vz_template_t *entry, void *data);


/* in the order of preference: the quicker to unpack, the earlier */
static const char *const  vz_cache_suffixes[] = {
    ".tar.zst",
    ".tar.gz",
    ".tar.xz",
    NULL
};


vz_code_e
vz_cache_find(const vz_config_t *conf, const char *name,
    vz_template_t *entry)
{
    vz_code_e            code;
    const char *const   *suffix;

    if (vz_field_check(VZ_FIELD_TEMPLATE, name, strlen(name)) != VZ_OK) {
        return VZ_NOTEMPLATE;
    }

    for (suffix = vz_cache_suffixes; *suffix; suffix++) {
        code = vz_cache_stat(conf, name, *suffix, entry);

        if (code != VZ_NOTEMPLATE) {
            return code;
        }
    }

    return VZ_NOTEMPLATE;
}


vz_code_e
vz_cache_list(const vz_config_t *conf, vz_cache_pt each, void *data)
{
    int              i, n;
    char             name[VZ_TEMPLATE_MAX + 1], last[VZ_TEMPLATE_MAX + 1];
    vz_code_e        code;
    vz_template_t    entry;
    struct dirent  **list;

    n = scandir(conf->template_dir, &list, vz_cache_filter, vz_cache_order);
    if (n == -1) {
        return VZ_INTERNAL;
    }

    code = VZ_OK;
    last[0] = '\0';

    for (i = 0; i < n; i++) {

        /* one NAME may be there as .zst and as .gz */
        if (code == VZ_OK && vz_cache_name(list[i]->d_name, name)
            && strcmp(name, last) != 0
            && vz_cache_find(conf, name, &entry) == VZ_OK)
        {
            (void) strcpy(last, name);
            code = each(&entry, data);
        }

        free(list[i]);
    }

    free(list);

    return code;
}


int
vz_cache_version(const vz_template_t *entry, char version[NAME_MAX + 1])
{
    int  n;

    n = snprintf(version, NAME_MAX + 1, "%s@%lld-%llu", entry->name,
                 (long long) entry->mtime, (unsigned long long) entry->size);

    return n > 0 && n <= NAME_MAX ? 0 : -1;
}


vz_code_e
vz_cache_unpack(const vz_config_t *conf, const char *name, vz_job_t *job,
    char path[PATH_MAX])
{
    char            lockname[VZ_TEMPLATE_MAX + 16], holder[VZ_LOCK_HOLDER];
    vz_lock_t       lock;
    vz_code_e       code;
    vz_template_t   entry;

    code = vz_cache_folder(conf, name, job, &entry, path);

    if (code != VZ_OK || vz_cache_ready(path)) {
        return code;
    }

    (void) snprintf(lockname, sizeof(lockname), "template-%s", entry.name);

    vz_job_progress(job, VZ_CACHE_FROM, "unpacking %s", name);

    code = vz_lock_take(conf, lockname, "unpacking", vz_job_left(job), &lock,
                        holder);

    if (code == VZ_BUSY) {
        return vz_job_end(job, VZ_TIMEOUT, "template %s is held by: %s",
                          name, holder);
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "lock of template %s: %s", name,
                          strerror(errno));
    }

    code = vz_cache_locked(conf, name, job, path);

    vz_lock_drop(&lock);

    return code;
}


int
vz_cache_warm(const vz_config_t *conf)
{
    vz_warm_t  warm;

    warm.conf = conf;
    warm.failures = 0;

    if (vz_cache_list(conf, vz_cache_warm_one, &warm) != VZ_OK) {
        vz_log(LOG_ERR, "%s: %s", conf->template_dir, strerror(errno));
        return 1;
    }

    return warm.failures;
}


static vz_code_e
vz_cache_warm_one(const vz_template_t *entry, void *data)
{
    int          fd;
    char         path[PATH_MAX];
    vz_job_t     job;
    vz_code_e    code;
    vz_warm_t   *warm;

    warm = data;

    vz_job_init(&job, warm->conf, STDOUT_FILENO);
    (void) clock_gettime(CLOCK_MONOTONIC, &job.deadline);
    job.deadline.tv_sec += VZ_CACHE_WARM;

    code = vz_cache_unpack(warm->conf, entry->name, &job, path);

    if (code == VZ_OK) {
        fd = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

        if (fd == -1 || syncfs(fd) == -1) {
            code = vz_job_end(&job, VZ_INTERNAL, "%s: %s", path,
                              strerror(errno));
        }

        if (fd != -1) {
            (void) close(fd);
        }
    }

    if (code == VZ_OK) {
        (void) vz_job_end(&job, code, "%s", entry->name);

    } else {
        warm->failures++;
    }

    vz_job_final(&job, code);

    /* the others may be better */
    return VZ_OK;
}


/* the template's name within the archive's */
static int
vz_cache_name(const char *file, char *name)
{
    size_t               len, end;
    const char *const   *suffix;

    len = strlen(file);

    for (suffix = vz_cache_suffixes; *suffix; suffix++) {
        end = strlen(*suffix);

        if (len <= end || len - end > VZ_TEMPLATE_MAX
            || strcmp(file + len - end, *suffix) != 0)
        {
            continue;
        }

        len -= end;

        (void) memcpy(name, file, len);
        name[len] = '\0';

        return vz_field_check(VZ_FIELD_TEMPLATE, name, len) == VZ_OK;
    }

    return 0;
}


static int
vz_cache_filter(const struct dirent *entry)
{
    char  name[VZ_TEMPLATE_MAX + 1];

    return vz_cache_name(entry->d_name, name);
}


static int
vz_cache_order(const struct dirent **one, const struct dirent **two)
{
    char  a[VZ_TEMPLATE_MAX + 1], b[VZ_TEMPLATE_MAX + 1];

    if (!vz_cache_name((*one)->d_name, a)
        || !vz_cache_name((*two)->d_name, b))
    {
        return strcmp((*one)->d_name, (*two)->d_name);
    }

    return strcmp(a, b);
}


static vz_code_e
vz_cache_stat(const vz_config_t *conf, const char *name, const char *suffix,
    vz_template_t *entry)
{
    int          n;
    struct stat  st;

    n = snprintf(entry->path, sizeof(entry->path), "%s/%s%s",
                 conf->template_dir, name, suffix);

    if (n < 0 || (size_t) n >= sizeof(entry->path)) {
        errno = ENAMETOOLONG;
        return VZ_INTERNAL;
    }

    if (lstat(entry->path, &st) == -1) {
        return errno == ENOENT || errno == ENOTDIR ? VZ_NOTEMPLATE
                                                   : VZ_INTERNAL;
    }

    if (!S_ISREG(st.st_mode)) {
        return VZ_NOTEMPLATE;
    }

    (void) snprintf(entry->name, sizeof(entry->name), "%s", name);
    entry->size = (uint64_t) st.st_size;
    entry->mtime = st.st_mtime;

    return VZ_OK;
}


/* where the present version is, or will be */
static vz_code_e
vz_cache_folder(const vz_config_t *conf, const char *name, vz_job_t *job,
    vz_template_t *entry, char path[PATH_MAX])
{
    int         n;
    char        version[NAME_MAX + 1];
    vz_code_e   code;

    code = vz_cache_find(conf, name, entry);

    if (code == VZ_NOTEMPLATE) {
        return vz_job_end(job, code, "template %s is not installed here",
                          name);
    }

    if (code != VZ_OK) {
        return vz_job_end(job, code, "%s: %s", conf->template_dir,
                          strerror(errno));
    }

    if (vz_cache_version(entry, version) == 0) {
        n = snprintf(path, PATH_MAX, "%s/template/%s", conf->lxc_path,
                     version);

        if (n > 0 && n < PATH_MAX - VZ_CACHE_TMP_MAX) {
            return VZ_OK;
        }
    }

    return vz_job_end(job, VZ_INTERNAL, "lxc_path is too long");
}


static int
vz_cache_ready(const char *path)
{
    struct stat  st;

    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}


static vz_code_e
vz_cache_locked(const vz_config_t *conf, const char *name, vz_job_t *job,
    char path[PATH_MAX])
{
    char            parent[PATH_MAX];
    vz_code_e       code;
    vz_template_t   entry;

    /* again: who held the lock may have done it, or the archive is new */
    code = vz_cache_folder(conf, name, job, &entry, path);

    if (code != VZ_OK || vz_cache_ready(path)) {
        return code;
    }

    (void) strcpy(parent, path);
    *strrchr(parent, '/') = '\0';

    if (vz_tree_make(parent, 0700) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", parent,
                          strerror(errno));
    }

    vz_cache_sweep(parent, name);

    return vz_cache_make(&entry, job, parent, path);
}


void
vz_cache_sweep(const char *parent, const char *name)
{
    int             n;
    DIR            *dir;
    char            path[PATH_MAX], prefix[VZ_TEMPLATE_MAX + 4];
    size_t          len;
    struct dirent  *entry;

    dir = opendir(parent);
    if (dir == NULL) {
        return;
    }

    len = (size_t) snprintf(prefix, sizeof(prefix), ".%s@", name);

    while ((entry = readdir(dir)) != NULL) {

        if (strncmp(entry->d_name, prefix, len) != 0) {
            continue;
        }

        n = snprintf(path, sizeof(path), "%s/%s", parent, entry->d_name);

        if (n > 0 && (size_t) n < sizeof(path)
            && vz_tree_remove(path) == -1)
        {
            vz_log(LOG_WARNING, "%s: %s", path, strerror(errno));
        }
    }

    (void) closedir(dir);
}


/* made beside, renamed at the end */
static vz_code_e
vz_cache_make(const vz_template_t *entry, vz_job_t *job, const char *parent,
    const char *path)
{
    int         n;
    char        tmp[PATH_MAX];
    vz_code_e   code;

    n = snprintf(tmp, sizeof(tmp), "%s/.%s.tmp.%d", parent,
                 strrchr(path, '/') + 1, (int) getpid());

    if (n < 0 || (size_t) n >= sizeof(tmp)) {
        return vz_job_end(job, VZ_INTERNAL, "lxc_path is too long");
    }

    if (mkdir(tmp, 0755) == -1 || chmod(tmp, 0755) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", tmp, strerror(errno));
    }

    code = vz_cache_fork(entry, job, tmp);

    if (code == VZ_OK && rename(tmp, path) == -1) {
        code = vz_job_end(job, VZ_INTERNAL, "%s: %s", path, strerror(errno));
    }

    if (code != VZ_OK && vz_tree_remove(tmp) == -1) {
        vz_log(LOG_WARNING, "%s: %s", tmp, strerror(errno));
    }

    return code;
}


static vz_code_e
vz_cache_fork(const vz_template_t *entry, vz_job_t *job, const char *folder)
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
        /* a half made folder must not be written to behind a sweep */
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != parent) {
            _exit(1);
        }

        (void) close(notes[0]);
        vz_unpack(entry, folder, notes[1]);
    }

    (void) close(notes[1]);

    if (pid == -1) {
        (void) close(notes[0]);
        return vz_job_end(job, VZ_INTERNAL, "fork: %s", strerror(errno));
    }

    code = vz_cache_wait(entry, job, notes[0]);

    if (code != VZ_OK) {
        (void) kill(pid, SIGKILL);
    }

    while (waitpid(pid, &status, 0) == -1 && errno == EINTR) { /* void */ }

    (void) close(notes[0]);

    return code;
}


static vz_code_e
vz_cache_wait(const vz_template_t *entry, vz_job_t *job, int notes)
{
    int                n;
    ssize_t            size;
    unsigned           percent;
    struct pollfd      pfd;
    vz_unpack_note_t   note;

    pfd.fd = notes;
    pfd.events = POLLIN;

    for ( ;; ) {
        n = poll(&pfd, 1, vz_job_left(job));

        if (n == 0) {
            return vz_job_end(job, VZ_TIMEOUT, "unpacking %s takes too long",
                              entry->name);
        }

        if (n == -1 && errno == EINTR) {
            continue;
        }

        size = n == -1 ? -1 : read(notes, &note, sizeof(note));

        if (size != (ssize_t) sizeof(note)) {
            return vz_job_end(job, VZ_INTERNAL, "unpacking %s ended early",
                              entry->name);
        }

        note.words[sizeof(note.words) - 1] = '\0';

        if (note.code == VZ_OK) {
            return VZ_OK;
        }

        if (note.code != VZ_AGAIN) {
            return vz_job_end(job, note.code, "%s", note.words);
        }

        percent = VZ_CACHE_FROM
                  + (note.percent > 100 ? 100 : note.percent)
                    * (VZ_CACHE_TO - VZ_CACHE_FROM) / 100;

        vz_job_progress(job, percent, "unpacking %s", entry->name);
    }
}
