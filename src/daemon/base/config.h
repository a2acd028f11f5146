/*
 * virtual-server.conf: "key = value" lines, # comments.  One table of keys
 * with their kinds; an unknown key or a bad value refuses the whole file and
 * names its line.
 */

#ifndef VZ_CONFIG_H
#define VZ_CONFIG_H

#include <stdint.h>
#include <limits.h>


typedef struct {
    char        path[PATH_MAX];         /* the file that was read */
    char        driver[8];              /* auto | lxc | vzctl */
    char        key_file[PATH_MAX];
    char        peers[128];             /* users; "": whoever has the key */
    char        template_dir[PATH_MAX]; /* NAME.tar.gz, .tar.zst, .tar.xz */
    char        run_dir[PATH_MAX];      /* locks; gone with the node's stop */
    char        log[PATH_MAX];          /* "syslog" or a file's path */
    char        log_level[8];           /* info: every verb; notice: changes */
    uint32_t    ctid_min;
    uint32_t    ctid_max;
    unsigned    stop_timeout;           /* seconds before a stop kills */
    unsigned    silence;                /* seconds until an idle close */
    char        test_verbs[4];          /* yes: echo, lines and doze exist */
    char        addresses[1024];        /* prefixes that containers get; "":
                                           none yet */

    /* driver lxc */
    char        lxc_path[PATH_MAX];     /* containers: configuration, image,
                                           mounts, unpacked templates */
    char        hook[PATH_MAX];         /* virtual-server-hook */
    char        unpack[PATH_MAX];       /* virtual-server-unpack */
    char        lxcfs[PATH_MAX];        /* where lxcfs is mounted, or "none" */
    char        bridge[16];             /* "" : routed veth */
    char        uplink[16];             /* "" : host only; else NAT by it */
    char        gateway4[16];           /* routed: link-local next hop */
    char        gateway6[46];
    char        interface_prefix[8];    /* "vz" gives vz101.0 */
    char        nft_table[32];
    char        host_dns[4];            /* yes: guests may ask the node's own */
    uint64_t    disk_default;           /* bytes, until setdisk */
    uint64_t    disk_free;              /* bytes of lxc_path's own disk that
                                           stay free */
    uint32_t    idmap_base;             /* first host id given to containers */
    uint32_t    pids_max;               /* processes of one container */
    uint32_t    cpu_reserve;            /* per cent of all CPUs that containers
                                           never have together */

    /* driver vzctl */
    char        vzctl[PATH_MAX];
    char        vzlist[PATH_MAX];
    char        vzcpucheck[PATH_MAX];
    char        vz_conf_dir[PATH_MAX];
    char        vz_proc[PATH_MAX];      /* "/proc/vz": auto looks for it */
} vz_config_t;


#define VZ_CONFIG_PATH   "/etc/vzpanel/virtual-server.conf"
#define VZ_CONFIG_WORDS  (PATH_MAX + 256)

/* vz_config_defaults: what holds where the file says nothing. */
void vz_config_defaults(vz_config_t *conf);

/*
 * vz_config_read: defaults, then the file.  0, or -1 with one line that says
 * what is wrong and where in words (VZ_CONFIG_WORDS bytes).  The file must
 * belong to root and not be writable by others.
 */
int vz_config_read(const char *path, vz_config_t *conf, char *words);


#endif /* VZ_CONFIG_H */
