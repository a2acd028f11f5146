/* Entries by the number of a container, which come and go with containers. */

#ifndef VZ_BY_CTID_H
#define VZ_BY_CTID_H

#include <stddef.h>
#include <stdint.h>


/* Each entry begins with this; the rest is its owner's. */
typedef struct {
    uint32_t    ctid;
    unsigned    turn;               /* of the table, when it was seen last */
} vz_by_ctid_entry_t;

typedef struct {
    size_t                size;     /* bytes of an entry */
    unsigned              turn;
    size_t                n;
    size_t                room;
    vz_by_ctid_entry_t  **entries;  /* in the order of their numbers */

    /* gives back what an entry holds; the table frees the entry itself */
    void                (*drop)(void *entry);
} vz_by_ctid_t;


/*
 * vz_by_ctid_get: the entry of a number, with the table's turn; *fresh is 1
 * where it is new, and zero but for its head. NULL where there is no memory.
 */
void *vz_by_ctid_get(vz_by_ctid_t *table, uint32_t ctid, unsigned *fresh);

/* vz_by_ctid_find: the entry of a number, or NULL; its turn stays. */
void *vz_by_ctid_find(const vz_by_ctid_t *table, uint32_t ctid);

/*
 * vz_by_ctid_sweep: drop the entries that were not seen in this turn, and
 * begin the next one.
 */
void vz_by_ctid_sweep(vz_by_ctid_t *table);


#endif /* VZ_BY_CTID_H */
