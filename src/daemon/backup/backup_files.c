#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include "daemon/backup/backup_files.h"
#include "daemon/backup/backup_path.h"
#include "daemon/backup/restic.h"
#include "daemon/backup/restic_list.h"
#include "daemon/backup/restic_why.h"
#include "daemon/base/job.h"


#define VZ_BACKUP_FILES_TURN  500       /* ms of one wait */

/* os.FileMode of Go has these where a mode_t has 04000, 02000 and 01000 */
#define VZ_BACKUP_FILES_SUID    (1 << 23)
#define VZ_BACKUP_FILES_SGID    (1 << 22)
#define VZ_BACKUP_FILES_STICKY  (1 << 20)

#define VZ_BACKUP_FILES_NOT_UTF8  "\xef\xbf\xbd"

typedef struct {
    char      name[VZ_BACKUP_PATH_NAME];
    char      type[8];
    uint64_t  size;
    int64_t   mtime;
    unsigned  mode;
    unsigned  lf;                       /* line feeds in its path */
} vz_backup_entry_t;

typedef struct {
    const char          *path;
    unsigned             itself;        /* the path was met */
    unsigned             folder;        /* and is a folder */
    unsigned             lf;            /* line feeds in its path */
    unsigned             more;
    unsigned             odd;           /* a name may be another */
    unsigned             n;
    vz_backup_entry_t   *list;

    /* while names are read once more */
    unsigned             past;          /* the folder itself is */
    unsigned             at;            /* the entry that comes */
    unsigned             fed;           /* line feeds of its path that came */
    size_t               got;
    char                 raw[PATH_MAX + 1];
} vz_backup_files_t;


static vz_code_e vz_backup_files_run(vz_job_t *job,
    const vz_repository_t *repository, const vz_backup_t *from,
    vz_backup_files_t *files, unsigned raw);
static vz_code_e vz_backup_files_entry(vz_job_t *job, char *line, size_t len,
    void *data);
static vz_code_e vz_backup_files_add(vz_backup_files_t *files,
    const json_t *node, const char *path);
static unsigned vz_backup_files_feeds(const char *path);
static void vz_backup_files_node(const json_t *node, const char *type,
    vz_backup_entry_t *entry);
static vz_code_e vz_backup_files_raw(vz_job_t *job, char *line, size_t len,
    void *data);
static void vz_backup_files_print(vz_job_t *job,
    const vz_backup_files_t *files);
static vz_code_e vz_backup_files_first(vz_job_t *job, vz_restic_t *run,
    vz_restic_process_t *process);


vz_code_e
vz_backup_files_list(vz_job_t *job, const vz_repository_t *repository,
    const vz_backup_t *from, const char *path)
{
    vz_code_e           code;
    vz_backup_files_t   files;

    (void) memset(&files, 0, sizeof(files));
    files.path = path;
    files.list = calloc(VZ_BACKUP_FILES_MOST, sizeof(vz_backup_entry_t));

    if (files.list == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "no memory");
    }

    code = vz_backup_files_run(job, repository, from, &files, 0);

    if (code == VZ_OK && files.itself == 0) {
        code = vz_job_end(job, VZ_NOENT, "the backup has no such file, or is "
                          "removed");
    }

    if (code == VZ_OK && files.odd) {
        code = vz_backup_files_run(job, repository, from, &files, 1);
    }

    if (code == VZ_OK) {
        vz_backup_files_print(job, &files);
    }

    free(files.list);

    return code;
}


static vz_code_e
vz_backup_files_run(vz_job_t *job, const vz_repository_t *repository,
    const vz_backup_t *from, vz_backup_files_t *files, unsigned raw)
{
    unsigned      n;
    const char   *args[8];
    vz_restic_t   run;

    n = 0;
    args[n++] = "--no-lock";

    args[n++] = raw ? "--quiet" : "--json";

    args[n++] = "ls";
    args[n++] = "--";
    args[n++] = from->snapshot;
    args[n++] = files->path;
    args[n] = NULL;

    (void) memset(&run, 0, sizeof(run));
    run.repository = repository;
    run.tag = from->tag;
    run.args = args;
    run.line = raw ? vz_backup_files_raw : vz_backup_files_entry;
    run.line_data = files;

    /* of a file there is no line but its own */

    files->past = !files->folder;

    return vz_restic_run(job, &run);
}


