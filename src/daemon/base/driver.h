/*
 * What a virtualiser must be able to do, as functions on values.  The verbs
 * (server/verb_*.c) parse, lock and print; a driver only acts.  Drivers know
 * nothing of sockets, of requests, or of each other.
 */

#ifndef VZ_DRIVER_H
#define VZ_DRIVER_H

#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "daemon/base/config.h"
#include "daemon/base/ct_raw.h"
#include "daemon/base/ct_stat.h"
#include "wire/frame.h"
#include "wire/rule.h"
#include "wire/seal.h"
#include "wire/verb_body.h"


#define VZ_SAID_MAX  4096           /* bytes of a program's output */
#define VZ_KEEP      UINT32_MAX     /* a number that is to stay as it is */


typedef struct vz_driver_s  vz_driver_t;

/* A verb that is being carried out. */
typedef struct {
    const vz_request_t   *req;          /* the request; drivers must not use
                                           it */
    const vz_config_t    *conf;
    const vz_driver_t    *driver;       /* NULL: this host has none */
    uint32_t              ctid;         /* the container; 0: none */
    const char           *name;         /* of the verb, for locks and the log */
    const vz_verb_body_t *body;         /* its lines; NULL: it has none */
    const char           *secret;       /* decoded, of passwd; else NULL */
    struct timespec       deadline;     /* CLOCK_MONOTONIC; of a long verb it
                                           moves with each progress */
    int64_t               told;         /* when the last line went out, by
                                           vz_monotonic_msec() */
    unsigned              alarmed;      /* seconds after the deadline, when the
                                           process is ended; 0: never */
    unsigned              streams;      /* 1: the answer ends in a stream */
    int                   from;         /* what the client is sent, to EOF */
    int                   to;           /* where what it sends is written */
    pid_t                 child;        /* whose output is sent: how it ends
                                           is how the stream does; 0: none */
    unsigned              patient;      /* it is waited for, not killed */
    unsigned              percent;      /* of the last progress; never falls */
    int                   out;          /* the client's socket */
    vz_seal_t            *seal;         /* NULL: answers are not sealed yet */
    char                  doing[VZ_WORDS_MAX];  /* of the last progress */
    char                  words[VZ_WORDS_MAX];  /* of the final line */
    char                  said[VZ_SAID_MAX];    /* see vz_job_said() */
    unsigned              gone;         /* the client left: nothing is sent */
    size_t                held;         /* bytes in hold that are not sent
                                           yet */
    char                  hold[4 * VZ_REPLY_MAX];
} vz_job_t;

typedef vz_code_e (*vz_verb_pt)(vz_job_t *job);

/* The outcome of a change that has succeeded. */
typedef struct {
    unsigned    already;            /* there was nothing to do */
    unsigned    unwanted;           /* boot: it is not wanted to run any
                                       more */
    unsigned    killed;             /* it did not shut down by itself in time */
    char        kept[VZ_WORDS_MAX];     /* names of values that are stored and
                                           not in force; "": none */
    char        inside[VZ_WORDS_MAX];   /* why the guest's side did not follow;
                                           "": it did */
} vz_done_t;

typedef enum {
    VZ_MEMORY_VMGUAR = 0,           /* vmguarpages: memory that it may
                                       always have */
    VZ_MEMORY_OOMGUAR,              /* oomguarpages: memory that is spared
                                       when the node's is used up */
    VZ_MEMORY_PRIVVM                /* privvmpages: memory that it may have
                                       at most */
} vz_memory_e;

typedef enum {
    VZ_TERMINAL_SHELL = 0,          /* root's shell */
    VZ_TERMINAL_LOGIN,              /* the guest's own login */
    VZ_TERMINAL_LOG                 /* what its last boot printed */
} vz_terminal_e;

/* A terminal of a container, for the process that serves it. */
typedef struct {
    uint32_t        ctid;
    vz_terminal_e   what;
    unsigned        cols;
    unsigned        rows;

    /* filled in by the driver */
    int             fd;             /* the terminal's master; of a log a file,
                                       at its beginning */
    pid_t           child;          /* whose terminal it is; 0: of a log */
} vz_terminal_t;

#define VZ_USER_DATA_MAX   32768    /* bytes of it */
#define VZ_USER_DATA_PART  2048     /* of what it printed: the first and the
                                       last of it */
#define VZ_USER_DATA_TEXT  (2 * VZ_USER_DATA_PART + 128)

