/*
 * Changes a container with "vzctl set CTID --OPTION=VALUE --save", which
 * applies them at once where it runs, and stores them. vzctl checks next to
 * nothing, and root's shell reads CTID.conf: every value here has passed the
 * protocol's grammar, or is a number of our own.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/ct/ct_lock.h"
#include "daemon/guest/guest_files.h"
#include "daemon/guest/guest_keys.h"
#include "daemon/guest/guest_password.h"
#include "daemon/net/address_permit.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_set.h"


#define VZ_VZCTL_OPTION       128
#define VZ_VZCTL_NO_PROGRAM   127       /* exit status of a shell that finds
                                           no program */
#define VZ_VZCTL_MEMORY_MIN   (8ULL << 20)


/* Writes files below the descriptor of a container's root. */
typedef vz_code_e (*vz_vzctl_inside_pt)(vz_job_t *job, int root,
    const char *text);


static vz_code_e vz_vzctl_pages(vz_job_t *job, char text[24], uint64_t bytes);
static vz_code_e vz_vzctl_address_locked(vz_job_t *job,
    const vz_ip_t *address, vz_done_t *done);
static vz_code_e vz_vzctl_save(vz_job_t *job, const char **options,
    unsigned n);
static vz_code_e vz_vzctl_passwd_live(vz_job_t *job, const char *secret);
static vz_code_e vz_vzctl_inside(vz_job_t *job, unsigned mounted,
    vz_vzctl_inside_pt write, const char *text);
static vz_code_e vz_vzctl_passwd_write(vz_job_t *job, int root,
    const char *secret);
static vz_code_e vz_vzctl_hash_write(vz_job_t *job, int root,
    const char *hash);
static vz_code_e vz_vzctl_keys_write(vz_job_t *job, int root,
    const char *lines);
static vz_code_e vz_vzctl_set_inside(vz_job_t *job, vz_vzctl_inside_pt write,
    const char *text);


/*
 * Kernels with vSwap limit RAM and swap instead: the limit is all RAM then.
 * vzctl wants both, or ends with status 28 where CTID.conf is old.
 */
vz_code_e
vz_vzctl_set_memory(vz_job_t *job, vz_memory_e which, uint64_t barrier,
    uint64_t limit, vz_done_t *done)
{
    unsigned          n;
    char              pair[VZ_VZCTL_OPTION], ram[VZ_VZCTL_OPTION];
    char              low[24], high[24];
    vz_code_e         code;
    const char       *options[5];
    vz_vzctl_conf_t   ct;

    static const char *const  names[] = {
        [VZ_MEMORY_VMGUAR] = "vmguarpages",
        [VZ_MEMORY_OOMGUAR] = "oomguarpages",
        [VZ_MEMORY_PRIVVM] = "privvmpages"
    };

    (void) done;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_vzctl_pages(job, low, barrier)) != VZ_OK
        || (code = vz_vzctl_pages(job, high, limit)) != VZ_OK)
    {
        return code;
    }

    if (which == VZ_MEMORY_PRIVVM && limit < VZ_VZCTL_MEMORY_MIN) {
        return vz_job_end(job, VZ_RANGE, "limit: at least %lluM",
                          VZ_VZCTL_MEMORY_MIN >> 20);
    }

    (void) snprintf(pair, sizeof(pair), "--%s=%s:%s", names[which], low, high);

    n = 0;
    options[n++] = pair;

    if (which == VZ_MEMORY_PRIVVM && vz_vzctl_run_vswap(job->conf)) {
        (void) snprintf(ram, sizeof(ram), "--physpages=0:%s", high);
        options[n++] = ram;
        options[n++] = "--swappages=0:0";
    }

    return vz_vzctl_save(job, options, n);
}


