/*
 * Changes of a container: live first where it runs, then kept.  A verb that
 * fails live keeps nothing, what can't be kept is taken back; one that died
 * between the two is simply repeated.
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "daemon/base/job.h"
#include "daemon/base/verb_args.h"
#include "daemon/cgroup/ct_limits.h"
#include "daemon/ct/ct_lock.h"
#include "daemon/guest/guest_files.h"
#include "daemon/lxc/lxc_driver.h"
#include "daemon/lxc/lxc_lifecycle.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_set.h"
#include "daemon/net/address_permit.h"
#include "daemon/net/ct_net.h"
#include "daemon/rootfs/disk_space.h"
#include "daemon/rootfs/rootfs.h"
#include "wire/field_value.h"


#define VZ_LXC_MEMORY_MIN   (8ULL << 20)


typedef struct {
    uint32_t               ctid;
    const vz_ip_t         *address;
    uint32_t               owner;
} vz_lxc_owner_t;


static vz_code_e vz_lxc_live(vz_job_t *job, vz_verb_pt change);
static vz_code_e vz_lxc_setmemory_live(vz_job_t *job);
static vz_code_e vz_lxc_setcpu_live(vz_job_t *job);
static vz_code_e vz_lxc_setip_live(vz_job_t *job);
static vz_code_e vz_lxc_deleteip_live(vz_job_t *job);
static vz_code_e vz_lxc_deleteip_locked(vz_job_t *job, vz_ct_t *ct,
    unsigned first, unsigned last);
static vz_code_e vz_lxc_setgateway_live(vz_job_t *job);
static vz_code_e vz_lxc_later(vz_job_t *job, const char *words);
static vz_code_e vz_lxc_kept(vz_job_t *job, const vz_ct_t *ct,
    const char *which);
static int vz_lxc_sethostname(const vz_process_t *init, const char *name);
static int vz_lxc_owner(const vz_ct_t *ct, void *data);
static vz_code_e vz_lxc_setip_locked(vz_job_t *job,
    const vz_ip_t *address);
static vz_code_e vz_lxc_write_name(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static vz_code_e vz_lxc_write_dns(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static vz_code_e vz_lxc_write_password(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);
static vz_code_e vz_lxc_said(vz_code_e rc, char *words, const char *what);


/*
 * A guest may reboot meanwhile: what it is given at its boot and what is kept
 * here are never of two times.
 */

