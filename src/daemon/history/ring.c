#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include "daemon/history/ring.h"
#include "daemon/history/series.h"


#define VZ_RING_MAGIC     "vzpanel history\n"
#define VZ_RING_VERSION   1
#define VZ_RING_STATE     512       /* where the first state is */
#define VZ_RING_ROOM      1792      /* bytes of a state, at most */
#define VZ_RING_DATA      4096
#define VZ_RING_SANE      1e18      /* no figure is greater */
#define VZ_RING_TRIES     8         /* readings of what is being written */


typedef struct {
    char            magic[16];
    uint32_t        version;
    uint32_t        series;
    uint32_t        slot;
    uint32_t        state;
    vz_ring_def_t   defs[VZ_RING_COUNT];
} vz_ring_head_t;

_Static_assert(sizeof(vz_ring_slot_t) == 128, "slots divide a sector");
_Static_assert(sizeof(vz_ring_state_t) <= VZ_RING_ROOM, "two fit a page");


static void vz_ring_head(vz_ring_head_t *head);
static off_t vz_ring_size(void);
static off_t vz_ring_place(unsigned resolution, uint32_t at);
static uint64_t vz_ring_sum(const vz_ring_state_t *state);
static vz_code_e vz_ring_load(vz_ring_t *ring);
static int vz_ring_make(const char *path);
static int vz_ring_put(int fd, const void *data, size_t size, off_t where);
static int vz_ring_get(int fd, void *data, size_t size, off_t where);
static void vz_ring_slot(vz_ring_slot_t *slot, const vz_ring_sample_t *sample);
static int vz_ring_turn(vz_ring_t *ring, unsigned resolution, uint32_t at);
static int vz_ring_back(vz_ring_t *ring, uint32_t at);
static int vz_ring_finest(const vz_ring_t *ring, const vz_ring_slot_t *one,
    uint32_t last);
static int vz_ring_range(int fd, unsigned resolution, uint32_t from,
    unsigned n, vz_ring_slot_t *slots);
static void vz_ring_check(vz_ring_slot_t *slot, uint32_t at);
static uint16_t vz_ring_plus(uint16_t a, uint16_t b);


const vz_ring_def_t  vz_ring_defs[VZ_RING_COUNT] = {
    { 10, 720 },
    { 60, 2880 },
    { 600, 2016 },
    { 3600, 2208 },
    { 86400, 732 }
};


static void
vz_ring_head(vz_ring_head_t *head)
{
    memset(head, 0, sizeof(*head));
    memcpy(head->magic, VZ_RING_MAGIC, sizeof(head->magic));
    head->version = VZ_RING_VERSION;
    head->series = VZ_SERIES_COUNT;
    head->slot = sizeof(vz_ring_slot_t);
    head->state = sizeof(vz_ring_state_t);
    memcpy(head->defs, vz_ring_defs, sizeof(head->defs));
}


static off_t
vz_ring_size(void)
{
    return vz_ring_place(VZ_RING_COUNT, 0);
}


/* Where the slot of a time is; of VZ_RING_COUNT the end of the file. */

static off_t
vz_ring_place(unsigned resolution, uint32_t at)
{
    off_t                 where;
    unsigned              i;
    const vz_ring_def_t  *def;

    where = VZ_RING_DATA;

    for (i = 0; i < resolution; i++) {
        where += (off_t) vz_ring_defs[i].slots
                 * (off_t) sizeof(vz_ring_slot_t);
    }

    if (resolution == VZ_RING_COUNT) {
        return where;
    }

    def = &vz_ring_defs[resolution];

    return where + (off_t) (at / def->step % def->slots)
                   * (off_t) sizeof(vz_ring_slot_t);
}


/* FNV-1a over words */

static uint64_t
vz_ring_sum(const vz_ring_state_t *state)
{
    size_t               i;
    uint64_t             sum, word;
    const unsigned char *bytes;

    bytes = (const unsigned char *) state;
    sum = 14695981039346656037ULL;

    for (i = sizeof(state->sum); i + sizeof(word) <= sizeof(*state);
         i += sizeof(word))
    {
        memcpy(&word, bytes + i, sizeof(word));
        sum = (sum ^ word) * 1099511628211ULL;
        sum ^= sum >> 29;
    }

    return sum;
}


vz_code_e
vz_ring_open(const char *path, vz_ring_t *ring)
{
    vz_code_e  code;

    ring->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (ring->fd == -1) {
        return errno == ENOENT ? VZ_NOENT : VZ_INTERNAL;
    }

    code = vz_ring_load(ring);
    if (code != VZ_OK) {
        vz_ring_close(ring);
    }

    return code;
}


