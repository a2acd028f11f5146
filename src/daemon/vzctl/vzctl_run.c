/* Runs vzctl and vzlist: argument lists, deadlines, exit statuses. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/process.h"
#include "daemon/base/spawn.h"
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_run.h"
#include "wire/field_value.h"


#define VZ_VZCTL_LOCKED     9           /* exit status: CT is locked */
#define VZ_VZCTL_PATIENCE   5000        /* ms of tries while another vzctl
                                           has the container */
#define VZ_VZCTL_PAUSE      100         /* ms between two tries */
#define VZ_VZCTL_ARGS       48
#define VZ_VZCTL_TAIL       140         /* bytes of its output that an error
                                           text quotes */
#define VZ_VZLIST_OUTPUT    (4 << 20)   /* some ten thousand rows */
#define VZ_VZLIST_TIME      8000        /* ms */


typedef struct {
    int             status;
    vz_code_e       code;
} vz_vzctl_status_t;


/* A program of vzctl that is waited for. */
typedef struct {
    vz_job_t       *job;
    vz_spawn_t     *run;
    uint64_t        written;        /* until the last look; 0: none yet */
} vz_vzctl_wait_t;


static vz_code_e vz_vzctl_wrong(vz_job_t *job, const char *command,
    vz_code_e code, const vz_vzctl_said_t *said);
static const char *vz_vzctl_tail(const char *output);
static int vz_vzctl_tick(void *data);
static int vz_vzctl_time(const vz_job_t *job, int timeout);
static vz_code_e vz_vzlist_run(vz_job_t *job, const char *fields,
    uint32_t ctid, char *output, size_t size);
static void vz_vzlist_fields(unsigned vswap, char *fields, size_t size);
static int vz_vzlist_row(char *line, unsigned columns, vz_vzctl_row_t *row);
static uint64_t vz_vzlist_number(const char *text);
static uint64_t vz_vzlist_uptime(const char *text);
static void vz_vzlist_copy(const vz_vzctl_row_t *row, void *data);


/* From vzerror.h of vzctl 4; other statuses are VZ_FAILED. */
static const vz_vzctl_status_t  vz_vzctl_statuses[] = {
    { 5, VZ_UNSUPPORTED },              /* no kernel of OpenVZ */
    { 9, VZ_BUSY },
    { 14, VZ_NOENT },                   /* no CTID.conf */
    { 29, VZ_NOTEMPLATE },
    { 31, VZ_STATE },                   /* not running */
    { 32, VZ_STATE },                   /* running */
    { 40, VZ_STATE },                   /* not mounted */
    { 41, VZ_STATE },                   /* mounted */
    { 44, VZ_EXISTS },                  /* private area exists */
    { 46, VZ_NOSPACE },
    { 78, VZ_EXISTS },                  /* address in use */
    { 91, VZ_NOTEMPLATE },
    { 99, VZ_UNSUPPORTED },             /* no ploop */
    { 105, VZ_STATE }                   /* start disabled */
};

#define VZ_VZCTL_STATUSES                                                     \
    (sizeof(vz_vzctl_statuses) / sizeof(vz_vzctl_statuses[0]))


/* Indexed by vz_col_e. */
static const char *const  vz_vzlist_columns[VZ_COL_COUNT] = {
    "numproc", "physpages", "physpages.l", "privvmpages", "privvmpages.b",
    "privvmpages.l", "vmguarpages.b", "vmguarpages.l", "oomguarpages.b",
    "oomguarpages.l", "diskspace", "diskspace.s", "diskspace.h", "diskinodes",
    "diskinodes.h", "cpulimit", "cpuunits", "swappages", "swappages.l"
};


vz_code_e
vz_vzctl_run(vz_job_t *job, const char *command, const char *const *options,
    int timeout, vz_vzctl_said_t *said)
{
    int              n, left;
    char             id[16];
    vz_code_e        code;
    vz_spawn_t       run;
    const char      *argv[VZ_VZCTL_ARGS];
    vz_vzctl_said_t  own;
    vz_vzctl_wait_t  wait;

    said = said ? said : &own;
    (void) snprintf(id, sizeof(id), "%u", job->ctid);

    n = 0;
    argv[n++] = job->conf->vzctl;
    argv[n++] = command;
    argv[n++] = id;

    while (options && *options && n < VZ_VZCTL_ARGS - 1) {
        argv[n++] = *options++;
    }

    argv[n] = NULL;

    left = vz_job_left(job);

    for ( ;; ) {
        (void) memset(&run, 0, sizeof(run));
        run.argv = argv;
        run.output = said->output;
        run.output_size = sizeof(said->output);
        run.timeout = timeout;
        run.tick = vz_vzctl_tick;
        run.data = &wait;

        wait.job = job;
        wait.run = &run;
        wait.written = 0;

        code = vz_spawn(&run);
        said->status = run.status;

        if (code != VZ_FAILED || run.status != VZ_VZCTL_LOCKED
            || left - vz_job_left(job) >= VZ_VZCTL_PATIENCE)
        {
            break;
        }

        vz_vzctl_run_sleep(VZ_VZCTL_PAUSE);
    }

    return code == VZ_OK ? code : vz_vzctl_wrong(job, command, code, said);
}


