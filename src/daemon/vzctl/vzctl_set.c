/*
 * Changes of a container: "vzctl set CTID --OPTION=VALUE --save", which
 * applies them where it runs and keeps them.  vzctl checks next to nothing
 * and CTID.conf is a script of root's shell, so every value here is one that
 * the grammar of the protocol let pass, or a number of our own.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "daemon/base/job.h"
#include "daemon/base/verb_args.h"
#include "daemon/guest/guest_files.h"
#include "daemon/net/address_permit.h"
#include "daemon/vzctl/vzctl_conf.h"
#include "daemon/vzctl/vzctl_driver.h"
#include "daemon/vzctl/vzctl_run.h"
#include "daemon/vzctl/vzctl_set.h"


#define VZ_VZCTL_OPTION       128
#define VZ_VZCTL_NO_PROGRAM   127       /* of a shell */
#define VZ_VZCTL_MEMORY_MIN   (8ULL << 20)


static vz_code_e vz_vzctl_pages(vz_job_t *job, char text[24], uint64_t bytes);
static vz_code_e vz_vzctl_setip_locked(vz_job_t *job,
    const vz_ip_t *address);
static vz_code_e vz_vzctl_passwd_live(vz_job_t *job);
static vz_code_e vz_vzctl_passwd_down(vz_job_t *job, unsigned mounted);
static vz_code_e vz_vzctl_passwd_write(vz_job_t *job, const char *root);


/*
 * vSwap kernels limit RAM and swap together instead; what LIMIT asks for is
 * then all RAM.  vzctl wants both or, in an old CTID.conf, it ends with 28.
 */
vz_code_e
vz_vzctl_set_memory(vz_job_t *job)
{
    int               n;
    char              pair[VZ_VZCTL_OPTION], ram[VZ_VZCTL_OPTION];
    char              low[24], high[24];
    uint64_t          barrier, limit;
    vz_code_e         code;
    const char       *name, *options[5];
    vz_vzctl_conf_t   ct;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_verb_args_pair(job, &barrier, &limit)) != VZ_OK
        || (code = vz_vzctl_pages(job, low, barrier)) != VZ_OK
        || (code = vz_vzctl_pages(job, high, limit)) != VZ_OK)
    {
        return code;
    }

    name = job->req->verb == VZ_VERB_SETMEMORYVM ? "vmguarpages"
           : job->req->verb == VZ_VERB_SETMEMORYOO ? "oomguarpages"
           : "privvmpages";

    if (job->req->verb == VZ_VERB_SETMEMORYP && limit < VZ_VZCTL_MEMORY_MIN) {
        return vz_job_end(job, VZ_RANGE, "limit: at least %lluM",
                          VZ_VZCTL_MEMORY_MIN >> 20);
    }

    (void) snprintf(pair, sizeof(pair), "--%s=%s:%s", name, low, high);

    n = 0;
    options[n++] = pair;

    if (job->req->verb == VZ_VERB_SETMEMORYP
        && vz_vzctl_run_vswap(job->conf))
    {
        (void) snprintf(ram, sizeof(ram), "--physpages=0:%s", high);
        options[n++] = ram;
        options[n++] = "--swappages=0:0";
    }

    options[n++] = "--save";
    options[n] = NULL;

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


