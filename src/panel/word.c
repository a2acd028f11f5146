/*
 * Lists that are kept as one text.
 */

#include "word.h"


ngx_uint_t
vz_word_next(ngx_str_t *rest, u_char separator, ngx_str_t *word)
{
    u_char  *p, *end;

    p = rest->data;
    end = p + rest->len;

    while (p < end && *p == separator) {
        p++;
    }

    word->data = p;

    while (p < end && *p != separator) {
        p++;
    }

    word->len = p - word->data;
    rest->data = p;
    rest->len = end - p;

    return word->len != 0;
}


ngx_uint_t
vz_word_is(const ngx_str_t *text, const char *word)
{
    size_t  len;

    len = ngx_strlen(word);

    return text->len == len && ngx_memcmp(text->data, word, len) == 0;
}
