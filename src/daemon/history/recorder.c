#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "daemon/base/by_ctid.h"
#include "daemon/base/file.h"
#include "daemon/base/lock.h"
#include "daemon/base/log.h"
#include "daemon/history/node_meter.h"
#include "daemon/history/reading.h"
#include "daemon/history/recorder.h"
#include "daemon/history/tally.h"


#define VZ_RECORDER_FILES  1048576  /* descriptors: 16 of each container */
#define VZ_RECORDER_MSEC   1000000  /* ns */
#define VZ_RECORDER_YOUNG  60000    /* ms: who runs no longer was made where
                                       nothing of it was recorded */
#define VZ_RECORDER_TEND   30       /* rounds between two times that the driver
                                       tends its containers */
#define VZ_RECORDER_IDLE   (3 << 13)    /* ioprio_set(2): only what nobody else
                                           wants of the disk */


typedef struct {
    vz_by_ctid_entry_t      head;
    vz_ring_t               ring;
    vz_tally_t              tally;
    uint64_t                home;
    unsigned                failed;     /* told in the log already */
} vz_recorder_one_t;

typedef struct {
    const vz_config_t      *conf;
    const vz_driver_t      *driver;
    vz_by_ctid_t            all;        /* the node is number 0 */
    vz_reading_when_t       when;       /* of this round */
    unsigned                rounds;
    pid_t                   tending;    /* 0: nobody is */
} vz_recorder_t;


static uint64_t vz_recorder_boot(void);
static uint64_t vz_recorder_clock(clockid_t clock);
static void vz_recorder_room(void);
static void vz_recorder_round(vz_recorder_t *recorder, void *sampler);
static void vz_recorder_pause(void);
static void vz_recorder_tend(vz_recorder_t *recorder);
static void vz_recorder_drop(void *entry);
static void vz_recorder_one(const vz_ct_raw_t *raw, void *data);
static int vz_recorder_count(vz_recorder_t *recorder, vz_recorder_one_t *one,
    const vz_ct_raw_t *raw);
static vz_code_e vz_recorder_ring(vz_recorder_t *recorder,
    vz_recorder_one_t *one, const vz_ct_raw_t *raw);


int
vz_recorder(const vz_config_t *conf, const vz_driver_t *driver, char *words)
{
    char           holder[VZ_LOCK_HOLDER];
    void          *sampler;
    vz_code_e      code;
    vz_lock_t      lock;
    vz_recorder_t  recorder;

    code = vz_lock_take(conf, "recorder", "record", 0, &lock, holder);

    if (code != VZ_OK) {
        (void) snprintf(words, VZ_WORDS_MAX, "%.180s",
                        code == VZ_BUSY ? holder : strerror(errno));
        return -1;
    }

    memset(&recorder, 0, sizeof(recorder));
    recorder.conf = conf;
    recorder.driver = driver;
    recorder.all.size = sizeof(vz_recorder_one_t);
    recorder.all.drop = vz_recorder_drop;
    recorder.when.boot = vz_recorder_boot();

    vz_recorder_room();

    sampler = driver->sample_open(conf);
    if (sampler == NULL) {
        (void) snprintf(words, VZ_WORDS_MAX, "no memory");
        vz_lock_drop(&lock);
        return -1;
    }

    vz_log(LOG_NOTICE, "the recorder reads every %d s", VZ_READING_STEP);

    for ( ;; ) {
        vz_recorder_round(&recorder, sampler);
        vz_recorder_tend(&recorder);
        vz_recorder_pause();
    }
}


/* A number for the time since the node's start. */

static uint64_t
vz_recorder_boot(void)
{
    char         text[64];
    uint64_t     boot;
    const char  *p;

    boot = 14695981039346656037ULL;

    if (vz_file_read("/proc/sys/kernel/random/boot_id", text, sizeof(text))
        > 0)
    {
        for (p = text; *p != '\0'; p++) {
            boot = (boot ^ (unsigned char) *p) * 1099511628211ULL;
        }
    }

    return boot;
}


static uint64_t
vz_recorder_clock(clockid_t clock)
{
    struct timespec  ts;

    /* kernels of OpenVZ have no CLOCK_BOOTTIME */

    if (clock_gettime(clock, &ts) == -1) {
        (void) clock_gettime(CLOCK_MONOTONIC, &ts);
    }

    return (uint64_t) ts.tv_sec * 1000
           + (uint64_t) ts.tv_nsec / VZ_RECORDER_MSEC;
}


static void
vz_recorder_room(void)
{
    struct rlimit  limit;

    limit.rlim_cur = VZ_RECORDER_FILES;
    limit.rlim_max = VZ_RECORDER_FILES;

    if (setrlimit(RLIMIT_NOFILE, &limit) == -1
        && getrlimit(RLIMIT_NOFILE, &limit) == 0)
    {
        limit.rlim_cur = limit.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
    }
}


static void
vz_recorder_round(vz_recorder_t *recorder, void *sampler)
{
    vz_ct_raw_t  raw;

    recorder->when.now = vz_recorder_clock(CLOCK_REALTIME);
    recorder->when.up = vz_recorder_clock(CLOCK_BOOTTIME);

    vz_node_meter(recorder->conf, &raw);
    vz_recorder_one(&raw, recorder);

    if (recorder->driver->sample_each(sampler, vz_recorder_one, recorder)
        == -1)
    {
        vz_log(LOG_ERR, "the recorder can't read its containers: %s",
               strerror(errno));

        /* nobody is gone because nobody was seen */
        return;
    }

    vz_by_ctid_sweep(&recorder->all);
}