static vz_code_e
vz_backup_files_entry(vz_job_t *job, char *line, size_t len, void *data)
{
    json_t              *node;
    vz_code_e            code;
    const char          *kind, *path;
    json_error_t         error;

    node = json_loadb(line, len, 0, &error);

    if (node == NULL) {
        return vz_job_end(job, VZ_FAILED, "restic's list of files can't be "
                          "read: %.100s", error.text);
    }

    kind = json_string_value(json_object_get(node, "struct_type"));
    path = json_string_value(json_object_get(node, "path"));
    code = VZ_OK;

    if (kind != NULL && path != NULL && strcmp(kind, "node") == 0) {
        code = vz_backup_files_add(data, node, path);
    }

    json_decref(node);

    return code;
}


/*
 * restic tells the path itself first.  Bytes that are no UTF-8 are told as
 * U+FFFD: then the names are asked for once more, as they are.
 */
static vz_code_e
vz_backup_files_add(vz_backup_files_t *files, const json_t *node,
    const char *path)
{
    const char         *name, *type;
    vz_backup_entry_t  *entry;

    type = json_string_value(json_object_get(node, "type"));
    name = json_string_value(json_object_get(node, "name"));

    if (type == NULL || name == NULL) {
        return VZ_OK;
    }

    if (!files->itself) {
        files->itself = 1;
        files->folder = strcmp(type, "dir") == 0;

        if (files->folder) {
            files->lf = vz_backup_files_feeds(path);
            return VZ_OK;
        }
    }

    if (files->n == VZ_BACKUP_FILES_MOST) {
        files->more = 1;
        return VZ_AGAIN;
    }

    entry = &files->list[files->n];

    if (strstr(name, VZ_BACKUP_FILES_NOT_UTF8) != NULL) {
        files->odd = 1;

    } else if (vz_backup_path_print(name, strlen(name), entry->name)
               != VZ_OK)
    {
        return VZ_OK;
    }

    entry->lf = vz_backup_files_feeds(path);
    vz_backup_files_node(node, type, entry);
    files->n++;

    return VZ_OK;
}


static unsigned
vz_backup_files_feeds(const char *path)
{
    unsigned  n;

    for (n = 0; (path = strchr(path, '\n')) != NULL; path++) {
        n++;
    }

    return n;
}


static void
vz_backup_files_node(const json_t *node, const char *type,
    vz_backup_entry_t *entry)
{
    json_int_t   mode, size;
    const char  *time;

    mode = json_integer_value(json_object_get(node, "mode"));
    size = json_integer_value(json_object_get(node, "size"));
    time = json_string_value(json_object_get(node, "mtime"));

    (void) strcpy(entry->type, strcmp(type, "file") == 0 ? "file"
                               : strcmp(type, "dir") == 0 ? "dir"
                               : strcmp(type, "symlink") == 0 ? "link"
                               : "other");

    entry->mode = (unsigned) (mode & 0777)
                  | (mode & VZ_BACKUP_FILES_SUID ? 04000U : 0)
                  | (mode & VZ_BACKUP_FILES_SGID ? 02000U : 0)
                  | (mode & VZ_BACKUP_FILES_STICKY ? 01000U : 0);
    entry->size = size > 0 ? (uint64_t) size : 0;
    entry->mtime = time ? vz_restic_list_time(time) : VZ_RESTIC_LIST_NONE;
}


/* the same entries as their bytes are: a name may have line feeds */
static vz_code_e
vz_backup_files_raw(vz_job_t *job, char *line, size_t len, void *data)
{
    char                *name;
    unsigned             feeds;
    vz_backup_files_t   *files;
    vz_backup_entry_t   *entry;

    (void) job;
    files = data;

    if (files->got + len + 1 >= sizeof(files->raw)) {
        return vz_job_end(job, VZ_FAILED, "restic told a path that is longer "
                          "than one can be");
    }

    (void) memcpy(files->raw + files->got, line, len);
    files->got += len;

    entry = files->past ? &files->list[files->at] : NULL;
    feeds = entry ? entry->lf : files->folder ? files->lf : 0;

    if (files->fed < feeds) {
        files->fed++;
        files->raw[files->got++] = '\n';
        return VZ_OK;
    }

    files->raw[files->got] = '\0';
    name = strrchr(files->raw, '/');

    if (entry != NULL
        && (name == NULL
            || vz_backup_path_print(name + 1, strlen(name + 1), entry->name)
               != VZ_OK))
    {
        return vz_job_end(job, VZ_FAILED, "restic told a name that is none");
    }

    files->at += files->past;
    files->past = 1;
    files->got = 0;
    files->fed = 0;

    return files->at == files->n ? VZ_AGAIN : VZ_OK;
}