vz_code_e
vz_ring_take(const char *path, vz_ring_t *ring, unsigned *aside)
{
    char       name[PATH_MAX];
    vz_code_e  code;

    *aside = 0;

    ring->fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

    if (ring->fd == -1 && errno == ENOENT) {
        if (vz_ring_make(path) == -1) {
            return VZ_INTERNAL;
        }

        ring->fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    }

    code = ring->fd != -1 ? vz_ring_load(ring)
           : errno == ELOOP || errno == EISDIR ? VZ_STATE : VZ_INTERNAL;

    if (code != VZ_STATE) {
        if (code != VZ_OK) {
            vz_ring_close(ring);
        }

        return code;
    }

    vz_ring_close(ring);

    if (snprintf(name, sizeof(name), "%s" VZ_RING_ASIDE, path)
        >= (int) sizeof(name))
    {
        errno = ENAMETOOLONG;
        return VZ_INTERNAL;
    }

    if (rename(path, name) == -1 || vz_ring_make(path) == -1) {
        return VZ_INTERNAL;
    }

    *aside = 1;
    ring->fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);

    return ring->fd == -1 ? VZ_INTERNAL : vz_ring_load(ring);
}


void
vz_ring_close(vz_ring_t *ring)
{
    int  saved;

    if (ring->fd != -1) {
        saved = errno;
        (void) close(ring->fd);
        errno = saved;
        ring->fd = -1;
    }
}


/* Check what the file is, and take the newer of the states that are whole. */

static vz_code_e
vz_ring_load(vz_ring_t *ring)
{
    unsigned          i, found;
    struct stat       st;
    vz_ring_head_t    head, want;
    vz_ring_state_t   state;

    if (fstat(ring->fd, &st) == -1) {
        return VZ_INTERNAL;
    }

    vz_ring_head(&want);

    if (!S_ISREG(st.st_mode) || st.st_size != vz_ring_size()
        || vz_ring_get(ring->fd, &head, sizeof(head), 0) == -1
        || memcmp(&head, &want, sizeof(head)) != 0)
    {
        return VZ_STATE;
    }

    found = 0;

    for (i = 0; i < 2; i++) {
        if (vz_ring_get(ring->fd, &state, sizeof(state),
                        VZ_RING_STATE + (off_t) i * VZ_RING_ROOM) == 0
            && vz_ring_sum(&state) == state.sum
            && (!found || state.serial > ring->state.serial))
        {
            ring->state = state;
            found = 1;
        }
    }

    return found ? VZ_OK : VZ_STATE;
}


/*
 * The room is taken now, so that a node whose disk is full goes on recording;
 * where there is no room it is taken as it comes.
 */

static int
vz_ring_make(const char *path)
{
    int              fd, rc;
    char             name[PATH_MAX];
    vz_ring_head_t   head;
    vz_ring_state_t  state;

    if (snprintf(name, sizeof(name), "%s.tmp", path) >= (int) sizeof(name)) {
        errno = ENAMETOOLONG;
        return -1;
    }

    fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd == -1) {
        return -1;
    }

    vz_ring_head(&head);
    memset(&state, 0, sizeof(state));
    state.sum = vz_ring_sum(&state);

    (void) fallocate(fd, 0, 0, vz_ring_size());

    rc = ftruncate(fd, vz_ring_size()) == -1
         || vz_ring_put(fd, &head, sizeof(head), 0) == -1
         || vz_ring_put(fd, &state, sizeof(state), VZ_RING_STATE) == -1
         || rename(name, path) == -1 ? -1 : 0;

    if (rc == -1) {
        (void) unlink(name);
    }

    (void) close(fd);

    return rc;
}


static int
vz_ring_put(int fd, const void *data, size_t size, off_t where)
{
    ssize_t  n;

    n = pwrite(fd, data, size, where);

    if (n >= 0 && (size_t) n < size) {
        errno = ENOSPC;
    }

    return n == (ssize_t) size ? 0 : -1;
}


static int
vz_ring_get(int fd, void *data, size_t size, off_t where)
{
    ssize_t  n;

    n = pread(fd, data, size, where);

    if (n >= 0 && (size_t) n < size) {
        errno = EIO;
    }

    return n == (ssize_t) size ? 0 : -1;
}


/*
 * Slots that are complete are written first, which is safe to repeat; then the
 * state, which holds the sample in all coarser slots; then its own slot.
 */
