#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/base/job.h"
#include "daemon/ct/ct_lock.h"
#include "daemon/guest/guest_files.h"
#include "daemon/lxc/lxc_address.h"
#include "daemon/lxc/lxc_change.h"
#include "daemon/lxc/lxc_record.h"
#include "daemon/lxc/lxc_rescue.h"
#include "daemon/net/address_permit.h"
#include "daemon/net/ct_net.h"
#include "daemon/rootfs/rootfs.h"


typedef struct {
    uint32_t        ctid;           /* the container that asks */
    const vz_ip_t  *address;
    uint32_t        owner;
} vz_lxc_address_t;


/* What is done to the addresses of a container under their lock. */
typedef vz_code_e (*vz_lxc_address_pt)(vz_job_t *job, vz_lxc_change_t *change,
    const vz_ip_t *address, vz_done_t *done);


static vz_code_e vz_lxc_address_locked(vz_job_t *job, vz_lxc_change_t *change,
    vz_lxc_address_pt function, const vz_ip_t *address, vz_done_t *done);
static vz_code_e vz_lxc_address_take(vz_job_t *job, vz_lxc_change_t *change,
    const vz_ip_t *address);
static vz_code_e vz_lxc_address_add_locked(vz_job_t *job,
    vz_lxc_change_t *change, const vz_ip_t *address, vz_done_t *done);
static int vz_lxc_address_owner(const vz_ct_t *ct, void *data);
static vz_code_e vz_lxc_address_remove_locked(vz_job_t *job,
    vz_lxc_change_t *change, const vz_ip_t *address, vz_done_t *done);
static vz_code_e vz_lxc_address_gateway_locked(vz_job_t *job,
    vz_lxc_change_t *change, const vz_ip_t *address, vz_done_t *done);
static vz_code_e vz_lxc_address_write_dns(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words);


vz_code_e
vz_lxc_address_add(vz_job_t *job, const vz_ip_t *address, vz_done_t *done)
{
    vz_code_e        rc;
    vz_lxc_change_t  change;

    rc = vz_lxc_change_begin(job, &change);

    if (rc == VZ_OK) {
        rc = vz_lxc_address_locked(job, &change, vz_lxc_address_add_locked,
                                   address, done);
        vz_lxc_change_end(&change);
    }

    return rc;
}


/*
 * Under this lock, an address goes to the first container that asks for it.
 */

