/*
 * A walk over "key=value key=value", as lines of data have it; values never
 * hold a space.
 */

#ifndef VZ_PAIRS_H
#define VZ_PAIRS_H

#include <stddef.h>


typedef struct {
    const char   *next;
    const char   *end;
    const char   *key;
    size_t        key_len;
    const char   *value;
    size_t        value_len;
} vz_pairs_t;

/*
 * vz_pairs_init: begin a walk over the text of a VZ_REPLY_DATA line; the text
 * must outlive the walk.
 */
void vz_pairs_init(vz_pairs_t *pairs, const char *text, size_t len);

/*
 * vz_pairs_next: 1, and pairs->key and ->value are the next pair's; 0 at the
 * end.  A word without "=" or without a key is skipped.
 */
int vz_pairs_next(vz_pairs_t *pairs);


#endif /* VZ_PAIRS_H */
