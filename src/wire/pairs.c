/*
 * The pairs of a line of data.
 */

#include <string.h>
#include "wire/pairs.h"


void
vz_pairs_init(vz_pairs_t *pairs, const char *text, size_t len)
{
    memset(pairs, 0, sizeof(vz_pairs_t));
    pairs->next = text;
    pairs->end = text + len;
}


int
vz_pairs_next(vz_pairs_t *pairs)
{
    size_t       n;
    const char  *p, *space, *equals;

    while (pairs->next < pairs->end) {
        p = pairs->next;
        n = (size_t) (pairs->end - p);
        space = memchr(p, ' ', n);

        if (space != NULL) {
            n = (size_t) (space - p);
        }

        pairs->next = space != NULL ? space + 1 : pairs->end;
        equals = memchr(p, '=', n);

        if (equals == NULL || equals == p) {
            continue;
        }

        pairs->key = p;
        pairs->key_len = (size_t) (equals - p);
        pairs->value = equals + 1;
        pairs->value_len = n - pairs->key_len - 1;

        return 1;
    }

    return 0;
}
