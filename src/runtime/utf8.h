/*
 * UTF-8 as RFC 3629 defines it, on which the database, JSON and the pages
 * agree: without surrogates, and in the shortest form.
 */

#ifndef VZ_UTF8_H
#define VZ_UTF8_H

#include <ngx_config.h>
#include <ngx_core.h>


/* vz_utf8: whether the whole text is valid UTF-8; an empty one is. */
ngx_uint_t vz_utf8(const ngx_str_t *text);


#endif /* VZ_UTF8_H */