static vz_code_e
vz_lxc_address_locked(vz_job_t *job, vz_lxc_change_t *change,
    vz_lxc_address_pt function, const vz_ip_t *address, vz_done_t *done)
{
    char       words[VZ_WORDS_MAX];
    vz_lock_t  lock;
    vz_code_e  rc;

    rc = vz_ct_lock_addresses(job->conf, job->name, VZ_CT_LOCK_WAIT, &lock,
                              words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    vz_lxc_change_look(change);
    rc = function(job, change, address, done);
    vz_lock_drop(&lock);

    return rc;
}


static vz_code_e
vz_lxc_address_add_locked(vz_job_t *job, vz_lxc_change_t *change,
    const vz_ip_t *address, vz_done_t *done)
{
    char       words[VZ_WORDS_MAX];
    vz_ct_t   *ct;
    vz_code_e  rc;

    ct = &change->ct;
    done->already = vz_ip_find(ct->addresses, ct->naddresses, address) != -1;

    if (!done->already) {
        rc = vz_lxc_address_take(job, change, address);
        if (rc != VZ_OK) {
            return rc;
        }
    }

    rc = VZ_OK;

    if (change->live) {
        rc = vz_ct_net_address(job->conf, ct, &change->run.init, address, 1,
                               done->inside);
    }

    if (rc != VZ_OK) {
        rc = vz_job_end(job, rc, "%s", done->inside);

    } else if (!done->already) {
        rc = vz_lxc_record_save(job, ct);
    }

    /*
     * a half finished change would let the container use an address that may
     * be another's next
     */

    if (rc != VZ_OK && change->live && !done->already) {
        ct->naddresses--;
        (void) vz_ct_net_address(job->conf, ct, &change->run.init, address, 0,
                                 words);
    }

    return rc;
}


/* Put the address into the record, where the container may have it. */

static vz_code_e
vz_lxc_address_take(vz_job_t *job, vz_lxc_change_t *change,
    const vz_ip_t *address)
{
    char               words[VZ_WORDS_MAX];
    vz_ct_t           *ct;
    vz_code_e          rc;
    vz_lxc_address_t   owner;

    ct = &change->ct;

    owner.ctid = ct->ctid;
    owner.address = address;
    owner.owner = 0;

    if (vz_ct_store_each(job->conf, 0, vz_lxc_address_owner, &owner) == 1) {
        return vz_job_end(job, VZ_EXISTS, "container %u has that address",
                          owner.owner);
    }

    rc = vz_address_permit_address(job->conf, address, words);
    if (rc != VZ_OK) {
        return vz_job_end(job, rc, "%s", words);
    }

    if (ct->naddresses == VZ_CT_ADDRESSES) {
        return vz_job_end(job, VZ_RANGE, "a container has at most %d "
                          "addresses", VZ_CT_ADDRESSES);
    }

    ct->addresses[ct->naddresses++] = *address;

    return VZ_OK;
}


static int
vz_lxc_address_owner(const vz_ct_t *ct, void *data)
{
    vz_lxc_address_t  *owner;

    owner = data;

    if (ct->ctid == owner->ctid
        || vz_ip_find(ct->addresses, ct->naddresses, owner->address) == -1)
    {
        return 0;
    }

    owner->owner = ct->ctid;

    return 1;
}


vz_code_e
vz_lxc_address_remove(vz_job_t *job, const vz_ip_t *address, vz_done_t *done)
{
    vz_code_e        rc;
    vz_lxc_change_t  change;

    rc = vz_lxc_change_begin(job, &change);
    if (rc != VZ_OK) {
        return rc;
    }

    if (change.ct.naddresses == 0
        || (address != NULL
            && vz_ip_find(change.ct.addresses, change.ct.naddresses, address)
               == -1))
    {
        done->already = 1;

    } else {
        rc = vz_lxc_address_locked(job, &change, vz_lxc_address_remove_locked,
                                   address, done);
    }

    vz_lxc_change_end(&change);

    return rc;
}


static vz_code_e
vz_lxc_address_remove_locked(vz_job_t *job, vz_lxc_change_t *change,
    const vz_ip_t *which, vz_done_t *done)
{
    char        words[VZ_WORDS_MAX];
    unsigned    first, last;
    vz_ct_t    *ct;
    vz_ip_t     address;
    vz_code_e   rc;

    ct = &change->ct;
    first = 0;
    last = ct->naddresses;

    if (which != NULL) {
        first = (unsigned) vz_ip_find(ct->addresses, last, which);
        last = first + 1;
    }

    while (last > first) {
        address = ct->addresses[--last];

        memmove(&ct->addresses[last], &ct->addresses[last + 1],
                (--ct->naddresses - last) * sizeof(ct->addresses[0]));

        /*
         * a killed monitor may have left the address, also where nothing runs
         */

        rc = vz_ct_net_address(job->conf, ct,
                               change->live ? &change->run.init : NULL,
                               &address, 0, words);

        if (rc != VZ_OK && change->live) {
            return vz_job_end(job, rc, "%s", words);
        }

        if (words[0] && change->live) {
            strcpy(done->inside, words);
        }
    }

    return vz_lxc_record_save(job, ct);
}


vz_code_e
vz_lxc_address_gateway(vz_job_t *job, const vz_ip_t *address, vz_done_t *done)
{
    vz_code_e        rc;
    vz_lxc_change_t  change;

    rc = vz_lxc_change_begin(job, &change);

    if (rc == VZ_OK) {
        rc = vz_lxc_address_gateway_locked(job, &change, address, done);
        vz_lxc_change_end(&change);
    }

    return rc;
}


static vz_code_e
vz_lxc_address_gateway_locked(vz_job_t *job, vz_lxc_change_t *change,
    const vz_ip_t *address, vz_done_t *done)
{
    char       text[VZ_IP_TEXT];
    vz_ct_t   *ct;
    vz_code_e  rc;

    ct = &change->ct;

    if (vz_ip_find(ct->addresses, ct->naddresses, address) != -1) {
        return vz_job_end(job, VZ_RANGE, "gateway: it must not be one of the "
                          "container's addresses");
    }

    vz_ip_print(address, 0, text);

    snprintf(address->family == AF_INET ? ct->gateway4 : ct->gateway6,
             VZ_IP_LEN, "%.45s", text);

    if (change->live) {
        rc = vz_ct_net_gateway(job->conf, ct, &change->run.init,
                               address->family, done->inside);

        if (rc != VZ_OK) {
            return vz_job_end(job, rc, "%s", done->inside);
        }
    }

    return vz_lxc_record_save(job, ct);
}


vz_code_e
vz_lxc_address_dns(vz_job_t *job, const vz_ip_t *list, unsigned n)
{
    char       text[VZ_IP_TEXT];
    vz_ct_t    ct;
    unsigned   i;
    vz_code_e  rc;

    rc = vz_lxc_record_load(job, &ct);
    if (rc != VZ_OK) {
        return rc;
    }

    ct.ndns = n;

    for (i = 0; i < n; i++) {
        vz_ip_print(&list[i], 0, text);
        snprintf(ct.dns[i], VZ_IP_LEN, "%.45s", text);
    }

    rc = vz_lxc_rescue_both(job, &ct, vz_lxc_address_write_dns);

    return rc == VZ_OK ? vz_lxc_record_save(job, &ct) : rc;
}


static vz_code_e
vz_lxc_address_write_dns(const vz_ct_t *ct, int root, int raw,
    const void *data, char *words)
{
    (void) raw;
    (void) data;

    if (vz_guest_files_dns(root, ct) == 0) {
        return VZ_OK;
    }

    snprintf(words, VZ_WORDS_MAX, "/etc/resolv.conf: %s", strerror(errno));

    return errno == ENOSPC || errno == EDQUOT ? VZ_NOSPACE : VZ_FAILED;
}
