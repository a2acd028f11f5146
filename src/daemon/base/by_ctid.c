#include <stdlib.h>
#include <string.h>
#include "daemon/base/by_ctid.h"


static size_t vz_by_ctid_place(const vz_by_ctid_t *table, uint32_t ctid);


/* The place of the first entry whose number is not smaller. */

static size_t
vz_by_ctid_place(const vz_by_ctid_t *table, uint32_t ctid)
{
    size_t  low, high, middle;

    low = 0;
    high = table->n;

    while (low < high) {
        middle = low + (high - low) / 2;

        if (table->entries[middle]->ctid < ctid) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }

    return low;
}


void *
vz_by_ctid_find(const vz_by_ctid_t *table, uint32_t ctid)
{
    size_t  place;

    place = vz_by_ctid_place(table, ctid);

    return place < table->n && table->entries[place]->ctid == ctid
           ? table->entries[place] : NULL;
}


void *
vz_by_ctid_get(vz_by_ctid_t *table, uint32_t ctid, unsigned *fresh)
{
    size_t                place, room;
    vz_by_ctid_entry_t   *entry, **more;

    *fresh = 0;
    place = vz_by_ctid_place(table, ctid);

    if (place < table->n && table->entries[place]->ctid == ctid) {
        table->entries[place]->turn = table->turn;
        return table->entries[place];
    }

    if (table->n == table->room) {
        room = table->room ? 2 * table->room : 64;

        more = realloc(table->entries, room * sizeof(*more));
        if (more == NULL) {
            return NULL;
        }

        table->entries = more;
        table->room = room;
    }

    entry = calloc(1, table->size);
    if (entry == NULL) {
        return NULL;
    }

    entry->ctid = ctid;
    entry->turn = table->turn;

    memmove(&table->entries[place + 1], &table->entries[place],
            (table->n - place) * sizeof(*table->entries));
    table->entries[place] = entry;
    table->n++;
    *fresh = 1;

    return entry;
}


void
vz_by_ctid_sweep(vz_by_ctid_t *table)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < table->n; i++) {
        if (table->entries[i]->turn == table->turn) {
            table->entries[n++] = table->entries[i];
            continue;
        }

        table->drop(table->entries[i]);
        free(table->entries[i]);
    }

    table->n = n;
    table->turn++;
}