/* the native unit, so that no suffix is read in two ways */
static vz_code_e
vz_vzctl_pages(vz_job_t *job, char text[24], uint64_t bytes)
{
    uint64_t  page;

    page = (uint64_t) sysconf(_SC_PAGESIZE);

    if (bytes == VZ_UNLIMITED) {
        (void) strcpy(text, "unlimited");
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
vz_vzctl_set_disk(vz_job_t *job)
{
    char              space[VZ_VZCTL_OPTION];
    uint64_t          soft, hard;
    vz_code_e         code;
    const char       *options[] = { space, "--save", NULL };
    vz_vzctl_row_t    row;
    vz_vzctl_conf_t   ct;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_verb_args_pair(job, &soft, &hard)) != VZ_OK
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

    if (row.value[VZ_COL_DISK] < VZ_VZCTL_NONE && row.value[VZ_COL_DISK] > hard)
    {
        return vz_job_end(job, VZ_STATE, "%llu KiB are in use",
                          (unsigned long long) row.value[VZ_COL_DISK]);
    }

    (void) snprintf(space, sizeof(space), "--diskspace=%llu:%llu",
                    (unsigned long long) soft, (unsigned long long) hard);

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


/* the grammar's units and per cent are vzctl's own, of one CPU */
vz_code_e
vz_vzctl_set_cpu(vz_job_t *job)
{
    int               n;
    char              units[VZ_VZCTL_OPTION], percent[VZ_VZCTL_OPTION];
    vz_code_e         code;
    const char       *options[4];
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    n = 0;

    (void) snprintf(units, sizeof(units), "--cpuunits=%s", job->req->argv[1]);
    options[n++] = units;

    if (job->req->argc > 2) {
        (void) snprintf(percent, sizeof(percent), "--cpulimit=%s",
                        job->req->argv[2]);
        options[n++] = percent;
    }

    options[n++] = "--save";
    options[n] = NULL;

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


vz_code_e
vz_vzctl_set_name(vz_job_t *job)
{
    char              name[VZ_VZCTL_OPTION];
    vz_code_e         code;
    const char       *options[] = { name, "--save", NULL };
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    (void) snprintf(name, sizeof(name), "--hostname=%s", job->req->argv[1]);

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


vz_code_e
vz_vzctl_set_ip(vz_job_t *job)
{
    return vz_verb_args_setip(job, vz_vzctl_setip_locked);
}


/* vzctl refuses the address of a running container only */
static vz_code_e
vz_vzctl_setip_locked(vz_job_t *job, const vz_ip_t *address)
{
    char              add[VZ_VZCTL_OPTION], text[VZ_IP_TEXT];
    char              words[VZ_WORDS_MAX];
    uint32_t          owner;
    vz_code_e         code;
    const char       *options[] = { add, "--save", NULL };
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    if (vz_ip_find(ct.addresses, ct.naddresses, address) != -1) {
        return vz_job_end(job, VZ_OK, "already");
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

    /* venet is point to point: the prefix means nothing there */
    vz_ip_print(address, 0, text);
    (void) snprintf(add, sizeof(add), "--ipadd=%s", text);

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


vz_code_e
vz_vzctl_set_deleteip(vz_job_t *job)
{
    int               n;
    char              text[VZ_VZCTL_ADDRESSES][VZ_VZCTL_OPTION];
    char              address[VZ_IP_TEXT];
    unsigned          i, last;
    vz_code_e         code;
    const char       *options[VZ_VZCTL_ADDRESSES + 2];
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);
    if (code != VZ_OK) {
        return code;
    }

    code = vz_verb_args_deleteip(job, ct.addresses, ct.naddresses, &i, &last);

    if (code != VZ_OK || i == last) {
        return code;
    }

    /* one by one: "all" is more than the addresses we know of */
    for (n = 0; i < last; i++, n++) {
        vz_ip_print(&ct.addresses[i], 0, address);
        (void) snprintf(text[n], sizeof(text[n]), "--ipdel=%s", address);
        options[n] = text[n];
    }

    options[n++] = "--save";
    options[n] = NULL;

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


vz_code_e
vz_vzctl_set_gateway(vz_job_t *job)
{
    vz_code_e         code;
    vz_vzctl_conf_t   ct;

    code = vz_vzctl_conf_load(job, &ct);

    return code == VZ_OK
           ? vz_job_end(job, VZ_UNSUPPORTED, "venet is point to point: there "
                        "is no gateway to set")
           : code;
}


vz_code_e
vz_vzctl_set_dns(vz_job_t *job)
{
    char              text[VZ_VZCTL_DNS][VZ_VZCTL_OPTION];
    char              address[VZ_IP_TEXT];
    unsigned          i, n;
    vz_code_e         code;
    const char       *options[VZ_VZCTL_DNS + 2];
    vz_ip_t           list[VZ_VZCTL_DNS];
    vz_vzctl_conf_t   ct;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_verb_args_dns(job, list, VZ_VZCTL_DNS, &n)) != VZ_OK)
    {
        return code;
    }

    for (i = 0; i < n; i++) {
        vz_ip_print(&list[i], 0, address);
        (void) snprintf(text[i], sizeof(text[i]), "--nameserver=%s", address);
        options[i] = text[i];
    }

    options[n++] = "--save";
    options[n] = NULL;

    return vz_vzctl_run(job, "set", options, INT_MAX, NULL);
}


/*
 * Not by --userpasswd, which every user of the node could read in ps(1): the
 * running container's own chpasswd(8) reads it; where there is none or it is
 * stopped, the hash is written.
 */
vz_code_e
vz_vzctl_set_password(vz_job_t *job)
{
    vz_code_e         code;
    vz_vzctl_row_t    row;
    vz_vzctl_conf_t   ct;

    if ((code = vz_vzctl_conf_load(job, &ct)) != VZ_OK
        || (code = vz_verb_args_secret(job)) != VZ_OK
        || (code = vz_vzctl_run_list_one(job, &row)) != VZ_OK)
    {
        return code;
    }

    return row.running ? vz_vzctl_passwd_live(job)
                       : vz_vzctl_passwd_down(job, row.mounted);
}


static vz_code_e
vz_vzctl_passwd_live(vz_job_t *job)
{
    int        status;
    char       line[VZ_SECRET_MAX + 16];
    vz_code_e  code;

    (void) snprintf(line, sizeof(line), "root:%s\n", job->secret);

    code = vz_vzctl_run_exec(job, "chpasswd", line, &status);
    explicit_bzero(line, sizeof(line));

    if (code == VZ_FAILED && status == VZ_VZCTL_NO_PROGRAM) {
        return vz_vzctl_passwd_down(job, 1);
    }

    if (code == VZ_FAILED) {
        return vz_job_end(job, code, "chpasswd in the container: exit %d",
                          status);
    }

    return code == VZ_OK ? code
           : vz_job_end(job, code == VZ_TIMEOUT ? code : VZ_INTERNAL,
                        "vzctl exec2 did not end well");
}


/* it is mounted for that, where it was not */
static vz_code_e
vz_vzctl_passwd_down(vz_job_t *job, unsigned mounted)
{
    char       root[PATH_MAX], words[VZ_WORDS_MAX];
    vz_code_e  code;

    if (!mounted) {
        code = vz_vzctl_run(job, "mount", NULL, INT_MAX, NULL);
        if (code != VZ_OK) {
            return code;
        }
    }

    code = vz_vzctl_run_list_root(job, root);

    if (code == VZ_OK) {
        code = vz_vzctl_passwd_write(job, root);
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
vz_vzctl_passwd_write(vz_job_t *job, const char *root)
{
    int        fd;
    char       hash[VZ_VERB_ARGS_HASH];
    vz_code_e  code;

    code = vz_verb_args_hash(job, hash);
    if (code != VZ_OK) {
        return code;
    }

    fd = open(root, O_RDONLY|O_DIRECTORY|O_CLOEXEC);

    if (fd == -1 || vz_guest_files_password(fd, hash) == -1) {
        code = vz_job_end(job, VZ_FAILED, "/etc/shadow: %s", strerror(errno));
    }

    explicit_bzero(hash, sizeof(hash));

    if (fd != -1) {
        (void) close(fd);
    }

    return code;
}
