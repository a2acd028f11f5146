/*
 * Values from a node's answers, as JSON.
 */

#include "panel/api/limit.h"
#include "panel/api/strlist.h"
#include "panel/node/node_told.h"


static uint64_t vz_node_told_number(const ngx_str_t *text);


void
vz_node_told_text(vz_json_t *out, const char *key, const ngx_str_t *line,
    const char *name)
{
    ngx_str_t  text;

    text = vz_relay_pair(line, name);

    if (text.len == 0 || (text.len == 1 && *text.data == '-')) {
        vz_json_null(out, key);
        return;
    }

    vz_json_text(out, key, &text);
}


void
vz_node_told_words(vz_json_t *out, const char *key, ngx_str_t text)
{
    ngx_str_t  word;

    vz_json_array(out, key);

    while (vz_strlist_next(&text, ',', &word)) {
        if (word.len != 1 || *word.data != '-') {
            vz_json_text(out, NULL, &word);
        }
    }

    vz_json_close(out);
}


void
vz_node_told_size(vz_json_t *out, const char *key, ngx_str_t text,
                  uint64_t unit)
{
    if (text.len == 0 || *text.data == '-') {
        vz_json_null(out, key);

    } else if (*text.data == 'u') {
        vz_limit_json(out, key, VZ_LIMIT_NONE);

    } else {
        vz_json_uint(out, key, vz_node_told_number(&text) / unit);
    }
}


static uint64_t
vz_node_told_number(const ngx_str_t *text)
{
    off_t  n;

    n = ngx_atoof(text->data, text->len);

    return n < 0 ? 0 : (uint64_t) n;
}
