/*
 * Lists of words in one text: "10.0.0.2 10.0.0.3", "a,b,c".
 */

#ifndef VZ_STRLIST_H
#define VZ_STRLIST_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_strlist_next: move the first word of *rest to *word, which points into
 * the same text.  Empty words are skipped.  0 if no word is left.
 */
ngx_uint_t vz_strlist_next(ngx_str_t *rest, u_char separator, ngx_str_t *word);

/* vz_strlist_has: whether the list has the word. */
ngx_uint_t vz_strlist_has(ngx_str_t list, u_char separator,
    const ngx_str_t *word);

/* vz_strlist_is: whether the text equals the word. */
ngx_uint_t vz_strlist_is(const ngx_str_t *text, const char *word);

/*
 * vz_strlist_index: the place of a word in an array that is ended by NULL, -1
 * where it is not there.
 */
ngx_int_t vz_strlist_index(const ngx_str_t *text, const char *const *words);

/*
 * vz_strlist_language: the first supported language of an Accept-Language
 * header, which browsers sort by preference; "es" if there is none.
 */
ngx_str_t vz_strlist_language(const ngx_str_t *accept);


#endif /* VZ_STRLIST_H */
