/*
 * What a virtualiser must be able to do, as functions on values.  The verbs
 * (server/verb_*.c) parse, lock and print; a driver only acts.  Drivers know
 * nothing of sockets, of requests, or of each other.
 */

#ifndef VZ_DRIVER_H
#define VZ_DRIVER_H

#include <stdint.h>
#include <time.h>
#include "daemon/base/config.h"
#include "daemon/base/ct_stat.h"
#include "wire/frame.h"
#include "wire/seal.h"
#include "wire/verb_body.h"


#define VZ_SAID_MAX  4096           /* bytes of a program's output */
#define VZ_KEEP      UINT32_MAX     /* a number that is to stay as it is */


typedef struct vz_driver_s  vz_driver_t;

/* One verb on its way through the daemon. */
typedef struct {
    const vz_request_t   *req;          /* the server's; drivers don't look */
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
    unsigned              percent;      /* of the last progress; never falls */
    int                   out;          /* the client's socket */
    vz_seal_t            *seal;         /* NULL: answers are not sealed yet */
    char                  doing[VZ_WORDS_MAX];  /* of the last progress */
    char                  words[VZ_WORDS_MAX];  /* of the final line */
    char                  said[VZ_SAID_MAX];    /* see vz_job_said() */
    unsigned              gone;         /* the client left: nothing is sent */
    size_t                held;         /* bytes of hold not yet sent */
    char                  hold[4 * VZ_REPLY_MAX];
} vz_job_t;

typedef vz_code_e (*vz_verb_pt)(vz_job_t *job);

/* What came of a change that has succeeded, beyond that. */
typedef struct {
    unsigned    already;            /* there was nothing to do */
    unsigned    unwanted;           /* boot: nobody wants it to run any more */
    unsigned    killed;             /* it did not shut down by itself in time */
    char        kept[VZ_WORDS_MAX];     /* names of values that are stored and
                                           not in force; "": none */
    char        inside[VZ_WORDS_MAX];   /* why the guest's side did not follow;
                                           "": it did */
} vz_done_t;

typedef enum {
    VZ_MEMORY_VMGUAR = 0,           /* vmguarpages: what it may always have */
    VZ_MEMORY_OOMGUAR,              /* oomguarpages: spared when memory ends */
    VZ_MEMORY_PRIVVM                /* privvmpages: what it may have at most */
} vz_memory_e;

/* called for each container; non-zero ends the walk and is returned by it */
typedef int (*vz_wanted_pt)(uint32_t ctid, void *data);
typedef void (*vz_each_pt)(const vz_ct_stat_t *stat, void *data);

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

    /* whether this host has what it takes: 1, or 0 with the reason in words */
    int         (*usable)(const vz_config_t *conf, char *words);

    /* print lines for --check; returns the number of lacks */
    int         (*check)(const vz_config_t *conf);

    /* before the first verb of a process: VZ_OK, or a code with words */
    vz_code_e   (*open)(const vz_config_t *conf, char *words);

    /* for --down: stop every container and leave nothing of them behind but
       their data; 0, or -1 with words; may be NULL */
    int         (*down)(const vz_config_t *conf, char *words);

    /* for --boot: each container that is wanted to run.  The walk ends when
       each returns non-zero, which is returned; -1 with errno.  NULL, as boot
       then: the virtualiser's own scripts start them with the node */
    int         (*wanted)(const vz_config_t *conf, vz_wanted_pt each,
                          void *data);

    /* start a container that still is wanted to run; done->unwanted */
    vz_code_e   (*boot)(vz_job_t *job, vz_done_t *done);

    /* the tag of a container, "" for none: VZ_OK, VZ_NOENT, or VZ_INTERNAL
       where it can't be read */
    vz_code_e   (*tag)(const vz_config_t *conf, uint32_t ctid,
                       char tag[VZ_TAG_LEN + 1]);
    vz_code_e   (*set_tag)(vz_job_t *job, const char *tag);

    /* make a container of a template, stopped, with that tag ("": none);
       already: of the same template, and never started */
    vz_code_e   (*create)(vz_job_t *job, const char *template,
                          const char *tag, vz_done_t *done);

    /* stop it at once and remove all of it; already: there was none */
    vz_code_e   (*destroy)(vz_job_t *job, vz_done_t *done);

    /* start it, and want it to run from now on; already: it runs */
    vz_code_e   (*start)(vz_job_t *job, vz_done_t *done);

    /* shut it down, and don't want it to run any more; with again set it is
       about to be started again and stays wanted, and is left running where it
       could not be started; already, killed */
    vz_code_e   (*stop)(vz_job_t *job, unsigned again, vz_done_t *done);

    /* limits, in bytes or VZ_UNLIMITED; barrier is not above limit; kept */
    vz_code_e   (*set_memory)(vz_job_t *job, vz_memory_e which,
                              uint64_t barrier, uint64_t limit,
                              vz_done_t *done);
    vz_code_e   (*set_disk)(vz_job_t *job, uint64_t soft, uint64_t hard,
                            vz_done_t *done);

    /* a weight, and a percentage of one CPU: 0 for no limit, or VZ_KEEP */
    vz_code_e   (*set_cpu)(vz_job_t *job, uint32_t units, uint32_t percent);

    vz_code_e   (*set_hostname)(vz_job_t *job, const char *name);

    /* hash and set root's password; the secret is one line, not empty */
    vz_code_e   (*set_password)(vz_job_t *job, const char *secret);

    /* VZ_EXISTS where another container has it, VZ_DENIED where the node does
       not give it away; already, inside */
    vz_code_e   (*address_add)(vz_job_t *job, const vz_ip_t *address,
                               vz_done_t *done);

    /* address NULL: all of them; already: it has none of that; inside */
    vz_code_e   (*address_remove)(vz_job_t *job, const vz_ip_t *address,
                                  vz_done_t *done);

    /* the gateway of the address's family; inside */
    vz_code_e   (*set_gateway)(vz_job_t *job, const vz_ip_t *address,
                               vz_done_t *done);

    /* n name servers, VZ_CT_STAT_DNS at most, in place of those it has */
    vz_code_e   (*set_dns)(vz_job_t *job, const vz_ip_t *list, unsigned n);

    /* one container; detail may be NULL */
    vz_code_e   (*stat)(vz_job_t *job, vz_ct_stat_t *stat,
                        vz_ct_detail_t *detail);

    /* every container, in no order.  The panel asks for it every two seconds,
       so a driver also looks here after what must hold all the time */
    vz_code_e   (*each)(vz_job_t *job, vz_each_pt each, void *data);

    vz_code_e   (*node)(vz_job_t *job, vz_node_stat_t *node);

    /* the sum of the CPU units of all containers that run */
    vz_code_e   (*node_units)(vz_job_t *job, uint64_t *units);

    const vz_archives_t  *archives;     /* NULL: vz_archive_all */
};


#endif /* VZ_DRIVER_H */