/* Print bytes as pages, vzctl's own unit, so that no suffix can be misread. */
static vz_code_e
vz_vzctl_pages(vz_job_t *job, char text[24], uint64_t bytes)
{
    uint64_t  page;

    page = (uint64_t) sysconf(_SC_PAGESIZE);

    if (bytes == VZ_UNLIMITED) {
        (void) strcpy(text, VZ_UNLIMITED_WORD);
        return VZ_OK;
    }

    if (bytes > INT64_MAX - page) {
        return vz_job_end(job, VZ_RANGE, "size: too large");
    }

    (void) snprintf(text, 24, "%llu",
                    (unsigned long long) ((bytes + page - 1) / page));

    return VZ_OK;
}


vz_code_e
vz_vzctl_set_disk(vz_job_t *job, uint64_t soft, uint64_t hard,
    vz_done_t *done)
{
    char              space[VZ_VZCTL_OPTION];
    vz_code_e         code;
    const char       *options[3] = { space };
    vz_vzctl_row_t    row;
    vz_vzctl_conf_t   ct;

    (void) done;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_vzctl_run_list_one(job, &row)) != VZ_OK)
    {
        return code;
    }

    if (hard < VZ_VZCTL_DISK_MIN || hard > INT64_MAX - 1024) {
        return vz_job_end(job, VZ_RANGE, "disk: at least %lluM",
                          VZ_VZCTL_DISK_MIN >> 20);
    }

    soft = (soft + 1023) / 1024;
    hard = (hard + 1023) / 1024;

    if (row.value[VZ_COL_DISK] < VZ_CT_STAT_UNKNOWN
        && row.value[VZ_COL_DISK] > hard)
    {
        return vz_job_end(job, VZ_STATE, "%llu KiB are in use",
                          (unsigned long long) row.value[VZ_COL_DISK]);
    }

    (void) snprintf(space, sizeof(space), "--diskspace=%llu:%llu",
                    (unsigned long long) soft, (unsigned long long) hard);

    return vz_vzctl_save(job, options, 1);
}


/* The units and the percentage of the protocol are vzctl's own, of one CPU. */
vz_code_e
vz_vzctl_set_cpu(vz_job_t *job, uint32_t units, uint32_t percent)
{
    unsigned          n;
    char              weight[VZ_VZCTL_OPTION], limit[VZ_VZCTL_OPTION];
    vz_code_e         code;
    const char       *options[4];
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    n = 0;

    (void) snprintf(weight, sizeof(weight), "--cpuunits=%u", units);
    options[n++] = weight;

    if (percent != VZ_KEEP) {
        (void) snprintf(limit, sizeof(limit), "--cpulimit=%u", percent);
        options[n++] = limit;
    }

    return vz_vzctl_save(job, options, n);
}


vz_code_e
vz_vzctl_set_hostname(vz_job_t *job, const char *name)
{
    char              option[VZ_VZCTL_OPTION];
    vz_code_e         code;
    const char       *options[3] = { option };
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    (void) snprintf(option, sizeof(option), "--hostname=%s", name);

    return vz_vzctl_save(job, options, 1);
}


vz_code_e
vz_vzctl_set_address_add(vz_job_t *job, const vz_ip_t *address,
    vz_done_t *done)
{
    char       words[VZ_WORDS_MAX];
    vz_lock_t  lock;
    vz_code_e  code;

    /*
     * under this lock, an address goes to the first container that asks for it
     */
    code = vz_ct_lock_addresses(job->conf, job->name, VZ_CT_LOCK_WAIT, &lock,
                                words);
    if (code != VZ_OK) {
        return vz_job_end(job, code, "%s", words);
    }

    code = vz_vzctl_address_locked(job, address, done);
    vz_lock_drop(&lock);

    return code;
}


/*
 * vzctl refuses an address only where a running container has it: check all.
 */
