/*
 * The lxc driver's record of each container: LXC_PATH/ct/CTID/ct.conf with
 * "key=value" lines. It is the truth: liblxc's configuration, cgroup values,
 * addresses and nft elements are made from it.
 *
 *   LXC_PATH/ct/CTID/   ct.conf, image or image.2 or, for a day after a
 *                       reinstall, both, raw and root (mount points),
 *                       rescue, disk and disk.raw (in rescue: the rescue
 *                       system's image, mount points of the own one),
 *                       config and lxc.log (liblxc's), run (while it runs),
 *                       used (bytes of the disk, when it stopped last),
 *                       reason (written by a hook that failed),
 *                       firewall and firewall.trial (ct_firewall.h), history
 *                       and history.traffic (history/recorder.h),
 *                       user-data and user-data.result (ct_user_data.h)
 *   LXC_PATH/ct/.CTID.tmp, .CTID.gone    is being created, being removed
 *   LXC_PATH/ct/.CTID.trial              an empty folder: CTID, where it is
 *                                        there, is a trial's
 */

#ifndef VZ_CT_STORE_H
#define VZ_CT_STORE_H

#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <sys/types.h>
#include "daemon/base/config.h"
#include "daemon/base/ct_stat.h"
#include "daemon/base/ip.h"
#include "wire/verb.h"


#define VZ_CT_ADDRESSES  VZ_CT_STAT_ADDRESSES
#define VZ_CT_DNS        VZ_CT_STAT_DNS
#define VZ_CT_IDS        65536U     /* ids of one container */

typedef struct {
    uint32_t        ctid;
    char            dir[PATH_MAX];              /* LXC_PATH/ct/CTID */
    char            tag[VZ_TAG_LEN + 1];        /* "": none */
    unsigned        broken;         /* 1: the record is broken, and only
                                       what could be read is here */

    char            template[64 + 1];
    char            version[NAME_MAX + 1];      /* under LXC_PATH/template */
    char            hostname[64 + 1];

    unsigned  naddresses;
    vz_ip_t   addresses[VZ_CT_ADDRESSES];
    char      gateway4[VZ_IP_LEN];         /* "": the node's default */
    char      gateway6[VZ_IP_LEN];
    unsigned  ndns;
    char      dns[VZ_CT_DNS][VZ_IP_LEN];

    vz_pair_t       vmguar;
    vz_pair_t       oomguar;
    vz_pair_t       privvm;
    vz_pair_t       disk;                       /* soft and hard */
    uint32_t        units;
    uint32_t        percent;                    /* of one CPU; 0: no limit */

    char            image[16];                  /* its file; "": the first of
                                                   vz_ct_store_image() */
    char            old_image[16];              /* what was before the last
                                                   reinstall; "": it is gone */
    char            old_template[64 + 1];
    char            old_version[NAME_MAX + 1];
    uint64_t        old_until;                  /* time(2) until it is kept */
    uint32_t        reverted;                   /* 1: it is what was before the
                                                   last reinstall */

    char            rescue[64 + 1];             /* the template of the rescue
                                                   system that it boots; "": it
                                                   boots its own system */
    char            rescue_version[NAME_MAX + 1];
    uint64_t        rescue_since;               /* time(2) */

    uint32_t        idmap;                      /* the first of its ids on
                                                   the host */
    uint64_t        created;                    /* time(2) */
    uint32_t        started;                    /* 1: it was started once */
    uint32_t        onboot;                     /* 1: wanted to run */

    uint32_t        smtp_shut;      /* 1: it sends nothing to port 25 */
    uint32_t        all_shut;       /* 1: it sends and gets nothing at all */

    uint32_t        rate_in;        /* Mbit/s; 0: unlimited */
    uint32_t        rate_out;

    uint32_t        trial;          /* 1: a backup is tried in it: it has no
                                       network, nobody is told of it, and it is
                                       removed by whoever finds it without its
                                       verb (lxc_trial.h) */
} vz_ct_t;


/* vz_ct_store_init: create the folders. 0, or -1 with errno. */
int vz_ct_store_init(const vz_config_t *conf);

/*
 * vz_ct_store_open: open the folder of all records for readdir(); the caller
 * closes it.  NULL with errno.
 */
DIR *vz_ct_store_open(const vz_config_t *conf);

