/*
 * What nftables contains, asked of the kernel directly: no program is run and
 * nothing is changed, so it may be asked every two seconds.
 */

#ifndef VZ_NFNETLINK_H
#define VZ_NFNETLINK_H

#include <stdint.h>


typedef struct {
    uint64_t        packets;
    uint64_t        bytes;
} vz_nfnetlink_counter_t;

/* Called with the name of an interface, which is the key of an element. */
typedef void (*vz_nfnetlink_each_pt)(const char *name,
    const vz_nfnetlink_counter_t *counter, void *data);

typedef struct {
    int                      fd;
    unsigned char            family;
    const char              *table;     /* the caller's text */

    /* of the question */
    const char              *begin;     /* how names of chains begin */
    unsigned                 size;      /* of counters */
    unsigned                 n;
    vz_nfnetlink_counter_t  *counters;
    vz_nfnetlink_each_pt     each;
    void                    *data;
    uint64_t                 handle;    /* of a table */
} vz_nfnetlink_t;


/*
 * vz_nfnetlink_open: ask about a table, of family bridge or inet. 0, or -1
 * with errno.
 */
int vz_nfnetlink_open(vz_nfnetlink_t *nfn, int bridge, const char *table);

/* vz_nfnetlink_close: close the socket. */
void vz_nfnetlink_close(vz_nfnetlink_t *nfn);

/*
 * vz_nfnetlink_uses: the uses of a chain: its rules, and what leads there.
 * vz_nfnetlink_all_uses: the sum of those of all chains whose names begin so.
 * vz_nfnetlink_elements: the number of elements of a set. -1 with errno:
 * ENOENT where the table has none of that name.
 */
int vz_nfnetlink_uses(vz_nfnetlink_t *nfn, const char *chain);
int vz_nfnetlink_all_uses(vz_nfnetlink_t *nfn, const char *begin);
int vz_nfnetlink_elements(vz_nfnetlink_t *nfn, const char *set);

/*
 * vz_nfnetlink_counters: what the counters of a chain's rules have counted, in
 * the order of the rules, the first n of them. Returns how many there are, 0
 * also where there is no such chain; or -1 with errno.
 */
int vz_nfnetlink_counters(vz_nfnetlink_t *nfn, const char *chain,
    vz_nfnetlink_counter_t *list, unsigned n);

/*
 * vz_nfnetlink_each: call each for every element of a set of interfaces whose
 * elements have counters; where others change the table meanwhile, all of it
 * again.  Returns the number of elements, or -1 with errno.
 *
 * vz_nfnetlink_handle: a number of the table that no other had since the
 * node's start.  0, or -1 with errno: ENOENT where there is no table.
 */
int vz_nfnetlink_each(vz_nfnetlink_t *nfn, const char *set,
    vz_nfnetlink_each_pt each, void *data);
int vz_nfnetlink_handle(vz_nfnetlink_t *nfn, uint64_t *handle);


#endif /* VZ_NFNETLINK_H */