/*
 * Sleep until the wall clock's next multiple of the step: by a clock that
 * nobody sets, so that a clock that is set back makes no gap.
 */

static void
vz_recorder_pause(void)
{
    long             ms;
    struct timespec  ts;

    ms = VZ_READING_STEP * 1000
         - (long) (vz_recorder_clock(CLOCK_REALTIME)
                   % (VZ_READING_STEP * 1000));

    ts.tv_sec = ms / 1000;
    ts.tv_nsec = ms % 1000 * VZ_RECORDER_MSEC;

    (void) clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}


/* Slow work has a process of its own, one at a time: no round waits for it. */

static void
vz_recorder_tend(vz_recorder_t *recorder)
{
    if (recorder->tending > 0
        && waitpid(recorder->tending, NULL, WNOHANG) == recorder->tending)
    {
        recorder->tending = 0;
    }

    if (recorder->driver->tend == NULL || recorder->tending > 0
        || recorder->rounds++ % VZ_RECORDER_TEND != 0)
    {
        return;
    }

    recorder->tending = fork();

    if (recorder->tending == 0) {
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void) setpriority(PRIO_PROCESS, 0, 19);
        (void) syscall(SYS_ioprio_set, 1, 0, VZ_RECORDER_IDLE);

        recorder->driver->tend(recorder->conf);
        _exit(0);
    }
}


static void
vz_recorder_drop(void *entry)
{
    vz_recorder_one_t  *one;

    one = entry;
    vz_ring_close(&one->ring);
    vz_tally_close(&one->tally);
}


static void
vz_recorder_one(const vz_ct_raw_t *raw, void *data)
{
    unsigned            fresh;
    vz_recorder_t      *recorder;
    vz_recorder_one_t  *one;

    recorder = data;

    one = vz_by_ctid_get(&recorder->all, raw->ctid, &fresh);
    if (one == NULL) {
        return;
    }

    if (fresh) {
        one->ring.fd = -1;
        one->tally.fd = -1;
    }

    if (vz_recorder_ring(recorder, one, raw) == VZ_OK
        && vz_recorder_count(recorder, one, raw) == 0
        && vz_reading_add(&one->ring, raw, &recorder->when) == 0)
    {
        one->failed = 0;
        return;
    }

    if (one->failed == 0) {
        vz_log(LOG_WARNING, "the history of %u is not written: %s",
               raw->ctid, strerror(errno));
        one->failed = 1;
    }
}


/*
 * What it has sent and got: its file is closed and opened with that of its
 * history.
 */

static int
vz_recorder_count(vz_recorder_t *recorder, vz_recorder_one_t *one,
    const vz_ct_raw_t *raw)
{
    char      path[PATH_MAX];
    unsigned  young;
    uint64_t  up;

    if (raw->net_epoch == 0) {
        return 0;
    }

    if (one->tally.fd == -1
        && (vz_recorder_tally(recorder->conf, recorder->driver, raw->ctid,
                              path) == -1
            || vz_tally_take(path, &one->tally) != VZ_OK))
    {
        return -1;
    }

    up = recorder->when.up;
    young = raw->begun && up >= raw->begun
            && up - raw->begun <= VZ_RECORDER_YOUNG;

    return vz_tally_add(&one->tally, recorder->when.boot + raw->net_epoch,
                        raw->net, young, recorder->when.now / 1000);
}


/*
 * Its file: another one where another container has the number, or where
 * somebody removed it or put another in its place.
 */

static vz_code_e
vz_recorder_ring(vz_recorder_t *recorder, vz_recorder_one_t *one,
    const vz_ct_raw_t *raw)
{
    int          rc;
    char         path[PATH_MAX];
    unsigned     aside;
    vz_code_e    code;
    struct stat  st;

    if (one->ring.fd != -1
        && (one->home != raw->home
            || fstat(one->ring.fd, &st) == -1 || st.st_nlink == 0))
    {
        vz_ring_close(&one->ring);
        vz_tally_close(&one->tally);
    }

    if (one->ring.fd != -1) {
        return VZ_OK;
    }

    rc = raw->ctid == 0
         ? vz_recorder_node(recorder->conf, path)
         : recorder->driver->sample_path(recorder->conf, raw->ctid, path);

    if (rc == -1) {
        errno = ENAMETOOLONG;
        return VZ_INTERNAL;
    }

    code = vz_ring_take(path, &one->ring, &aside);

    if (aside) {
        vz_log(LOG_WARNING, "%s is torn or not of this version: it was "
               "renamed to *" VZ_RING_ASIDE, path);
    }

    one->home = raw->home;

    return code;
}


int
vz_recorder_node(const vz_config_t *conf, char *path)
{
    return snprintf(path, PATH_MAX, "%s/history", conf->lxc_path) < PATH_MAX
           ? 0 : -1;
}


int
vz_recorder_tally(const vz_config_t *conf, const vz_driver_t *driver,
    uint32_t ctid, char *path)
{
    size_t  len;

    if (driver->sample_path(conf, ctid, path) == -1) {
        return -1;
    }

    len = strlen(path);

    if (snprintf(path + len, PATH_MAX - len, ".traffic")
        >= (int) (PATH_MAX - len))
    {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}