/*
 * vz_ct_store_dir: print the container's folder into path (PATH_MAX bytes), or
 * the hidden ".CTID.suffix" where suffix is not NULL. vz_ct_store_path: print
 * dir/file. 0, or -1 with ENAMETOOLONG.
 */
int vz_ct_store_dir(const vz_config_t *conf, uint32_t ctid, const char *suffix,
    char *path);
int vz_ct_store_path(const vz_ct_t *ct, const char *file, char *path);

/*
 * vz_ct_store_image: print the path of the container's image.
 * vz_ct_store_image_other: the name that its next image gets: a container has
 * two at most.  0, or -1 with ENAMETOOLONG.
 */
int vz_ct_store_image(const vz_ct_t *ct, char *path);
const char *vz_ct_store_image_other(const vz_ct_t *ct);

/*
 * vz_ct_store_booted: the container with the system that it boots, for mounts
 * alone: in rescue image, version and disk are the rescue system's, and rescue
 * is empty.  It is never written as a record.
 */
#define VZ_CT_STORE_RESCUE  "rescue"            /* the image's name */
#define VZ_CT_RESCUE_DISK   (1ULL << 30)        /* and its bytes */

void vz_ct_store_booted(const vz_ct_t *ct, vz_ct_t *booted);

/*
 * vz_ct_store_read: read the record of a container. VZ_OK or VZ_NOENT;
 * VZ_INTERNAL where it is unreadable or broken: then ct has broken set, and
 * what could be read, its number, and its ids, which its folder tells as well.
 * Keys of a newer version are skipped.
 */
vz_code_e vz_ct_store_read(const vz_config_t *conf, uint32_t ctid,
    vz_ct_t *ct);

/*
 * vz_ct_store_write: write ct->dir/ct.conf as a whole: beside it, synced, and
 * renamed. 0, or -1 with errno.
 */
int vz_ct_store_write(const vz_ct_t *ct);

/*
 * vz_ct_store_unwant: make a container unwanted (onboot 0) where the disk has
 * no room for a record that says so: remove liblxc's configuration, which each
 * start makes again. A record without it counts as unwanted. 0, or -1 with
 * errno.
 */
int vz_ct_store_unwant(const vz_ct_t *ct);

/* vz_ct_store_file: write another file of the container in the same way. */
int vz_ct_store_file(const vz_ct_t *ct, const char *file, const char *text,
    size_t len);

/*
 * vz_ct_store_text: read a small file of the container into buf, terminated.
 * Returns its length, or -1 with errno. vz_ct_store_forget: remove a file of
 * the container. 0, or -1 with errno.
 */
ssize_t vz_ct_store_text(const vz_ct_t *ct, const char *file, char *buf,
    size_t size);
int vz_ct_store_forget(const vz_ct_t *ct, const char *file);

/*
 * vz_ct_store_each: call each for every container, in no order; with hidden
 * also for those that are being created or removed. Containers with a broken
 * record are visited, too, because they hold addresses and ids. The walk ends
 * when each returns non-zero, which is returned; -1 with errno where the
 * folder can't be read.
 */
typedef int (*vz_ct_store_pt)(const vz_ct_t *ct, void *data);

int vz_ct_store_each(const vz_config_t *conf, unsigned hidden,
    vz_ct_store_pt each, void *data);

/*
 * vz_ct_store_shadows: the same for the folders ".CTID.tmp", ".CTID.gone" and
 * ".CTID.trial", with only ctid and dir filled in.
 */
int vz_ct_store_shadows(const vz_config_t *conf, vz_ct_store_pt each,
    void *data);

/*
 * vz_ct_store_uses: 1 where a container uses that version of a template, also
 * one that is being created or removed. Also 1 where this is unknown, because
 * a record is broken or containers can't be read.
 */
int vz_ct_store_uses(const vz_config_t *conf, const char *version);

/*
 * vz_ct_store_lower: print the folder of the container's template into path
 * (PATH_MAX bytes). 0, or -1 with errno.
 */
int vz_ct_store_lower(const vz_config_t *conf, const vz_ct_t *ct, char *path);

/*
 * vz_ct_store_idmap: the first id of the lowest free range, or 0 where none is
 * free.
 */
uint32_t vz_ct_store_idmap(const vz_config_t *conf);


#endif /* VZ_CT_STORE_H */