static void
vz_backup_files_print(vz_job_t *job, const vz_backup_files_t *files)
{
    char                      mtime[VZ_RESTIC_LIST_TIME + 1];
    unsigned                  i;
    const vz_backup_entry_t  *entry;

    for (i = 0; i < files->n; i++) {
        entry = &files->list[i];
        vz_restic_list_print(entry->mtime, mtime);

        vz_job_data(job, "type=%s size=%llu mtime=%s mode=%04o name=%s",
                    entry->type, (unsigned long long) entry->size, mtime,
                    entry->mode, entry->name);
    }

    if (files->more) {
        vz_job_data(job, "more=1");
    }
}


vz_code_e
vz_backup_files_read(vz_job_t *job, const vz_repository_t *repository,
    const vz_backup_t *from, const char *path)
{
    int                    to;
    char                   words[VZ_WORDS_MAX];
    vz_code_e              code;
    const char            *args[] = {
        "--no-lock", "dump", "--archive", "tar", "--", from->snapshot, path,
        NULL
    };
    vz_restic_t            run;
    vz_restic_process_t    process;

    (void) memset(&run, 0, sizeof(run));
    run.repository = repository;
    run.tag = from->tag;
    run.args = args;

    code = vz_restic_process_start(job->conf, &run, &process, words);

    if (code != VZ_OK) {
        return vz_job_end(job, code, "%s", words);
    }

    code = vz_backup_files_first(job, &run, &process);

    to = code == VZ_OK ? open("/dev/null", O_WRONLY|O_CLOEXEC) : -1;

    if (code == VZ_OK && to == -1) {
        code = vz_job_end(job, VZ_INTERNAL, "/dev/null: %s", strerror(errno));
    }

    if (code != VZ_OK) {
        (void) vz_restic_process_end(&process, 1);
        return code;
    }

    /* whoever ends the stream asks it how it ended */

    job->child = process.pid;

    return vz_job_stream(job, process.out, to);
}


/* until the first byte is there, or restic has said why none is */
static vz_code_e
vz_backup_files_first(vz_job_t *job, vz_restic_t *run,
    vz_restic_process_t *process)
{
    int            n, left;
    siginfo_t      info;
    struct pollfd  pfd[2];

    pfd[0].fd = process->out;
    pfd[1].fd = process->err;
    pfd[0].events = pfd[1].events = POLLIN;

    for ( ;; ) {
        left = vz_job_left(job);

        if (left == 0) {
            return vz_restic_why_silent(job, run);
        }

        n = poll(pfd, 2, left < VZ_BACKUP_FILES_TURN ? left
                                                     : VZ_BACKUP_FILES_TURN);

        if (n > 0 && (pfd[0].revents & POLLIN)) {
            break;
        }

        if (n > 0 && pfd[1].revents
            && vz_restic_read(run, process->err) == 0)
        {
            pfd[1].fd = -1;
        }

        /* a file without bytes ends like this, too */

        if (n > 0 && pfd[0].revents && pfd[1].fd == -1) {
            info.si_pid = 0;

            while (waitid(P_PID, (id_t) process->pid, &info, WEXITED|WNOWAIT)
                   == -1 && errno == EINTR)
            {
                /* void */
            }

            run->status = info.si_code == CLD_EXITED ? info.si_status
                                                     : 128 + info.si_status;

            return run->status == 0 ? VZ_OK : vz_restic_why(job, run);
        }
    }

    /* what it says from now on nobody reads: it must not wait for that */

    (void) close(process->err);
    process->err = -1;

    return VZ_OK;
}
