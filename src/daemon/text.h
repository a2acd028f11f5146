/*
 * Text that grows in a buffer of fixed size.  What does not fit is left out
 * piece by piece, and full says that something was.
 */

#ifndef VZ_TEXT_H
#define VZ_TEXT_H

#include <stddef.h>
#include "address.h"


typedef struct {
    char       *buf;            /* the caller's; always terminated */
    size_t      size;
    size_t      len;
    unsigned    full;
} vz_text_t;


void vz_text_init(vz_text_t *text, char *buf, size_t size);
void vz_text_put(vz_text_t *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* vz_text_addresses: with commas and without prefixes; "-" for none. */
void vz_text_addresses(vz_text_t *text, const vz_address_t *list, unsigned n);


#endif /* VZ_TEXT_H */