static vz_code_e
vz_vzctl_address_locked(vz_job_t *job, const vz_ip_t *address,
    vz_done_t *done)
{
    char              add[VZ_VZCTL_OPTION], text[VZ_IP_TEXT];
    char              words[VZ_WORDS_MAX];
    uint32_t          owner;
    vz_code_e         code;
    const char       *options[3] = { add };
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    done->already = vz_ip_find(ct.addresses, ct.naddresses, address) != -1;

    if (done->already) {
        return VZ_OK;
    }

    owner = vz_vzctl_conf_owner(job->conf, ct.ctid, address);

    if (owner) {
        return vz_job_end(job, VZ_EXISTS, "container %u has that address",
                          owner);
    }

    code = vz_address_permit_address(job->conf, address, words);
    if (code != VZ_OK) {
        return vz_job_end(job, code, "%s", words);
    }

    if (ct.naddresses == VZ_VZCTL_ADDRESSES) {
        return vz_job_end(job, VZ_RANGE, "a container has at most %d "
                          "addresses", VZ_VZCTL_ADDRESSES);
    }

    /* venet is point to point: a prefix means nothing */
    vz_ip_print(address, 0, text);
    (void) snprintf(add, sizeof(add), "--ipadd=%s", text);

    return vz_vzctl_save(job, options, 1);
}


vz_code_e
vz_vzctl_set_address_remove(vz_job_t *job, const vz_ip_t *address,
    vz_done_t *done)
{
    unsigned          n;
    char              text[VZ_VZCTL_ADDRESSES][VZ_VZCTL_OPTION];
    char              one[VZ_IP_TEXT];
    unsigned          i;
    vz_code_e         code;
    const char       *options[VZ_VZCTL_ADDRESSES + 2];
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    /* one by one: "all" could be more than the addresses that we know */
    for (i = 0, n = 0; i < ct.naddresses; i++) {

        if (address && !vz_ip_same(&ct.addresses[i], address)) {
            continue;
        }

        vz_ip_print(&ct.addresses[i], 0, one);
        (void) snprintf(text[n], sizeof(text[n]), "--ipdel=%s", one);
        options[n] = text[n];
        n++;
    }

    if (n == 0) {
        done->already = 1;
        return VZ_OK;
    }

    return vz_vzctl_save(job, options, n);
}


vz_code_e
vz_vzctl_set_dns(vz_job_t *job, const vz_ip_t *list, unsigned n)
{
    char              text[VZ_VZCTL_DNS][VZ_VZCTL_OPTION];
    char              address[VZ_IP_TEXT];
    unsigned          i;
    vz_code_e         code;
    const char       *options[VZ_VZCTL_DNS + 2];
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    for (i = 0; i < n; i++) {
        vz_ip_print(&list[i], 0, address);
        (void) snprintf(text[i], sizeof(text[i]), "--nameserver=%s", address);
        options[i] = text[i];
    }

    return vz_vzctl_save(job, options, i);
}


/* Run vzctl set with n options; the array has room for two more. */
static vz_code_e
vz_vzctl_save(vz_job_t *job, const char **options, unsigned n)
{
    options[n++] = "--save";
    options[n] = NULL;

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


/*
 * Set the password without --userpasswd, which every user of the node can read
 * in ps(1). In a running container its own chpasswd(8) reads it; where that
 * does not exist, or the container is stopped, the hash is written.
 */
vz_code_e
vz_vzctl_set_password(vz_job_t *job, const char *secret)
{
    vz_code_e         code;
    vz_vzctl_row_t    row;
    vz_vzctl_conf_t   ct;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_vzctl_run_list_one(job, &row)) != VZ_OK)
    {
        return code;
    }

    return row.running ? vz_vzctl_passwd_live(job, secret)
                       : vz_vzctl_inside(job, row.mounted,
                                         vz_vzctl_passwd_write, secret);
}