static vz_code_e
vz_vzctl_wrong(vz_job_t *job, const char *command, vz_code_e code,
    const vz_vzctl_said_t *said)
{
    size_t  i;

    switch (code) {

    case VZ_TIMEOUT:
        return vz_job_end(job, code, "vzctl %s did not end in time", command);

    case VZ_NOENT:
        return vz_job_end(job, VZ_INTERNAL, "%s is missing",
                          job->conf->vzctl);

    case VZ_FAILED:
        break;

    default:
        return vz_job_end(job, VZ_INTERNAL, "%s: %s", job->conf->vzctl,
                          strerror(errno));
    }

    for (i = 0; i < VZ_VZCTL_STATUSES; i++) {
        if (vz_vzctl_statuses[i].status == said->status) {
            code = vz_vzctl_statuses[i].code;
        }
    }

    vz_job_said(job, said->output);

    return vz_job_end(job, code, "vzctl %s: exit %d: %s", command,
                      said->status, vz_vzctl_tail(said->output));
}


/* The end of the output, from the beginning of a line where one is near. */
static const char *
vz_vzctl_tail(const char *output)
{
    size_t       len;
    const char  *p, *tail;

    len = strlen(output);

    if (len <= VZ_VZCTL_TAIL) {
        return output;
    }

    tail = output + len - VZ_VZCTL_TAIL;
    p = strchr(tail, '\n');

    return p && p[1] ? p + 1 : tail;
}


vz_code_e
vz_vzctl_run_exec(vz_job_t *job, const char *word, const char *input,
                  int *status)
{
    char         id[16];
    vz_code_e    code;
    vz_spawn_t   run;

    const char  *argv[] = {
        job->conf->vzctl, "--quiet", "exec2", id, word, NULL
    };

    (void) snprintf(id, sizeof(id), "%u", job->ctid);

    (void) memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.input = input;
    run.input_len = strlen(input);
    run.timeout = vz_vzctl_time(job, INT_MAX);

    /* its output is dropped: the guest could print the secret */
    code = vz_spawn(&run);
    *status = run.status;

    return code;
}


/*
 * vzctl says nothing while it unpacks: that it lives is told for it.  Whether
 * it is at work is looked at when half of the verb's time has gone: what it
 * and its tar write meanwhile is as good as progress.
 */
static int
vz_vzctl_tick(void *data)
{
    uint64_t          before;
    vz_vzctl_wait_t  *wait = data;

    if (wait->job->req && wait->job->req->def->beat
        && vz_job_left(wait->job) / 500
           < (int) wait->job->req->def->timeout)
    {
        before = wait->written;
        wait->written = vz_process_group_written(wait->run->pid);

        if (before && wait->written != before) {
            vz_job_moves(wait->job);
            wait->written = 0;
        }
    }

    return vz_job_beat(wait->job);
}


/* The timeout in milliseconds, within the rest of the job's time. */
static int
vz_vzctl_time(const vz_job_t *job, int timeout)
{
    int  left;

    left = vz_job_left(job);

    return left < timeout ? left : timeout;
}


void
vz_vzctl_run_sleep(int ms)
{
    struct timespec  ts;

    ts.tv_sec = ms / 1000;
    ts.tv_nsec = ms % 1000 * 1000000;
    (void) nanosleep(&ts, NULL);
}


int
vz_vzctl_run_vswap(const vz_config_t *conf)
{
    char  path[PATH_MAX];

    return (size_t) snprintf(path, sizeof(path), "%s/vswap", conf->vz_proc)
           < sizeof(path)
           && access(path, F_OK) == 0;
}


vz_code_e
vz_vzctl_run_list(vz_job_t *job, uint32_t ctid, vz_vzctl_row_pt each,
                  void *data)
{
    char            *output, *line, *next, fields[512];
    unsigned         vswap;
    vz_code_e        code;
    vz_vzctl_row_t   row;

    vswap = vz_vzctl_run_vswap(job->conf) ? 1 : 0;
    vz_vzlist_fields(vswap, fields, sizeof(fields));

    output = malloc(VZ_VZLIST_OUTPUT);
    if (output == NULL) {
        return vz_job_end(job, VZ_INTERNAL, "%s", strerror(errno));
    }

    code = vz_vzlist_run(job, fields, ctid, output, VZ_VZLIST_OUTPUT);

    for (line = output; code == VZ_OK && *line; line = next) {
        next = strchr(line, '\n');

        if (next == NULL) {
            break;
        }

        *next++ = '\0';

        if (vz_vzlist_row(line, vswap ? VZ_COL_COUNT : VZ_COL_SWAP, &row)
            == 0)
        {
            each(&row, data);
        }
    }

    free(output);

    return code;
}


