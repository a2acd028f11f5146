/*
 * What a virtualiser must be able to do: one function per verb.  Others
 * parse, validate and lock; a driver only acts.  Drivers know nothing of
 * sockets or of each other.
 */

#ifndef VZ_DRIVER_H
#define VZ_DRIVER_H

#include <stdint.h>
#include <time.h>
#include "daemon/base/config.h"
#include "wire/body.h"
#include "wire/frame.h"
#include "wire/seal.h"


#define VZ_SAID_MAX  4096           /* bytes of what a program said */


typedef struct vz_driver_s  vz_driver_t;

/* One verb on its way through the daemon. */
typedef struct {
    const vz_request_t   *req;
    const vz_config_t    *conf;
    const vz_driver_t    *driver;       /* NULL: none was asked */
    const vz_body_t      *body;         /* its lines; NULL: it has none */
    const char           *secret;       /* decoded, of passwd; else NULL */
    struct timespec       deadline;     /* CLOCK_MONOTONIC; of a long verb it
                                           moves with each progress */
    int64_t               told;         /* when its client was told a line */
    unsigned              alarmed;      /* it is hung where it takes so many
                                           seconds more than its deadline */
    unsigned              streams;      /* 1: its answer ends in a stream */
    int                   from;         /* what the client is sent, to EOF */
    int                   to;           /* where what it sends is written */
    unsigned              percent;      /* last told; it never falls */
    int                   out;          /* the client's socket */
    vz_seal_t            *seal;         /* NULL: nothing is sealed yet */
    char                  doing[VZ_WORDS_MAX];  /* of the last progress */
    char                  words[VZ_WORDS_MAX];  /* of the final line */
    char                  said[VZ_SAID_MAX];
    unsigned              gone;         /* the client: nothing is sent */
    size_t                held;         /* bytes of hold not yet sent */
    char                  hold[4 * VZ_REPLY_MAX];
} vz_job_t;

typedef vz_code_e (*vz_verb_pt)(vz_job_t *job);
typedef int (*vz_wanted_pt)(uint32_t ctid, void *data);

/* the archives that a driver unpacks */
typedef struct {
    const char   *suffixes[6];          /* ".tar.gz"; preferred ones first */
    unsigned      links;                /* 1: a symlink to one counts, too */
    unsigned      look;                 /* 1: we know what must be in it */
} vz_archives_t;

struct vz_driver_s {
    const char   *name;

    /* whether this host has what it takes: 1, or 0 with why in words */
    int         (*usable)(const vz_config_t *conf, char *words);

    /* lines for --check, one fact or one lack each; the number of lacks */
    int         (*check)(const vz_config_t *conf);

    /* before the first verb of a process: VZ_OK or why not */
    vz_code_e   (*open)(const vz_config_t *conf, char *words);

    /* for --down: stop every container and leave nothing of them behind but
       their data; 0, or -1 with words; may be NULL */
    int         (*down)(const vz_config_t *conf, char *words);

    /* for --boot: each container that is wanted to run, until each returns
       non-zero, which is returned, or -1 with errno; and start, where it
       still is.  NULL: the virtualiser's own start of the node does that */
    int         (*wanted)(const vz_config_t *conf, vz_wanted_pt each,
                          void *data);
    vz_verb_pt    boot;

    /* what a container is, beyond its number: VZ_OK with its tag, "" for none;
       VZ_NOENT; VZ_INTERNAL where that can't be told */
    vz_code_e   (*tag)(const vz_config_t *conf, uint32_t ctid,
                       char tag[VZ_TAG_LEN + 1]);

    /* by verb; NULL answers unsupported; ping and templates are dispatch.c's */
    vz_verb_pt    run[VZ_VERB_COUNT];

    const vz_archives_t  *archives;
};


/* vz_driver_pick: by conf->driver, auto takes the first usable; else NULL. */
const vz_driver_t *vz_driver_pick(const vz_config_t *conf, char *words);


#endif /* VZ_DRIVER_H */