typedef enum {
    VZ_USER_DATA_NONE = 0,          /* it has none */
    VZ_USER_DATA_WAITING,           /* for its first start */
    VZ_USER_DATA_RUNNING,
    VZ_USER_DATA_DONE,              /* with an exit status */
    VZ_USER_DATA_TIMEOUT,           /* it was killed: it took too long */
    VZ_USER_DATA_STOPPED            /* it ended with its container, or with
                                       whatever watched over it */
} vz_user_data_e;

/* What became of the user data of a first boot. */
typedef struct {
    vz_user_data_e  state;
    unsigned        status;         /* of DONE: exit status; 128 + a signal */
    unsigned        seconds;        /* that it took */
    char            text[VZ_USER_DATA_TEXT];    /* what it printed: printable,
                                                   with LFs */
} vz_user_data_t;

/* What an administrator may shut for a container, beside its own firewall. */
typedef enum {
    VZ_GATE_SMTP = 0,               /* what it sends to port 25 */
    VZ_GATE_ALL,                    /* all that it sends and gets */
    VZ_GATE_COUNT
} vz_gate_e;

typedef struct {
    uint64_t    packets;
    uint64_t    bytes;
} vz_hits_t;

/* The firewall of a container, as it is now. */
typedef struct {
    vz_rules_t  rules;              /* those that hold, or that are tried */
    int64_t     left;               /* ms that they are tried; 0: they hold */
    vz_hits_t   hits[VZ_RULES_MAX]; /* what each rule has counted since they
                                       were set or the container started */
    vz_hits_t   rest[2];            /* what none of them was for: in, out */
    unsigned    shut[VZ_GATE_COUNT];
} vz_firewall_stat_t;

/* A backup: of which container, in which repository of the node's. */
typedef struct {
    const char  *repository;
    const char  *tag;
    const char  *snapshot;          /* its id, or the first digits of it; NULL:
                                       all of them are meant */
} vz_backup_t;

/* What came of a trial. */
typedef struct {
    unsigned     seconds;           /* that all of it took */
    unsigned     processes;         /* that ran at once, at most */
} vz_trial_t;

typedef enum {
    VZ_STOP_ASK = 0,                /* shut it down, kill it where it does not
                                       in time, and keep that it is not wanted
                                       to run */
    VZ_STOP_AGAIN,                  /* the same, but it is about to be started
                                       again: it stays wanted, and it is left
                                       running where it could not be started
                                       afterwards */
    VZ_STOP_KILL                    /* as VZ_STOP_ASK, without asking */
} vz_stop_e;

/* A snapshot of a container's disk. */
typedef struct {
    const char     *name;
    time_t          made;
    uint64_t        own;            /* bytes that nothing but it has, or
                                       VZ_CT_STAT_UNKNOWN */
} vz_snapshot_stat_t;

/* Called for each container. */
typedef int (*vz_wanted_pt)(uint32_t ctid, void *data);
typedef int (*vz_counted_pt)(uint32_t ctid, const char *tag, void *data);
typedef void (*vz_each_pt)(const vz_ct_stat_t *stat, void *data);
typedef void (*vz_snapshot_pt)(const vz_snapshot_stat_t *stat, void *data);

/* the archives that a driver unpacks */
typedef struct {
    const char   *suffixes[6];      /* ".tar.gz"; preferred ones first */
    unsigned      links;            /* 1: a symlink to one counts, too */
    unsigned      look;             /* 1: we know what must be in it */
} vz_archives_t;


/*
 * Functions that take a job work on container job->ctid, under its lock where
 * they change it, and return in time before job->deadline.  They return VZ_OK,
 * or another code after vz_job_end() has set the job's words to the reason:
 * VZ_NOENT where there is no such container, VZ_RANGE for a value that can't
 * be, VZ_TIMEOUT, VZ_FAILED, VZ_INTERNAL and so on.  A change that fails leaves
 * the container as it was.  done comes in zeroed.  Each may be called again
 * after its process died in the middle of it.
 */
struct vz_driver_s {
    const char   *name;

    /* 1 where this host can use the driver; 0 with the reason in words */
    int         (*usable)(const vz_config_t *conf, char *words);

    /* Print lines for --check. Returns the number of lacks. */
    int         (*check)(const vz_config_t *conf);

    /*
     * Prepare the driver, before the first verb of a process. VZ_OK, or a code
     * with words.
     */
    vz_code_e   (*open)(const vz_config_t *conf, char *words);

    /*
     * For --down: stop every container, and release everything but their data.
     * 0, or -1 with words. May be NULL.
     */
    int         (*down)(const vz_config_t *conf, char *words);