static vz_code_e
vz_vzlist_run(vz_job_t *job, const char *fields, uint32_t ctid, char *output,
    size_t size)
{
    char         id[16];
    vz_code_e    code;
    vz_spawn_t   run;

    const char  *argv[] = {
        job->conf->vzlist, "-a", "-H", "-t", "-o", fields, ctid ? id : NULL,
        NULL
    };

    (void) snprintf(id, sizeof(id), "%u", ctid);

    (void) memset(&run, 0, sizeof(run));
    run.argv = argv;
    run.output = output;
    run.output_size = size;
    run.timeout = vz_vzctl_time(job, VZ_VZLIST_TIME);

    code = vz_spawn(&run);

    if (code == VZ_OK) {
        return code;
    }

    /* vzlist does not know a container without a private area */
    if (code == VZ_FAILED && run.status == 1 && ctid) {
        return VZ_NOENT;
    }

    if (code == VZ_TIMEOUT) {
        return vz_job_end(job, code, "vzlist did not end in time");
    }

    return vz_job_end(job, code == VZ_FAILED ? code : VZ_INTERNAL,
                      "vzlist: exit %d: %s", run.status,
                      vz_vzctl_tail(output));
}


static void
vz_vzlist_fields(unsigned vswap, char *fields, size_t size)
{
    size_t    len;
    unsigned  i;

    len = (size_t) snprintf(fields, size, "ctid,status,uptime");

    for (i = 0; i < (vswap ? VZ_COL_COUNT : VZ_COL_SWAP) && len < size; i++) {
        len += (size_t) snprintf(fields + len, size - len, ",%s",
                                 vz_vzlist_columns[i]);
    }
}


/*
 * Parse a row. -1 for one that is not ours: some containers have IDs that are
 * not numbers.
 */
static int
vz_vzlist_row(char *line, unsigned columns, vz_vzctl_row_t *row)
{
    char      *save, *ctid, *state, *uptime, *text;
    unsigned   i;

    (void) memset(row, 0, sizeof(*row));

    ctid = strtok_r(line, " \t", &save);
    state = strtok_r(NULL, " \t", &save);
    uptime = strtok_r(NULL, " \t", &save);

    if (uptime == NULL
        || vz_field_value_ctid(ctid, strlen(ctid), &row->ctid) != VZ_OK)
    {
        return -1;
    }

    row->running = strcmp(state, "running") == 0;
    row->suspended = strcmp(state, "suspended") == 0;
    row->mounted = strcmp(state, "mounted") == 0;
    row->uptime = vz_vzlist_uptime(uptime);

    for (i = 0; i < VZ_COL_COUNT; i++) {
        text = i < columns ? strtok_r(NULL, " \t", &save) : NULL;
        row->value[i] = text ? vz_vzlist_number(text) : VZ_CT_STAT_UNKNOWN;
    }

    return 0;
}


/* LONG_MAX means no limit, also that of 32 bits. */
static uint64_t
vz_vzlist_number(const char *text)
{
    uint64_t  n;

    if (vz_field_value_number(text, strlen(text), INT64_MAX, &n) != VZ_OK) {
        return VZ_CT_STAT_UNKNOWN;
    }

    return n == INT64_MAX || n == INT32_MAX ? VZ_UNLIMITED : n;
}


/* Parse "025d23h:25m:09s" into seconds. */
static uint64_t
vz_vzlist_uptime(const char *text)
{
    unsigned  days, hours, minutes, seconds;

    if (sscanf(text, "%ud%uh:%um:%us", &days, &hours, &minutes, &seconds)
        != 4)
    {
        return VZ_CT_STAT_UNKNOWN;
    }

    return days * (uint64_t) 86400 + hours * 3600 + minutes * 60 + seconds;
}


vz_code_e
vz_vzctl_run_list_one(vz_job_t *job, vz_vzctl_row_t *row)
{
    unsigned   i;
    vz_code_e  code;

    (void) memset(row, 0, sizeof(*row));
    row->uptime = VZ_CT_STAT_UNKNOWN;

    for (i = 0; i < VZ_COL_COUNT; i++) {
        row->value[i] = VZ_CT_STAT_UNKNOWN;
    }

    row->ctid = job->ctid;
    code = vz_vzctl_run_list(job, job->ctid, vz_vzlist_copy, row);

    return code == VZ_NOENT ? VZ_OK : code;
}


static void
vz_vzlist_copy(const vz_vzctl_row_t *row, void *data)
{
    vz_vzctl_row_t  *one;

    one = data;

    if (row->ctid == one->ctid) {
        *one = *row;
    }
}


vz_code_e
vz_vzctl_run_list_root(vz_job_t *job, char *path)
{
    size_t     len;
    vz_code_e  code;

    code = vz_vzlist_run(job, "root", job->ctid, path, PATH_MAX);

    len = strcspn(path, "\n");

    while (len && path[len - 1] == ' ') {
        len--;
    }

    path[len] = '\0';

    if (code == VZ_NOENT || (code == VZ_OK && path[0] != '/')) {
        return vz_job_end(job, VZ_FAILED, "vzlist does not know its root");
    }

    return code;
}
