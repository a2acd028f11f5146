/*
 * Values from a node's answers, as JSON.  A node writes "-", or leaves the pair
 * out, for what it does not know.
 */

#ifndef VZ_NODE_TOLD_H
#define VZ_NODE_TOLD_H

#include "runtime/json.h"
#include "runtime/relay.h"


/* vz_node_told_text: write the value of a pair of a line, or null. */
void vz_node_told_text(vz_json_t *out, const char *key, const ngx_str_t *line,
    const char *name);

/* vz_node_told_words: write "a,b" as the array of its words. */
void vz_node_told_words(vz_json_t *out, const char *key, ngx_str_t text);

/*
 * vz_node_told_size: write a number of bytes as a number of units, "unlimited",
 * or null.
 */
void vz_node_told_size(vz_json_t *out, const char *key, ngx_str_t text,
    uint64_t unit);


#endif /* VZ_NODE_TOLD_H */