    /*
     * For --boot: call each for every container that is wanted to run. The
     * walk ends when each returns non-zero, which is returned; -1 with errno.
     * wanted and boot are NULL where the virtualiser's own scripts start
     * containers with the node.
     */
    int         (*wanted)(const vz_config_t *conf, vz_wanted_pt each,
                          void *data);

    /*
     * Start a container where it is still wanted to run; done: unwanted,
     * already.
     */
    vz_code_e   (*boot)(vz_job_t *job, vz_done_t *done);

    /*
     * Read the tag of a container, "" for none. VZ_OK, VZ_NOENT, or
     * VZ_INTERNAL where it can't be read.
     */
    vz_code_e   (*tag)(const vz_config_t *conf, uint32_t ctid,
                       char tag[VZ_TAG_LEN + 1]);

    /* Give the container another tag. */
    vz_code_e   (*set_tag)(vz_job_t *job, const char *tag);

    /*
     * Create a container from a template, stopped, with that tag ("": none).
     * done: already, where it exists, is of that template, and was never
     * started.
     */
    vz_code_e   (*create)(vz_job_t *job, const char *template,
                          const char *tag, vz_done_t *done);

    /*
     * Create a container, stopped, with that tag, whose disk has what container
     * from has now, whose tag is from_tag; host keys, machine-id and name are
     * its own, and it has no addresses. VZ_NOENT where there is no such
     * container. done: already, where that container is there. NULL where the
     * driver can't.
     */
    vz_code_e   (*clone)(vz_job_t *job, uint32_t from, const char *from_tag,
                         const char *tag, vz_done_t *done);

    /*
     * Stop it at once and remove all of it. done: already, where there is
     * none.
     */
    vz_code_e   (*destroy)(vz_job_t *job, vz_done_t *done);

    /*
     * Another system from a template: stop it, and leave it stopped, but wanted
     * to run where it was; number, tag, addresses and limits stay. Where that
     * fails the old system is there, and runs where it did. The old one is
     * kept for a day where there is room. done: already, where it is of that
     * template, and was never started. NULL where the driver can't.
     */
    vz_code_e   (*reinstall)(vz_job_t *job, const char *template,
                             vz_done_t *done);

    /*
     * The same, back to the system before the last reinstall, whose own is
     * removed. VZ_STATE where it is not kept any more. done: already.
     */
    vz_code_e   (*revert)(vz_job_t *job, vz_done_t *done);

    /*
     * A rescue system, of conf->rescue_template or else of the container's own
     * one: stop it, and from its next start on it boots that one, with number,
     * tag, addresses and limits as they are, and with its own disk at /mnt.  It
     * is left stopped, and wanted to run where it was; where this fails its own
     * system runs where it did.  While it lasts passwords and keys are the
     * rescue system's, and reinstall and revert are refused: VZ_STATE.  done:
     * already, where it is in rescue.  Both are NULL where the driver can't.
     */
    vz_code_e   (*rescue)(vz_job_t *job, vz_done_t *done);

    /*
     * Back to its own system; the rescue system and what it wrote on its own
     * disk are removed.  Left stopped as above.  done: already.
     */
    vz_code_e   (*unrescue)(vz_job_t *job, vz_done_t *done);

    /*
     * Keep what the disk has now, under a name, while it runs or not. done:
     * already, where there is one of that name. VZ_STATE where the disk is full
     * or has too many. These five are NULL where the driver can't.
     */
    vz_code_e   (*snapshot)(vz_job_t *job, const char *name, vz_done_t *done);

    /*
     * The disk has again what that snapshot has, which stays: stop it, and
     * leave it stopped, but wanted to run where it was. Where that fails it
     * runs where it did. VZ_STATE where there is none of that name.
     */
    vz_code_e   (*rollback)(vz_job_t *job, const char *name);

    /* Remove a snapshot. done: already. */
    vz_code_e   (*drop_snapshot)(vz_job_t *job, const char *name,
                                 vz_done_t *done);

    /*
     * Call each for every snapshot, the oldest first. *all: bytes that they
     * have together and the disk as it is now has not, or VZ_CT_STAT_UNKNOWN.
     */
    vz_code_e   (*snapshots)(vz_job_t *job, vz_snapshot_pt each, void *data,
                             uint64_t *all);

    /*
     * For --record, in a process of its own, every few minutes: what is slow,
     * such as counting the bytes of snapshots. It takes no lock for longer than
     * a moment.
     */
    void        (*tend)(const vz_config_t *conf);