static vz_code_e
vz_lxc_live(vz_job_t *job, vz_verb_pt change)
{
    char        words[VZ_WORDS_MAX];
    vz_lock_t   lock;
    vz_code_e   rc;

    rc = vz_ct_lock_take(job->conf, job->req->ctid, job->req->def->name,
                         VZ_CT_LOCK_WAIT, &lock, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    rc = change(job);
    vz_lock_drop(&lock);

    return rc;
}


vz_code_e
vz_lxc_set_memory(vz_job_t *job)
{
    return vz_lxc_live(job, vz_lxc_setmemory_live);
}


static vz_code_e
vz_lxc_setmemory_live(vz_job_t *job)
{
    int            live;
    char           words[VZ_WORDS_MAX];
    vz_ct_t        ct, before;
    vz_ct_state_t  run;
    vz_pair_t     *pair;
    vz_code_e      rc;
    const char    *which;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    before = ct;

    switch (job->req->verb) {

    case VZ_VERB_SETMEMORYVM:
        pair = &ct.vmguar;
        which = "vmguarpages";
        break;

    case VZ_VERB_SETMEMORYOO:
        pair = &ct.oomguar;
        which = "oomguarpages";
        break;

    default:
        pair = &ct.privvm;
        which = "privvmpages";
    }

    rc = vz_verb_args_pair(job, &pair->barrier, &pair->limit);
    if (rc != VZ_OK) {
        return rc;
    }

    pair->set = 1;

    if (pair == &ct.privvm && pair->limit < VZ_LXC_MEMORY_MIN) {
        return vz_job_end(job, VZ_RANGE, "limit: at least %lluM",
                          VZ_LXC_MEMORY_MIN >> 20);
    }

    live = vz_ct_state_alive(&ct, &run) && run.init.pid != 0;

    if (live) {
        rc = vz_ct_limits_memory(&ct, &run, words);

        if (rc != VZ_OK) {
            return vz_job_end(job, rc, "%s", words);
        }
    }

    rc = vz_lxc_record_save(job, &ct);

    if (rc != VZ_OK && live) {
        (void) vz_ct_limits_memory(&before, &run, words);
    }

    return rc == VZ_OK ? vz_lxc_kept(job, &ct, which) : rc;
}


static vz_code_e
vz_lxc_kept(vz_job_t *job, const vz_ct_t *ct, const char *which)
{
    char  words[VZ_WORDS_MAX];

    vz_ct_limits_kept(ct, which, words);

    return strcmp(words, "-") == 0
           ? VZ_OK
           : vz_job_end(job, VZ_OK, "kept, not in force: %s", words);
}


vz_code_e
vz_lxc_set_disk(vz_job_t *job)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t    ct, before;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    before = ct;

    rc = vz_verb_args_pair(job, &ct.disk.barrier, &ct.disk.limit);
    if (rc != VZ_OK) {
        return rc;
    }

    if (ct.disk.limit < VZ_DISK_MIN || ct.disk.limit == VZ_UNLIMITED) {
        return vz_job_end(job, VZ_RANGE, "disk: at least %lluM",
                          VZ_DISK_MIN >> 20);
    }

    /* the file system counts in blocks */

    ct.disk.limit &= ~(uint64_t) 0xfff;
    ct.disk.barrier = ct.disk.barrier < ct.disk.limit ? ct.disk.barrier
                                                      : ct.disk.limit;

    /* what it has is asked for and not looked up: one that died left another */

    if (ct.disk.limit > vz_disk_image(&ct) && !vz_disk_space(job->conf,
                                                             words)) {
        return vz_job_end(job, VZ_NOSPACE, "%s", words);
    }

    rc = vz_rootfs_resize(job, &before, ct.disk.limit, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    rc = vz_lxc_record_save(job, &ct);

    if (rc != VZ_OK) {
        (void) vz_rootfs_resize(job, &before, before.disk.limit, words);
    }

    return rc == VZ_OK ? vz_lxc_kept(job, &ct, "diskspace") : rc;
}


vz_code_e
vz_lxc_set_cpu(vz_job_t *job)
{
    return vz_lxc_live(job, vz_lxc_setcpu_live);
}


static vz_code_e
vz_lxc_setcpu_live(vz_job_t *job)
{
    int            live;
    char           words[VZ_WORDS_MAX];
    vz_ct_t        ct, before;
    uint64_t       units, percent;
    vz_ct_state_t  run;
    vz_code_e      rc;
    const char    *arg;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    before = ct;
    arg = job->req->argv[1];
    percent = ct.percent;

    if (vz_field_value_number(arg, strlen(arg), UINT32_MAX, &units) != VZ_OK) {
        return vz_job_end(job, VZ_RANGE, "units: %s",
                          vz_field_rule(VZ_FIELD_UNITS));
    }

    if (job->req->argc > 2) {
        arg = job->req->argv[2];

        if (vz_field_value_number(arg, strlen(arg), UINT32_MAX / 1000,
                                  &percent)
            != VZ_OK)
        {
            return vz_job_end(job, VZ_RANGE, "percent: %s",
                              vz_field_rule(VZ_FIELD_PERCENT));
        }
    }

    ct.units = (uint32_t) units;
    ct.percent = (uint32_t) percent;

    live = vz_ct_state_alive(&ct, &run) && run.init.pid != 0;

    if (live) {
        rc = vz_ct_limits_cpu(job->conf, &ct, &run, words);

        if (rc != VZ_OK) {
            return vz_job_end(job, rc, "%s", words);
        }
    }

    rc = vz_lxc_record_save(job, &ct);

    if (rc != VZ_OK && live) {
        (void) vz_ct_limits_cpu(job->conf, &before, &run, words);
    }

    return rc;
}


vz_code_e
vz_lxc_set_name(vz_job_t *job)
{
    char           words[VZ_WORDS_MAX];
    vz_ct_t        ct;
    vz_ct_state_t  run;
    vz_code_e      rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    snprintf(ct.hostname, sizeof(ct.hostname), "%s", job->req->argv[1]);

    rc = vz_rootfs_enter(job, &ct, 1, vz_lxc_write_name, NULL, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    if (vz_ct_state_alive(&ct, &run) && run.init.pid != 0
        && vz_lxc_sethostname(&run.init, ct.hostname) == -1)
    {
        return vz_job_end(job, VZ_FAILED, "the running container did not "
                          "take the name");
    }

    return vz_lxc_record_save(job, &ct);
}


static vz_code_e
vz_lxc_write_name(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    (void) raw;
    (void) data;

    return vz_guest_files_hostname(root, ct->hostname) == -1
           ? vz_lxc_said(VZ_FAILED, words, "/etc/hostname, /etc/hosts")
           : VZ_OK;
}


static int
vz_lxc_sethostname(const vz_process_t *init, const char *name)
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
vz_lxc_set_ip(vz_job_t *job)
{
    return vz_lxc_live(job, vz_lxc_setip_live);
}


static vz_code_e
vz_lxc_setip_live(vz_job_t *job)
{
    return vz_verb_args_setip(job, vz_lxc_setip_locked);
}


static vz_code_e
vz_lxc_setip_locked(vz_job_t *job, const vz_ip_t *address)
{
    int              had, live;
    char             words[VZ_WORDS_MAX];
    vz_ct_t          ct;
    vz_ct_state_t    run;
    vz_code_e        rc;
    vz_lxc_owner_t   owner;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    had = vz_ip_find(ct.addresses, ct.naddresses, address) != -1;

    owner.ctid = ct.ctid;
    owner.address = address;
    owner.owner = 0;

    if (!had) {
        if (vz_ct_store_each(job->conf, 0, vz_lxc_owner, &owner) == 1) {
            return vz_job_end(job, VZ_EXISTS, "container %u has that address",
                              owner.owner);
        }

        rc = vz_address_permit_address(job->conf, address, words);
        if (rc != VZ_OK) {
            return vz_job_end(job, rc, "%s", words);
        }

        if (ct.naddresses == VZ_CT_ADDRESSES) {
            return vz_job_end(job, VZ_RANGE, "a container has at most %d "
                              "addresses", VZ_CT_ADDRESSES);
        }

        ct.addresses[ct.naddresses++] = *address;
    }

    live = vz_ct_state_alive(&ct, &run) && run.init.pid != 0;
    words[0] = '\0';
    rc = VZ_OK;

    if (live) {
        rc = vz_ct_net_address(job->conf, &ct, &run.init, address, 1, words);
    }

    if (rc != VZ_OK) {
        rc = vz_job_end(job, rc, "%s", words);

    } else {
        rc = had ? vz_job_end(job, VZ_OK, "already") : vz_lxc_record_save(job,
                                                                          &ct);
    }

    if (rc == VZ_OK) {
        return vz_lxc_later(job, words);
    }

    /* half of it would let the container use what is another's next */

    if (live && !had) {
        ct.naddresses--;
        (void) vz_ct_net_address(job->conf, &ct, &run.init, address, 0, words);
    }

    return rc;
}


/* what is done and kept, though a guest has not let it in */

static vz_code_e
vz_lxc_later(vz_job_t *job, const char *words)
{
    return words[0] == '\0'
           ? VZ_OK
           : vz_job_end(job, VZ_OK, "kept, not in force inside: %s", words);
}


static int
vz_lxc_owner(const vz_ct_t *ct, void *data)
{
    vz_lxc_owner_t  *owner;

    owner = data;

    if (ct->ctid == owner->ctid
        || vz_ip_find(ct->addresses, ct->naddresses, owner->address)
           == -1)
    {
        return 0;
    }

    owner->owner = ct->ctid;

    return 1;
}


vz_code_e
vz_lxc_set_deleteip(vz_job_t *job)
{
    return vz_lxc_live(job, vz_lxc_deleteip_live);
}


static vz_code_e
vz_lxc_deleteip_live(vz_job_t *job)
{
    char        words[VZ_WORDS_MAX];
    vz_ct_t     ct;
    unsigned    first, last;
    vz_lock_t   lock;
    vz_code_e   rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    rc = vz_verb_args_deleteip(job, ct.addresses, ct.naddresses, &first,
                               &last);

    if (rc != VZ_OK || first == last) {
        return rc;
    }

    rc = vz_ct_lock_addresses(job->conf, "deleteip", VZ_CT_LOCK_WAIT, &lock,
                              words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    rc = vz_lxc_deleteip_locked(job, &ct, first, last);
    vz_lock_drop(&lock);

    return rc;
}


static vz_code_e
vz_lxc_deleteip_locked(vz_job_t *job, vz_ct_t *ct, unsigned first,
    unsigned last)
{
    int            live;
    char           words[VZ_WORDS_MAX], inside[VZ_WORDS_MAX];
    vz_ct_state_t  run;
    vz_code_e      rc;
    vz_ip_t        address;

    inside[0] = '\0';
    live = vz_ct_state_alive(ct, &run) && run.init.pid != 0;

    while (last > first) {
        address = ct->addresses[--last];

        memmove(&ct->addresses[last], &ct->addresses[last + 1],
                (--ct->naddresses - last) * sizeof(ct->addresses[0]));

        /* where it does not run a monitor that was killed may have left it */

        rc = vz_ct_net_address(job->conf, ct, live ? &run.init : NULL,
                               &address,
                               0, words);

        if (rc != VZ_OK && live) {
            return vz_job_end(job, rc, "%s", words);
        }

        if (words[0]) {
            strcpy(inside, words);
        }
    }

    rc = vz_lxc_record_save(job, ct);

    return rc == VZ_OK && live ? vz_lxc_later(job, inside) : rc;
}


vz_code_e
vz_lxc_set_gateway(vz_job_t *job)
{
    return vz_lxc_live(job, vz_lxc_setgateway_live);
}


static vz_code_e
vz_lxc_setgateway_live(vz_job_t *job)
{
    char           words[VZ_WORDS_MAX], text[VZ_IP_TEXT];
    vz_ct_t        ct;
    vz_ct_state_t  run;
    vz_code_e      rc;
    vz_ip_t        address;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    if (vz_ip_parse(job->req->argv[1], &address) == -1
        || vz_ip_find(ct.addresses, ct.naddresses, &address) != -1)
    {
        return vz_job_end(job, VZ_RANGE, "gateway: an address that is not "
                          "the container's own");
    }

    vz_ip_print(&address, 0, text);

    snprintf(address.family == AF_INET ? ct.gateway4 : ct.gateway6,
             VZ_IP_LEN, "%.45s", text);

    words[0] = '\0';

    if (vz_ct_state_alive(&ct, &run) && run.init.pid != 0) {
        rc = vz_ct_net_gateway(job->conf, &ct, &run.init, address.family,
                               words);

        if (rc != VZ_OK) {
            return vz_job_end(job, rc, "%s", words);
        }
    }

    rc = vz_lxc_record_save(job, &ct);

    return rc == VZ_OK ? vz_lxc_later(job, words) : rc;
}


vz_code_e
vz_lxc_set_dns(vz_job_t *job)
{
    char       words[VZ_WORDS_MAX], text[VZ_IP_TEXT];
    vz_ct_t    ct;
    unsigned   i;
    vz_code_e  rc;
    vz_ip_t    list[VZ_CT_DNS];

    if ((rc = vz_lxc_record_load(job, &ct)) != VZ_OK
        || (rc = vz_verb_args_dns(job, list, VZ_CT_DNS, &ct.ndns)) != VZ_OK)
    {
        return rc;
    }

    for (i = 0; i < ct.ndns; i++) {
        vz_ip_print(&list[i], 0, text);
        snprintf(ct.dns[i], VZ_IP_LEN, "%.45s", text);
    }

    rc = vz_rootfs_enter(job, &ct, 1, vz_lxc_write_dns, NULL, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    return vz_lxc_record_save(job, &ct);
}


static vz_code_e
vz_lxc_write_dns(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    (void) raw;
    (void) data;

    return vz_guest_files_dns(root, ct) == -1
           ? vz_lxc_said(VZ_FAILED, words, "/etc/resolv.conf") : VZ_OK;
}


vz_code_e
vz_lxc_set_password(vz_job_t *job)
{
    char       words[VZ_WORDS_MAX], hash[VZ_VERB_ARGS_HASH];
    vz_ct_t    ct;
    vz_code_e  rc;

    if ((rc = vz_lxc_record_load(job, &ct)) != VZ_OK
        || (rc = vz_verb_args_secret(job)) != VZ_OK
        || (rc = vz_verb_args_hash(job, hash)) != VZ_OK)
    {
        return rc;
    }

    rc = vz_rootfs_enter(job, &ct, 1, vz_lxc_write_password, hash, words);
    explicit_bzero(hash, sizeof(hash));

    return rc == VZ_OK ? rc : vz_job_end(job, rc, "%s", words);
}


static vz_code_e
vz_lxc_write_password(const vz_ct_t *ct, int root, int raw, const void *data,
    char *words)
{
    (void) ct;
    (void) raw;

    return vz_guest_files_password(root, data) == -1
           ? vz_lxc_said(VZ_FAILED, words, "/etc/shadow") : VZ_OK;
}


static vz_code_e
vz_lxc_said(vz_code_e rc, char *words, const char *what)
{
    snprintf(words, VZ_WORDS_MAX, "%s: %s", what, strerror(errno));

    return errno == ENOSPC || errno == EDQUOT ? VZ_NOSPACE : rc;
}
