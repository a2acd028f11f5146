/*
 * Words, and lists of them that are kept as one text: "10.0.0.2 10.0.0.3",
 * "a,b,c".
 */

#ifndef VZ_STRLIST_H
#define VZ_STRLIST_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * vz_strlist_next: take the first word off rest into word, which points into
 * the same text; words that are empty are passed over.  0 when there is none
 * left.
 */
ngx_uint_t vz_strlist_next(ngx_str_t *rest, u_char separator, ngx_str_t *word);

/* vz_strlist_is: whether the text is this word. */
ngx_uint_t vz_strlist_is(const ngx_str_t *text, const char *word);

/*
 * vz_strlist_index: the place of a word in an array that is ended by NULL, -1
 * where it is not there.
 */
ngx_int_t vz_strlist_index(const ngx_str_t *text, const char *const *words);

/*
 * vz_strlist_language: the first of an Accept-Language that is ours, "es"
 * where there is none; browsers sort by preference.
 */
ngx_str_t vz_strlist_language(const ngx_str_t *accept);


#endif /* VZ_STRLIST_H */
