/*
 * Lists that are kept as one text.
 */

#include "panel/api/strlist.h"


ngx_uint_t
vz_strlist_next(ngx_str_t *rest, u_char separator, ngx_str_t *word)
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
vz_strlist_has(ngx_str_t list, u_char separator, const ngx_str_t *word)
{
    ngx_str_t  one;

    while (vz_strlist_next(&list, separator, &one)) {
        if (one.len == word->len
            && ngx_memcmp(one.data, word->data, one.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
vz_strlist_is(const ngx_str_t *text, const char *word)
{
    size_t  len;

    len = ngx_strlen(word);

    return text->len == len && ngx_memcmp(text->data, word, len) == 0;
}


ngx_int_t
vz_strlist_index(const ngx_str_t *text, const char *const *words)
{
    ngx_int_t  i;

    for (i = 0; words[i] != NULL; i++) {
        if (vz_strlist_is(text, words[i])) {
            return i;
        }
    }

    return -1;
}


ngx_str_t
vz_strlist_language(const ngx_str_t *accept)
{
    ngx_str_t   rest, one;
    ngx_uint_t  i;

    static const ngx_str_t  languages[] = {
        ngx_string("es"), ngx_string("en")
    };

    rest = *accept;

    while (vz_strlist_next(&rest, ',', &one)) {

        while (one.len && *one.data == ' ') {
            one.data++;
            one.len--;
        }

        for (i = 0; i < 2; i++) {
            if (one.len >= 2
                && ngx_strncasecmp(one.data, languages[i].data, 2) == 0)
            {
                return languages[i];
            }
        }
    }

    return languages[0];
}