    /*
     * Start it, and keep that it is wanted to run. done: already, where it
     * runs.
     */
    vz_code_e   (*start)(vz_job_t *job, vz_done_t *done);

    /* Stop it. done: already, killed. */
    vz_code_e   (*stop)(vz_job_t *job, vz_stop_e how, vz_done_t *done);

    /*
     * Set limits in bytes, or VZ_UNLIMITED; barrier is not above limit. done:
     * kept.
     */
    vz_code_e   (*set_memory)(vz_job_t *job, vz_memory_e which,
                              uint64_t barrier, uint64_t limit,
                              vz_done_t *done);
    vz_code_e   (*set_disk)(vz_job_t *job, uint64_t soft, uint64_t hard,
                            vz_done_t *done);

    /*
     * Set the weight, and the percentage of one CPU: 0 for no limit, or
     * VZ_KEEP.
     */
    vz_code_e   (*set_cpu)(vz_job_t *job, uint32_t units, uint32_t percent);

    /* Set the host name, at once where it runs. */
    vz_code_e   (*set_hostname)(vz_job_t *job, const char *name);

    /* Hash and set root's password; the secret is one line and not empty. */
    vz_code_e   (*set_password)(vz_job_t *job, const char *secret);

    /* The same with a hash of crypt(5). */
    vz_code_e   (*set_hash)(vz_job_t *job, const char *hash);

    /*
     * Replace root's SSH keys that are the panel's by these lines of an
     * authorized_keys file, each with its LF; "": none.
     */
    vz_code_e   (*set_keys)(vz_job_t *job, const char *lines);

    /*
     * Add an address. VZ_EXISTS where another container has it; another code
     * where this node may not give it away (address_permit.h). done: already,
     * inside.
     */
    vz_code_e   (*address_add)(vz_job_t *job, const vz_ip_t *address,
                               vz_done_t *done);

    /*
     * Remove an address, or with NULL all of them. done: already, where it has
     * none of those; inside.
     */
    vz_code_e   (*address_remove)(vz_job_t *job, const vz_ip_t *address,
                                  vz_done_t *done);

    /*
     * Set the gateway of the address's family. done: inside. NULL where its
     * network has none.
     */
    vz_code_e   (*set_gateway)(vz_job_t *job, const vz_ip_t *address,
                               vz_done_t *done);

    /* Replace the name servers by n others, VZ_CT_STAT_DNS at most. */
    vz_code_e   (*set_dns)(vz_job_t *job, const vz_ip_t *list, unsigned n);

    /*
     * Replace the rules of its firewall. With seconds they are tried for that
     * time, and then those from before hold again by themselves, whatever
     * became of this process; a start ends the trial, too. These four are NULL
     * where the driver has no firewall.
     */
    vz_code_e   (*set_firewall)(vz_job_t *job, const vz_rules_t *rules,
                                unsigned seconds);

    /* Rules that are tried hold from now on. VZ_STATE where none are. */
    vz_code_e   (*keep_firewall)(vz_job_t *job);

    /* Shut or open a gate, whatever the rules are, which stay. */
    vz_code_e   (*set_gate)(vz_job_t *job, vz_gate_e gate, unsigned shut);

    /* Tell its rules, gates, and what they have counted. */
    vz_code_e   (*firewall)(vz_job_t *job, vz_firewall_stat_t *stat);

    /*
     * Hold it to a rate in each direction, Mbit/s, 0 for none. NULL where the
     * driver can't.
     */
    vz_code_e   (*set_rate)(vz_job_t *job, uint32_t in, uint32_t out);

    /* Tell the figures of a container; detail may be NULL. */
    vz_code_e   (*stat)(vz_job_t *job, vz_ct_stat_t *stat,
                        vz_ct_detail_t *detail);

    /*
     * Call each for every container, in no order. The panel asks every two
     * seconds, so a driver also repairs here what must always hold.
     */
    vz_code_e   (*each)(vz_job_t *job, vz_each_pt each, void *data);

    /* Tell the figures of the node. */
    vz_code_e   (*node)(vz_job_t *job, vz_node_stat_t *node);

    /* Tell the sum of the CPU units of all running containers. */
    vz_code_e   (*node_units)(vz_job_t *job, uint64_t *units);