int
vz_ring_add(vz_ring_t *ring, const vz_ring_sample_t *sample)
{
    int              rc;
    uint32_t         last, at;
    unsigned         i;
    vz_ring_slot_t   one;
    vz_ring_state_t *state;

    state = &ring->state;
    last = state->last;
    rc = 0;
    vz_ring_slot(&one, sample);

    if (last > sample->at) {
        rc = vz_ring_back(ring, sample->at);
        last = 0;
    }

    for (i = 1; i < VZ_RING_COUNT; i++) {
        at = sample->at - sample->at % vz_ring_defs[i].step;

        if (state->fill[i - 1].slot.at != at && vz_ring_turn(ring, i, at) == -1)
        {
            rc = -1;
        }

        vz_ring_join(&state->fill[i - 1], &one);
    }

    state->last = sample->at;
    state->serial++;
    state->sum = vz_ring_sum(state);

    if (vz_ring_put(ring->fd, state, sizeof(*state),
                    VZ_RING_STATE
                    + (off_t) (state->serial % 2) * VZ_RING_ROOM) == -1)
    {
        return -1;
    }

    return vz_ring_finest(ring, &one, last) == -1 ? -1 : rc;
}


/* A second sample within one slot is joined to the first. */

static int
vz_ring_finest(const vz_ring_t *ring, const vz_ring_slot_t *one, uint32_t last)
{
    off_t            where;
    vz_ring_fill_t   fill;
    vz_ring_slot_t   slot;

    memset(&fill, 0, sizeof(fill));
    fill.slot.at = one->at;
    where = vz_ring_place(0, one->at);

    if (last == one->at
        && vz_ring_get(ring->fd, &slot, sizeof(slot), where) == 0)
    {
        vz_ring_check(&slot, one->at);
        vz_ring_join(&fill, &slot);
    }

    vz_ring_join(&fill, one);

    return vz_ring_put(ring->fd, &fill.slot, sizeof(fill.slot), where);
}


/* One sample as a slot of its own. */

static void
vz_ring_slot(vz_ring_slot_t *slot, const vz_ring_sample_t *sample)
{
    slot->at = sample->at;
    slot->n = 1;
    slot->up = sample->up ? 1 : 0;
    memcpy(slot->mean, sample->value, sizeof(slot->mean));
    memcpy(slot->most, sample->value, sizeof(slot->most));
}


/* The slot that was being filled is complete; the one of at comes next. */

static int
vz_ring_turn(vz_ring_t *ring, unsigned resolution, uint32_t at)
{
    unsigned         i;
    vz_ring_fill_t  *fill;

    fill = &ring->state.fill[resolution - 1];

    if (fill->slot.n
        && vz_ring_put(ring->fd, &fill->slot, sizeof(fill->slot),
                       vz_ring_place(resolution, fill->slot.at)) == -1)
    {
        return -1;
    }

    memset(fill, 0, sizeof(*fill));

    /* the clock may have been set back into a slot that is there */

    if (vz_ring_get(ring->fd, &fill->slot, sizeof(fill->slot),
                    vz_ring_place(resolution, at)) == 0)
    {
        vz_ring_check(&fill->slot, at);
    }

    if (fill->slot.at == 0) {
        memset(fill, 0, sizeof(*fill));
        fill->slot.at = at;
    }

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        fill->known[i] = isnan(fill->slot.mean[i]) ? 0 : fill->slot.n;
    }

    return 0;
}


/*
 * The clock was set back: what has been recorded between the new time and the
 * last one is of a time that is yet to come.
 */

static int
vz_ring_back(vz_ring_t *ring, uint32_t at)
{
    int             rc;
    uint32_t        when, step, n;
    unsigned        i;
    vz_ring_slot_t  slot, none;

    rc = 0;
    memset(&none, 0, sizeof(none));

    for (i = 0; i < VZ_RING_COUNT; i++) {
        step = vz_ring_defs[i].step;
        when = at - at % step;

        for (n = 0; n < vz_ring_defs[i].slots; n++) {
            when += step;

            if (when > ring->state.last) {
                break;
            }

            if (vz_ring_get(ring->fd, &slot, sizeof(slot),
                            vz_ring_place(i, when)) == 0
                && slot.at > at
                && vz_ring_put(ring->fd, &none, sizeof(none),
                               vz_ring_place(i, when)) == -1)
            {
                rc = -1;
            }
        }

        if (i && ring->state.fill[i - 1].slot.at > at) {
            memset(&ring->state.fill[i - 1], 0, sizeof(vz_ring_fill_t));
        }
    }

    return rc;
}


