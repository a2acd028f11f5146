#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include "daemon/base/job.h"
#include "daemon/cgroup/ct_limits.h"
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_keys.h"
#include "daemon/guest/guest_password.h"
#include "daemon/lxc/lxc_change.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_rescue.h"
#include "daemon/lxc/lxc_set.h"
#include "daemon/net/ct_net.h"
#include "daemon/rootfs/disk.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/rootfs/rootfs.h"


#define VZ_LXC_MEMORY_MIN   (8ULL << 20)


/* Applies a limit of the record to the container that runs. */
typedef vz_code_e (*vz_lxc_set_pt)(const vz_config_t *conf, const vz_ct_t *ct,
    const vz_ct_state_t *run, char *words);


static vz_code_e vz_lxc_set_locked(vz_job_t *job, vz_lxc_change_t *change,
    vz_lxc_set_pt apply);
static vz_code_e vz_lxc_set_inside(vz_job_t *job, vz_rootfs_pt write,
    const void *data);
static int vz_lxc_set_uts(const vz_process_t *init, const char *name);
static vz_code_e vz_lxc_set_write_name(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static vz_code_e vz_lxc_set_write_password(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static vz_code_e vz_lxc_set_write_keys(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static vz_code_e vz_lxc_set_failed(vz_code_e rc, char *words, const char *what);


vz_code_e
vz_lxc_set_memory(vz_job_t *job, vz_memory_e which, uint64_t barrier,
    uint64_t limit, vz_done_t *done)
{
    vz_pair_t        *pair;
    vz_code_e         rc;
    const char       *key;
    vz_lxc_change_t   change;

    rc = vz_lxc_change_begin(job, &change);
    if (rc != VZ_OK) {
        return rc;
    }

    switch (which) {

    case VZ_MEMORY_VMGUAR:
        pair = &change.ct.vmguar;
        key = "vmguarpages";
        break;

    case VZ_MEMORY_OOMGUAR:
        pair = &change.ct.oomguar;
        key = "oomguarpages";
        break;

    default:
        pair = &change.ct.privvm;
        key = "privvmpages";
    }

    pair->set = 1;
    pair->barrier = barrier;
    pair->limit = limit;

    rc = which == VZ_MEMORY_PRIVVM && limit < VZ_LXC_MEMORY_MIN
         ? vz_job_end(job, VZ_RANGE, "limit: at least %lluM",
                      VZ_LXC_MEMORY_MIN >> 20)
         : vz_lxc_set_locked(job, &change, vz_ct_limits_memory);

    if (rc == VZ_OK) {
        vz_ct_limits_kept(&change.ct, key, done->kept);
    }

    vz_lxc_change_end(&change);

    return rc;
}


/* Apply a limit to the container that runs, and record it; both or none. */

static vz_code_e
vz_lxc_set_locked(vz_job_t *job, vz_lxc_change_t *change, vz_lxc_set_pt apply)
{
    char       words[VZ_WORDS_MAX];
    vz_code_e  rc;

    if (change->live) {
        rc = apply(job->conf, &change->ct, &change->run, words);

        if (rc != VZ_OK) {
            return vz_job_end(job, rc, "%s", words);
        }
    }

    rc = vz_lxc_record_save(job, &change->ct);

    if (rc != VZ_OK && change->live) {
        (void) apply(job->conf, &change->before, &change->run, words);
    }

    return rc;
}


vz_code_e
vz_lxc_set_disk(vz_job_t *job, uint64_t soft, uint64_t hard, vz_done_t *done)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t    ct, before;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    if (hard < VZ_DISK_MIN || hard == VZ_UNLIMITED) {
        return vz_job_end(job, VZ_RANGE, "disk: at least %lluM",
                          VZ_DISK_MIN >> 20);
    }

    before = ct;

    /* the file system counts in blocks */

    ct.disk.limit = hard & ~(uint64_t) 0xfff;
    ct.disk.barrier = soft < ct.disk.limit ? soft : ct.disk.limit;

    /* the image's own size counts: a verb that died may have changed it */

    if (ct.disk.limit > vz_disk_image(&ct)
        && !vz_disk_space(job->conf, words))
    {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    rc = vz_rootfs_resize(job, &before, ct.disk.limit, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    rc = vz_lxc_record_save(job, &ct);

    if (rc != VZ_OK) {
        (void) vz_rootfs_resize(job, &before, before.disk.limit, words);
        return rc;
    }

    vz_ct_limits_kept(&ct, "diskspace", done->kept);

    return VZ_OK;
}


vz_code_e
vz_lxc_set_cpu(vz_job_t *job, uint32_t units, uint32_t percent)
{
    vz_code_e        rc;
    vz_lxc_change_t  change;

    rc = vz_lxc_change_begin(job, &change);
    if (rc != VZ_OK) {
        return rc;
    }

    change.ct.units = units;

    if (percent != VZ_KEEP) {
        change.ct.percent = percent;
    }

    rc = vz_lxc_set_locked(job, &change, vz_ct_limits_cpu);
    vz_lxc_change_end(&change);

    return rc;
}


vz_code_e
vz_lxc_set_rate(vz_job_t *job, uint32_t in, uint32_t out)
{
    vz_code_e        rc;
    vz_lxc_change_t  change;

    rc = vz_lxc_change_begin(job, &change);
    if (rc != VZ_OK) {
        return rc;
    }

    change.ct.rate_in = in;
    change.ct.rate_out = out;

    rc = vz_lxc_set_locked(job, &change, vz_ct_net_rate);
    vz_lxc_change_end(&change);

    return rc;
}


vz_code_e
vz_lxc_set_hostname(vz_job_t *job, const char *name)
{
    vz_ct_t        ct;
    vz_ct_state_t  run;
    vz_code_e      rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    snprintf(ct.hostname, sizeof(ct.hostname), "%s", name);

    rc = vz_lxc_rescue_both(job, &ct, vz_lxc_set_write_name);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_ct_state_alive(&ct, &run) && run.init.pid != 0
        && vz_lxc_set_uts(&run.init, ct.hostname) == -1)
    {
        return vz_job_end(job, VZ_FAILED, "the running container refused "
                          "the name");
    }

    return vz_lxc_record_save(job, &ct);
}


static vz_code_e
vz_lxc_set_write_name(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    (void) raw;
    (void) data;

    return vz_guest_files_hostname(root, ct->hostname) == -1
           ? vz_lxc_set_failed(VZ_FAILED, words, "/etc/hostname, /etc/hosts")
           : VZ_OK;
}


static int
vz_lxc_set_uts(const vz_process_t *init, const char *name)
{
    int    fd, status;
    pid_t  child;

    fd = vz_process_ns(init, "uts");
    if (fd == -1) {
        return -1;
    }

    child = fork();

    if (child == 0) {
        _exit(setns(fd, CLONE_NEWUTS) == 0
              && sethostname(name, strlen(name)) == 0
              ? 0 : 1);
    }

    close(fd);

    if (child == -1) {
        return -1;
    }

    while (waitpid(child, &status, 0) == -1) {
        if (errno != EINTR) {
            return -1;
        }
    }

    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}


vz_code_e
vz_lxc_set_password(vz_job_t *job, const char *secret)
{
    char       hash[VZ_GUEST_PASSWORD];
    vz_code_e  rc;

    if (vz_guest_password_hash(secret, hash) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "hashing: %s", strerror(errno));
    }

    rc = vz_lxc_set_hash(job, hash);
    explicit_bzero(hash, sizeof(hash));

    return rc;
}


vz_code_e
vz_lxc_set_hash(vz_job_t *job, const char *hash)
{
    return vz_lxc_set_inside(job, vz_lxc_set_write_password, hash);
}


/* Passwords and keys are those of the system that it boots. */

static vz_code_e
vz_lxc_set_inside(vz_job_t *job, vz_rootfs_pt write, const void *data)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t    ct, booted;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    vz_ct_store_booted(&ct, &booted);
    rc = vz_rootfs_enter(job, &booted, 1, write, data, words);

    return rc == VZ_OK ? rc : vz_job_end(job, rc, "%s", words);
}


static vz_code_e
vz_lxc_set_write_password(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words)
{
    (void) ct;
    (void) raw;

    return vz_guest_files_password(root, data) == -1
           ? vz_lxc_set_failed(VZ_FAILED, words, "/etc/shadow") : VZ_OK;
}


vz_code_e
vz_lxc_set_keys(vz_job_t *job, const char *lines)
{
    return vz_lxc_set_inside(job, vz_lxc_set_write_keys, lines);
}


static vz_code_e
vz_lxc_set_write_keys(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    (void) ct;
    (void) raw;

    if (vz_guest_keys_write(root, data) == 0) {
        return VZ_OK;
    }

    snprintf(words, VZ_WORDS_MAX, "/root/.ssh/authorized_keys: %s",
             vz_guest_keys_why());

    return errno == ENOSPC || errno == EDQUOT ? VZ_NOSPACE : VZ_FAILED;
}


static vz_code_e
vz_lxc_set_failed(vz_code_e rc, char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return errno == ENOSPC || errno == EDQUOT ? VZ_NOSPACE : rc;
}
