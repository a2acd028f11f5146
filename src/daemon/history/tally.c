#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include "daemon/history/tally.h"


#define VZ_TALLY_ROOM  512          /* bytes of a place: a sector */


static int vz_tally_load(int fd, vz_tally_state_t *state);
static int vz_tally_begin(vz_tally_t *tally, uint64_t epoch,
    const uint64_t seen[2], unsigned fresh, uint64_t now);
static int vz_tally_write(vz_tally_t *tally);
static void vz_tally_hurry(vz_tally_t *tally);
static uint64_t vz_tally_sum(const vz_tally_state_t *state);


vz_code_e
vz_tally_take(const char *path, vz_tally_t *tally)
{
    struct stat  st;

    memset(&tally->state, 0, sizeof(tally->state));

    tally->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (tally->fd == -1) {
        return VZ_INTERNAL;
    }

    tally->torn = 0;
    tally->ahead = 0;

    if (vz_tally_load(tally->fd, &tally->state) == -1) {
        memset(&tally->state, 0, sizeof(tally->state));
        tally->torn = fstat(tally->fd, &st) == 0 && st.st_size != 0;
    }

    return VZ_OK;
}


void
vz_tally_close(vz_tally_t *tally)
{
    if (tally->fd != -1) {
        (void) close(tally->fd);
        tally->fd = -1;
    }
}


void
vz_tally_read(const char *path, vz_tally_state_t *state)
{
    int  fd;

    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd == -1 || vz_tally_load(fd, state) == -1) {
        memset(state, 0, sizeof(*state));
    }

    if (fd != -1) {
        (void) close(fd);
    }
}


/* The newer of the two that are whole. */

static int
vz_tally_load(int fd, vz_tally_state_t *state)
{
    int               rc;
    unsigned          i;
    vz_tally_state_t  one;

    rc = -1;

    for (i = 0; i < 2; i++) {
        if (pread(fd, &one, sizeof(one), (off_t) i * VZ_TALLY_ROOM)
            == (ssize_t) sizeof(one)
            && one.counter != 0 && vz_tally_sum(&one) == one.sum
            && (rc == -1 || one.serial > state->serial))
        {
            *state = one;
            rc = 0;
        }
    }

    return rc;
}


int
vz_tally_add(vz_tally_t *tally, uint64_t epoch, const uint64_t seen[2],
    unsigned fresh, uint64_t now)
{
    unsigned           i;
    uint64_t           from;
    vz_tally_state_t  *state;

    state = &tally->state;

    if (state->counter == 0) {
        return vz_tally_begin(tally, epoch, seen, fresh, now);
    }

    if (state->epoch == epoch && memcmp(state->seen, seen,
                                        sizeof(state->seen)) == 0)
    {
        return 0;
    }

    /* a counter that fell began anew */

    for (i = 0; i < 2; i++) {
        from = state->epoch == epoch && state->seen[i] <= seen[i]
               ? state->seen[i] : 0;
        state->total[i] += seen[i] - from;
        tally->ahead += seen[i] - from;
        state->seen[i] = seen[i];
    }

    state->epoch = epoch;
    state->read = now;

    return vz_tally_write(tally);
}


static int
vz_tally_begin(vz_tally_t *tally, uint64_t epoch, const uint64_t seen[2],
    unsigned fresh, uint64_t now)
{
    unsigned           i;
    uint64_t           counter;
    vz_tally_state_t  *state;

    state = &tally->state;

    if (getrandom(&counter, sizeof(counter), 0) != sizeof(counter)) {
        return -1;
    }

    memset(state, 0, sizeof(*state));
    state->counter = counter ? counter : 1;
    state->since = now;
    state->read = now;
    state->epoch = epoch;

    for (i = 0; i < 2; i++) {
        state->seen[i] = seen[i];
        state->total[i] = fresh && !tally->torn ? seen[i] : 0;
    }

    return vz_tally_write(tally);
}


/*
 * A write that failed is repeated by the next reading, whose differences are
 * of what memory has.
 */

static int
vz_tally_write(vz_tally_t *tally)
{
    ssize_t            n;
    vz_tally_state_t  *state;

    state = &tally->state;
    state->serial++;
    state->sum = vz_tally_sum(state);

    n = pwrite(tally->fd, state, sizeof(*state),
               (off_t) (state->serial % 2) * VZ_TALLY_ROOM);

    if (n >= 0 && n < (ssize_t) sizeof(*state)) {
        errno = ENOSPC;
        n = -1;
    }

    if (n != -1) {
        vz_tally_hurry(tally);
    }

    return n == -1 ? -1 : 0;
}


/*
 * The kernel writes a page to the disk some 30 s later.  Of a container that is
 * busy that is much, so its page goes at once: nobody waits for the disk, and a
 * node's line bounds how many do.
 */

static void
vz_tally_hurry(vz_tally_t *tally)
{
    if (tally->ahead >= VZ_TALLY_AHEAD) {
        tally->ahead = 0;
        (void) sync_file_range(tally->fd, 0, 2 * VZ_TALLY_ROOM,
                               SYNC_FILE_RANGE_WRITE);
    }
}


/* FNV-1a over words */

static uint64_t
vz_tally_sum(const vz_tally_state_t *state)
{
    size_t           i;
    uint64_t         sum;
    const uint64_t  *word;

    sum = 14695981039346656037ULL;
    word = &state->serial;

    for (i = 1; i < sizeof(*state) / sizeof(*word); i++) {
        sum = (sum ^ *word++) * 1099511628211ULL;
        sum ^= sum >> 29;
    }

    return sum;
}