static vz_code_e
vz_vzctl_passwd_live(vz_job_t *job, const char *secret)
{
    int        status;
    char       line[VZ_SECRET_MAX + 16];
    vz_code_e  code;

    (void) snprintf(line, sizeof(line), "root:%s\n", secret);

    code = vz_vzctl_run_exec(job, "chpasswd", line, &status);
    explicit_bzero(line, sizeof(line));

    if (code == VZ_FAILED && status == VZ_VZCTL_NO_PROGRAM) {
        return vz_vzctl_inside(job, 1, vz_vzctl_passwd_write, secret);
    }

    if (code == VZ_FAILED) {
        return vz_job_end(job, code, "chpasswd in the container: exit %d",
                          status);
    }

    return code == VZ_OK ? code
           : vz_job_end(job, code == VZ_TIMEOUT ? code : VZ_INTERNAL,
                        "vzctl exec2 did not end well");
}


/* Write files of its root, which is mounted for it where it is not. */
static vz_code_e
vz_vzctl_inside(vz_job_t *job, unsigned mounted, vz_vzctl_inside_pt write,
    const char *text)
{
    int        root;
    char       path[PATH_MAX], words[VZ_WORDS_MAX];
    vz_code_e  code;

    if (!mounted) {
        code = vz_vzctl_run(job, "mount", NULL, INT_MAX, NULL);
        if (code != VZ_OK) {
            return code;
        }
    }

    code = vz_vzctl_run_list_root(job, path);

    if (code == VZ_OK) {
        root = open(path, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

        code = root == -1 ? vz_job_end(job, VZ_FAILED, "%.150s: %s", path,
                                       strerror(errno))
                          : write(job, root, text);

        if (root != -1) {
            (void) close(root);
        }
    }

    if (mounted) {
        return code;
    }

    if (code == VZ_OK) {
        return vz_vzctl_run(job, "umount", NULL, INT_MAX, NULL);
    }

    (void) snprintf(words, sizeof(words), "%s", job->words);
    (void) vz_vzctl_run(job, "umount", NULL, INT_MAX, NULL);

    return vz_job_end(job, code, "%s", words);
}


static vz_code_e
vz_vzctl_passwd_write(vz_job_t *job, int root, const char *secret)
{
    char       hash[VZ_GUEST_PASSWORD];
    vz_code_e  code;

    if (vz_guest_password_hash(secret, hash) == -1) {
        return vz_job_end(job, VZ_INTERNAL, "hashing: %s", strerror(errno));
    }

    code = vz_vzctl_hash_write(job, root, hash);
    explicit_bzero(hash, sizeof(hash));

    return code;
}


/* No program of the guest takes a hash everywhere: the file is written. */
vz_code_e
vz_vzctl_set_hash(vz_job_t *job, const char *hash)
{
    return vz_vzctl_set_inside(job, vz_vzctl_hash_write, hash);
}


static vz_code_e
vz_vzctl_hash_write(vz_job_t *job, int root, const char *hash)
{
    return vz_guest_files_password(root, hash) == -1
           ? vz_job_end(job, VZ_FAILED, "/etc/shadow: %s", strerror(errno))
           : VZ_OK;
}


vz_code_e
vz_vzctl_set_keys(vz_job_t *job, const char *lines)
{
    return vz_vzctl_set_inside(job, vz_vzctl_keys_write, lines);
}


static vz_code_e
vz_vzctl_keys_write(vz_job_t *job, int root, const char *lines)
{
    return vz_guest_keys_write(root, lines) == -1
           ? vz_job_end(job, VZ_FAILED, "/root/.ssh/authorized_keys: %s",
                        vz_guest_keys_why())
           : VZ_OK;
}


static vz_code_e
vz_vzctl_set_inside(vz_job_t *job, vz_vzctl_inside_pt write, const char *text)
{
    vz_code_e         code;
    vz_vzctl_row_t    row;
    vz_vzctl_conf_t   ct;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_vzctl_run_list_one(job, &row)) != VZ_OK)
    {
        return code;
    }

    return vz_vzctl_inside(job, row.running || row.mounted, write, text);
}
