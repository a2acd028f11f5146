/*
 * The limits of nodes.  Each worker keeps them; they change with the node's
 * kernel, daemon or configuration only.
 */

#include "panel/api/strlist.h"
#include "panel/node/node_limit.h"
#include "runtime/fiber.h"


#define VZ_NODE_LIMIT_AGE       60      /* seconds */
#define VZ_NODE_LIMIT_PATIENCE  2000    /* ms that callers wait, at most */
#define VZ_NODE_LIMIT_MUTE      5       /* seconds in which nobody waits for a
                                           node that did not answer */
#define VZ_NODE_LIMIT_MIB       (1024 * 1024)


/* The limits of one node, and who asks for them. */
typedef struct {
    vz_node_limit_t  limit;
    ngx_uint_t       asking;            /* a fiber is asking now */
    time_t           mute;              /* nobody waits until then */
    vz_waitq_t       line;              /* of those who wait for the fiber */
} vz_node_limit_slot_t;


static ngx_uint_t vz_node_limit_begin(vz_node_row_t *node);
static void vz_node_limit_ask(void *data);
static void vz_node_limit_line(vz_node_limit_t *limit, const ngx_str_t *line);
static void vz_node_limit_text(const ngx_str_t *line, const char *key,
    u_char *text, size_t size, ngx_str_t *value);


static vz_node_limit_slot_t  vz_node_limits[VZ_NODES_MAX];


const vz_node_limit_t *
vz_node_limit(vz_node_row_t *node)
{
    vz_node_limit_slot_t  *slot;

    slot = &vz_node_limits[node->index];

    if (vz_node_limit_begin(node)
        && ngx_time() >= slot->mute
        && vz_waitq_wait(&slot->line, VZ_NODE_LIMIT_PATIENCE) != NGX_OK)
    {
        slot->mute = ngx_time() + VZ_NODE_LIMIT_MUTE;
    }

    return slot->limit.asked ? &slot->limit : NULL;
}


const vz_node_limit_t *
vz_node_limit_known(vz_node_row_t *node)
{
    vz_node_limit_slot_t  *slot;

    slot = &vz_node_limits[node->index];

    if (slot->limit.asked == 0) {
        return vz_node_limit(node);
    }

    (void) vz_node_limit_begin(node);

    return &slot->limit;
}


/* whether a fiber is asking: there is something to wait for */

static ngx_uint_t
vz_node_limit_begin(vz_node_row_t *node)
{
    vz_node_limit_slot_t  *slot;

    slot = &vz_node_limits[node->index];

    if (slot->asking) {
        return 1;
    }

    if (node->relay == NULL
        || ngx_time() < slot->mute
        || (slot->limit.asked
            && ngx_time() - slot->limit.asked < VZ_NODE_LIMIT_AGE))
    {
        return 0;
    }

    vz_waitq_init(&slot->line);
    slot->asking = 1;

    if (vz_fiber_spawn(vz_node_limit_ask, node) != NGX_OK) {
        slot->asking = 0;
    }

    return slot->asking;
}


static void
vz_node_limit_ask(void *data)
{
    vz_code_e              rc;
    ngx_uint_t             i;
    ngx_pool_t            *pool;
    vz_answer_t            answer;
    vz_node_row_t         *node = data;
    vz_node_limit_slot_t  *slot;

    rc = VZ_INTERNAL;
    slot = &vz_node_limits[node->index];
    pool = ngx_create_pool(4096, ngx_cycle->log);

    if (pool != NULL) {
        rc = vz_relay_call(node->relay, pool, VZ_VERB_NODE, 0, NULL, NULL,
                           NULL, NULL, &answer);
    }

    if (rc == VZ_OK) {
        ngx_str_null(&slot->limit.features);
        ngx_str_null(&slot->limit.repositories);

        for (i = 0; i < answer.nlines; i++) {
            vz_node_limit_line(&slot->limit, &answer.lines[i]);
        }

        slot->limit.asked = ngx_time();

    } else {
        slot->mute = ngx_time() + VZ_NODE_LIMIT_MUTE;
    }

    if (pool != NULL) {
        ngx_destroy_pool(pool);
    }

    slot->asking = 0;

    (void) vz_waitq_wake(&slot->line, 1);
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
    vz_node_limit_text(line, "features", limit->features_text,
                       sizeof(limit->features_text), &limit->features);
    vz_node_limit_text(line, "repositories", limit->repositories_text,
                       sizeof(limit->repositories_text),
                       &limit->repositories);
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


ngx_uint_t
vz_node_limit_has(const vz_node_limit_t *limit, const char *name)
{
    ngx_str_t  rest, word;

    if (limit == NULL) {
        return 0;
    }

    rest = limit->features;

    while (vz_strlist_next(&rest, ',', &word)) {
        if (word.len == ngx_strlen(name)
            && ngx_strncmp(word.data, name, word.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


uint64_t
vz_node_limit_disk_min(const vz_node_limit_t *limit)
{
    return limit == NULL ? 0
           : (limit->disk_min + VZ_NODE_LIMIT_MIB - 1) / VZ_NODE_LIMIT_MIB;
}