    /*
     * Open a terminal in the container; read what its last boot printed.  They
     * run in a process of their own (server/console_process.c), which may hang:
     * whoever started it ends it then.  Nothing of the guest's may be believed.
     * VZ_OK, VZ_NOENT, VZ_STATE where the container does not run, VZ_TIMEOUT,
     * VZ_FAILED or VZ_INTERNAL, with words (VZ_WORDS_MAX bytes).  NULL where
     * the virtualiser has none.
     */
    vz_code_e   (*terminal)(const vz_config_t *conf, vz_terminal_t *terminal,
                            char *words);
    vz_code_e   (*boot_log)(const vz_config_t *conf, vz_terminal_t *terminal,
                            char *words);

    /*
     * For --record. sample_open: what sample_each keeps from one call to the
     * next, or NULL where there is no memory; it lasts as long as the process.
     * sample_each: call each with a reading of every container, and take no
     * lock. 0, or -1 with errno. sample_path: print where a container's
     * history is kept, PATH_MAX bytes; it goes with the container. 0, or -1.
     */
    void       *(*sample_open)(const vz_config_t *conf);
    int         (*sample_each)(void *sampler, vz_ct_raw_pt each, void *data);
    int         (*sample_path)(const vz_config_t *conf, uint32_t ctid,
                               char *path);

    /*
     * Call each for every container, with its tag or "". The walk ends when
     * each returns non-zero, which is returned; -1 with errno. It repairs what
     * each() repairs. NULL where sample_each tells no net_epoch.
     */
    int         (*counted)(const vz_config_t *conf, vz_counted_pt each,
                           void *data);

    /*
     * Keep user data for the first start of a container: a script, or what is
     * for cloud-init.  VZ_STATE where it was started already; VZ_UNSUPPORTED
     * where it is for cloud-init and the system has none.  What was kept
     * before is replaced.
     *
     * user_data: tell what became of it.
     *
     * user_data_run: for --user-data, a process of its own: where the
     * container runs and has user data that wait, run them inside as its root,
     * once, for no longer than conf->user_data_time, and note what came of it.
     * All three are NULL where the driver can't.
     */
    vz_code_e   (*set_user_data)(vz_job_t *job, const char *data, size_t len);
    vz_code_e   (*user_data)(vz_job_t *job, vz_user_data_t *stat);
    int         (*user_data_run)(const vz_config_t *conf, uint32_t ctid);

    /*
     * For the process that saves a container, which is in a mount namespace of
     * its own already, or that reads a snapshot of it: show what that holds at
     * path, read only, with ids as its own root sees them; copy what the node
     * knows of it into a folder.  VZ_OK, or a code with words (VZ_WORDS_MAX
     * bytes).
     */
    vz_code_e   (*backup_view)(const vz_config_t *conf, uint32_t ctid,
                               const char *snapshot, const char *path,
                               char *words);
    vz_code_e   (*backup_record)(const vz_config_t *conf, uint32_t ctid,
                                 const char *folder, char *words);

    /*
     * For the process that began it, once it has ended: take away what it
     * leaves of such a view.  NULL: nothing.
     */
    void        (*backup_end)(const vz_config_t *conf, uint32_t ctid,
                              const char *snapshot);

    /*
     * What a backup holds becomes the container's system, as reinstall makes
     * another one: stopped, as wanted to run as it was, the way back is revert.
     *
     * inherit: the container has the history that a backup has, its own or
     * another's, in place of its own.  done->already where the backup has none
     * that this node can read.
     *
     * Each is NULL where the driver can't, and so are backup_view and
     * backup_record.
     */
    vz_code_e   (*restore)(vz_job_t *job, const vz_backup_t *from,
                           vz_done_t *done);
    vz_code_e   (*inherit)(vz_job_t *job, const vz_backup_t *from,
                           vz_done_t *done);

    /*
     * Restore a backup of a container of this node into one that nobody is told
     * of, without a network, start it, and see whether it stays up for so many
     * seconds; all of it is removed, or by the next process that opens the
     * driver.  The job is about no container at first.  VZ_BUSY where another
     * one is at work, or a verb came that does not wait.  NULL where the driver
     * can't.
     */
    vz_code_e   (*trial)(vz_job_t *job, const vz_backup_t *from,
                         unsigned seconds, vz_trial_t *trial);

    /*
     * Why this node lacks a feature, by its name, that the driver has; NULL
     * where it has it.  NULL: nodes of the driver are all alike.
     */
    const char *(*lacks)(const vz_config_t *conf, const char *feature);

    const vz_archives_t  *archives;     /* NULL: vz_archive_all */
};


#endif /* VZ_DRIVER_H */
