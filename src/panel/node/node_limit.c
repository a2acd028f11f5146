/*
 * The limits of nodes.  Each worker keeps them; they change with the node's
 * kernel or configuration only.
 */

#include "panel/node/node_limit.h"


#define VZ_NODE_LIMIT_AGE  60       /* seconds */
#define VZ_NODE_LIMIT_MIB  (1024 * 1024)


static void vz_node_limit_line(vz_node_limit_t *limit, const ngx_str_t *line);
static void vz_node_limit_text(const ngx_str_t *line, const char *key,
    u_char *text, size_t size, ngx_str_t *value);


static vz_node_limit_t  vz_node_limits[VZ_NODES_MAX];


const vz_node_limit_t *
vz_node_limit(vz_node_row_t *node, ngx_pool_t *pool)
{
    ngx_uint_t        i;
    vz_answer_t       answer;
    vz_node_limit_t  *limit;

    limit = &vz_node_limits[node->index];

    if (limit->asked && ngx_time() - limit->asked < VZ_NODE_LIMIT_AGE) {
        return limit;
    }

    if (node->relay != NULL
        && vz_relay_call(node->relay, pool, VZ_VERB_NODE, 0, NULL, NULL, NULL,
                         NULL, &answer)
           == VZ_OK)
    {
        for (i = 0; i < answer.nlines; i++) {
            vz_node_limit_line(limit, &answer.lines[i]);
        }

        limit->asked = ngx_time();
    }

    return limit->asked ? limit : NULL;
}


/* the lines may come in any order, with any of the pairs */

static void
vz_node_limit_line(vz_node_limit_t *limit, const ngx_str_t *line)
{
    if (vz_relay_pair(line, "disk_min").data != NULL) {
        limit->disk_min = vz_relay_number(line, "disk_min");
    }

    if (vz_relay_pair(line, "shrink_live").data != NULL) {
        limit->shrink_live = vz_relay_number(line, "shrink_live") != 0;
    }

    vz_node_limit_text(line, "driver", limit->driver_text,
                       sizeof(limit->driver_text), &limit->driver);
    vz_node_limit_text(line, "kept", limit->kept_text,
                       sizeof(limit->kept_text), &limit->kept);
}


static void
vz_node_limit_text(const ngx_str_t *line, const char *key, u_char *text,
    size_t size, ngx_str_t *value)
{
    ngx_str_t  found;

    found = vz_relay_pair(line, key);

    if (found.data == NULL) {
        return;
    }

    value->data = text;
    value->len = ngx_cpystrn(text, found.data, ngx_min(found.len + 1, size))
                 - text;
}


uint64_t
vz_node_limit_disk_min(const vz_node_limit_t *limit)
{
    return limit == NULL ? 0
           : (limit->disk_min + VZ_NODE_LIMIT_MIB - 1) / VZ_NODE_LIMIT_MIB;
}
