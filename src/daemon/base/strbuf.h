/*
 * Text that grows in a buffer of a fixed size. A piece that does not fit is
 * left out, and full is set.
 */

#ifndef VZ_STRBUF_H
#define VZ_STRBUF_H

#include <stddef.h>
#include "daemon/base/ip.h"


typedef struct {
    char       *buf;            /* the caller's buffer; the text is always
                                   terminated */
    size_t      size;
    size_t      len;
    unsigned    full;
} vz_strbuf_t;


/* vz_strbuf_init: an empty text in buf, which has size bytes. */
void vz_strbuf_init(vz_strbuf_t *text, char *buf, size_t size);

/* vz_strbuf_put: add a piece, as printf(3). */
void vz_strbuf_put(vz_strbuf_t *text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * vz_strbuf_addresses: add addresses without their prefixes and with commas
 * between them; "-" for none.
 */
void vz_strbuf_addresses(vz_strbuf_t *text, const vz_ip_t *list, unsigned n);


#endif /* VZ_STRBUF_H */
