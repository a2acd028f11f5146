/*
 * UTF-8.
 */

#include "runtime/utf8.h"


/* ngx_utf8_decode() accepts surrogates, which are no characters */

ngx_uint_t
vz_utf8(const ngx_str_t *text)
{
    u_char    *p, *last;
    uint32_t   code;

    p = text->data;
    last = p + text->len;

    while (p < last) {

        if (*p < 0x80) {
            p++;
            continue;
        }

        code = ngx_utf8_decode(&p, last - p);

        if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
            return 0;
        }
    }

    return 1;
}