void
vz_ring_mark(vz_ring_t *ring, uint32_t at, vz_ring_mark_e kind,
    unsigned count, const char *name)
{
    vz_ring_mark_t  *mark;

    mark = &ring->state.mark[ring->state.marks % VZ_RING_MARKS];

    memset(mark, 0, sizeof(*mark));
    mark->at = at;
    mark->kind = (uint16_t) kind;
    mark->count = (uint16_t) (count < UINT16_MAX ? count : UINT16_MAX);
    (void) snprintf(mark->name, sizeof(mark->name), "%s", name);

    ring->state.marks++;
}


vz_code_e
vz_ring_read(const vz_ring_t *ring, unsigned resolution, uint32_t from,
    unsigned n, vz_ring_slot_t *slots)
{
    uint32_t               at;
    unsigned               i, tries;
    vz_ring_slot_t        *again;
    const vz_ring_fill_t  *fill;

    again = malloc(n * sizeof(*again));
    if (again == NULL) {
        return VZ_INTERNAL;
    }

    /* what two readings agree on was not being written */

    for (tries = 0; tries < VZ_RING_TRIES; tries++) {
        if (vz_ring_range(ring->fd, resolution, from, n, slots) == -1
            || vz_ring_range(ring->fd, resolution, from, n, again) == -1)
        {
            free(again);
            return VZ_INTERNAL;
        }

        if (memcmp(slots, again, n * sizeof(*again)) == 0) {
            break;
        }
    }

    free(again);

    for (i = 0; i < n; i++) {
        at = from + i * vz_ring_defs[resolution].step;

        if (resolution
            && (fill = &ring->state.fill[resolution - 1])->slot.at == at)
        {
            slots[i] = fill->slot;
        }

        vz_ring_check(&slots[i], at);
    }

    return VZ_OK;
}


/* Read slots that follow each other, around the end of the ring. */

static int
vz_ring_range(int fd, unsigned resolution, uint32_t from, unsigned n,
    vz_ring_slot_t *slots)
{
    uint32_t              first, part;
    const vz_ring_def_t  *def;

    def = &vz_ring_defs[resolution];

    while (n) {
        first = from / def->step % def->slots;
        part = def->slots - first < n ? def->slots - first : n;

        if (vz_ring_get(fd, slots, part * sizeof(*slots),
                        vz_ring_place(resolution, from)) == -1)
        {
            return -1;
        }

        slots += part;
        from += part * def->step;
        n -= part;
    }

    return 0;
}


/* A slot of another time is none, and a figure that can't be is unknown. */

static void
vz_ring_check(vz_ring_slot_t *slot, uint32_t at)
{
    unsigned  i;

    if (slot->at != at || slot->n == 0 || slot->up > slot->n) {
        memset(slot, 0, sizeof(*slot));
        return;
    }

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        if (!(slot->mean[i] >= 0 && slot->mean[i] < VZ_RING_SANE
              && slot->most[i] >= 0 && slot->most[i] < VZ_RING_SANE))
        {
            slot->mean[i] = NAN;
            slot->most[i] = NAN;
        }
    }
}


void
vz_ring_join(vz_ring_fill_t *all, const vz_ring_slot_t *slot)
{
    float     mean, most;
    unsigned  i, n;

    if (slot->n == 0) {
        return;
    }

    for (i = 0; i < VZ_SERIES_COUNT; i++) {
        mean = slot->mean[i];
        most = slot->most[i];

        if (isnan(mean)) {
            if (all->slot.n == 0) {
                all->slot.mean[i] = NAN;
                all->slot.most[i] = NAN;
            }

            continue;
        }

        n = all->known[i];

        if (n == 0) {
            all->slot.mean[i] = mean;
            all->slot.most[i] = most;

        } else {
            all->slot.mean[i] = vz_series[i].kind == VZ_SERIES_EVENTS
                                ? all->slot.mean[i] + mean
                                : (all->slot.mean[i] * (float) n
                                   + mean * slot->n) / (float) (n + slot->n);
            all->slot.most[i] = most > all->slot.most[i] ? most
                                                   : all->slot.most[i];
        }

        all->known[i] = vz_ring_plus(all->known[i], slot->n);
    }

    all->slot.n = vz_ring_plus(all->slot.n, slot->n);
    all->slot.up = vz_ring_plus(all->slot.up, slot->up);
}


static uint16_t
vz_ring_plus(uint16_t a, uint16_t b)
{
    return a > UINT16_MAX - b ? UINT16_MAX : (uint16_t) (a + b);
}
