/*
 * How much a container has sent and got, ever: a small file beside its
 * history, which goes where the container goes.  The kernel's counters begin
 * anew with the node or the table of nftables; here their differences are
 * added up, and what was added is written with what it was read from, in one
 * write: so nothing is counted twice, whoever dies in between.
 *
 * The file has two places, written in turns, each with a sum of its own; the
 * newer one that is whole counts.  A file that is torn is begun anew, under
 * another name of the counter.
 */

#ifndef VZ_TALLY_H
#define VZ_TALLY_H

#include "daemon/base/ct_raw.h"
#include "wire/code.h"


typedef struct {
    uint64_t    sum;                /* of all that follows */
    uint64_t    serial;             /* grows with each write */
    uint64_t    counter;            /* random: names this count; 0: none */
    uint64_t    since;              /* time(2) when it was begun */
    uint64_t    read;               /* time(2) of the last change */
    uint64_t    epoch;              /* of the kernel's counters */
    uint64_t    seen[2];            /* them, got and sent, when they were read
                                       last */
    uint64_t    total[2];           /* bytes, got and sent */
} vz_tally_state_t;

/* bytes of a container that a crash of the node may forget, besides those since
   the last reading: with so many ahead the disk begins to write at once */
#define VZ_TALLY_AHEAD  (64 * 1024 * 1024)

typedef struct {
    int                 fd;         /* -1: closed */
    unsigned            torn;       /* 1: what the file had is lost */
    uint64_t            ahead;      /* bytes that were counted since the disk
                                       was last told to write the file */
    vz_tally_state_t    state;
} vz_tally_t;


/*
 * vz_tally_take: open the file to write, by the one recorder; it is made where
 * there is none.  VZ_OK or VZ_INTERNAL with errno.
 *
 * vz_tally_add: count a reading of the kernel's counters, of epoch; now is
 * time(2).  Where the count begins here, all is counted of a container that was
 * seen from its begin on, with fresh 1; of another, or where the file was torn,
 * what comes after.  Nothing is written where nothing has changed.  0, or -1
 * with errno: then the next one writes it.
 *
 * vz_tally_read: what the file at path says; counter is 0 where there is none,
 * or a torn one.
 */
vz_code_e vz_tally_take(const char *path, vz_tally_t *tally);
void vz_tally_close(vz_tally_t *tally);
int vz_tally_add(vz_tally_t *tally, uint64_t epoch, const uint64_t seen[2],
    unsigned fresh, uint64_t now);
void vz_tally_read(const char *path, vz_tally_state_t *state);


#endif /* VZ_TALLY_H */
