/*
 * The lxc driver's own record of each container: LXC_PATH/ct/CTID/ct.conf,
 * "key=value" lines.  It is the truth; liblxc's configuration, cgroup values,
 * addresses and nft elements are made from it.
 *
 *   LXC_PATH/ct/CTID/   ct.conf, image, raw and root (mount points),
 *                       config and lxc.log (liblxc's), run (while it runs),
 *                       used (bytes of the disk, as it last stopped),
 *                       reason (of a hook)
 *   LXC_PATH/ct/.CTID.tmp, .CTID.gone    being made, being removed
 */

#ifndef VZ_CT_STORE_H
#define VZ_CT_STORE_H

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
    unsigned        broken;         /* only what could be read is here */

    char            template[64 + 1];
    char            version[NAME_MAX + 1];      /* under LXC_PATH/template */
    char            hostname[64 + 1];

    unsigned  naddresses;
    vz_ip_t   addresses[VZ_CT_ADDRESSES];
    char      gateway4[VZ_IP_LEN];         /* "": none of its own */
    char      gateway6[VZ_IP_LEN];
    unsigned  ndns;
    char      dns[VZ_CT_DNS][VZ_IP_LEN];

    vz_pair_t       vmguar;
    vz_pair_t       oomguar;
    vz_pair_t       privvm;
    vz_pair_t       disk;                       /* soft and hard */
    uint32_t        units;
    uint32_t        percent;                    /* of one CPU, 0: no limit */

    uint32_t        idmap;                      /* first host id */
    uint64_t        created;                    /* time(2) */
    uint32_t        started;                    /* 1: it ran once */
    uint32_t        onboot;                     /* 1: wanted to run */
} vz_ct_t;


/* vz_ct_store_init: the folders.  0, or -1 with errno. */
int vz_ct_store_init(const vz_config_t *conf);

/*
 * vz_ct_store_dir: where the container lies, or its shadow ".CTID.suffix".
 * vz_ct_store_path: dir/file into path (PATH_MAX).  -1: too long.
 */
int vz_ct_store_dir(const vz_config_t *conf, uint32_t ctid, const char *suffix,
    char *path);
int vz_ct_store_path(const vz_ct_t *ct, const char *file, char *path);

/*
 * vz_ct_store_read: VZ_OK, VZ_NOENT, or VZ_INTERNAL: unreadable or broken, and
 * ct has broken set with what could be read, its number, and its ids, which
 * its folder tells as well.  Keys that a newer version wrote are passed over.
 */
vz_code_e vz_ct_store_read(const vz_config_t *conf, uint32_t ctid,
    vz_ct_t *ct);

/*
 * vz_ct_store_write: ct->dir/ct.conf as a whole: written beside, synced,
 * renamed.  0, or -1 with errno.
 */
int vz_ct_store_write(const vz_ct_t *ct);

/*
 * vz_ct_store_unwant: onboot is 0 from now on, where there is no room for a
 * record that says so: liblxc's configuration goes, which each start makes
 * anew, and without which a record's onboot counts for nothing.  0 or -1.
 */
int vz_ct_store_unwant(const vz_ct_t *ct);

/* vz_ct_store_file: the same for any file of the container. */
int vz_ct_store_file(const vz_ct_t *ct, const char *file, const char *text,
    size_t len);

/*
 * vz_ct_store_text: what a small file of the container holds, terminated; its
 * length, or -1.  vz_ct_store_forget: the file is gone.  0 or -1.
 */
ssize_t vz_ct_store_text(const vz_ct_t *ct, const char *file, char *buf,
    size_t size);
int vz_ct_store_forget(const vz_ct_t *ct, const char *file);

/*
 * vz_ct_store_each: every container, in no order; with hidden also those being
 * made or removed.  What a broken one has is taken, so it is walked, too.
 * The walk ends when each returns non-zero, which is returned; -1 with errno
 * where it can't be read.
 */
typedef int (*vz_ct_store_pt)(const vz_ct_t *ct, void *data);

int vz_ct_store_each(const vz_config_t *conf, unsigned hidden,
    vz_ct_store_pt each, void *data);

/*
 * vz_ct_store_shadows: the same over ".CTID.tmp" and ".CTID.gone" folders,
 * with only ctid and dir filled in.
 */
int vz_ct_store_shadows(const vz_config_t *conf, vz_ct_store_pt each,
    void *data);

/*
 * vz_ct_store_uses: whether a container, also one that is being made or
 * removed, has that version of a template below it; 1 as well where a record
 * is broken and might say so, or where they can't be looked at.
 */
int vz_ct_store_uses(const vz_config_t *conf, const char *version);

/* vz_ct_store_lower: the folder of its template, into path (PATH_MAX). */
int vz_ct_store_lower(const vz_config_t *conf, const vz_ct_t *ct, char *path);

/* vz_ct_store_idmap: the lowest free range of ids, 0 when there is none. */
uint32_t vz_ct_store_idmap(const vz_config_t *conf);


#endif /* VZ_CT_STORE_H */
