/*
 * What nodes tell, as JSON.  "-", or nothing at all, is what they don't.
 */

#ifndef VZ_TOLD_H
#define VZ_TOLD_H

#include "../runtime/json.h"
#include "../runtime/relay.h"


/* vz_told_text: the value of a pair of a line, or null. */
void vz_told_text(vz_json_t *out, const char *key, const ngx_str_t *line,
    const char *name);

/* vz_told_words: "a,b" as the array of its words. */
void vz_told_words(vz_json_t *out, const char *key, ngx_str_t text);

/* vz_told_size: a number in that unit, "unlimited", or null. */
void vz_told_size(vz_json_t *out, const char *key, ngx_str_t text,
    uint64_t unit);


#endif /* VZ_TOLD_H */
