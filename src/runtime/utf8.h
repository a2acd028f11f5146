/*
 * Whether bytes are UTF-8 as RFC 3629 has it, which the database, JSON and
 * the pages all agree on: no surrogates, nothing longer than it has to be.
 */

#ifndef VZ_UTF8_H
#define VZ_UTF8_H

#include <ngx_config.h>
#include <ngx_core.h>


/* vz_utf8: whether all of the text is; an empty one is. */
ngx_uint_t vz_utf8(const ngx_str_t *text);


#endif /* VZ_UTF8_H */
