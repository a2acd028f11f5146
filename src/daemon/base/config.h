/*
 * virtual-server.conf: "key = value" lines, and comments after "#". One table
 * lists the keys and the kinds of their values. An unknown key or an invalid
 * value refuses the whole file; the error names the line.
 */

#ifndef VZ_CONFIG_H
#define VZ_CONFIG_H

#include <stdint.h>
#include <limits.h>


typedef struct {
    char        path[PATH_MAX];         /* the file that was read */
    char        driver[8];              /* auto | lxc | vzctl */
    char        key_file[PATH_MAX];
    char        peers[128];             /* users that may connect; "": every
                                           user who has the key */
    char        template_dir[PATH_MAX]; /* NAME.tar.gz, .tar.zst, .tar.xz */
    char        run_dir[PATH_MAX];      /* locks and marks that end with the
                                           node's running */
    char        log[PATH_MAX];          /* "syslog" or a file's path */
    char        log_level[8];           /* "info" logs every verb, "notice"
                                           only changes */
    uint32_t    ctid_min;
    uint32_t    ctid_max;
    unsigned    stop_timeout;           /* seconds that a container has to
                                           shut down, before it is killed */
    unsigned    silence;                /* seconds of silence after which a
                                           connection is closed */
    char        test_verbs[4];          /* "yes": the verbs for tests
                                           exist, echo, lines and doze */
    unsigned    user_data_time;         /* seconds that the script of a first
                                           boot may take */
    char        addresses[1024];        /* networks whose addresses
                                           containers may get; "": none yet */

    char        repositories[PATH_MAX]; /* where backups go, and with which
                                           keys: root's alone */
    char        backup_cache[PATH_MAX]; /* what restic keeps of them */
    unsigned    backups;                /* that are made at once */

    /* driver lxc */
    char        lxc_path[PATH_MAX];     /* containers: configuration, image,
                                           mounts, unpacked templates */
    char        hook[PATH_MAX];         /* virtual-server-hook */
    char        unpack[PATH_MAX];       /* virtual-server-unpack */
    char        lxcfs[PATH_MAX];        /* where lxcfs is mounted, or "none" */
    char        bridge[16];             /* "": containers are routed,
                                           without a bridge */
    char        uplink[16];             /* the interface to the world; "":
                                           containers reach only the host */
    char        gateway4[16];           /* the gateway of routed containers,
                                           link-local */
    char        gateway6[46];
    char        interface_prefix[8];    /* "vz" gives vz101.0 */
    char        nft_table[32];
    char        host_dns[4];            /* "yes": guests may ask the node's
                                           own DNS server */
    char        rescue_template[64 + 1];    /* of rescue systems; "": the
                                           container's own one */
    uint64_t    disk_default;           /* bytes of a new container's disk */
    uint64_t    disk_free;              /* bytes that stay free on the disk
                                           of lxc_path */
    uint32_t    idmap_base;             /* first host id given to containers */
    uint32_t    pids_max;               /* processes of one container */
    uint32_t    cpu_reserve;            /* percentage of all CPUs that is
                                           kept from all containers together */

    /* driver vzctl */
    char        vzctl[PATH_MAX];
    char        vzlist[PATH_MAX];
    char        vzcpucheck[PATH_MAX];
    char        vzquota[PATH_MAX];
    char        vz_conf_dir[PATH_MAX];
    char        vz_proc[PATH_MAX];      /* "/proc/vz"; driver "auto" looks
                                           for it */
} vz_config_t;


#define VZ_CONFIG_PATH   "/etc/vzpanel/virtual-server.conf"
#define VZ_CONFIG_WORDS  (PATH_MAX + 256)

/* vz_config_defaults: fill in the values of a file that says nothing. */
void vz_config_defaults(vz_config_t *conf);

/*
 * vz_config_read: fill in the defaults, then read the file, which must belong
 * to root and not be writable by others. 0, or -1 with one line in words
 * (VZ_CONFIG_WORDS bytes) that says what is wrong, and where.
 */
int vz_config_read(const char *path, vz_config_t *conf, char *words);


#endif /* VZ_CONFIG_H */
